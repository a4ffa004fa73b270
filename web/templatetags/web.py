"""Tags that every page uses: icons, moments, durations, the language switch."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.dateformat import format as date_format
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.clock import now

register = template.Library()

# How moments are written: the day, and the time of day. Indonesian puts a point between hours and minutes.
DAYS = {"short": "D j M", "date": "j M", "dated": "j M Y", "full": "l, j F Y"}
TIMES = {"id": "%H.%M", "en": "%H:%M"}
BETWEEN = {"id": " pukul ", "en": ", "}


def spoken() -> str:
    """The language of the page, as far as moments are concerned."""
    return "id" if translation.get_language() == "id" else "en"


@lru_cache(maxsize=4000)
def day_words(day: date, style: str, language: str) -> str:
    """A day in the words of a language."""
    with translation.override(language):
        return date_format(day, DAYS[style])


@register.simple_tag
@lru_cache(maxsize=1000)
def icon(name: str, label: str = "") -> SafeString:
    """A picture from the sprite. Without a label it is decoration and screen readers pass over it."""
    speech = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    address = f"{static('vendor/icons.svg')}#{name}"
    return format_html('<svg class="icon" {} focusable="false"><use href="{}"></use></svg>', speech, address)


@register.simple_tag
def when(moment: datetime | None, style: str = "short") -> SafeString:
    """A moment: short on the page, whole (weekday, date, zone) for whoever points at it.

    style: short, date, time (the day stands above already), full. What is of another year is shown with its year.
    """
    if moment is None:
        return SafeString("–")
    local, language = timezone.localtime(moment), spoken()
    time = local.strftime(TIMES[language])
    whole = f"{day_words(local.date(), 'full', language)}{BETWEEN[language]}{time} {local.tzname()}"
    if style == "full":
        shown = whole
    elif style == "time":
        shown = time
    elif local.year != timezone.localtime(now()).year:
        shown = day_words(local.date(), "dated", language)
    else:
        shown = day_words(local.date(), style, language) + (f" {time}" if style == "short" else "")
    iso = local.isoformat(timespec="seconds")
    return SafeString(f'<time datetime="{iso}" title="{whole}">{shown}</time>')  # nothing here was written by people


@register.simple_tag
def clock(moment: datetime | None) -> str:
    """The time of day alone, in words for a sentence."""
    return timezone.localtime(moment).strftime(TIMES[spoken()]) if moment else ""


def day_and_time(moment: datetime) -> str:
    """A moment in few words, for a sentence: Sel 24 Nov 08.00."""
    day = day_words(timezone.localtime(moment).date(), "short", spoken())
    return f"{day} {clock(moment)}"


@register.filter
def weekday_date(moment: datetime) -> str:
    """The day of a moment, for a ruler between entries: Selasa, 24 November 2026."""
    return day_words(timezone.localtime(moment).date(), "full", spoken())


def lasting(length: timedelta) -> str:
    """A length of time in its largest unit: 10 minutes, 3 hours, 2 days."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 1:
        return _("a moment")
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}


@register.simple_tag
def passed(since: datetime, until: datetime) -> str:
    """How long it was from one moment to another, in words."""
    return lasting(until - since)


@register.filter
def named(thing: Any) -> str:
    """The name of a team or query type in the language of the page."""
    return str(thing.name_in(translation.get_language() or settings.LANGUAGE_CODE)) if thing else ""


@register.filter
def capped(number: int) -> str:
    """A count that stops at 99: nobody reads more, and counting on would cost."""
    return "99+" if number > 99 else str(number)


@register.filter
def grouped(number: Decimal | int) -> str:
    """A large number with its thousands apart, as the language of the page writes it: 1.250.000,00."""
    return number_format(number, force_grouping=True)


@register.filter
def short_code(reference: str) -> str:
    """The part of a reference that people say: 7F4Q2XK."""
    return reference.rpartition("-")[2]


@register.inclusion_tag("web/_language_switch.html", takes_context=True)
def language_switch(context: template.Context) -> dict[str, object]:
    """Buttons for the languages of the product; the page one stands on comes back in the other language."""
    request: HttpRequest | None = context.get("request")
    return {
        "languages": settings.LANGUAGES,
        "current": translation.get_language(),
        "next": request.get_full_path() if request else "/",
        "csrf_token": context.get("csrf_token", ""),
    }


UNDO = "undo "


@register.filter
def undo_address(message: Message) -> str:
    """Where what this line tells can be taken back; empty where it cannot. The line's extra tags say it."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
