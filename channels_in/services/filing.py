"""The files of a batch are put away, except what a sender brings beyond what a day allows (threats.md H11).

Of such a file it is kept that it came; the mail as it came lies in the ledger in any case.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from channels_in.events import InboundFile
from channels_in.parsing.spool import lies_in
from channels_in.services.reading import Read
from files import quota
from files.kinds import clean_name
from files.models import StoredFile
from files.services import store
from files.services.store import NewFile
from tickets.models import Attachment, Message
from tickets.services.inward.incoming import IncomingFile


@dataclass(slots=True)
class _Fresh:
    """A file that came with the item at this place and is not stored yet."""

    place: int
    sender: str
    file: InboundFile
    new: NewFile


def store_files(
    items: Mapping[int, Read], *, now: datetime, limited_by: Collection[int] | None = None
) -> dict[int, list[IncomingFile]]:
    """The files of these items, by their places in the batch.

    limited_by: the customers with whom the senders' messages of the last day stand; None sets them no limit.
    """
    fresh = [
        _Fresh(place, item.event.sender.value, file, _new_file(file, item.folder))
        for place, item in items.items()
        for file in item.event.files
        if not file.stored_id
    ]
    if fresh and limited_by is not None:
        _leave_out(fresh, limited_by, now=now)
    rows = store.put([each.new for each in fresh], now=now)
    stored = {id(each.file): row for each, row in zip(fresh, rows, strict=True)}
    uploaded = {file.stored_id for item in items.values() for file in item.event.files if file.stored_id}
    earlier = StoredFile.objects.in_bulk(uploaded) if uploaded else {}
    found: dict[int, list[IncomingFile]] = {}
    for place, item in items.items():
        for file in item.event.files:
            row = earlier.get(file.stored_id) if file.stored_id else stored[id(file)]
            if row:
                found.setdefault(place, []).append(_with_name(file, row))
    return found


def _leave_out(fresh: Collection[_Fresh], customers: Collection[int], *, now: datetime) -> None:
    """Mark those that come on top of what a day allows. One statement."""
    earlier = Attachment.objects.filter(
        message__customer__in=customers,
        message__received_at__gt=now - quota.DAY,
        message__kind=Message.Kind.INBOUND,
        message__from_address__in={each.sender for each in fresh},
    ).exclude(file__scan=StoredFile.Scan.LEFT_OUT)
    totals = earlier.values_list("message__from_address").annotate(brought=quota.total("file__size"))
    brought: defaultdict[str, int] = defaultdict(int, totals)
    for each in fresh:
        size = each.new.size
        if quota.has_room(brought[each.sender], size):
            brought[each.sender] += quota.counted(size)
        else:
            each.new = replace(each.new, left_out=True)


def _new_file(file: InboundFile, folder: Path) -> NewFile:
    path = lies_in(folder, file.spooled) if file.spooled else None
    return NewFile(file.content, file.content_type, path)


def _with_name(file: InboundFile, row: StoredFile) -> IncomingFile:
    return IncomingFile(row, name=clean_name(file.name), inline=file.inline, content_id=file.content_id[:255])
