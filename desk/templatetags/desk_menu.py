"""The menu that every page of the staff has."""

from django import template

from channels_in.health import Outage
from core.actor import ANONYMOUS
from desk.traffic import Waiting, outages, waiting

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_for_leaders(context: template.Context) -> Waiting:
    """What the menu counts for those who lead."""
    return waiting(getattr(context.get("request"), "actor", ANONYMOUS))


@register.simple_tag(takes_context=True)
def channel_outages(context: template.Context) -> list[Outage]:
    """For administrators alone."""
    return outages(getattr(context.get("request"), "actor", ANONYMOUS))
