"""What a calendar program wrote, in words: what, when in the customer's zone, where, who. Nothing is answered."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _

from channels_in.events import Invitation

DAY = {"id": "l, j F Y", "en": "l, j F Y"}
TIME = {"id": "H.i", "en": "H:i"}
BETWEEN = {"id": " pukul ", "en": ", "}


def in_words(invitation: Invitation, *, language: str, time_zone: str) -> str:
    """A few lines for the ticket, in the customer's language."""
    with translation.override(language):
        lines = [_title(invitation)]
        when = _when(invitation, language if language in TIME else "en", ZoneInfo(time_zone))
        if when:
            lines.append(_("When: %(when)s") % {"when": when})
        if invitation.location:
            lines.append(_("Where: %(place)s") % {"place": invitation.location})
        if invitation.organizer:
            lines.append(_("Organised by: %(person)s") % {"person": invitation.organizer})
    return "\n".join(lines)


def _title(invitation: Invitation) -> str:
    what = {"what": invitation.summary or "–"}
    if invitation.method == "request":
        return _("Invitation: %(what)s") % what
    if invitation.method == "cancel":
        return _("Cancelled: %(what)s") % what
    if invitation.method == "reply":
        return _("Answer to an invitation: %(what)s") % what
    return _("Calendar entry: %(what)s") % what


def _when(invitation: Invitation, language: str, zone: tzinfo) -> str:
    start, end = invitation.starts_at, invitation.ends_at
    if start is None:
        when = invitation.written
    elif invitation.whole_day:
        when = formats.date_format(start.astimezone(UTC), DAY[language])
    else:
        when = _span(start.astimezone(zone), end.astimezone(zone) if end else None, language)
    return _("%(when)s (repeated)") % {"when": when} if when and invitation.repeats else when


def _span(start: datetime, end: datetime | None, language: str) -> str:
    """From when to when, the zone named once; the second day only where it is another one."""
    shown = (
        f"{formats.date_format(start, DAY[language])}{BETWEEN[language]}{formats.date_format(start, TIME[language])}"
    )
    if end and end.date() == start.date():
        shown += f"–{formats.date_format(end, TIME[language])}"
    elif end:
        last = formats.date_format(end, DAY[language])
        shown += f" – {last}{BETWEEN[language]}{formats.date_format(end, TIME[language])}"
    return f"{shown} {start.tzname()}"
