"""A customer looks up a complaint, reads how it stands, and adds to it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from channels_in.models import Arrival
from channels_out.models import Dispatch
from core.clock import now
from core.models import Errand
from customers.models import Identity
from helpdesk import errand_runner
from portal.models import FormDraft, LinkRequest
from portal.services import budgets
from tests.factories import (
    ConversationFactory,
    IdentityFactory,
    MessageFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)
from tests.meanwhile import meanwhile
from tests.portal.walk import pdf, work_off
from tickets.links import status_token
from tickets.models import Message, Ticket
from tickets.services.handling import work
from tickets.services.outward import replies


@pytest.fixture
def ticket(company):
    """Siti's ticket, with one message of hers."""
    identity = IdentityFactory(value="siti@mail.example", customer__name="Siti Rahmawati")
    IdentityFactory(customer=identity.customer, kind=Identity.Kind.PHONE, value="+6281234567890")
    ticket = TicketFactory(
        reference="KLH-2611-7F4Q2XK", customer=identity.customer, channel=company, team=TeamFactory(name_en="Billing")
    )
    thread = ConversationFactory(ticket=ticket, identity=identity)
    MessageFactory(ticket=ticket, conversation=thread, from_address=identity.value, text="Internet saya mati.")
    return ticket


@pytest.fixture
def browser():
    return Client(REMOTE_ADDR="203.0.113.7")


@pytest.fixture
def agent(ticket):
    return UserFactory(name="Dewi Kusumaningrum", public_name="Dewi", teams=[ticket.team])


def page_of(ticket) -> str:
    return f"/c/{status_token(ticket.pk)}/"


def look_up(browser, reference, address):
    return browser.post("/c/", {"reference": reference, "address": address}, follow=True)


# Looking up


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("KLH-2611-7F4Q2XK", "siti@mail.example"),
        ("KLH-2611-7F4Q2XK", "somebody@else.example"),
        ("KLH-2611-2222222", "siti@mail.example"),
        ("not a reference", "not an address"),
    ],
)
def test_the_answer_to_a_look_up_is_the_same_byte_for_byte(ticket, browser, reference, address):
    answer = look_up(browser, reference, address)
    unrelated = look_up(Client(REMOTE_ADDR="203.0.113.7"), "KLH-2611-3333333", "nobody@mail.example")

    assert answer.content == unrelated.content
    moments = {"Expires": ""}
    assert dict(answer.headers) | moments == dict(unrelated.headers) | moments
    assert LinkRequest.objects.count() == Errand.objects.count() == 2


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("klh-2611-7f4q2xk", " Siti@Mail.Example "),
        ("KLH 2611 7F4Q2XK", "siti@mail.example"),
        ("2611-7F4Q2XK", "0812 3456 7890"),
    ],
)
def test_the_link_goes_to_the_address_on_file_when_both_belong_together(ticket, browser, reference, address):
    look_up(browser, reference, address)
    errand_runner.run_due()

    dispatch = Dispatch.objects.get()
    assert [to.address for to in dispatch.recipients.all()] == ["siti@mail.example"]
    assert (dispatch.automatic, dispatch.headers["Auto-Submitted"]) == (True, "auto-replied")
    link = next(line for line in dispatch.text.splitlines() if line.startswith("http://localhost:8000/c/"))
    assert browser.get(link.removeprefix("http://localhost:8000")).status_code == 200


def test_nothing_is_sent_when_they_do_not_belong_together(ticket, browser):
    stranger = IdentityFactory(value="budi@mail.example")
    look_up(browser, ticket.reference, stranger.value)
    look_up(browser, ticket.reference, "+62 811 0000 0000")
    look_up(browser, "KLH-2611-2222222", "siti@mail.example")

    errand_runner.run_due()

    assert not Dispatch.objects.exists()
    assert not Errand.objects.exclude(state=Errand.State.DONE).exists()
    assert not LinkRequest.objects.exclude(address="").exists()


def test_one_address_gets_no_more_than_its_budget_of_links(ticket, browser):
    for _number in range(8):
        look_up(browser, ticket.reference, "siti@mail.example")
    errand_runner.run_due()

    assert Dispatch.objects.count() == 5


def test_who_looks_up_too_often_is_asked_to_wait_and_keeps_what_was_typed(ticket, browser):
    for _number in range(budgets.LOOK_UPS_PER_HOUR):
        look_up(browser, "KLH-2611-2222222", "siti@mail.example")

    refused = look_up(browser, ticket.reference, "siti@mail.example")

    assert refused.status_code == 429
    assert ticket.reference in refused.text


def test_the_address_with_a_reference_opens_nothing_but_the_look_up_filled_in(ticket, browser):
    answer = browser.get(f"/c/{ticket.reference}/")

    assert f'value="{ticket.reference}"' in answer.text
    assert ticket.subject not in answer.text


@pytest.mark.parametrize("token", ["nonsense", "MQ:1vabc:nonsense", "KLH-2611-7F4Q2X"])
def test_a_link_that_opens_nothing_leads_to_the_look_up(ticket, browser, token):
    answer = browser.get(f"/c/{token}/")

    assert answer.status_code == 404
    assert 'name="reference"' in answer.text


def test_a_link_opens_for_thirty_days_and_then_looks_like_one_that_never_was(ticket, browser):
    page = page_of(ticket)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=29)):
        assert browser.get(page).status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
        expired = browser.get(page)

    assert (expired.status_code, expired.content) == (404, browser.get("/c/nonsense/").content)


# Reading


def test_the_customer_reads_the_public_words_and_the_name_that_customers_may_know(ticket, agent, browser):
    replies.reply(ticket.pk, actor=agent.actor(), text="Kami periksa sekarang.", now=now())
    replies.note(ticket.pk, actor=agent.actor(), text="RAHASIA: pelanggan penting", now=now())

    page = browser.get(page_of(ticket)).text

    assert "Kami periksa sekarang." in page
    assert "Internet saya mati." in page
    assert "Dewi" in page
    assert "Kusumaningrum" not in page
    assert "RAHASIA" not in page


def test_a_reply_that_can_still_be_taken_back_is_not_shown(ticket, agent, browser):
    replies.reply(ticket.pk, actor=agent.actor(), text="Belum pasti", now=now(), undo=timedelta(seconds=10))

    assert "Belum pasti" not in browser.get(page_of(ticket)).text


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("new", "Received"),
        ("open", "Being checked"),
        ("waiting_customer", "Waiting for you"),
        ("waiting_third_party", "With the team"),
        ("waiting_own_team", "With the team"),
        ("resolved", "Answered"),
        ("closed", "Closed"),
        ("spam", "Closed"),
    ],
)
def test_the_customer_reads_five_words_and_never_ours(ticket, browser, status, word):
    Ticket.objects.filter(pk=ticket.pk).update(status=status)
    browser.cookies["django_language"] = "en"

    page = browser.get(page_of(ticket)).text

    here = page[page.index('aria-current="step"') :]
    assert word in here[: here.index("</li>")]
    assert "waiting_" not in page
    assert "Waiting for third party" not in page


def test_the_page_tells_no_other_site_and_no_search_engine_about_itself(ticket, browser):
    headers = browser.get(page_of(ticket)).headers

    assert (headers["Referrer-Policy"], headers["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert "no-store" in headers["Cache-Control"]


def test_a_long_ticket_is_read_thirty_messages_at_a_time_without_gaps(ticket, browser):
    thread = ticket.conversations.get()
    for number in range(40):
        MessageFactory(ticket=ticket, conversation=thread, text=f"Pesan ke-{number:02}.")
    newest = browser.get(page_of(ticket)).text
    before = newest[newest.index("?before=") :].split("#")[0]

    older = browser.get(page_of(ticket) + before).text

    shown = [f"Pesan ke-{number:02}." for number in range(40)]
    assert [text in newest for text in shown] == [False] * 10 + [True] * 30
    assert [text in older for text in shown] == [True] * 10 + [False] * 30


def test_a_page_with_many_messages_and_files_costs_few_statements(
    ticket, agent, browser, django_assert_max_num_queries
):
    for _number in range(10):
        replies.reply(ticket.pk, actor=agent.actor(), text="Kami periksa.", now=now())
    with django_assert_max_num_queries(9):
        browser.get(page_of(ticket))


def test_the_link_to_one_ticket_opens_no_file_of_another(ticket, browser):
    browser.post(page_of(ticket), {"text": "Ini buktinya.", "attachments": [pdf()], "form_token": "a" * 24})
    work_off()
    other = TicketFactory(customer=ticket.customer)
    pk = Message.objects.get(text="Ini buktinya.").attachments.get().pk

    mine, foreign = browser.get(f"{page_of(ticket)}files/{pk}/"), browser.get(f"{page_of(other)}files/{pk}/")

    assert (mine.status_code, mine.headers["Content-Disposition"]) == (200, 'attachment; filename="tagihan.pdf"')
    assert foreign.status_code == 404


# Adding


def test_a_message_lands_on_the_same_ticket_and_shows_at_once(ticket, browser):
    answer = browser.post(page_of(ticket), {"text": "Masih mati sampai sekarang.", "form_token": "a" * 24}, follow=True)

    assert "Masih mati sampai sekarang." in answer.text
    work_off()
    message = Message.objects.get(text="Masih mati sampai sekarang.")
    assert (message.ticket, message.threaded_by, message.trust) == (ticket, "token", "unverified")
    assert browser.get(page_of(ticket)).text.count("Masih mati sampai sekarang.") == 1


def test_the_same_message_sent_twice_is_one(ticket, browser):
    for _click in range(2):
        answer = browser.post(page_of(ticket), {"text": "Masih mati.", "form_token": "b" * 24})
        assert answer.status_code == 302

    assert Arrival.objects.count() == 1


def test_saying_that_it_is_not_solved_reopens_it_without_a_word_more(ticket, agent, browser):
    replies.reply(ticket.pk, actor=agent.actor(), text="Sudah kami perbaiki.", now=now())
    work.resolve(ticket.pk, actor=agent.actor(), outcome="answered", now=now())
    assert 'value="unsolved"' in browser.get(page_of(ticket)).text

    browser.post(page_of(ticket), {"text": "", "do": "unsolved", "form_token": "c" * 24})
    work_off()

    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_an_empty_message_is_asked_for_and_a_refused_file_keeps_the_words(ticket, browser):
    page, token = page_of(ticket), "d" * 24
    empty = browser.post(page, {"text": " ", "form_token": token}, follow=True)
    words = {"text": "Lihat ini.", "attachments": [pdf("x.exe"), pdf()], "form_token": token}
    refused = browser.post(page, words, follow=True)

    assert 'href="#id_text"' in empty.text
    assert ("Lihat ini." in refused.text, "x.exe" in refused.text, "tagihan.pdf" in refused.text) == (True, True, True)
    assert not Arrival.objects.exists()
    assert "Lihat ini." in browser.get(page_of(ticket)).text


@pytest.mark.parametrize("read_first", ["portal_formdraft", "tickets_message"])
def test_what_was_written_is_shown_once_also_while_a_worker_takes_it(ticket, browser, read_first):
    browser.post(page_of(ticket), {"text": "Teknisi tidak datang.", "form_token": "d" * 24})

    with meanwhile(read_first, work_off):
        page = browser.get(page_of(ticket)).text

    assert (page.count("Teknisi tidak datang."), Message.objects.filter(external_id="d" * 24).count()) == (1, 1)


def test_the_language_changes_without_losing_a_half_written_message(ticket, browser):
    answer = browser.post(
        page_of(ticket), {"text": "Setengah jadi", "language": "en", "form_token": "e" * 24}, follow=True
    )

    assert "Setengah jadi" in answer.text
    assert "Write to us" in answer.text
    assert not Arrival.objects.exists()


def test_the_token_of_somebody_elses_form_is_not_taken_over(ticket, browser):
    foreign = FormDraft.objects.create(caller="x", token="f" * 24, created_at=now(), touched_at=now())

    browser.post(page_of(ticket), {"text": "Pesan saya.", "form_token": "f" * 24})

    foreign.refresh_from_db()
    assert (foreign.sent_at, foreign.data) == (None, {})
    assert Arrival.objects.count() == 1


def test_a_conversation_that_went_on_to_another_ticket_is_not_written_to_from_the_old_one(ticket, browser):
    ticket.conversations.update(ticket=TicketFactory(customer=ticket.customer))

    page = browser.get(page_of(ticket)).text

    assert 'name="text"' not in page
    assert "/complain/" in page
