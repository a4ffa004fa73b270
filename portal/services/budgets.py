"""How much one caller may do without being known (threats.md P02, P04). Counted from rows, so every process agrees."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from core.errors import DomainError
from files import quota
from portal.models import FormDraft, FormFile, LinkRequest

HOUR = timedelta(hours=1)
SENT_PER_HOUR = 10
BEGUN_PER_HOUR = 40
LOOK_UPS_PER_HOUR = 20


class TooMany(DomainError):
    """The caller's budget is used up; nothing was done."""

    code = "too_many"


def spend_on_beginning(caller: str, *, now: datetime) -> None:
    """Raises TooMany where this caller has begun too many forms."""
    begun = FormDraft.objects.filter(caller=caller, created_at__gt=now - HOUR)
    _refuse_beyond(BEGUN_PER_HOUR, begun.count())


def spend_on_sending(caller: str, *, now: datetime) -> None:
    """Raises TooMany where this caller has sent too many forms."""
    sent = FormDraft.objects.filter(caller=caller, sent_at__gt=now - HOUR)
    _refuse_beyond(SENT_PER_HOUR, sent.count())


def spend_on_looking_up(caller: str, *, now: datetime) -> None:
    """Raises TooMany where this caller has asked for too many links."""
    asked = LinkRequest.objects.filter(caller=caller, asked_at__gt=now - HOUR)
    _refuse_beyond(LOOK_UPS_PER_HOUR, asked.count())


def spend_on_a_file(draft: FormDraft, size: int, *, now: datetime) -> None:
    """Raises TooMany where this caller, or whoever writes to this ticket, has brought enough within a day."""
    theirs = Q(draft__caller=draft.caller)
    if draft.ticket_id:
        theirs |= Q(draft__ticket=draft.ticket_id)
    brought = FormFile.objects.filter(theirs, file__stored_at__gt=now - quota.DAY)
    if not quota.has_room(brought.aggregate(size=quota.total("file__size"))["size"] or 0, size):
        raise TooMany(quota.sentence())


def _refuse_beyond(most: int, done: int) -> None:
    if done >= most:
        raise TooMany(
            _("Too much has come from your internet connection within an hour. Please wait a little, or call us.")
        )
