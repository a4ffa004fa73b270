"""How tickets and the queue are shown: whole pages, or the part that htmx asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.clock import now
from desk.cards import Card
from desk.forms import NoteForm, ReplyForm
from desk.keys import KEYS
from desk.pages import user_of
from desk.queue import Choice, cards_of, queue_page
from desk.ticket_page import HISTORY, Composer, Place, TicketPage, find, ticket_page
from desk.work_forms import known_ending
from policies.wording import signature
from staff.models import User
from tickets.models import Draft, Message, Ticket
from web.requests import PageRequest

WORK, QUEUE, MORE, OLDER = "work", "queue", "more", "older"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The tickets before and after the open one in the list."""

    previous: Card | None = None
    next: Card | None = None


def ticket_of(request: PageRequest, reference: str) -> Ticket:
    """The ticket, or 404: what one may not read does not exist."""
    try:
        return find(reference, actor=request.actor)
    except Ticket.DoesNotExist as missing:
        raise Http404 from missing


def address_of(reference: str, request: PageRequest, **more: str) -> str:
    """The page of a ticket, with the list one came from."""
    choice = Choice.read(request.GET.dict(), actor=request.actor)
    return f"{reverse('desk:ticket', args=[reference])}?{urlencode({**dict(parse_qsl(choice.address())), **more})}"


def show_queue(request: PageRequest) -> HttpResponse:
    choice = Choice.read(request.GET.dict(), actor=request.actor)
    if request.htmx.target == MORE:
        cards, more = cards_of(choice, actor=request.actor, now=now())
        return render(
            request, "desk/_cards.html", {"cards": cards, "more": more, "address": choice.address(), "now": now()}
        )
    queue = queue_page(choice, actor=request.actor, teams=user_of(request).teams.all(), now=now())
    context = {"queue": queue, "now": now(), "keys": KEYS}
    return render(request, "desk/_queue.html" if request.htmx.target == QUEUE else "desk/desk.html", context)


def show_ticket(
    request: PageRequest,
    reference: str,
    *,
    reply: ReplyForm | None = None,
    note: NoteForm | None = None,
    newer: Sequence[int] = (),
    status: int = 200,
) -> HttpResponse:
    """reply, note: what was written and refused; it stands in the composer again. newer: messages that came meanwhile,
    which are shown above it.
    """
    place = Place.read(request.GET.dict())
    try:
        page = ticket_page(reference, place, actor=request.actor, now=now())
    except Ticket.DoesNotExist as missing:
        raise Http404 from missing
    choice = Choice.read(request.GET.dict(), actor=request.actor)
    here = reverse("desk:ticket", args=[page.ticket.reference])
    context = {"page": page, "now": page.now, "keys": KEYS, "here": here, "address": choice.address()}
    context["several_tickets"] = place.tab == HISTORY
    if request.htmx.target == OLDER:
        return render(request, "desk/_older.html", context | {"history": page.history})
    context |= _composing(request, page, reply=reply, note=note)
    context["newer"] = Message.objects.visible_to(request.actor).filter(pk__in=newer).order_by("pk") if newer else []
    if request.htmx.target == WORK:
        cards, _more = cards_of(choice, actor=request.actor, now=now())
        context["neighbours"] = neighbours(cards, page.ticket)
        response = render(request, "desk/_work_part.html", context, status=status)
        return _with_address(request, response)
    queue = queue_page(choice, actor=request.actor, teams=user_of(request).teams.all(), now=now())
    context |= {"queue": queue, "neighbours": neighbours(queue.cards, page.ticket)}
    return render(request, "desk/desk.html", context, status=status)


def show_parts(request: PageRequest, reference: str) -> HttpResponse:
    place = Place.read(request.GET.dict())
    try:
        page = ticket_page(reference, place, actor=request.actor, now=now())
    except Ticket.DoesNotExist as missing:
        raise Http404 from missing
    choice = Choice.read(request.GET.dict(), actor=request.actor)
    cards, _more = cards_of(choice, actor=request.actor, now=now())
    here = reverse("desk:ticket", args=[page.ticket.reference])
    context = {"page": page, "now": page.now, "here": here, "address": choice.address()}
    context |= {"neighbours": neighbours(cards, page.ticket), "several_tickets": place.tab == HISTORY}
    return render(request, "desk/_ticket_parts.html", context)


def _composing(
    request: PageRequest, page: TicketPage, *, reply: ReplyForm | None, note: NoteForm | None
) -> dict[str, object]:
    asked, composer, user = request.GET.get("compose", ""), page.composer, user_of(request)
    wanted = asked or composer.mode
    mode = Draft.Mode.NOTE if note or wanted == Draft.Mode.NOTE or not composer.may_change else Draft.Mode.REPLY
    kept = {"text": composer.reply, "to": composer.to, "cc": composer.cc, **known_ending(page.ticket)}
    return {
        "mode": Draft.Mode.REPLY if reply else mode,
        "reply": reply or ReplyForm(initial=kept, files=composer.files, author_id=user.pk),
        "note": note or NoteForm(initial={"text": composer.note}),
        "writing": bool(asked or reply or note),
        "signature": signature_of(page.ticket, composer, user),
        "customers_language": dict(settings.LANGUAGES).get(
            page.ticket.customer.language, page.ticket.customer.language
        ),
    }


def signature_of(ticket: Ticket, composer: Composer, user: User) -> str:
    """What will stand below the words of this person."""
    if composer.way is None:
        return ""
    agent = user.public_name or user.name
    return signature(composer.way.channel, language=ticket.customer.language, agent=agent, reference=ticket.reference)


def neighbours(cards: Sequence[Card], ticket: Ticket) -> Neighbours:
    """The tickets beside the open one, as far as the list is read."""
    places = [number for number, card in enumerate(cards) if card.pk == ticket.pk]
    if not places:
        return Neighbours(next=cards[0] if cards else None)
    at = places[0]
    return Neighbours(cards[at - 1] if at else None, cards[at + 1] if at + 1 < len(cards) else None)


def _with_address(request: PageRequest, response: HttpResponse) -> HttpResponse:
    """Tell the browser's address bar what is shown; nothing where something was refused."""
    here = request.get_full_path()
    if response.status_code == 200 and request.method == "GET":
        standing_on = urlsplit(request.htmx.current_url or "")
        same = here == standing_on._replace(scheme="", netloc="", fragment="").geturl()
        response["HX-Replace-Url" if same else "HX-Push-Url"] = here
    else:
        response["HX-Push-Url"] = "false"
    return response
