"""The mail that those who lead get at half past seven of their own day: what is late, missed and due today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from channels_out.services import outbox
from channels_out.services.outbox import Outgoing
from desk.services import staff_mail
from notices.models import MorningMail
from policies.models import Channel
from reports.morning import Morning, morning_of
from staff.availability import is_away
from staff.models import User

FROM, UNTIL = time(7, 30), time(12)  # after a morning without a worker it still comes, but not at night


def send_due(*, now: datetime) -> int:
    """Queue the mails whose time has come, each once a day; returns how many. Without a mailbox nothing is queued."""
    mailbox = staff_mail.mailbox()
    if mailbox is None:
        return 0
    leading = User.objects.filter(is_active=True, role=User.Role.SUPERVISOR).prefetch_related("teams").order_by("id")
    due = [(user, day) for user in leading if (day := _day_of(user, now)) and not is_away(user, now)]
    sent = set(MorningMail.objects.filter(day__in={day for _user, day in due}).values_list("recipient_id", "day"))
    return sum(_send(user, day, mailbox, now=now) for user, day in due if (user.pk, day) not in sent)


def _day_of(user: User, now: datetime) -> date | None:
    """The day whose mail is due for them now; None before half past seven and after noon."""
    local = now.astimezone(ZoneInfo(user.time_zone))
    return local.date() if FROM <= local.time() < UNTIL else None


def _send(user: User, day: date, mailbox: Channel, *, now: datetime) -> int:
    """0 where another worker was faster."""
    try:
        with transaction.atomic():
            MorningMail.objects.create(recipient=user, day=day, made_at=now)
            outbox.queue([_outgoing(user, day, mailbox, now=now)], now=now)
    except IntegrityError:
        return 0
    return 1


def _outgoing(user: User, day: date, mailbox: Channel, *, now: datetime) -> Outgoing:
    zone = ZoneInfo(user.time_zone)
    ends = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone)
    mornings = morning_of(user.actor(), teams=list(user.teams.all()), until=ends, now=now)
    until = str(int(ends.timestamp()))
    with translation.override(user.language):
        counted = {"late": sum(each.late for each in mornings), "due": sum(each.due for each in mornings)}
        subject = _("This morning: %(late)d late, %(due)d due today") % counted
        return staff_mail.outgoing(user, mailbox, subject=subject, text=_text(user, day, mornings, until=until))


@dataclass(frozen=True, slots=True)
class _Line:
    label: str
    count: int
    address: str


def _text(user: User, day: date, mornings: Sequence[Morning], *, until: str) -> str:
    hello = _("Good morning %(name)s,") % {"name": user.public_name or user.name}
    stands = _("this is how it stands on %(day)s.") % {"day": date_format(day, "l, j F Y")}
    parts = [hello, stands, *(_part(each, until=until) for each in mornings)]
    return "\n\n".join([*parts, _("The board: %(address)s") % {"address": f"{settings.SITE_URL}/board/"}]) + "\n"


def _part(morning: Morning, *, until: str) -> str:
    """until: the end of the reader's day, as addresses say it: each link opens exactly what its number counts."""
    team = {"team": morning.team.slug} if morning.team else {}
    queue, follow_ups = f"{settings.SITE_URL}/desk/?", f"{settings.SITE_URL}/desk/follow-ups/?"
    lines = [
        _Line(_("Late"), morning.late, queue + urlencode({"view": "open", **team, "clock": "late"})),
        _Line(_("Due today"), morning.due, queue + urlencode({"view": "open", **team, "until": until})),
        _Line(_("Unassigned"), morning.unassigned, queue + urlencode({"view": "unassigned", **team})),
        _Line(
            _("Missed follow-ups"), morning.missed, follow_ups + urlencode({"whose": "all", "state": "missed", **team})
        ),
        _Line(
            _("Follow-ups today"),
            morning.follow_ups,
            follow_ups + urlencode({"whose": "all", "state": "to-do", **team, "until": until}),
        ),
    ]
    name = morning.team.name_in(translation.get_language() or "id") if morning.team else _("All teams")
    return "\n".join(
        [name, *(f"  {line.label}: {line.count}  {line.address if line.count else ''}".rstrip() for line in lines)]
    )
