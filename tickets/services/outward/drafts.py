"""What somebody is writing and has not sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from staff.models import User
from tickets.models import Draft, Message, Ticket


def save(
    ticket: Ticket,
    author_id: int,
    *,
    mode: str,
    text: str | None,
    now: datetime,
    addressed: Mapping[str, object] | None = None,
    files: Sequence[Mapping[str, object]] = (),
) -> None:
    """Keep what somebody is writing; where nothing is left of it the draft goes.

    text, addressed (what stands in the inputs beside the text): None leaves them as they were kept. files: to be added.
    """
    drafts = Draft.objects.filter(ticket=ticket, author_id=author_id, mode=mode)
    draft = drafts.first() or Draft(ticket=ticket, author=User(pk=author_id), mode=mode)
    draft.text = draft.text if text is None else text
    draft.files = [*draft.files, *files]
    draft.addressed = draft.addressed if addressed is None else dict(addressed)
    if not draft.text.strip() and not draft.files:
        drafts.delete()
        return
    values = {"text": draft.text, "saved_at": now, "files": draft.files, "addressed": draft.addressed}
    Draft.objects.update_or_create(ticket=ticket, author_id=author_id, mode=mode, defaults=values)


def files_of(message: Message) -> list[dict[str, object]]:
    """The files of a message that is taken back, as its draft keeps them."""
    return [{"file": each.file_id, "name": each.name} for each in message.attachments.order_by("id")]
