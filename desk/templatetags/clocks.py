"""What pages say of clocks, and what due-chip.js needs to go on by itself."""

import json
from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk.clocks import formats, lasting
from tickets.legal_words import reason_words

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
