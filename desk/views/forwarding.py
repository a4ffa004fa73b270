"""Forwarding a ticket's messages to a vendor or technician, and going on with them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.clock import now
from core.errors import DomainError
from desk.forms import WritingForm
from desk.forward_page import ForwardPage, forward_page
from desk.incoming import number
from desk.keys import KEYS
from desk.pages import staff_page, tell, user_of
from desk.sending import check_count, stored
from desk.views.showing import address_of, ticket_of
from tickets.models import Message, Ticket
from tickets.rights import may_change
from tickets.services.outward import forwarding, replies
from tickets.services.outward.forwarding import Along
from web.requests import PageRequest


class NumbersField(forms.MultipleChoiceField):
    """Numbers of rows; the service says whether they are any of its own."""

    def valid_value(self, value: Any) -> bool:
        return number(str(value)) > 0


class ForwardForm(WritingForm):
    """thread: the one that goes on, empty for a new one. said, given: messages and files that go along."""

    thread = forms.IntegerField(required=False)
    said = NumbersField(required=False)
    given = NumbersField(required=False)
    wait = forms.BooleanField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def forward(request: PageRequest, reference: str) -> HttpResponse:
    ticket, user = ticket_of(request, reference), user_of(request)
    if not may_change(ticket, request.actor):
        messages.error(request, _("Take the ticket over first, then you can forward it."))
        return redirect(address_of(ticket.reference, request))
    if request.method != "POST":
        thread = number(request.GET.get("thread"))
        page = forward_page(ticket, thread=thread, actor=request.actor, user=user, now=now())
        return _show(request, page, _fresh(request, page, user.pk))
    form, status = ForwardForm(request.POST, request.FILES, author_id=user.pk), 422
    if form.is_valid():
        try:
            _send(request, ticket, form)
        except DomainError as refused:
            status = tell(form, refused)
        else:
            return redirect(address_of(ticket.reference, request))
    thread = number(request.POST.get("thread"))
    page = forward_page(ticket, thread=thread, actor=request.actor, user=user, now=now())
    return _show(request, page, form, status=status)


def _fresh(request: PageRequest, page: ForwardPage, author_id: int) -> ForwardForm:
    """What one begins with: the draft, or the message one came from; the customer's last word goes along, which is
    neither a machine's nor that of whoever only says to be the customer."""
    draft = page.draft
    said = [each.message for each in page.candidates]
    theirs = [str(each.pk) for each in said if each.kind == Message.Kind.INBOUND and not each.is_held_back]
    chosen = request.GET.getlist("message") or ([] if page.current else theirs[:1])
    initial = {"to": page.to, "text": draft.text if draft else "", "said": chosen}
    initial["cc"] = draft.addressed.get("cc", "") if draft else ""
    return ForwardForm(initial=initial, files=draft.files if draft else (), author_id=author_id)


def _send(request: PageRequest, ticket: Ticket, form: ForwardForm) -> None:
    """Store the files, then the message; when it is refused they stay with the form."""
    given = form.cleaned_data
    files = [*form.kept, *stored(given["attachments"], actor=request.actor, now=now())]
    form.kept = files
    check_count(files)
    forwarding.forward(
        ticket.pk,
        actor=request.actor,
        text=given["text"],
        now=now(),
        undo=replies.UNDO_WINDOW,
        to=given["to"],
        cc=given["cc"],
        thread_id=given["thread"],
        along=Along([int(each) for each in given["said"]], [int(each) for each in given["given"]]),
        file_ids=[(file.file_id, file.name) for file in files],
        wait=given["wait"],
    )


def _show(request: PageRequest, page: ForwardPage, form: ForwardForm, *, status: int = 200) -> HttpResponse:
    context = {
        "page": page,
        "ticket": page.ticket,
        "form": form,
        "chosen": [int(each) for each in form["said"].value() or [] if number(str(each))],
        "chosen_files": [int(each) for each in form["given"].value() or [] if number(str(each))],
        "back": address_of(page.ticket.reference, request),
        "keys": KEYS,
    }
    return render(request, "desk/forward.html", context, status=status)
