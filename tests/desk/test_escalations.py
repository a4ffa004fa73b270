"""Asking for help at the desk, and the answer of whoever is told."""

import pytest

from tests.desk.conftest import desk_of, words
from tests.factories import UserFactory
from tickets.models import Escalation, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(network):
    return UserFactory(name="Bambang", role="supervisor", teams=[network])


@pytest.fixture
def asked(desk, at, lead) -> Escalation:
    desk.post(at("escalate/"), {"version": 1, "reason": "Pelanggan marah", "tried": "Dua kali telepon"})
    return Escalation.objects.get()


def test_help_is_asked_for_with_a_reason(desk, at, lead):
    assert "Say why you need help." in words(desk.post(at("escalate/"), {"version": 1}))

    page = desk.post(at("escalate/"), {"version": 1, "reason": "Pelanggan marah"}, follow=True)

    assert "Asked. You are told what comes of it." in words(page)
    assert "Dewi Lestari asks for help “Pelanggan marah” · waits for an answer until Fri 20 Nov 10:30" in words(page)
    assert "Dewi Lestari escalated the ticket 10:00 Bambang: Pelanggan marah" in words(page)


def test_only_who_may_answer_has_the_buttons(desk, at, asked, lead):
    assert "I have seen it" not in words(desk.get(at()))
    assert "I have seen it Take it over Give it back" in words(desk_of(lead).get(at()))


def test_the_lead_has_seen_it_and_nothing_waits_any_more(desk, at, asked, lead):
    page = words(desk_of(lead).post(f"/desk/escalations/{asked.pk}/escalation-acknowledge/", follow=True))

    assert "Noted that you have seen it." in page
    assert "waits for an answer" not in page
    assert "Bambang has seen that" in words(desk.get("/desk/notices/"))


def test_the_lead_takes_it_over(at, asked, lead):
    desk_of(lead).post(f"/desk/escalations/{asked.pk}/escalation-take/")

    assert Ticket.objects.get().owner == lead


def test_it_is_given_back_with_a_reason_that_the_asker_reads(desk, at, asked, lead):
    answer = f"/desk/escalations/{asked.pk}/escalation-return/"

    assert "Say why you give it back." in words(desk_of(lead).post(answer, follow=True))
    desk_of(lead).post(answer, {"reason": "Tawarkan potongan dulu"})

    assert "back to you: Tawarkan potongan dulu" in words(desk.get("/desk/notices/"))


def test_an_escalation_of_a_ticket_one_may_not_read_does_not_exist(asked, conduct, andi):
    Ticket.objects.update(team=conduct)

    assert desk_of(andi).post(f"/desk/escalations/{asked.pk}/escalation-take/").status_code == 404
