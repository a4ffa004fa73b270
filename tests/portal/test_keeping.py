"""Small rules behind the pages: phone numbers, file names, budgets by caller, and what is forgotten when."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import RequestFactory

from core.clock import now
from files.models import StoredFile
from portal.callers import caller_of
from portal.contacts import read
from portal.models import FormDraft, LinkRequest
from portal.phones import e164
from portal.services import cleaning, links
from portal.services.links import as_reference
from portal.tasks import clean_forms
from tests.portal.walk import pdf, wait, work_off
from tickets.models import Attachment


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("62 0812 3456 7890", "+6281234567890"),
        ("+62 (0)812-3456-7890", "+6281234567890"),
        ("0062 812 3456 7890", "+6281234567890"),
        ("(021) 5551 2345", "+622155512345"),
        ("+1 650 253 0000", "+16502530000"),
        ("157", None),
        ("081234", None),
        ("call me", None),
        ("", None),
    ],
)
def test_phone_numbers_are_understood_as_people_write_them(written, number):
    assert e164(written) == number


@pytest.mark.parametrize("typed", ["KLH-2611-7F4Q2XK", "klh-2611-7f4q2xk", "KLH 2611 7F4Q2XK", " 2611-7f4q2xk"])
def test_a_reference_is_understood_however_it_was_typed(typed):
    assert as_reference(typed) == "KLH-2611-7F4Q2XK"


def test_one_household_is_one_caller_and_nobody_is_kept_by_address():
    def caller(address: str) -> str:
        return caller_of(RequestFactory(REMOTE_ADDR=address).get("/"))

    assert caller("2001:db8:1:2::1") == caller("2001:db8:1:2:ffff::9")
    assert caller("2001:db8:1:2::1") != caller("2001:db8:1:3::1")
    assert caller("203.0.113.7") != caller("203.0.113.8")
    assert "203" not in caller("203.0.113.7")[:3]


def test_the_address_book_holds_what_the_channels_say(company):
    lines = [(line.kind, line.text, line.link) for line in read().lines]

    assert lines == [
        ("phone", "+62 21 55512345", "tel:+622155512345"),
        ("email", "keluhan@nusanet.example", "mailto:keluhan@nusanet.example"),
    ]


@pytest.mark.parametrize(("age", "kept"), [({"days": 6}, 1), ({"days": 8}, 0)])
def test_a_form_that_was_not_sent_is_kept_for_a_week_with_its_files(
    visitor, age, kept, django_capture_on_commit_callbacks
):
    visitor.fill_in(story={"attachments": [pdf()]})
    key = StoredFile.objects.get().key
    wait(**age)

    with django_capture_on_commit_callbacks(execute=True):
        cleaning.clean(now=now())

    assert (FormDraft.objects.count(), StoredFile.objects.count()) == (kept, kept)
    assert default_storage.exists(key) == bool(kept)


def test_a_sent_form_is_forgotten_after_a_day_and_its_files_stay_with_the_ticket(visitor):
    visitor.fill_in(story={"attachments": [pdf()]})
    visitor.send()
    work_off()
    wait(days=2)

    assert clean_forms() == 1

    assert Attachment.objects.get().file.size == len(pdf())
    assert visitor.confirmation().status_code == 404


def test_who_asked_for_a_link_is_forgotten_after_a_day():
    links.ask("KLH-2611-2222222", "siti@mail.example", caller="x", language="id", now=now())

    cleaning.clean(now=now() + timedelta(days=2))

    assert not LinkRequest.objects.exists()


def test_cleaning_twice_finds_nothing_left_to_do(visitor):
    visitor.choose_type()
    wait(days=8)

    assert (clean_forms(), clean_forms()) == (1, 0)
