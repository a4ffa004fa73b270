"""The customer as the desk shows them: who it is, what is open now, what was before."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _

from core.actor import Actor
from customers.models import Customer, Identity
from desk.cards import Card, cards
from policies.models import Channel
from tickets.models import OPEN_STATUSES, Ticket

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Address:
    """One way to reach the customer. lost_at: since when nothing arrives there. icon: its picture's name."""

    kind: str
    value: str
    verified: bool
    lost_at: datetime | None
    icon: str

    @property
    def label(self) -> str:
        return str(Identity.Kind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with everything merged into them. ids: of all members, for questions about their history."""

    customer: Customer
    ids: list[int]
    other_names: list[str]
    addresses: list[Address]
    open_tickets: list[Card]
    past_tickets: list[Card]

    @property
    def name(self) -> str:
        return self.customer.name or (self.addresses[0].value if self.addresses else _("Unknown"))

    @property
    def prefers(self) -> str:
        """The kind of channel the customer likes best, in the reader's words."""
        kind = self.customer.preferred_channel
        return str(Channel.Kind(kind).label) if kind in Channel.Kind.values else kind


ICONS = {
    Identity.Kind.EMAIL: "mail",
    Identity.Kind.PHONE: "phone",
    Identity.Kind.WHATSAPP: "brand-whatsapp",
    Identity.Kind.TELEGRAM: "brand-telegram",
    Identity.Kind.MESSENGER: "brand-messenger",
    Identity.Kind.INSTAGRAM: "brand-instagram",
    Identity.Kind.X: "brand-x",
    Identity.Kind.LINE: "brand-line",
    Identity.Kind.CHAT: "message-circle",
    Identity.Kind.MEMBER: "id-badge-2",
    Identity.Kind.EXTERNAL: "link",
}


def person(customer: Customer, *, actor: Actor, now: datetime) -> Person:
    """Two statements: the members with their addresses, and the tickets, the open ones first.

    customer: with its root read; it is the root that is shown.
    """
    root = customer.root or customer
    identity = ("kind", "value", "verified", "undeliverable_at")
    columns = ("pk", "name", *(f"identities__{column}" for column in identity))
    rows = Customer.objects.visible_to(actor).members([root.pk]).order_by("pk", "identities__pk").values_list(*columns)
    names = dict.fromkeys(name for pk, name, *_rest in rows if name and name != root.name)
    addresses = dict.fromkeys((kind, value, sure, lost) for _pk, _name, kind, value, sure, lost in rows if kind)
    tickets = _tickets(root, actor=actor, now=now)
    return Person(
        customer=root,
        ids=list(dict.fromkeys(row[0] for row in rows)),
        other_names=list(names),
        addresses=[Address(kind, value, sure, lost, ICONS.get(kind, "at")) for kind, value, sure, lost in addresses],
        open_tickets=[ticket for ticket in tickets if ticket.is_open],
        past_tickets=[ticket for ticket in tickets if not ticket.is_open],
    )


def _tickets(root: Customer, *, actor: Actor, now: datetime) -> list[Card]:
    closed = Case(When(status__in=OPEN_STATUSES, then=Value(0)), default=Value(1), output_field=IntegerField())
    theirs = Ticket.objects.visible_to(actor).filter(customer__root_id=root.pk)
    return cards(theirs.order_by(closed, "-received_at", "-id")[:SHOWN], now=now)
