"""What a law asks of the staff on one ticket beyond its dates: complete documents, or a complaint in writing."""

from dataclasses import dataclass
from datetime import datetime

from tickets.models import Ticket
from tickets.services.clocks import documents


@dataclass(frozen=True, slots=True)
class LawPart:
    """pack: the law. documents: its time begins with complete documents. until: when the customer's time to complete
    them ends, None where it names none. spoken: the complaint may go on in writing.
    """

    pack: str
    documents: bool = False
    complete_at: datetime | None = None
    until: datetime | None = None
    over: bool = False
    spoken: bool = False

    @property
    def waits(self) -> bool:
        return self.documents and self.complete_at is None


def law_part(ticket: Ticket, *, now: datetime) -> LawPart | None:
    """None where no law asks for anything. One statement where documents are awaited; the terms must be at hand."""
    if not ticket.is_open:
        return None
    law, spoken = documents.law_of(ticket), documents.spoken_law(ticket)
    if law is None:
        return LawPart(spoken.pack, spoken=True) if spoken else None
    until = None if ticket.documents_at else documents.wanted_until(ticket, law)
    over = until is not None and now > until
    return LawPart(
        law.pack,
        documents=True,
        complete_at=ticket.documents_at,
        until=until,
        over=over,
        spoken=spoken is not None,
    )
