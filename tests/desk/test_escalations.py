"""Asking for help at the desk, and the answer of whoever is told."""

import pytest

from tests.desk.conftest import desk_of, words
from tests.factories import TicketFactory, UserFactory
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


def test_an_escalation_is_answered_from_the_list_of_notices_which_reads_it(desk, asked, lead):
    bambang, notice = desk_of(lead), lead.notices.get()
    page = bambang.get("/desk/notices/")
    assert "Waits for an answer until Fri 20 Nov 10:30 I have seen it" in words(page)

    done = bambang.post(f"/desk/notices/{notice.pk}/escalation-acknowledge/", follow=True)

    asked.refresh_from_db()
    assert (done.redirect_chain, asked.state) == ([("/desk/notices/", 302)], "acknowledged")
    assert "Noted that you have seen it." in words(done)
    assert "Waits for an answer" not in words(done)
    assert words(bambang.get("/desk/notices/bell/")) == ""


def test_it_is_taken_over_or_given_back_with_a_reason_from_there(desk, at, asked, lead):
    bambang, address = desk_of(lead), f"/desk/notices/{lead.notices.get().pk}"

    assert "Say why you give it back." in words(bambang.post(f"{address}/escalation-return/", follow=True))
    assert words(bambang.get("/desk/notices/bell/")) == "1 new"
    bambang.post(f"{address}/escalation-take/")

    assert Ticket.objects.get().owner == lead
    assert "Bambang took over" in words(desk.get("/desk/notices/"))


def test_given_back_from_there_the_asker_reads_why(desk, asked, lead):
    desk_of(lead).post(f"/desk/notices/{lead.notices.get().pk}/escalation-return/", {"reason": "Tawarkan potongan"})

    assert "back to you: Tawarkan potongan" in words(desk.get("/desk/notices/"))


def test_of_several_in_one_line_each_is_answered_by_itself_and_the_line_stays_new(desk, at, lead):
    for number in range(7):
        desk.post(at("escalate/"), {"version": 1, "reason": f"Alasan {number}"})
    bambang = desk_of(lead)
    first = lead.notices.order_by("id").first()

    page = bambang.post(f"/desk/notices/{first.pk}/escalation-acknowledge/", follow=True)

    assert words(page).count("I have seen it") == 6
    assert words(bambang.get("/desk/notices/bell/")) == "1 new"


def test_nobody_answers_by_the_notice_of_another_and_no_notice_without_a_question_is_answered(desk, asked, lead, dewi):
    notice = lead.notices.get()

    assert desk.post(f"/desk/notices/{notice.pk}/escalation-take/").status_code == 404
    assert desk_of(lead).post(f"/desk/notices/{notice.pk}/escalation-dance/").status_code == 404
    lead.notices.update(kind="ticket_assigned")
    assert desk_of(lead).post(f"/desk/notices/{notice.pk}/escalation-take/").status_code == 404


def test_the_list_of_notices_costs_the_same_whatever_waits_for_an_answer(desk, at, lead, django_assert_num_queries):
    bambang = desk_of(lead)
    for _ in range(3):
        desk.post(at("escalate/"), {"version": 1, "reason": "Pelanggan marah"})
        with django_assert_num_queries(8):  # with the menu of those who lead, and one for what waits
            bambang.get("/desk/notices/")


def test_nobody_whom_a_complaint_may_be_about_is_offered_and_the_form_says_why(desk, dewi, network, at, ticket):
    lead = UserFactory(name="Bagus Santoso", role="supervisor", teams=[network])
    TicketFactory(customer=ticket.customer, team=network, owner=lead)
    ticket.query_type.code = "X-06"
    ticket.query_type.save()

    for form, field in (("assign/", "owner"), ("escalate/", "person")):
        page = desk.get(at(form))
        assert "Left out, since this complaint may be about them: Bagus Santoso." in words(page)
        assert f'<option value="{lead.pk}"' not in page.content.decode()
        asked = {"version": ticket.version, field: lead.pk, "reason": "Bantu"}
        refused = desk.post(at(form), asked)
        assert (refused.status_code, "This complaint may be about them." in words(refused)) == (422, True)

    ticket.query_type.code = ""
    ticket.query_type.save()
    assert "Left out" not in words(desk.get(at("assign/")))
