"""What pages say of clocks, and what due-chip.js needs to go on by itself."""

import json
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from desk.clocks import Chip, formats, lasting
from tickets.legal_words import reason_words
from web.templatetags.web import icon

register = template.Library()


@register.filter
def legal_reason(code: str) -> str:
    """Why a legal limit was put off, in words."""
    return reason_words(code)


@register.simple_tag
def clock_words(moment: datetime) -> SafeString:
    """The server's time and the words of clocks in the language of the page; once on each page that shows chips."""
    return format_html('<div hidden data-clock="{}" data-now="{}"></div>', json.dumps(formats()), moment.isoformat())


@register.simple_tag
def clock_length(length: timedelta) -> str:
    """A length of time as a clock says it."""
    return lasting(length)


@register.simple_tag
def due_chip(chip: Chip) -> SafeString:
    """A clock in words, by a picture and by colour. No template: a list shows dozens, and each would cost a third of a
    millisecond.
    """
    goal = f"{chip.goal} ({_('legal')})" if chip.legal else chip.goal
    return format_html(
        '<due-chip class="chip due due-{}" {}title="{}">{}<span class="visually-hidden">{}:</span>'
        " <span data-words>{}</span></due-chip>",
        chip.look,
        _moments(chip),
        goal,
        icon(chip.sign),
        goal,
        chip.words,
    )


def _moments(chip: Chip) -> SafeString:
    """When it looks otherwise, for due-chip.js; nothing of a clock that stands still."""
    moments = {"due": chip.due, "warn": chip.warn, "urgent": chip.urgent} if chip.due else {}
    written = [f'data-{name}="{timezone.localtime(moment).isoformat()}" ' for name, moment in moments.items() if moment]
    return SafeString("".join(written))  # nothing here was written by people
