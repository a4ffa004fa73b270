"""What is found out about a case is written down beside its type."""

import pytest

from tests.desk.conftest import NINE, words
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
KNOWN = {"occurred_at": "2026-11-19T08:00", "area": "Depok", "loss_amount": "250000", "reach": "12000"}


def test_the_form_of_the_type_leads_to_the_facts_and_the_ticket_shows_them(desk, ticket, at):
    assert f'href="{at("facts/")}?' in desk.get(at("classify/")).content.decode()

    said = words(desk.post(at("facts/"), KNOWN | {"version": ticket.version}, follow=True))

    assert "The facts are saved." in said
    assert "Area Depok Loss IDR 250,000.00 Said in public, followers 12,000 Correct it" in said
    assert 'value="2026-11-19T08:00"' in desk.get(at("facts/")).content.decode()


def test_what_nobody_touched_is_no_change(desk, ticket, at):
    Ticket.objects.update(occurred_at=NINE.replace(second=30), impact="Toko tutup.\nRugi.")
    shown = {"occurred_at": "2026-11-20T09:00", "impact": "Toko tutup.\r\nRugi."}

    desk.post(at("facts/"), shown | {"version": ticket.version})

    assert not ticket.history.filter(change="facts_noted").exists()


def test_what_cannot_be_is_refused_and_an_older_ticket_too(desk, ticket, at):
    future = desk.post(at("facts/"), {"version": ticket.version, "occurred_at": "2026-11-21T08:00"})
    older = desk.post(at("facts/"), {"version": ticket.version - 1, "area": "Depok"})

    assert (future.status_code, "It cannot have happened in the future." in words(future)) == (422, True)
    assert (older.status_code, Ticket.objects.get().area) == (409, "")
