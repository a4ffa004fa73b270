"""How a matter ended: what must be said of it, the same wherever it is resolved."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.errors import Invalid
from policies.models import QueryType
from tickets.models import Ticket

ASKED_OUTCOME = (QueryType.Kind.COMPLAINT,)
FIELDS = ["resolved_at", "outcome", "fault", "cause", "wrote_after"]


@dataclass(frozen=True, slots=True)
class Ending:
    """outcome, fault: as Ticket knows them, empty where nobody has said. cause: what lay behind it, in few words."""

    outcome: str = ""
    fault: str = ""
    cause: str = ""


MOST_CAUSES, LOOKED_AT = 12, 300


def known_causes(query_type_id: int) -> list[str]:
    """The causes found lately for tickets of a type, the most frequent first."""
    lately = Ticket.objects.filter(query_type=query_type_id).exclude(cause="").order_by("-id")
    counted = Counter(lately.values_list("cause", flat=True)[:LOOKED_AT])
    return [cause for cause, _count in counted.most_common(MOST_CAUSES)]


def settled(ticket: Ticket, ending: Ending, *, now: datetime) -> dict[str, object]:
    """The values of a ticket that is resolved now. A complaint needs its outcome; anything else is just answered.

    Raises Invalid where the outcome is missing, the ticket is unsorted or not open.
    """
    if not ticket.is_open:
        raise Invalid(_("Only an open ticket can be resolved."))
    if ticket.query_type.unsorted:
        raise Invalid(_("Say what the ticket is about before you resolve it: it is still unsorted."))
    if not ending.outcome and ticket.query_type.kind in ASKED_OUTCOME:
        raise Invalid(_("Say how the complaint ended: choose an outcome."), field="outcome")
    return {
        "status": Ticket.Status.RESOLVED,
        "resolved_at": now,
        "outcome": ending.outcome or Ticket.Outcome.ANSWERED,
        "fault": ending.fault,
        "cause": " ".join(ending.cause.split())[:200],
        "ball": Ticket.Ball.THEIRS,
        "unanswered": 0,
        "wrote_after": False,
    }
