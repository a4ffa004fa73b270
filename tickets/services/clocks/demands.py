"""What the rules ask of a ticket, one clock each: those of our own service and those of every legal pack."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.snapshots import RuleSnapshot
from policies.targets import Target

SERVICE, LEGAL = "service", "legal"


@dataclass(frozen=True, slots=True)
class Demand:
    """One clock. from_occurrence: it counts from the day it happened where that is known. from_documents: it counts
    from when all documents were in. spoken: it holds only as long as the complaint does not go on in writing.
    """

    goal: str
    target: Target
    pauses: tuple[str, ...]
    basis: str = SERVICE
    pack: str = ""
    late_is_next_day: bool = False
    from_occurrence: bool = False
    from_documents: bool = False
    spoken: bool = False


def demands(rules: RuleSnapshot) -> Iterator[Demand]:
    for goal, target in rules.targets.items():
        yield Demand(goal, target, rules.pauses)
    for legal in rules.legal:
        for goal, target in legal.targets.items():
            yield Demand(
                goal,
                target,
                legal.pauses,
                LEGAL,
                legal.pack,
                late_is_next_day=legal.next_day_after_hours,
                from_occurrence=legal.from_occurrence,
                from_documents=legal.from_documents,
                spoken=bool(legal.converts_to),
            )
