"""The 360 page: one customer, everything open, and the whole history, the newest first."""

from dataclasses import dataclass
from datetime import datetime

from core.actor import Actor
from customers.models import Customer
from desk.lines import read_position
from desk.person import Person, person
from desk.ticket_page import History, Place, history_of
from tickets.timeline import timeline_page


@dataclass(frozen=True, slots=True)
class CustomerPage:
    person: Person
    history: History
    place: Place
    now: datetime


def customer_page(customer_id: int, place: Place, *, actor: Actor, now: datetime) -> CustomerPage:
    """Raises Customer.DoesNotExist."""
    customer = Customer.objects.visible_to(actor).select_related("root").get(pk=customer_id)
    who = person(customer, actor=actor, now=now)
    kinds = [place.kind] if place.kind else ()
    lines = timeline_page(actor, customer_ids=who.ids, before=read_position(place.before), kinds=kinds)
    return CustomerPage(person=who, history=history_of(lines, newest_first=True), place=place, now=now)
