"""What a message carries: no file leaves before the virus scanner has found it clean (threats.md H12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.services import outcomes
from files.models import StoredFile

LOOK_AGAIN_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a message may not leave: a sentence that names the file. until: when to look again, None for never."""

    why: str
    until: datetime | None = None


def obstacles(dispatches: Sequence[Dispatch], *, now: datetime) -> dict[int, Obstacle]:
    """By the ids of those that may not leave now; one statement, none where nothing is attached.

    What has waited for a verdict until its time to be sent is over never leaves.
    """
    wanted = {item["file"] for dispatch in dispatches for item in dispatch.attachments}
    unclean = [StoredFile.Scan.PENDING, StoredFile.Scan.INFECTED]
    found = StoredFile.objects.filter(pk__in=wanted, scan__in=unclean).in_bulk() if wanted else {}
    judged = ((dispatch.pk, _obstacle(dispatch, found, now=now)) for dispatch in dispatches if found)
    return {pk: obstacle for pk, obstacle in judged if obstacle}


def harm_in(files: Sequence[tuple[int, str]]) -> str:
    """The first of these files, by id and name, that is known to be harmful, in a sentence; empty where none is."""
    found = StoredFile.objects.filter(pk__in=[pk for pk, _name in files], scan=StoredFile.Scan.INFECTED).in_bulk()
    return next((_harm(name, found[pk]) for pk, name in files if pk in found), "")


def set_aside(dispatch: Dispatch, pending: Sequence[DispatchRecipient], met: Obstacle, *, now: datetime) -> None:
    """Let it wait for the scan, at no cost of a try, or fail it so that somebody takes the file out."""
    if met.until is None:
        outcomes.refused(dispatch, pending, met.why, now=now)
    else:
        outcomes.wait(dispatch.pk, met.why, until=met.until)


def _obstacle(dispatch: Dispatch, found: dict[int, StoredFile], *, now: datetime) -> Obstacle | None:
    """What is harmful weighs more than what is not known yet."""
    unclean = [(item["name"], found[item["file"]]) for item in dispatch.attachments if item["file"] in found]
    for name, file in unclean:
        if file.scan == StoredFile.Scan.INFECTED:
            return Obstacle(_harm(name, file))
    if not unclean:
        return None
    asked_again = max([now, *(file.scan_due_at for _name, file in unclean if file.scan_due_at)])
    names = {"names": ", ".join(f"“{name}”" for name, _file in unclean)}
    if dispatch.expires_at and dispatch.expires_at <= now:
        return Obstacle(_("The virus scanner gave no verdict on %(names)s within a day.") % names)
    why = _("It leaves once the virus scanner has found %(names)s clean.") % names
    return Obstacle(why, asked_again + LOOK_AGAIN_AFTER)


def _harm(name: str, file: StoredFile) -> str:
    found = {"name": name, "threat": file.scan_note}
    return _("“%(name)s” carries something harmful (%(threat)s): send without it.") % found
