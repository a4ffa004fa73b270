"""The mail with what somebody has been told and not read, as often as they chose; each notice comes once."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels_out.services import outbox
from desk.notices import Told, unread_since
from desk.services import staff_mail
from notices.models import NoticeDigest
from policies.models import Channel
from staff.availability import is_away, reachable_from
from staff.models import User

DAILY_FROM, DAILY_UNTIL = time(8), time(12)  # after a morning without a worker it still comes, but not at night
LOOK_BACK = timedelta(days=1)  # what is older was there to be read before somebody chose to get mails


def send_due(*, now: datetime) -> int:
    """Queue the mails that are due, each person's once an hour or a day; returns how many."""
    mailbox = staff_mail.mailbox()
    if mailbox is None:
        return 0
    made = NoticeDigest.objects.filter(recipient=OuterRef("pk")).order_by("-slot")
    wanting = User.objects.filter(is_active=True).exclude(digest=User.Digest.NEVER).prefetch_related("teams")
    people: Any = wanting.annotate(
        last_slot=Subquery(made.values("slot")[:1]), last_at=Subquery(made.values("made_at")[:1])
    )
    due = [(user, slot) for user in people.order_by("id") if (slot := _slot_of(user, now)) and _may_be_told(user, now)]
    return sum(
        _send(user, slot, mailbox, since=user.last_at or now - LOOK_BACK, now=now)
        for user, slot in due
        if user.last_slot is None or user.last_slot < slot
    )


def _slot_of(user: User, now: datetime) -> datetime | None:
    """The beginning of the hour, or of the day in the person's zone; None while a day's mail is not to come."""
    if user.digest == User.Digest.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0)
    local = now.astimezone(ZoneInfo(user.time_zone))
    if not DAILY_FROM <= local.time() < DAILY_UNTIL:
        return None
    return datetime.combine(local.date(), DAILY_FROM, tzinfo=local.tzinfo).astimezone(UTC)


def _may_be_told(user: User, now: datetime) -> bool:
    return not is_away(user, now) and reachable_from(user, now) <= now


def _send(user: User, slot: datetime, mailbox: Channel, *, since: datetime, now: datetime) -> int:
    """0 where there is nothing new, or where another worker was faster."""
    with translation.override(user.language), timezone.override(ZoneInfo(user.time_zone)):
        told = unread_since(user.actor(), since=since, now=now)
        if not told:
            return 0
        subject = ngettext(
            "%(count)d notice that you have not read", "%(count)d notices that you have not read", len(told)
        )
        mail = staff_mail.outgoing(user, mailbox, subject=subject % {"count": len(told)}, text=_text(user, told))
    try:
        with transaction.atomic():
            NoticeDigest.objects.create(recipient=user, slot=slot, made_at=now)
            outbox.queue([mail], now=now)
    except IntegrityError:
        return 0
    return 1


def _text(user: User, told: Sequence[Told]) -> str:
    hello = _("Hello %(name)s,") % {"name": user.public_name or user.name}
    every = _("All your notices: %(address)s") % {"address": f"{settings.SITE_URL}/desk/notices/"}
    return "\n\n".join([hello, *(_line(each) for each in told), every]) + "\n"


def _line(told: Told) -> str:
    """What was told, with what it stands for, and where it leads."""
    words = [f"- {told.words}"]
    words += [f"  - {each.words}" for each in told.inside]
    return "\n".join([*words, *([f"  {settings.SITE_URL}{told.address}"] if told.address else ())])
