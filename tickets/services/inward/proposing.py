"""What new tickets seem to be about, by the words of their first message."""

from collections.abc import Iterable

from policies import sorting
from tickets.services.inward.incoming import Incoming


def propose(opened: Iterable[Incoming]) -> None:
    """Fill in a proposal where a new ticket begins unsorted; one statement at most. What machines write is not read."""
    asked = [item for item in opened if item.ticket and not item.automatic]
    sorter = sorting.current() if asked else sorting.Sorter()
    for item in asked:
        ticket = item.ticket
        if ticket is None or ticket.query_type_id not in sorter.unsorted:
            continue
        if proposal := sorter.propose(f"{item.subject}\n{item.text}"):
            ticket.proposed_type_id, ticket.proposed_words = proposal.query_type, list(proposal.words)
