"""The provider's customers with all their addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db.models import F

from customers.models import Customer, Identity
from demo.content import Person


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the story with their row and addresses by kind."""

    person: Person
    customer: Customer
    identities: dict[str, Identity]


def welcome(people: Sequence[Person], *, now: datetime) -> list[Known]:
    """Make their rows, each with e-mail, phone, WhatsApp and Instagram."""
    customers = Customer.objects.bulk_create(_customer(person, now=now) for person in people)
    Customer.objects.filter(root=None).update(root_id=F("pk"))
    for customer in customers:
        customer.root_id = customer.pk
    addresses = [_addresses(person) for person in people]
    identities = Identity.objects.bulk_create(
        Identity(customer=customer, kind=kind, value=value, verified=kind == Identity.Kind.EMAIL)
        for customer, known in zip(customers, addresses, strict=True)
        for kind, value in known.items()
    )
    of_customer: dict[int, dict[str, Identity]] = {}
    for identity in identities:
        of_customer.setdefault(identity.customer_id, {})[identity.kind] = identity
    return [Known(person, each, of_customer[each.pk]) for person, each in zip(people, customers, strict=True)]


def _customer(person: Person, *, now: datetime) -> Customer:
    since = datetime.combine(person.since, time(3), tzinfo=UTC)
    return Customer(
        name=person.name,
        language=person.language,
        time_zone=person.time_zone,
        preferred_channel=person.preferred_channel,
        stage=person.stage,
        high_value=person.high_value,
        since=min(since, now),
        service_number=person.service_number,
        area=person.area.name,
    )


def _addresses(person: Person) -> dict[str, str]:
    return {
        Identity.Kind.EMAIL: person.email,
        Identity.Kind.PHONE: person.phone_e164,
        Identity.Kind.WHATSAPP: person.phone_e164,
        Identity.Kind.INSTAGRAM: person.instagram,
    }
