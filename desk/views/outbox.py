"""Outbox: what waits, what did not arrive, and what somebody does about it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_out.models import Dispatch, DispatchRecipient
from core.clock import now
from core.errors import DomainError
from desk.forms import AddressField
from desk.keys import KEYS
from desk.outbox import STATES, Carried, Choice, Row, files_of, outbox_page, outbox_row
from desk.pages import leads_to, staff_page, tell
from tickets.addresses import written
from tickets.models import Message
from tickets.services.outward import failures, replies, resending
from tickets.services.outward.resending import Correction
from web.requests import PageRequest


class CorrectionForm(forms.Form):
    """What may be corrected. carried: the files it had; what is harmful among them cannot be chosen."""

    to = AddressField(kind=DispatchRecipient.Kind.TO, label=gettext_lazy("To"))
    cc = AddressField(kind=DispatchRecipient.Kind.CC, label=gettext_lazy("Cc"))
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=500, required=False)
    text = forms.CharField(label=gettext_lazy("Text"), required=False, strip=False, widget=forms.Textarea({"rows": 9}))
    along = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Files that go along"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any], carried: Sequence[Carried]) -> None:
        free = [each for each in carried if not each.refusal]
        super().__init__(data, initial=initial | {"along": [each.pk for each in free]})
        if carried:
            field: Any = self.fields["along"]
            waiting = _("%(name)s (still being checked)")
            field.choices = [(each.pk, waiting % {"name": each.name} if each.waits else each.name) for each in free]
        else:
            del self.fields["along"]


@require_safe
@staff_page
def outbox(request: PageRequest) -> HttpResponse:
    page = outbox_page(Choice.read(request.GET.dict()), actor=request.actor, now=now())
    return render(request, "desk/outbox.html", {"page": page, "states": STATES, "keys": KEYS})


@require_POST
@staff_page
def retry(request: PageRequest, pk: int) -> HttpResponse:
    """The same once more, to those it did not reach."""
    row = _row(request, pk)
    try:
        failures.try_again(pk, actor=request.actor, now=now())
        messages.success(request, _("It is being sent again."))
    except DomainError as refused:
        messages.error(request, refused.message)
    return _back(request, row)


@require_POST
@staff_page
def cancel(request: PageRequest, pk: int) -> HttpResponse:
    """It shall not leave."""
    row = _row(request, pk)
    try:
        resending.cancel(pk, actor=request.actor, now=now())
        messages.success(request, _("Stopped. It stands on the ticket as a message that did not leave."))
    except DomainError as refused:
        messages.error(request, refused.message)
    return _back(request, row)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Correct a message that failed and send it as a new one."""
    row = _row(request, pk)
    carried = files_of(pk, actor=request.actor)
    data = request.POST if request.method == "POST" else None
    form = CorrectionForm(data, initial=_initial(row), carried=carried)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        words = {name: given[name] for name in ("to", "cc", "subject", "text")}
        correction = Correction(**words, files=given.get("along"))
        try:
            resending.edit_and_resend(
                pk, actor=request.actor, correction=correction, now=now(), undo=replies.UNDO_WINDOW
            )
        except DomainError as refused:
            status = tell(form, refused)
        else:
            messages.success(request, _("The corrected message is on its way."))
            return _back(request, row)
    context = {"row": row, "form": form, "back": request.GET.get("back", ""), "keys": KEYS}
    context["left_out"] = [each for each in carried if each.refusal]
    return render(request, "desk/outbox_edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def other_way(request: PageRequest, pk: int) -> HttpResponse:
    """The other ways to the same customer."""
    row = _row(request, pk)
    message = Message.objects.visible_to(request.actor).select_related("customer").filter(dispatch=pk).first()
    if message is None:
        raise Http404
    if request.method == "POST":
        channel, _mark, address = request.POST.get("way", "").partition(" ")
        try:
            resending.send_by_other_channel(
                pk,
                actor=request.actor,
                channel_id=int(channel) if channel.isdecimal() else 0,
                address=address,
                now=now(),
                undo=replies.UNDO_WINDOW,
            )
            messages.success(request, _("It is on its way by the other way."))
        except DomainError as refused:
            messages.error(request, refused.message)
        return _back(request, row)
    phones = message.customer.identities.exclude(kind="email").order_by("id")
    context = {"row": row, "ways": resending.other_ways(message), "others": phones, "keys": KEYS}
    return render(request, "desk/outbox_other.html", context | {"back": request.GET.get("back", "")})


def _row(request: PageRequest, pk: int) -> Row:
    try:
        return outbox_row(pk, actor=request.actor, now=now())
    except Dispatch.DoesNotExist as missing:
        raise Http404 from missing


def _initial(row: Row) -> dict[str, str]:
    by_kind = {kind: written(each for each in row.recipients if each.kind == kind) for kind in ("to", "cc")}
    return by_kind | {"subject": row.subject, "text": row.text}


def _back(request: PageRequest, row: Row) -> HttpResponse:
    """To the ticket, where one came from there; else to the list."""
    if row.ticket and request.POST.get("back") == "ticket":
        return redirect(leads_to(row.ticket.reference))
    return redirect("desk:outbox")
