"""A ticket's page and what is written on it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.clock import now
from core.errors import DomainError
from desk.forms import DraftFilesForm, DraftForm, NoteForm, ReplyForm
from desk.pages import staff_page, status_of, tell, user_of
from desk.sending import send, stored
from desk.views.showing import address_of, show_parts, show_ticket, ticket_of
from tickets.models import Message
from tickets.services.handling import work
from tickets.services.outward import drafts, replies
from tickets.services.outward.seen import NewerMessage
from web.requests import PageRequest
from web.templatetags.web import clock


@require_safe
@staff_page
def ticket(request: PageRequest, reference: str) -> HttpResponse:
    return show_ticket(request, reference)


@require_safe
@staff_page
def parts(request: PageRequest, reference: str) -> HttpResponse:
    """What of an open ticket is drawn anew when it changed: head, lines and customer, never what is being written."""
    return show_parts(request, reference)


@require_POST
@staff_page
def reply(request: PageRequest, reference: str) -> HttpResponse:
    found = ticket_of(request, reference)
    form = ReplyForm(request.POST, request.FILES, author_id=user_of(request).pk)
    status, newer = 422, list[int]()
    if form.is_valid():
        try:
            send(found, form, actor=request.actor, now=now())
        except DomainError as refused:
            status = tell(form, refused)
            newer = refused.newer if isinstance(refused, NewerMessage) else []
        else:
            return redirect(address_of(found.reference, request))
    return show_ticket(request, reference, reply=form, newer=newer, status=status)


@require_POST
@staff_page
def note(request: PageRequest, reference: str) -> HttpResponse:
    found = ticket_of(request, reference)
    form = NoteForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            replies.note(found.pk, actor=request.actor, text=form.cleaned_data["text"], now=now())
        except DomainError as refused:
            form.add_error("text", refused.message)
            status = status_of(refused)
        else:
            return redirect(address_of(found.reference, request))
    return show_ticket(request, reference, note=form, status=status)


@require_POST
@staff_page
def draft(request: PageRequest, reference: str) -> HttpResponse:
    """Keep what is being written; answers with the moment it was kept."""
    found = ticket_of(request, reference)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    moment = now()
    given = form.cleaned_data
    drafts.save(
        found, user_of(request).pk, mode=given["mode"], text=given["text"], addressed=form.addressed, now=moment
    )
    time = clock(moment)
    return JsonResponse({"words": _("Draft saved %(time)s") % {"time": time}, "saved_at": moment.isoformat()})


@require_POST
@staff_page
def draft_files(request: PageRequest, reference: str) -> HttpResponse:
    """Keep files with what is being written, as soon as they are chosen; answers with notes of them."""
    found = ticket_of(request, reference)
    form = DraftFilesForm(request.POST, request.FILES)
    if not form.is_valid():
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"refused": sentence}, status=422)
    moment = now()
    kept = stored(form.cleaned_data["attachments"], actor=request.actor, now=moment)
    files = [{"file": each.file_id, "name": each.name} for each in kept]
    drafts.save(found, user_of(request).pk, mode=form.cleaned_data["mode"], text=None, files=files, now=moment)
    return JsonResponse({"files": [{"name": each.name, "token": each.token} for each in kept]})


@require_POST
@staff_page
def undo(request: PageRequest, reference: str) -> HttpResponse:
    """Take the last answer back; its text is in the composer again."""
    found = ticket_of(request, reference)
    number = request.POST.get("message", "")
    try:
        replies.undo(int(number) if number.isdecimal() else 0, actor=request.actor, now=now())
    except DomainError as refused:
        messages.error(request, refused.message)
    except Message.DoesNotExist:
        messages.error(request, _("This reply has been taken back already."))
    return redirect(address_of(found.reference, request, compose="reply"))


@require_POST
@staff_page
def take_over(request: PageRequest, reference: str) -> HttpResponse:
    found = ticket_of(request, reference)
    work.take_over(found.pk, actor=request.actor, now=now())
    messages.success(request, _("The ticket is yours now. Its former owner and the history know."))
    return redirect(address_of(found.reference, request))
