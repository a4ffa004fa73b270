"""The menu that every page of the staff has."""

from django import template

from core.actor import ANONYMOUS
from desk.traffic import Waiting, waiting

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_for_leaders(context: template.Context) -> Waiting:
    """What the menu counts for those who lead."""
    return waiting(getattr(context.get("request"), "actor", ANONYMOUS))
