"""Who is speaking: addresses become customers, whole batches at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q

from core import bulk
from customers.models import Customer, Identity


@dataclass(frozen=True, slots=True)
class Speaker:
    """An address that spoke, with what it says of itself; the address alone decides who it is."""

    kind: str
    value: str
    name: str = field(default="", compare=False)
    language: str = field(default="id", compare=False)

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.value


def resolve(speakers: Iterable[Speaker], *, now: datetime) -> dict[tuple[str, str], Identity]:
    """The identity of each speaker, with its customer; unknown ones become customers with a claimed address.

    Runs in the caller's transaction. Two workers that meet the same new address at once agree on one customer: the
    unique constraint lets one win, the other looks again.
    """
    wanted = {speaker.key: speaker for speaker in speakers}
    known = _find(wanted.keys())
    missing = [wanted[key] for key in sorted(wanted.keys() - known.keys())]
    if missing:
        made = _make(missing, now=now)
        found = _find([speaker.key for speaker in missing])
        _unmake(made - {identity.customer_id for identity in found.values()})
        known |= found
    return known


def _find(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Identity]:
    by_kind: dict[str, list[str]] = {}
    for kind, value in keys:
        by_kind.setdefault(kind, []).append(value)
    wanted = Q()
    for kind, values in by_kind.items():
        wanted |= Q(kind=kind, value__in=values)
    if not by_kind:
        return {}
    found = Identity.objects.filter(wanted).select_related("customer")
    return {(identity.kind, identity.value): identity for identity in found}


def _make(speakers: Sequence[Speaker], *, now: datetime) -> set[int]:
    """Make customers for new addresses, in the order of the addresses, so that two workers cannot block each other.

    Returns their ids; of those whose address somebody else has taken meanwhile nothing is needed any more.
    """
    customers = bulk.insert(Customer(name=speaker.name, language=speaker.language, since=now) for speaker in speakers)
    ids = [customer.pk for customer in customers]
    Customer.objects.filter(pk__in=ids).update(root_id=F("pk"))
    Identity.objects.bulk_create(
        [
            Identity(customer=customer, kind=speaker.kind, value=speaker.value)
            for customer, speaker in zip(customers, speakers, strict=True)
        ],
        ignore_conflicts=True,
    )
    return set(ids)


def _unmake(ids: Collection[int]) -> None:
    """Remove customers to whom nothing points yet but themselves."""
    if ids:
        needless = Customer.objects.filter(pk__in=ids)
        needless.update(root=None)
        needless.delete()


def add(customer: Customer, kind: str, value: str) -> Identity | None:
    """Another address of a customer, claimed; None where it belongs to somebody else already."""
    identity, _made = Identity.objects.get_or_create(kind=kind, value=value, defaults={"customer": customer})
    return identity if identity.customer_id == customer.pk else None


def mark_undeliverable(addresses: Collection[str], *, now: datetime) -> None:
    """Mail systems say that nothing reaches these e-mail addresses any more."""
    if addresses:
        known = Identity.objects.filter(kind=Identity.Kind.EMAIL, value__in=addresses, undeliverable_at=None)
        known.update(undeliverable_at=now)


def mark_reachable(spoke: Iterable[Identity]) -> None:
    """Somebody who proved to be there wrote from these addresses: what we knew of them does not hold any more."""
    revived = [identity.pk for identity in spoke if identity.undeliverable_at is not None]
    if revived:
        Identity.objects.filter(pk__in=revived).update(undeliverable_at=None)
