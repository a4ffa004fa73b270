"""Incoming: what came and is no message, looked at, tried again or discarded by those who lead."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_in.models import Arrival
from channels_in.services import ledger, parked
from core.clock import now
from core.errors import DomainError
from desk.incoming import STATES, Choice, arrival_behind, arrival_of, arrival_page, incoming_page
from desk.keys import KEYS
from desk.pages import leaders_page, status_of
from desk.reasons import REASONS
from policies.models import Channel
from web.requests import PageRequest

RETRY, DISCARD = "retry", "discard"
LOCKED_AWAY = "default-src 'none'; frame-ancestors 'none'; sandbox"


@require_safe
@leaders_page
def incoming(request: PageRequest) -> HttpResponse:
    page = incoming_page(Choice.read(request.GET.dict()), actor=request.actor)
    context = {"page": page, "states": STATES, "reasons": REASONS.values(), "keys": KEYS}
    return render(request, "desk/incoming.html", context)


@require_safe
@leaders_page
def arrival(request: PageRequest, pk: int) -> HttpResponse:
    return _show(request, pk)


@require_safe
@leaders_page
def behind(request: PageRequest, pk: int) -> HttpResponse:
    """From a message to what brought it."""
    found = arrival_behind(pk, actor=request.actor)
    if found is None:
        raise Http404
    return redirect("desk:arrival", found.pk)


@require_safe
@leaders_page
def original(request: PageRequest, pk: int) -> HttpResponse:
    """The bytes as received, always as a download; 403 with the reason where they are harmful or not judged yet."""
    found = _found(request, pk)
    is_mail = found.channel.kind == Channel.Kind.EMAIL
    name = f"{found.received_at:%Y%m%d-%H%M%S}-{found.pk}.{'eml' if is_mail else 'bin'}"
    if reason := ledger.refusal_of(found):
        return render(request, "web/file_refused.html", {"name": name, "reason": reason}, status=403)
    kind = "message/rfc822" if is_mail else "application/octet-stream"
    response = HttpResponse(ledger.body_of(found), content_type=kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = LOCKED_AWAY
    return response


@require_POST
@leaders_page
def decide(request: PageRequest, pk: int) -> HttpResponse:
    """Try one again, or discard it."""
    found = _found(request, pk)
    try:
        if request.POST.get("act") == DISCARD:
            parked.discard(found.pk, actor=request.actor, now=now(), reason=request.POST.get("reason", ""))
            messages.success(request, _("Discarded. Its bytes and your reason are kept."))
        else:
            parked.retry(found.pk, actor=request.actor, now=now())
            messages.success(request, _("It is being read again."))
    except DomainError as refused:
        return _show(request, pk, refused=refused)
    return redirect("desk:incoming")


@require_http_methods(["GET", "HEAD", "POST"])
@leaders_page
def decide_all(request: PageRequest) -> HttpResponse:
    """The same for all that a filter shows, after a look at how many they are."""
    given = request.POST if request.method == "POST" else request.GET
    choice = Choice.read(given.dict() | ({"reason": given.get("why", "")} if request.method == "POST" else {}))
    act = DISCARD if given.get("act") == DISCARD else RETRY
    wanted = choice.chosen(request.actor).to_be_decided()
    refused = None
    if request.method == "POST":
        try:
            count = _decide_all(request, choice, act)
        except DomainError as problem:
            refused = problem
        else:
            messages.success(request, _all_done(act, count))
            return redirect(f"{reverse('desk:incoming')}?{choice.address()}")
    count = wanted[: parked.MOST_AT_ONCE].count()
    context = {"choice": choice, "act": act, "count": count, "refused": refused, "keys": KEYS}
    context["names"] = _names(choice)
    return render(request, "desk/incoming_all.html", context, status=status_of(refused) if refused else 200)


def _decide_all(request: PageRequest, choice: Choice, act: str) -> int:
    wanted = choice.chosen(request.actor)
    if act == DISCARD:
        return parked.discard_all(wanted, actor=request.actor, now=now(), reason=request.POST.get("reason", ""))
    return parked.retry_all(wanted, actor=request.actor, now=now())


def _all_done(act: str, count: int) -> str:
    if act == DISCARD:
        return ngettext("%(count)d discarded.", "%(count)d discarded.", count) % {"count": count}
    return ngettext("%(count)d is being read again.", "%(count)d are being read again.", count) % {"count": count}


def _names(choice: Choice) -> list[str]:
    """What narrows the choice, in words."""
    channel = Channel.objects.filter(pk=choice.channel).first() if choice.channel else None
    reason = REASONS.get(choice.reason)
    return [*([channel.name] if channel else []), *([str(reason.sentence)] if reason else [])]


def _found(request: PageRequest, pk: int) -> Arrival:
    try:
        return arrival_of(pk, actor=request.actor)
    except Arrival.DoesNotExist as missing:
        raise Http404 from missing


def _show(request: PageRequest, pk: int, *, refused: DomainError | None = None) -> HttpResponse:
    try:
        page = arrival_page(pk, actor=request.actor)
    except Arrival.DoesNotExist as missing:
        raise Http404 from missing
    context = {"page": page, "refused": refused, "reason": request.POST.get("reason", ""), "keys": KEYS}
    return render(request, "desk/arrival.html", context, status=status_of(refused) if refused else 200)
