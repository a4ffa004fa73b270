"""What the pages ask of a customer and of the way an answer takes at once."""

from django import template

from desk.person import Address, Person
from tickets.services.outward.outgoing import Way

register = template.Library()


@register.filter
def unreachable(way: Way | None, person: Person) -> list[Address]:
    """Of the addresses that an answer goes to, those of the customer's at which nothing arrives."""
    to = {each.address.lower() for each in way.to} if way else set()
    return [address for address in person.addresses if address.lost_at and address.value in to]
