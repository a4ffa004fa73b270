"""Channels: administrators set them up, test them, let them rest."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_in.services import checking, polling
from channels_out import oauth
from channels_out.services import outlets
from core.clock import now
from core.errors import DomainError, Invalid
from desk import channel_page
from desk.channel_forms import ChannelForm, MailboxForm
from desk.keys import KEYS
from desk.pages import Given, View, posted, staff_page, submit
from policies.models import Channel, QueryType
from policies.providers import preset_for
from policies.services import channels
from policies.services.channels import may_set_up
from policies.services.packs import UNSORTED
from web.requests import PageRequest

LEAVE = "desk.channel-leave"
RowForm = ChannelForm | MailboxForm


def administrators_page(view: Callable[Concatenate[PageRequest, Given], HttpResponse]) -> View[Given]:
    """A page of the staff that only administrators open."""

    @staff_page
    @wraps(view)
    def shown(request: PageRequest, /, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
        if not may_set_up(request.actor):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return shown


class AddressForm(forms.Form):
    address = forms.EmailField(label=gettext_lazy("E-mail address of the mailbox"), max_length=254)


@require_safe
@administrators_page
def overview(request: PageRequest) -> HttpResponse:
    context = {"lines": channel_page.lines(request.actor), "new": AddressForm(), "keys": KEYS}
    return render(request, "desk/channels.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_page
def new(request: PageRequest) -> HttpResponse:
    """First the address, by which the rest is filled in as far as its provider is known."""
    address = request.GET.get("address", "").strip()
    if request.method != "POST" and not AddressForm({"address": address}).is_valid():
        first = AddressForm({"address": address} if "address" in request.GET else None)
        return render(request, "desk/channel_new.html", {"form": first, "keys": KEYS})
    channel = Channel(kind=Channel.Kind.EMAIL, address=address, language=settings.LANGUAGE_CODE)
    channel.settings = preset_for(address).settings(address)
    channel.query_type = QueryType.objects.filter(slug=UNSORTED).first() or QueryType()
    form = MailboxForm(posted(request), channel=channel)
    made, status = submit(
        form, lambda: channels.create(Channel.Kind.EMAIL, form.changes(), actor=request.actor, now=now())
    )
    if made:
        messages.success(request, _("The channel is there."))
        return _saved(request, made)
    return _show(request, channel, form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_page
def channel(request: PageRequest, pk: int) -> HttpResponse:
    found = _channel(request, pk)
    form = _form(found, posted(request))
    changed, status = submit(form, lambda: channels.change(found.pk, form.changes(), actor=request.actor, now=now()))
    if changed:
        messages.success(request, _("Saved."))
        return _saved(request, changed)
    return _show(request, found, form, status=status)


@require_POST
@administrators_page
def set_state(request: PageRequest, pk: int) -> HttpResponse:
    state = Channel.State.ACTIVE if request.POST.get("state") == Channel.State.ACTIVE else Channel.State.PAUSED
    found = _channel(request, pk)
    channels.set_state(found.pk, state, actor=request.actor, now=now())
    if state == Channel.State.ACTIVE:
        polling.poll_soon(found.pk, now=now())
        messages.success(request, _("The channel works again."))
    else:
        messages.success(request, _("The channel rests: what comes and what is to leave waits."))
    return redirect("desk:channel", found.pk)


@require_POST
@administrators_page
def test(request: PageRequest, pk: int) -> HttpResponse:
    found = _channel(request, pk)
    checking.ask(found.pk, actor=request.actor, now=now())
    return redirect(_test_address(found))


@require_safe
@administrators_page
def test_state(request: PageRequest, pk: int) -> HttpResponse:
    """How far the test is: asked again and again by the page until it is over."""
    found = _channel(request, pk)
    context = {"channel": found, "test": channel_page.latest_test(found, now=now())}
    return render(request, "desk/_channel_test.html", context)


@require_safe
@administrators_page
def connect(request: PageRequest, pk: int) -> HttpResponse:
    """Off to the provider's page, which sends the administrator back to `connected`."""
    found = _channel(request, pk)
    if not oauth.uses_tokens(found):
        messages.error(request, _("This mailbox is logged in to by password."))
        return redirect("desk:channel", found.pk)
    leave = oauth.begin(found, redirect_uri=_return_address())
    request.session[LEAVE] = {"channel": found.pk, "state": leave.state, "verifier": leave.verifier}
    return redirect(leave.url)


@require_safe
@administrators_page
def connected(request: PageRequest) -> HttpResponse:
    """Back from the provider. Whoever did not leave from here by this browser is not listened to."""
    left: dict[str, Any] = request.session.pop(LEAVE, {})
    given = request.GET
    if not left or not constant_time_compare(given.get("state", ""), left["state"]):
        messages.error(request, _("This link is not from a connection that you began here: begin again."))
        return redirect("desk:channels")
    found = _channel(request, left["channel"])
    try:
        if not given.get("code"):
            said = given.get("error_description") or given.get("error") or ""
            raise Invalid(_("The provider did not let us in: %(said)s") % {"said": said[:300]})
        oauth.finish(
            found,
            code=given["code"],
            verifier=left["verifier"],
            redirect_uri=_return_address(),
            actor=request.actor,
            now=now(),
        )
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        polling.poll_soon(found.pk, now=now())
        outlets.resume(found.pk, now=now())
        messages.success(request, _("The account is connected."))
    return redirect("desk:channel", found.pk)


def _return_address() -> str:
    return f"{settings.SITE_URL}{reverse('desk:channel-connected')}"


def _test_address(found: Channel) -> str:
    return f"{reverse('desk:channel', args=[found.pk])}#test"


def _channel(request: PageRequest, pk: int) -> Channel:
    return get_object_or_404(Channel.objects.visible_to(request.actor), pk=pk)


def _form(found: Channel, data: Any) -> RowForm:
    if found.kind == Channel.Kind.EMAIL:
        return MailboxForm(data, channel=found)
    initial = {"name": found.name, "language": found.language, "team": found.team_id, "query_type": found.query_type_id}
    return ChannelForm(data, initial=initial)


def _saved(request: PageRequest, found: Channel) -> HttpResponse:
    if found.kind != Channel.Kind.EMAIL:
        return redirect("desk:channel", found.pk)
    polling.poll_soon(found.pk, now=now())
    if "test" in request.POST:
        checking.ask(found.pk, actor=request.actor, now=now())
        return redirect(_test_address(found))
    return redirect("desk:channel", found.pk)


def _show(request: PageRequest, found: Channel, form: RowForm, *, status: int) -> HttpResponse:
    page = channel_page.page_of(found, now=now())
    context = {"channel": found, "form": form, "page": page, "keys": KEYS, "return_address": _return_address()}
    return render(request, "desk/channel.html", context, status=status)
