"""What somebody has been told, as their list shows it: a sentence for each kind, and where it leads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from notices.models import Notice
from tickets.models import OPEN_STATUSES, Escalation, Ticket
from web.templatetags.web import day_and_time

PAGE = 30

# kind: its picture and its sentence; %(subject)s is the ticket's reference and subject.
SENTENCES: dict[str, tuple[str, Promise]] = {
    "ticket_assigned": ("user-check", gettext_lazy("%(by)s gave you %(subject)s")),
    "ticket_taken_over": ("transfer", gettext_lazy("%(by)s took over %(subject)s")),
    "ticket_nudged": ("bell", gettext_lazy("%(by)s asks you to go on with %(subject)s")),
    "dispatch_failed": ("alert-triangle", gettext_lazy("A message of %(subject)s could not be sent: %(why)s")),
    "follow_up_given": ("phone-call", gettext_lazy("%(by)s gave you a follow-up in %(subject)s: %(what)s")),
    "follow_up_missed": ("alarm", gettext_lazy("A follow-up in %(subject)s was missed: %(what)s")),
    "wait_over": ("hourglass", gettext_lazy("The time to wait is over in %(subject)s: %(what)s")),
    "customer_silent": (
        "hourglass",
        gettext_lazy("No answer for ten working days in %(subject)s, and it cannot end by itself: %(what)s"),
    ),
    "customer_not_satisfied": ("alert-triangle", gettext_lazy("Reached and not satisfied, %(subject)s: %(why)s")),
    "time_running_out": ("hourglass", gettext_lazy("Time is running out on %(subject)s")),
    "deadline_missed": ("alarm", gettext_lazy("%(subject)s is late")),
    "answer_asked": ("alarm", gettext_lazy("%(subject)s needs you: say that you have seen it, or take it over")),
    "help_asked": ("help-circle", gettext_lazy("%(by)s asks for your help with %(subject)s: %(why)s")),
    "superior_asked": (
        "user-exclamation",
        gettext_lazy("The customer of %(subject)s asks for somebody who may decide"),
    ),
    "nobody_answered": ("alarm", gettext_lazy("Nobody answered about %(subject)s; now you are asked")),
    "escalation_acknowledged": ("eye", gettext_lazy("%(by)s has seen that %(subject)s needs help")),
    "escalation_taken": ("user-check", gettext_lazy("%(by)s took over %(subject)s")),
    "escalation_returned": ("arrow-back-up", gettext_lazy("%(by)s gave %(subject)s back to you: %(why)s")),
    "address_silenced": (
        "robot",
        gettext_lazy("%(address)s gets no automatic answers for now: it answers each of them, as machines do."),
    ),
    "channel_down": ("plug", gettext_lazy("%(channel)s cannot send since a while: %(why)s")),
    "channel_held": ("hand-stop", gettext_lazy("%(channel)s holds its messages back until it is put right: %(why)s")),
    "channel_works_again": ("circle-check", gettext_lazy("%(channel)s sends again; what waited leaves in order.")),
    "channel_automatic_limit": (
        "robot",
        gettext_lazy("%(channel)s has sent %(limit)s automatic messages within an hour; further ones wait."),
    ),
    "third_party_wrote": ("user-question", gettext_lazy("%(by)s, who is not the customer, wrote on %(subject)s")),
    "third_party_answered": ("message-circle", gettext_lazy("%(by)s answered what you asked beside %(subject)s")),
    "sender_not_proven": (
        "alert-triangle",
        gettext_lazy("Somebody wrote as %(by)s on %(subject)s, and the check failed"),
    ),
    "agent_mail_refused": (
        "alert-triangle",
        gettext_lazy("A mail in the name of %(by)s was not taken as our answer on %(subject)s. Look at it."),
    ),
    "mail_reported_as_spam": (
        "alert-triangle",
        gettext_lazy("The receiver of our mail on %(subject)s reported it as spam"),
    ),
    "mail_challenged": (
        "user-question",
        gettext_lazy("The receiver's filter on %(subject)s wants proof that a person writes: %(why)s"),
    ),
    "mailbox_failing": ("plug", gettext_lazy("The mailbox %(channel)s cannot be read; its page says why.")),
    "mailbox_works_again": (
        "circle-check",
        gettext_lazy("The mailbox %(channel)s is read again; what waited there is fetched."),
    ),
}
ASKING = ("answer_asked", "help_asked", "superior_asked", "nobody_answered")  # of these an answer may be wanted
# What many of one kind say together.
TOGETHER: dict[str, Promise] = {
    "ticket_assigned": gettext_lazy("%(count)d tickets were given to you"),
    "ticket_taken_over": gettext_lazy("%(count)d of your tickets were taken over"),
    "ticket_nudged": gettext_lazy("You are asked to go on with %(count)d tickets"),
    "dispatch_failed": gettext_lazy("%(count)d messages could not be sent"),
    "follow_up_missed": gettext_lazy("%(count)d follow-ups were missed"),
    "time_running_out": gettext_lazy("Time is running out on %(count)d tickets"),
    "deadline_missed": gettext_lazy("%(count)d tickets are late"),
    "answer_asked": gettext_lazy("%(count)d tickets need you"),
    "superior_asked": gettext_lazy("The customers of %(count)d tickets ask for somebody who may decide"),
    "nobody_answered": gettext_lazy("Nobody answered about %(count)d tickets; now you are asked"),
}


@dataclass(slots=True)
class Told:
    """One line of the list. address: where it leads, empty where that is nowhere. inside: what it stands for.

    asks: it waits for an answer of the reader, which can be given here; until: then it goes one level up.
    """

    pk: int
    sign: str
    words: str
    address: str
    at: datetime
    unread: bool
    instead_of: str
    asks: bool = False
    until: datetime | None = None
    inside: list["Told"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NoticePage:
    """The newest first. older: where the next page begins, empty at the end."""

    told: list[Told]
    older: str
    unread: bool


def notice_page(actor: Actor, *, before: str, now: datetime) -> NoticePage:
    """One page of somebody's notices; three statements, whatever it holds, and one where somebody is asked to answer.

    before: `older` of the page before.
    """
    mine = Notice.objects.visible_to(actor).shown(now).select_related("stands_in_for").order_by("-id")
    if before.isdecimal() and len(before) < 19:
        mine = mine.filter(pk__lt=int(before))
    found = list(mine[: PAGE + 1])
    told = _lines(actor, found[:PAGE])
    older = str(told[-1].pk) if len(found) > PAGE else ""
    return NoticePage(told, older, unread=any(each.unread for each in told))


def unread_since(actor: Actor, *, since: datetime, now: datetime) -> list[Told]:
    """What somebody was told after a moment and has not read, the newest first; no more than a page of it."""
    mine = Notice.objects.visible_to(actor).shown(now).unread().filter(due_at__gt=since)
    return _lines(actor, list(mine.select_related("stands_in_for").order_by("-id")[:PAGE]))


def _lines(actor: Actor, shown: Sequence[Notice]) -> list[Told]:
    """These with what is bundled behind them."""
    inside = Notice.objects.visible_to(actor).filter(bundle__in=[notice.pk for notice in shown]).order_by("id")
    behind: dict[int, list[Notice]] = defaultdict(list)
    for notice in inside.select_related("stands_in_for")[:1000] if shown else ():
        behind[notice.bundle_id or 0].append(notice)
    everything = [*shown, *(each for group in behind.values() for each in group)]
    subjects, waiting = _subjects(actor, everything), _waiting(actor, everything)
    return [_told(notice, behind[notice.pk], subjects, waiting) for notice in shown]


def unread_count(actor: Actor, *, now: datetime, most: int) -> int:
    """How many lines are new, as far as they are counted."""
    return Notice.objects.visible_to(actor).shown(now).unread()[:most].count()


def address_of(notice: Notice, *, actor: Actor) -> str:
    """Where a notice leads."""
    return _told(notice, [], _subjects(actor, [notice]), {}).address or reverse("desk:notices")


@dataclass(frozen=True, slots=True)
class _Subject:
    words: str
    address: str


def _subjects(actor: Actor, notices: Iterable[Notice]) -> dict[int, _Subject]:
    """The tickets that are spoken of and may be read."""
    ids = {notice.object_id for notice in notices if notice.object_kind == "ticket"}
    found = Ticket.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "reference", "subject") if ids else []
    return {
        pk: _Subject(f"{reference} “{subject}”", reverse("desk:ticket", args=[reference]))
        for pk, reference, subject in found
    }


def _waiting(actor: Actor, notices: Iterable[Notice]) -> dict[int, datetime | None]:
    """The escalations spoken of to which the reader may still answer, and until when."""
    ids = {pk for notice in notices if (pk := escalation_of(notice))}
    if not ids:
        return {}
    asked = Escalation.objects.visible_to(actor).unanswered().filter(pk__in=ids, ticket__status__in=OPEN_STATUSES)
    mine = asked if actor.leads else asked.filter(told=actor.id)
    return dict(mine.values_list("pk", "answer_due_at"))


def escalation_of(notice: Notice) -> int:
    """The escalation that a notice speaks of; 0 where it speaks of none."""
    named = str(notice.parameters.get("escalation", ""))
    return int(named) if notice.kind in ASKING and named.isdecimal() else 0


def _told(
    notice: Notice,
    behind: Sequence[Notice],
    subjects: dict[int, _Subject],
    waiting: Mapping[int, datetime | None],
) -> Told:
    subject = subjects.get(notice.object_id) if notice.object_kind == "ticket" else None
    sign, sentence = SENTENCES[notice.kind]
    gone = _("a ticket you may not read any more")
    words = str(sentence) % defaultdict(str, notice.parameters, subject=subject.words if subject else gone)
    if due := parse_datetime(str(notice.parameters.get("due", ""))):
        words = _("%(words)s · due %(time)s") % {"words": words, "time": day_and_time(due)}
    if behind and notice.kind in TOGETHER:
        words = str(TOGETHER[notice.kind]) % {"count": len(behind) + 1}
    inside = [_told(each, [], subjects, waiting) for each in [notice, *behind]] if behind else []
    escalation = escalation_of(notice)
    return Told(
        pk=notice.pk,
        sign=sign,
        words=words,
        address=_address(notice, subject) if not behind else "",
        at=notice.created_at,
        unread=notice.read_at is None,
        instead_of=notice.stands_in_for.name if notice.stands_in_for else "",
        asks=escalation in waiting,
        until=waiting.get(escalation),
        inside=inside,
    )


def _address(notice: Notice, subject: _Subject | None) -> str:
    if notice.object_kind == "channel":
        return reverse("desk:channel", args=[notice.object_id])
    return subject.address if subject else ""
