"""A complaint by the form, from the first question to the ticket."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from channels_in.models import Arrival
from customers.models import Identity
from policies.models import Channel, TatRule
from portal.models import FormDraft
from tests.portal.walk import PDF, STORY, Visitor, pdf, wait, work_off
from tests.tickets.clock_rules import in_force, publish
from tickets.models import Attachment, Ticket
from web.templatetags.web import when


def test_a_complaint_becomes_a_ticket_with_its_facts_and_files(visitor):
    visitor.choose_type()
    visitor.tell(attachments=[pdf(), pdf("foto.txt", b"bukti bayar")])
    visitor.introduce()
    wait(seconds=30)
    visitor.send()
    work_off()

    ticket = Ticket.objects.get()
    assert ticket.reference in visitor.confirmation().text
    assert (ticket.query_type.slug, ticket.team.slug) == ("tagihan", "tagihan")
    assert (ticket.service_number, ticket.area, ticket.impact) == ("1102938", "Bekasi", "Uang belanja habis.")
    assert ticket.desired_remedy in ("Money back", "Uang kembali")
    assert ticket.occurred_at.date().isoformat() == "2026-11-01"  # midnight in Jakarta is still the day before in UTC
    assert ticket.customer.name == "Siti Rahmawati"
    known = set(Identity.objects.filter(customer=ticket.customer).values_list("kind", "value"))
    assert known == {("email", "siti@mail.example"), ("phone", "+6281234567890")}
    assert list(Attachment.objects.values_list("name", flat=True)) == ["tagihan.pdf", "foto.txt"]


def test_the_arrival_holds_what_the_form_said_and_the_page_shows_its_number_before_a_worker_came(visitor):
    visitor.fill_in()
    visitor.send()

    body = json.loads(bytes(Arrival.objects.get().body))
    assert body["reference"] in visitor.confirmation().text
    assert (body["token"], body["text"], body["query_type"]) == (visitor.token, STORY["text"], "tagihan")
    assert (body["email"], body["phone"]) == ("siti@mail.example", "+6281234567890")


def test_the_check_page_shows_every_answer_with_a_way_to_change_it(visitor):
    shown = visitor.fill_in(story={"attachments": [pdf()]}).look_over().text

    for answer in (
        STORY["text"],
        "1102938",
        "Bekasi",
        "Uang belanja habis.",
        "Siti Rahmawati",
        "tagihan.pdf",
        "Tagihan",
    ):
        assert answer in shown
    for step in ("about", "story", "person"):
        assert visitor.at(step) in shown


def test_changing_one_answer_leads_straight_back_to_the_check_page(visitor):
    visitor.fill_in()

    response = visitor.tell(area="Depok")

    assert response.headers["Location"] == visitor.at("check")
    assert "Depok" in visitor.look_over().text


def test_a_skipped_page_is_asked_for_before_anything_can_be_sent(visitor):
    visitor.choose_type()
    visitor.introduce()
    wait(seconds=30)

    response = visitor.client.post(visitor.at("check"), follow=True)

    assert response.redirect_chain[-1][0] == visitor.at("story") + "?look=again"
    assert 'href="#id_text"' in response.text
    assert not Arrival.objects.exists()


def test_who_comes_back_to_a_page_finds_what_was_typed(visitor):
    visitor.fill_in(story={"attachments": [pdf()]})

    page = visitor.client.get(visitor.at("story")).text

    assert STORY["text"] in page
    assert 'value="2026-11-02"' in page
    assert "tagihan.pdf" in page


def test_two_clicks_on_send_are_one_complaint_with_one_number(visitor):
    visitor.fill_in()

    first, second = visitor.send(), visitor.send()

    assert first.headers["Location"] == second.headers["Location"] == visitor.at("received")
    assert Arrival.objects.count() == 1
    assert FormDraft.objects.get().reference in visitor.confirmation().text


def test_going_back_after_sending_and_sending_again_is_still_one_complaint(visitor):
    visitor.fill_in()
    visitor.send()

    back = visitor.tell(text="Saya ubah sesudah mengirim, apakah menjadi dua?")
    visitor.send()

    assert back.headers["Location"] == visitor.at("received")
    assert Arrival.objects.count() == 1


def test_the_confirmation_names_the_team_and_gives_no_date_that_nobody_computed(visitor):
    visitor.client.cookies["django_language"] = "en"
    visitor.fill_in()
    visitor.send()

    page = visitor.confirmation().text

    assert "Billing" in page
    assert "WIB" in page
    assert not re.search(r"\b(TAT|SLA|escalat\w+|first answer by|waiting_\w+)\b", page, re.IGNORECASE)


@pytest.mark.parametrize("sees", [True, False])
def test_once_the_ticket_is_made_the_confirmation_says_by_when_where_the_rule_lets_customers_know(visitor, sees):
    rule = in_force(resolution=120, calendar="X")
    if sees:
        TatRule.objects.filter(pk=rule.pk).update(customer_sees=True)
        publish()
    visitor.client.cookies["django_language"] = "en"
    visitor.fill_in()
    visitor.send()
    assert "We mean to settle it by" not in visitor.confirmation().text
    work_off()

    page = visitor.confirmation().text

    due = Ticket.objects.get().deadlines.get().due_at
    assert ("We mean to settle it by" in page, when(due, "full") in page) == (sees, sees)


def test_once_the_ticket_is_made_the_confirmation_leads_to_its_own_page(visitor):
    visitor.fill_in()
    visitor.send()
    before = visitor.confirmation().text
    work_off()

    after = visitor.confirmation().text

    reference = FormDraft.objects.get().reference
    assert f"/c/{reference}/" in before
    assert f"/c/{reference}/" not in after


def test_the_choices_are_those_for_customers_and_the_rest_is_something_else(visitor):
    page = visitor.client.get("/complain/?language=id", follow=True).text

    assert page.count('name="query_type"') == 3
    assert "Salah tagih" in page
    assert "Belum dipilah" not in page
    assert 'value="unsorted"' in page


@pytest.mark.parametrize("extra", [{"status": "closed"}, {"priority": "urgent"}, {"reference": "KLH-2611-2222222"}])
def test_fields_that_nobody_asked_for_change_nothing(visitor, extra):
    visitor.fill_in(story=extra, person=extra)
    visitor.client.post(visitor.at("check"), extra)
    work_off()

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.priority) == ("new", "normal")
    assert ticket.reference != "KLH-2611-2222222"


def test_a_wish_in_own_words_is_kept_behind_the_choice(visitor):
    visitor.client.cookies["django_language"] = "en"
    visitor.fill_in(story={"remedy": "other", "remedy_text": "Kirim teknisi wanita"})
    visitor.send()

    assert json.loads(bytes(Arrival.objects.get().body))["desired_remedy"] == "Kirim teknisi wanita"


def test_two_customers_at_once_do_not_see_each_other(visitor):
    other = Visitor("203.0.113.8")
    visitor.fill_in()
    other.choose_type()

    assert visitor.token != other.token
    assert STORY["text"] not in other.client.get(other.at("story")).text


def test_the_form_is_private_and_the_first_page_may_be_found(visitor):
    visitor.fill_in()

    page, first = visitor.look_over(), visitor.client.get("/")

    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]
    assert "X-Robots-Tag" not in first.headers


def test_a_page_of_the_form_costs_few_statements(visitor, django_assert_max_num_queries):
    visitor.fill_in(story={"attachments": [pdf(f"{number}.pdf") for number in range(5)]})
    with django_assert_max_num_queries(4):
        visitor.client.get(visitor.at("story"))
    with django_assert_max_num_queries(5):
        visitor.look_over()
    with django_assert_max_num_queries(2):
        visitor.client.get("/")


def test_how_we_answer_is_offered_only_where_we_can(visitor):
    visitor.choose_type()
    Channel.objects.filter(kind=Channel.Kind.EMAIL).update(state=Channel.State.PAUSED)

    page = visitor.client.get(visitor.at("person")).text

    assert 'value="phone"' in page
    assert 'value="email"' not in page


def test_a_file_is_kept_byte_for_byte_until_the_ticket(visitor):
    visitor.fill_in(story={"attachments": [pdf()]})
    visitor.send()
    work_off()

    attachment = Attachment.objects.get()
    assert (attachment.file.size, attachment.file.content_type) == (len(PDF), "application/pdf")


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_from_four_tabs_at_the_same_moment_is_one_complaint(visitor):
    visitor.fill_in()

    def send(_tab: int) -> str:
        try:
            return Client().post(visitor.at("check")).headers["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as tabs:
        places = list(tabs.map(send, range(4)))

    assert places == [visitor.at("received")] * 4
    assert Arrival.objects.count() == 1
