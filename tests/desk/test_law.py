"""What laws ask, on the pages of a ticket: Friday, 20 November 2026, at ten."""

import pytest
import time_machine

from policies.models import QueryType
from policies.services import packs
from tests.desk.conftest import NINE, TEN, desk_of, words
from tests.factories import ChannelFactory
from tests.moments import moment
from tickets.models import Deadline, Message
from tickets.services.clocks import deadlines, documents

pytestmark = pytest.mark.django_db
EXTEND = {"reason": "external_factor", "done": "Kami menanyai bank lain."}


@pytest.fixture
def fee(ticket):
    """Siti's complaint is one about a fee to a bank."""
    packs.load("finance", now=NINE)
    ticket.query_type = QueryType.objects.get(slug="biaya-bunga")
    return begin(ticket)


@pytest.fixture
def spoken(ticket):
    packs.load("finance", now=NINE)
    ticket.query_type = QueryType.objects.get(slug="biaya-bunga")
    ticket.channel = ChannelFactory(kind="phone")
    return begin(ticket)


def begin(ticket):
    rows = deadlines.begin([ticket], now=NINE)
    ticket.save()
    deadlines.write(rows)
    return ticket


@pytest.fixture
def limit(fee, dewi):
    documents.complete(fee.pk, actor=dewi.actor(), now=NINE)
    return Deadline.objects.get(ticket=fee, pack="ID-OJK-TERTULIS", goal="resolution")


def test_the_ticket_says_that_the_law_waits_for_documents_and_whoever_works_on_it_records_them(desk, fee, at):
    page = words(desk.get(at()))
    assert "The time of ID-OJK-TERTULIS begins when the documents are complete." in page
    assert "The customer has time until Fri 4 Dec 17:00 ." in page
    assert "waits for documents" in words(desk.get(at("deadlines/")))

    answer = desk.post(at("documents/"), {"version": fee.version, "at": ""}, follow=True)

    assert "Saved. The limit of the law is set." in words(answer)
    shown = words(desk.get(at("deadlines/")))
    assert "Documents complete since Fri 20 Nov 10:00" in shown
    assert Deadline.objects.get(ticket=fee, pack="ID-OJK-TERTULIS", goal="resolution").started_at == TEN


def test_a_recorded_moment_is_corrected_on_the_same_form_with_a_reason(desk, limit, at):
    refused = desk.post(at("documents/"), {"version": 2, "at": "2026-11-20T09:30", "reason": ""})
    assert (refused.status_code, "Say why the moment is corrected." in words(refused)) == (422, True)

    desk.post(at("documents/"), {"version": 2, "at": "2026-11-20T09:30", "reason": "Came with the second mail"})

    limit.ticket.refresh_from_db()
    assert limit.ticket.documents_at == moment("2026-11-20 09:30")


def test_refusing_is_offered_only_when_the_customers_time_is_over(desk, dewi, fee, at):
    assert "Refuse with a reason" not in words(desk.get(at()))

    with time_machine.travel(moment("2026-12-07 09:00"), tick=False):
        desk = desk_of(dewi)
        assert "Refuse with a reason" in words(desk.get(at()))
        desk.post(at("refuse/"), {"version": fee.version, "reason": "Rekening koran"})

    fee.refresh_from_db()
    assert (fee.status, fee.outcome) == ("resolved", "not_upheld")


def test_a_spoken_complaint_is_offered_to_go_on_in_writing_and_keeps_its_receipt_on_the_page(desk, spoken, at):
    assert "Counted as spoken (ID-OJK-LISAN)" in words(desk.get(at()))

    desk.post(at("in-writing/"), {"version": spoken.version, "needed": ""})

    page = words(desk.get(at("deadlines/")))
    assert "Received Friday, 20 November 2026, 09:00 WIB" in page
    assert "goes on in writing since" in page


def test_extending_shows_the_new_date_and_the_notice_before_anything_is_sent(desk, limit, at):
    assert "Extend…" in words(desk.get(at("deadlines/")))
    form = at(f"deadlines/{limit.pk}/extend/")

    page = words(desk.get(form))
    assert "The limit now Friday, 4 December 2026, 17:00 WIB" in page
    assert "The new limit Friday, 18 December 2026, 17:00 WIB" in page
    shown = words(desk.post(form, EXTEND | {"preview": "1"}))

    assert "Yang sudah dilakukan: Kami menanyai bank lain." in shown
    assert Message.objects.filter(automatic="extension").count() == 0


def test_an_extension_stands_on_the_deadlines_with_both_dates_and_its_reason(desk, limit, at):
    answer = desk.post(at(f"deadlines/{limit.pk}/extend/"), EXTEND, follow=True)

    page = words(answer)
    assert "The limit is extended and the customer is told." in page
    assert "Something beyond our control holds it up · Dewi Lestari" in page
    assert "the limit was extended" in page
    assert "Extend…" not in page
    assert "told the customer 10:00 ID-OJK-TERTULIS: Something beyond our control holds it up" in words(desk.get(at()))
    again = desk.post(at(f"deadlines/{limit.pk}/extend/"), EXTEND)
    assert (again.status_code, "allows no further extension" in words(again)) == (422, True)


def test_others_are_not_offered_what_they_may_not_do(andi, limit, at):
    theirs = desk_of(andi)

    assert "Extend…" not in words(theirs.get(at("deadlines/")))
    assert theirs.get(at(f"deadlines/{limit.pk}/extend/")).status_code == 403
    assert theirs.get(at("deadlines/999999/extend/")).status_code == 403


def test_a_ticket_that_waits_for_documents_keeps_the_budget_of_its_page(desk, fee, at, django_assert_max_num_queries):
    desk.get(at())

    with django_assert_max_num_queries(16):  # the page's fifteen, and the calendar by which the customer's time counts
        assert "The customer has time until" in words(desk.get(at()))
