"""The story of the book (domain.md 1.7): a promise that is broken twice, and what the company makes of it.

Every step is made by the real services in the name of the demo's people. The clock is not touched: when days pass, what
belongs to the story moves that far into the past, and what falls due by that is missed as always.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from channels_out.services.outbox import Recipient
from core.actor import Actor
from core.errors import DomainError
from customers.services import identities
from demo.content.company import MAIL_DOMAIN
from demo.story.passing import let_pass
from policies.models import Channel, QueryType
from staff.models import User
from tickets.models import FollowUp, Message, Ticket
from tickets.services.handling import closing, work
from tickets.services.handling.settling import Ending
from tickets.services.outward import replies, writing
from tickets.services.promises import calls, follow_ups, reaching, recovery

TAG = "book-story"
READER, NUMBER = "ratna.kusuma@surat.example", "+628111222333"
FIRST, SECOND = "rangga", "maya"
AN_HOUR = timedelta(hours=1)
UPHELD = Ending(Ticket.Outcome.UPHELD, Ticket.Fault.OURS)


def _person(key: str) -> User:
    return User.objects.get(email=f"{key}@{MAIL_DOMAIN}")


def actor(key: str = FIRST) -> Actor:
    return _person(key).actor()


@transaction.atomic
def begin(*, now: datetime) -> Ticket:
    """A book is ordered and promised within three days; last month's was late too."""
    earlier = _order(_("Last month's book came late"), now=now)
    work.resolve(earlier.pk, actor=actor(), now=now, outcome=UPHELD.outcome, fault=UPHELD.fault)
    closing.close(earlier.pk, actor=actor(), now=now)
    let_pass(earlier, timedelta(days=31), now=now)
    ticket = _order(_("Where is my book?"), now=now)
    _promise(ticket, _("The book arrives"), now=now, days=3)
    return ticket


def _order(subject: str, *, now: datetime) -> Ticket:
    mailbox = Channel.objects.active().filter(kind=Channel.Kind.EMAIL).order_by("pk")[0]
    message = writing.write_first(
        actor=actor(),
        channel=mailbox,
        to=Recipient(READER, "Ratna Kusuma"),
        subject=subject,
        text=_("Dear Ms Ratna,\n\nthank you for your order. Your book will be with you in three days."),
        now=now,
        query_type=_type(),
        then=Ticket.Status.OPEN,
    )
    ticket = message.ticket
    identities.add(ticket.customer, "phone", NUMBER)
    ticket.team, ticket.tags = _person(FIRST).teams.first(), [TAG]
    ticket.save(update_fields=["team", "tags"])
    return ticket


def _type() -> QueryType:
    words = {"name_id": "Pesanan terlambat", "name_en": "Late order"}
    values = {"kind": QueryType.Kind.COMPLAINT, "apology": QueryType.Apology.CALL, **words}
    return QueryType.objects.get_or_create(slug="late-order", defaults=values)[0]


def _promise(ticket: Ticket, what: str, *, now: datetime, days: int) -> None:
    told = ticket.messages.filter(kind=Message.Kind.OUTBOUND).order_by("pk").last()
    due = now + timedelta(days=days)
    kind = FollowUp.Kind.UPDATE
    follow_ups.add(ticket.pk, actor=actor(), now=now, kind=kind, what=what, due_at=due, told_in=told)


def three_days_later(ticket: Ticket, now: datetime) -> str:
    let_pass(ticket, timedelta(days=3) + AN_HOUR, now=now)
    return _("Three days have passed. Nobody kept the promise: it was missed by itself, and the lead knows.")


def first_call(ticket: Ticket, now: datetime) -> str:
    said = _("You promised me the book within three days. Where is it?")
    answered = _("It is held up on the way. I see to it that you have it tomorrow.")
    calls.record(ticket.pk, actor=actor(), now=now, direction=calls.IN, said=said, answered=answered)
    _promise(ticket, _("The book arrives tomorrow, as said on the phone"), now=now, days=1)
    return _("Rangga of the network team took the call and promised: tomorrow.")


def a_day_later(ticket: Ticket, now: datetime) -> str:
    let_pass(ticket, timedelta(days=1) + AN_HOUR, now=now)
    return _("A day has passed, and the second promise is broken too. The lead knew before the customer called.")


def second_call(ticket: Ticket, now: datetime) -> str:
    said = _("I called yesterday and was told: tomorrow. Does anybody know of that?")
    answered = _(
        "I see your call with Rangga and that we broke our word twice. I stay with it until you have the book."
    )
    calls.record(ticket.pk, actor=actor(SECOND), now=now, direction=calls.IN, said=said, answered=answered)
    return _("Maya, of another team, had the whole story on one screen and wrote the call down.")


def book_arrives(ticket: Ticket, now: datetime) -> str:
    for each in ticket.follow_ups.to_do().exclude(kind=FollowUp.Kind.APOLOGY):
        reaching.reached(each.pk, actor=actor(), now=now, channel="phone", outcome=FollowUp.Outcome.KEPT)
    text = _("Dear Ms Ratna,\n\nyour book is with you today. That it came so late was our mistake, and we apologise.")
    ending = Ending(UPHELD.outcome, UPHELD.fault, _("Held up at the carrier"))
    replies.reply(ticket.pk, actor=actor(), text=text, now=now, then=Ticket.Status.RESOLVED, ending=ending)
    recovery.check_apology(ticket.pk, now=now)
    return _("The book is there, the ticket is resolved, and an apology call stands on somebody's list.")


def try_to_close(ticket: Ticket, now: datetime) -> str:
    try:
        closing.close(ticket.pk, actor=actor(), now=now)
    except DomainError as refused:
        return refused.message
    return _("Closed.")


def satisfied(ticket: Ticket, now: datetime) -> str:
    reaching.reached(_call(ticket), actor=actor(), now=now, channel="phone", outcome=FollowUp.Outcome.SATISFIED)
    closing.close(ticket.pk, actor=actor(), now=now)
    return _("Ratna was reached and is content. Now the ticket is closed.")


def not_satisfied(ticket: Ticket, now: datetime) -> str:
    outcome, note = FollowUp.Outcome.NOT_SATISFIED, _("Two pages are torn.")
    reaching.reached(_call(ticket), actor=actor(), now=now, channel="phone", outcome=outcome, note=note)
    return _("Reached, not satisfied: the ticket is open again, and the lead was told why.")


def unreachable(ticket: Ticket, now: datetime) -> str:
    for channel in ("phone", "phone", "whatsapp"):
        reaching.not_reached(_call(ticket), actor=actor(), now=now, channel=channel)
    return _("Three tries on two channels: one apology went out in writing, and not a second one.")


def _call(ticket: Ticket) -> int:
    return ticket.follow_ups.to_do().get(kind=FollowUp.Kind.APOLOGY).pk


MAKE: dict[str, Callable[[Ticket, datetime], str]] = {
    "three-days-later": three_days_later,
    "first-call": first_call,
    "a-day-later": a_day_later,
    "second-call": second_call,
    "book-arrives": book_arrives,
    "try-to-close": try_to_close,
    "satisfied": satisfied,
    "not-satisfied": not_satisfied,
    "unreachable": unreachable,
}
ENDINGS = ("satisfied", "not-satisfied", "unreachable")


def done(ticket: Ticket) -> list[str]:
    """The steps that were made, in their order."""
    return [tag for tag in ticket.tags if tag in MAKE]


def next_steps(ticket: Ticket) -> list[str]:
    """What can be done now: one step, the three endings at last, then nothing."""
    made = done(ticket)
    if set(made) & set(ENDINGS):
        return []
    left = [key for key in MAKE if key not in made and key not in ENDINGS]
    return left[:1] or list(ENDINGS)


@transaction.atomic
def go_on(reference: str, key: str, *, now: datetime) -> str:
    """Make one step of a story; returns what happened, empty where it is not its turn. Raises Ticket.DoesNotExist."""
    ticket = Ticket.objects.select_for_update(of=("self",)).get(reference=reference)
    if TAG not in ticket.tags or key not in next_steps(ticket):
        return ""
    happened = MAKE[key](ticket, now)
    ticket.refresh_from_db()
    ticket.tags = [*ticket.tags, key]
    ticket.save(update_fields=["tags"])
    return happened
