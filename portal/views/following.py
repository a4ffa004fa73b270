"""Finding a complaint again, seeing how it stands, and adding to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import now as clock_now
from core.secrets import random_key
from portal import contacts, progress
from portal.callers import caller_of
from portal.forms.status import LookUpForm, WriteForm
from portal.models import FormDraft
from portal.pages import page, private, show, speak
from portal.services import budgets, drafts, following, links, promises
from tickets.models import Ticket
from tickets.services.clocks import expecting
from web import downloads
from web.requests import PageRequest


@require_http_methods(["GET", "HEAD", "POST"])
@page
def look_up(request: HttpRequest, reference: str = "") -> HttpResponse:
    """Ask for the link to a ticket. The answer is the same page whatever was asked for."""
    form = LookUpForm(request.POST) if request.method == "POST" else LookUpForm(initial={"reference": reference})
    if request.method != "POST" or not form.is_valid():
        return show(request, "portal/look_up.html", {"form": form})
    given = form.cleaned_data
    try:
        links.ask(
            given["reference"],
            given["address"],
            caller=caller_of(request),
            language=get_language() or "",
            now=clock_now(),
        )
    except budgets.TooMany as refused:
        return show(request, "portal/look_up.html", {"form": form, "notice": refused.message}, status=429)
    return redirect("portal:link-sent")


@require_safe
@page
def link_sent(request: HttpRequest) -> HttpResponse:
    """If they match we have sent a link."""
    return show(request, "portal/link_sent.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@private
@page
def status(request: HttpRequest, token: str) -> HttpResponse:
    """How a ticket stands, in the customer's words. Whoever has the link may read this one ticket and write to it."""
    ticket = following.ticket_behind(token)
    if ticket is None:
        return _link_gone(request)
    if request.method == "POST":
        return _write(request, ticket, token)
    draft = drafts.unsent(ticket)
    form = WriteForm(initial=draft.data if draft else {})
    if draft and "look" in request.GET:
        form = _judged(draft)
    return _draw(request, ticket, token, form, draft)


def _link_gone(request: HttpRequest) -> HttpResponse:
    """The same page for a link that is too old, mistyped or invented: it offers to send a new one."""
    return show(request, "portal/look_up.html", {"form": LookUpForm(), "expired": True}, status=404)


def _write(request: HttpRequest, ticket: Ticket, token: str) -> HttpResponse:
    """Keep what was written and its files, then send it; what was sent already is not sent again."""
    now = clock_now()
    try:
        draft = drafts.resume(request.POST.get("form_token", ""), ticket, caller=caller_of(request), now=now)
        drafts.keep(draft, {"text": request.POST.get("text", "")}, now=now)
        drafts.attach(draft, request.FILES.getlist("attachments"), now=now)
        if removed := request.POST.get("remove", ""):
            drafts.detach(draft, int(removed) if removed.isdecimal() else 0)
        if removed or "language" in request.POST:
            return speak(redirect(request.path), request.POST.get("language", ""))
        text, thread = draft.data["text"].strip() or _unsolved(request), following.thread_of(ticket)
        if thread is None or not _judged(draft, text).is_valid():
            return redirect(f"{request.path}?look=again")
        following.add(draft, thread, text, channel=contacts.read().webform, now=now)
    except budgets.TooMany as refused:
        return _draw(request, ticket, token, WriteForm(request.POST), None, notice=refused.message)
    return redirect(reverse("portal:status", args=[token]) + "#messages")


def _judged(draft: FormDraft, text: str = "") -> WriteForm:
    """The form with what is wrong with it. text: what is sent for words that were not typed."""
    form = WriteForm({"text": text or draft.data.get("text", "")})
    if draft.refused:
        form.add_error("attachments", draft.refused)
    elif form.is_valid() and not form.cleaned_data["text"] and not draft.files.exists():
        form.add_error("text", _("Write something first."))
    return form


def _unsolved(request: HttpRequest) -> str:
    """What is sent for somebody who only presses the button that says it is not solved."""
    return _("This is not solved yet.") if request.POST.get("do") == "unsolved" else ""


def _draw(
    request: HttpRequest, ticket: Ticket, token: str, form: WriteForm, draft: FormDraft | None, *, notice: str = ""
) -> HttpResponse:
    now = clock_now()
    before = request.GET.get("before", "")
    talk = following.read(ticket, before=int(before) if before.isdecimal() else None, now=now)
    context: dict[str, object] = {
        "now": now,
        "ticket": ticket,
        "token": token,
        "progress": progress.of(ticket),
        "promises": promises.told(ticket, now=now),
        "expected": expecting.expected([ticket]).get(ticket.pk),
        "extended": promises.extended(ticket),
        "talk": talk,
        "is_first_page": not before,
        "form": form,
        "form_token": draft.token if draft else random_key(),
        "files": list(draft.files.select_related("file")) if draft else [],
        "may_write": following.thread_of(ticket) is not None,
        "notice": notice,
    }
    return show(request, "portal/status.html", context, status=429 if notice else 200)


@require_safe
@private
@page
def attachment(request: PageRequest, token: str, pk: int) -> HttpResponse:
    """A file of a message on this ticket that the customer may read."""
    ticket = following.ticket_behind(token)
    if ticket is None or not following.public_messages(ticket, now=clock_now()).filter(attachments=pk).exists():
        return _link_gone(request)
    request.actor = following.customer_of(ticket)
    return downloads.attachment(request, pk)
