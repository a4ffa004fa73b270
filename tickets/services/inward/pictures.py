"""Pictures of other hosts in a mail: nobody is asked for them before one of the staff wants to see them (H05)."""

from datetime import datetime
from urllib.parse import urljoin, urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import NotAllowed
from core.history import by
from core.web_client import Answer, FetchRefused, fetch
from core.written_html import pictures_elsewhere
from files.pictures import NotAPicture, redrawn
from files.services import store
from notices import live
from tickets.models import Message, Picture, TicketHistory

MOST = 100  # of one message
LARGEST = 5 * 1024 * 1024
SECONDS = 6
MOST_HOPS = 3
MOVED = (301, 302, 303, 307, 308)
TROUBLE = 200
ASKING = {"Accept": "image/webp,image/png,image/jpeg,image/gif", "User-Agent": "Mozilla/5.0 (compatible; Tanggap)"}


@transaction.atomic
def ask(message_id: int, *, actor: Actor, now: datetime) -> int:
    """From now on the pictures of other hosts are shown with this message; those that failed are tried once more.

    Nothing is fetched yet: that is done as each is looked at. Returns how many there are. The ticket's history keeps
    who asked and which hosts learn of it. Raises Message.DoesNotExist, NotAllowed for whoever is not of the staff.
    """
    if not actor.is_staff:
        raise NotAllowed(_("Only the staff can ask for the pictures of a message."))
    message = Message.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=message_id)
    addresses = pictures_elsewhere(message.html)[:MOST]
    known = set(message.pictures.values_list("number", flat=True))
    again = message.pictures.exclude(trouble="").update(trouble="")
    asked = {"asked_at": now, "asked_by": actor.name}
    new = [
        Picture(message=message, number=number, address=address, **asked)
        for number, address in enumerate(addresses)
        if number not in known
    ]
    Picture.objects.bulk_create(new)
    if new or again:
        after = {"message": message.pk, "hosts": sorted({urlsplit(address).hostname or "" for address in addresses})}
        TicketHistory.objects.create(
            ticket_id=message.ticket_id, at=now, change="pictures_asked_for", after=after, **by(actor)
        )
        live.tickets_changed(message.ticket_id)
    return len(addresses)


def brought(picture: Picture, *, now: datetime) -> Picture:
    """The picture with its file, or with why there is none: the first to look at it asks its host, once.

    Asks another host, so no transaction may be open.
    """
    if picture.file_id or picture.trouble:
        return picture
    waiting = Picture.objects.filter(pk=picture.pk, file=None)
    try:
        drawn = redrawn(_bytes_of(picture.address))
    except (FetchRefused, NotAPicture) as refused:
        waiting.update(trouble=str(refused)[:TROUBLE])
    else:
        with transaction.atomic():
            stored = store.put([store.NewFile(drawn.content, drawn.content_type)], now=now)
            if not waiting.update(file=stored[0], trouble=""):  # somebody else looked at the same moment
                store.remove(stored)
    picture.refresh_from_db(fields=["file", "trouble"])
    return picture


def _bytes_of(address: str) -> bytes:
    """What lies there, also behind a few redirects, each of which is checked as the first."""
    for _hop in range(MOST_HOPS + 1):
        answer = fetch(address, headers=ASKING, largest=LARGEST, seconds=SECONDS, https_only=False)
        if answer.status not in MOVED:
            return _picture_in(answer, address)
        address = urljoin(address, answer.headers.get("location", ""))
    raise FetchRefused(f"{_host(address)} sends from one address to the next.")


def _picture_in(answer: Answer, address: str) -> bytes:
    if answer.status != 200:
        raise FetchRefused(f"{_host(address)} answered {answer.status}.")
    declared = answer.headers.get("content-type", "")
    if not declared.lower().startswith("image/"):
        raise NotAPicture(f"{_host(address)} sent something that is no picture.")
    return answer.body


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
