"""What holds for one ticket: the rules as they were when they were matched, kept with it as plain values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.targets import Target, Targets, target_json, targets_json, targets_of

FROM_OCCURRENCE = ("transaction", "delivery", "discovery")
FROM_DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class LegalSnapshot:
    """What a legal pack asks for one ticket, copied onto its deadlines.

    clock_start: received, documents, request, routed, transaction, delivery or discovery. extension: what may be added
    to the resolution extension_times, for one of extension_reasons. documents_days: the working days to complete them.
    converts_to: the pack that holds once a spoken complaint goes on in writing. next_day_after_hours: what comes in
    after close counts as received on the next working day. verified: an administrator has signed for it.
    """

    pack: str
    version: int
    targets: Targets
    clock_start: str = "received"
    pauses: tuple[str, ...] = ()
    extension: Target | None = None
    extension_times: int = 0
    extension_reasons: tuple[str, ...] = ()
    documents_days: int = 0
    converts_to: str = ""
    next_day_after_hours: bool = False
    verified: bool = False

    @property
    def from_documents(self) -> bool:
        """It counts from when all documents were in; the first answer does not wait for them."""
        return self.clock_start == FROM_DOCUMENTS

    @property
    def from_occurrence(self) -> bool:
        """It counts from the day it happened, where that is known."""
        return self.clock_start in FROM_OCCURRENCE


@dataclass(frozen=True, slots=True)
class RuleSnapshot:
    """What holds for one ticket, copied onto its deadlines: later changes of the rules do not rewrite it.

    rule: id of the rule that won, None where none holds; version: the publication it was taken from.
    tightened_by: ids of the rules that made targets shorter. legal: every pack that applies; the earliest date is due.
    """

    rule: int | None
    version: int
    name: str = ""
    targets: Targets = field(default_factory=dict)
    pauses: tuple[str, ...] = ()
    ladder: str = ""
    customer_sees: bool = False
    tightened_by: tuple[int, ...] = ()
    legal: tuple[LegalSnapshot, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for a JSON column; from_json reads them back."""
        return {
            "rule": self.rule,
            "version": self.version,
            "name": self.name,
            "targets": targets_json(self.targets),
            "pauses": list(self.pauses),
            "ladder": self.ladder,
            "customer_sees": self.customer_sees,
            "tightened_by": list(self.tightened_by),
            "legal": [_legal_json(each) for each in self.legal],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "RuleSnapshot":
        return cls(
            rule=stored["rule"],
            version=stored["version"],
            name=stored["name"],
            targets=targets_of(stored["targets"]),
            pauses=tuple(stored["pauses"]),
            ladder=stored["ladder"],
            customer_sees=stored.get("customer_sees", False),
            tightened_by=tuple(stored["tightened_by"]),
            legal=tuple(_legal_of(each) for each in stored["legal"]),
        )


def _legal_json(legal: LegalSnapshot) -> dict[str, Any]:
    return {
        "pack": legal.pack,
        "version": legal.version,
        "targets": targets_json(legal.targets),
        "clock_start": legal.clock_start,
        "pauses": list(legal.pauses),
        "extension": target_json(legal.extension) if legal.extension else None,
        "extension_times": legal.extension_times,
        "extension_reasons": list(legal.extension_reasons),
        "documents_days": legal.documents_days,
        "converts_to": legal.converts_to,
        "next_day_after_hours": legal.next_day_after_hours,
        "verified": legal.verified,
    }


def _legal_of(stored: Mapping[str, Any]) -> LegalSnapshot:
    extension = stored["extension"]
    return LegalSnapshot(
        **{
            **stored,
            "targets": targets_of(stored["targets"]),
            "pauses": tuple(stored["pauses"]),
            "extension": Target(**extension) if extension else None,
            "extension_reasons": tuple(stored.get("extension_reasons", ())),
        }
    )
