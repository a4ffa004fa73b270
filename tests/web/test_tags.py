import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation

from desk.person import ICONS
from desk.templatetags.desk import CHANNEL_ICONS, DELIVERIES, LOOK_ICONS, STATUS_ICONS
from tests.moments import moment
from web.templatetags.web import capped, lasting, short_code, weekday_date

NOW = moment("2026-11-24 14:05")
ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [path for app in ("web", "desk", "portal") for path in (ROOT / app / "templates").rglob("*.html")]


def shown(template: str, **context) -> str:
    return Template("{% load web %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("language", "style", "text", "whole"),
    [
        ("id", "short", "Sel 24 Nov 14.05", "Selasa, 24 November 2026 pukul 14.05 WIB"),
        ("en", "short", "Tue 24 Nov 14:05", "Tuesday, 24 November 2026, 14:05 WIB"),
        ("id", "time", "14.05", "Selasa, 24 November 2026 pukul 14.05 WIB"),
        ("en", "full", "Tuesday, 24 November 2026, 14:05 WIB", "Tuesday, 24 November 2026, 14:05 WIB"),
        ("en", "date", "24 Nov", "Tuesday, 24 November 2026, 14:05 WIB"),
    ],
)
def test_a_moment_is_short_on_the_page_and_whole_for_who_points_at_it(language, style, text, whole):
    with translation.override(language), time_machine.travel(NOW):
        written = shown("{% when moment style %}", moment=NOW, style=style)

    assert written == f'<time datetime="2026-11-24T14:05:00+07:00" title="{whole}">{text}</time>'


def test_a_moment_of_another_year_says_its_year():
    with translation.override("en"), time_machine.travel(NOW):
        assert ">3 Mar 2024</time>" in shown("{% when moment %}", moment=moment("2024-03-03 10:00"))


def test_no_moment_is_a_dash():
    assert shown("{% when moment %}", moment=None) == "–"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=40), "a moment"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=1, minutes=59), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(hours=49), "2 days"),
        (timedelta(seconds=-5), "a moment"),
    ],
)
def test_lengths_of_time_are_said_in_their_largest_unit(length, words):
    with translation.override("en"):
        assert lasting(length) == words


def test_days_are_days_of_jakarta():
    with translation.override("en"):
        assert weekday_date(moment("2026-11-25 00:30")) == "Wednesday, 25 November 2026"


def test_counts_stop_at_99_and_references_are_said_by_their_last_part():
    assert (capped(99), capped(100)) == ("99", "99+")
    assert short_code("KLH-2611-7F4Q2XK") == "7F4Q2XK"


def test_an_icon_is_decoration_unless_it_says_something():
    assert 'aria-hidden="true"' in shown('{% icon "mail" %}')
    assert 'role="img" aria-label="E-mail &amp; more"' in shown('{% icon "mail" label %}', label="E-mail & more")


def test_every_icon_of_the_pages_is_in_the_list_that_the_sprite_is_made_of():
    listed = set((ROOT / "web" / "icons.txt").read_text().split())
    used = {name for path in TEMPLATES for name in re.findall(r'{%\s*icon "([\w-]+)"', path.read_text())}
    used |= {*CHANNEL_ICONS.values(), *STATUS_ICONS.values(), *LOOK_ICONS.values(), *ICONS.values()}
    used |= {name for name, _words in DELIVERIES.values()}

    assert used - listed == set()
