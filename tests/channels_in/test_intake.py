from datetime import timedelta

import pytest
from django.db import connection

from channels_in.models import Arrival
from channels_in.services import intake, ledger
from channels_out.models import Dispatch
from core.actor import SYSTEM
from customers.models import Customer
from files.models import StoredFile
from files.services import store
from policies import sorting
from tests.factories import ChannelFactory, IdentityFactory, TicketFactory
from tests.mails import mail_with_file, raw_mail
from tests.moments import moment
from tickets.models import Attachment, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.handling import work
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
NINE, TEN = moment("2026-11-20 09:00"), moment("2026-11-20 10:00")


@pytest.fixture
def channel():
    return ChannelFactory(address="keluhan@nusanet.example")


@pytest.fixture
def receive(channel):
    """Mails come in and are worked off, as a worker would."""

    def receive(*mails, now=NINE):
        ledger.store(channel, mails, now=now)
        while batch := intake.claim_batch(now=now):
            intake.process(batch, now=now)
        return list(Arrival.objects.order_by("id"))

    return receive


def test_a_complaint_by_mail_becomes_a_ticket_with_customer_history_and_acknowledgement(receive, channel):
    [arrival] = receive(raw_mail(), now=NINE)

    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.status, ticket.received_at) == ("Internet mati", "new", NINE)
    assert (ticket.customer.name, ticket.query_type) == ("Siti Rahmawati", channel.query_type)
    assert (ticket.ball, ticket.unanswered, ticket.preview) == (0, 1, "Internet saya mati sejak pagi.")
    assert arrival.state == "done"
    assert list(arrival.messages.values_list("text", flat=True)) == ["Internet saya mati sejak pagi."]
    assert TicketHistory.objects.get().change == "opened"
    dispatch = Dispatch.objects.get()
    assert (dispatch.automatic, dispatch.headers["Auto-Submitted"]) == (True, "auto-replied")
    assert dispatch.headers["In-Reply-To"] == "<a1@mail.example>"
    assert ticket.reference in dispatch.text
    assert list(TimelineEntry.objects.order_by("id").values_list("direction", flat=True)) == ["in", "out"]


def test_the_same_mail_twice_is_one_message_and_a_copy_with_other_trace_headers_too(receive):
    mail = raw_mail()
    receive(mail)
    receive(mail)
    receive(b"Received: from relay.example\r\nDelivered-To: alias@nusanet.example\r\n" + mail)

    assert Message.objects.filter(kind="inbound").count() == 1
    assert list(Arrival.objects.order_by("id").values_list("state", flat=True)) == ["done", "duplicate"]


def test_another_mail_with_a_known_message_id_is_not_lost(receive):
    receive(raw_mail())
    receive(raw_mail("Sesuatu yang lain."))

    assert list(Message.objects.filter(kind="inbound").order_by("id").values_list("text", flat=True)) == [
        "Internet saya mati sejak pagi.",
        "Sesuatu yang lain.",
    ]


def answer_to(message, text="Belum datang.", **fields):
    return raw_mail(
        text,
        message_id="<b2@mail.example>",
        in_reply_to=f"<{message.external_id}>",
        subject="Re: Internet mati",
        **fields,
    )


def test_an_answer_to_our_reply_lands_on_the_same_ticket(receive):
    receive(raw_mail())
    ticket = Ticket.objects.get()
    ours = replies.reply(ticket.pk, actor=SYSTEM, text="Teknisi besok.", now=NINE)

    receive(answer_to(ours), now=TEN)

    message = Message.objects.get(text="Belum datang.")
    ticket.refresh_from_db()
    assert (message.ticket, message.threaded_by, message.trust) == (ticket, "our_message", "unverified")
    assert (ticket.ball, ticket.queue_at, ticket.unanswered) == (Ticket.Ball.OURS, TEN, 1)
    assert Dispatch.objects.filter(automatic=True).count() == 1


def test_a_new_mail_to_the_reply_address_finds_its_ticket_by_the_token(receive):
    receive(raw_mail())
    token = Dispatch.objects.get().headers["Reply-To"]

    receive(raw_mail("Lewat alamat balasan.", message_id="<c3@mail.example>", to=token, subject="Halo"))

    assert Message.objects.get(text="Lewat alamat balasan.").threaded_by == "token"
    assert Ticket.objects.count() == 1


def test_whoever_was_forwarded_our_mail_is_heard_as_a_third_party_and_the_requester_stays(receive):
    receive(raw_mail())
    token = Dispatch.objects.get().headers["Reply-To"]

    receive(raw_mail("Saya suaminya.", sender="Joko <joko@mail.example>", message_id="<d4@mail.example>", to=token))

    message = Message.objects.get(text="Saya suaminya.")
    assert (message.trust, message.ticket.customer.name) == ("third_party", "Siti Rahmawati")
    assert message not in Message.objects.public()
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("how", ["subject", "reference"])
def test_a_stranger_who_guesses_gets_a_new_ticket_and_the_old_one_stays_untouched(receive, how):
    receive(raw_mail())
    ticket = Ticket.objects.get()
    guess = {"subject": f"Soal {ticket.reference}"} if how == "subject" else {"in_reply_to": "<a1@mail.example>"}

    receive(raw_mail("Saya orang lain.", sender="X <x@else.example>", message_id="<x@else.example>", **guess))

    assert Ticket.objects.count() == 2
    assert list(ticket.messages.filter(kind="inbound").values_list("from_address", flat=True)) == ["siti@mail.example"]


def test_the_customer_who_names_the_reference_in_a_new_mail_is_on_the_same_ticket(receive):
    receive(raw_mail())
    reference = Ticket.objects.get().reference

    receive(raw_mail("Masih mati.", message_id="<e5@mail.example>", subject=f"Tentang {reference.lower()}"))

    assert Message.objects.get(text="Masih mati.").threaded_by == "subject"


def test_mail_and_answer_in_one_batch_are_one_ticket_in_the_right_order(receive):
    receive(raw_mail(), raw_mail("Halo?", message_id="<f6@mail.example>", in_reply_to="<a1@mail.example>"))

    ticket = Ticket.objects.get()
    assert (ticket.unanswered, ticket.preview) == (2, "Halo?")


def test_an_answer_waits_for_the_mail_it_answers_while_another_worker_has_that(channel):
    ledger.store(channel, [raw_mail()], now=NINE)
    first = intake.claim_batch(now=NINE)
    answer = mail_with_file(b"%PDF-1.4 bukti", message_id="<f6@mail.example>", in_reply_to="<a1@mail.example>")
    ledger.store(channel, [answer], now=NINE)

    intake.process(intake.claim_batch(now=NINE), now=NINE)
    assert intake.claim_batch(now=NINE) == []
    assert not StoredFile.objects.exists()  # its file is put away with its message, not at each look
    intake.process(first, now=NINE)
    later = NINE + timedelta(seconds=1)
    intake.process(intake.claim_batch(now=later), now=later)

    assert Ticket.objects.get().unanswered == 2


def test_a_message_after_resolving_reopens_and_after_closing_opens_a_new_ticket_in_the_same_conversation(receive):
    receive(raw_mail())
    ticket = Ticket.objects.get()
    work.resolve(ticket.pk, actor=SYSTEM, outcome="upheld", now=NINE)
    receive(raw_mail("Mati lagi.", message_id="<g7@mail.example>", in_reply_to="<a1@mail.example>"), now=TEN)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolved_at) == ("open", None)

    Ticket.objects.update(status="closed")
    receive(raw_mail("Mati lagi lagi.", message_id="<h8@mail.example>", in_reply_to="<a1@mail.example>"), now=TEN)

    newer = Ticket.objects.exclude(pk=ticket.pk).get()
    assert newer.messages.filter(kind="inbound").get().conversation == ticket.messages.first().conversation


def test_robots_get_no_acknowledgement_and_do_not_reopen(receive):
    receive(raw_mail())
    ticket = Ticket.objects.get()
    work.resolve(ticket.pk, actor=SYSTEM, outcome="upheld", now=NINE)
    away = {"auto_submitted": "auto-replied", "in_reply_to": "<a1@mail.example>", "message_id": "<i9@mail.example>"}

    receive(raw_mail("Saya sedang cuti.", **away))
    receive(raw_mail("Promo!", sender="Promo <news@shop.example>", message_id="<j@shop.example>", list_id="<news>"))

    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert Dispatch.objects.filter(automatic=True).count() == 1


def test_our_own_mail_that_comes_back_makes_no_ticket(receive):
    [arrival] = receive(raw_mail(sender="Nusanet <keluhan@nusanet.example>"))

    assert (arrival.state, arrival.reason) == ("discarded", "own_loop")
    assert not Ticket.objects.exists()


def test_a_bounce_of_something_unknown_is_parked_for_a_look(receive):
    [arrival] = receive(raw_mail(return_path="<>", sender="MAILER-DAEMON <mailer-daemon@mail.example>"))

    assert (arrival.state, arrival.reason) == ("parked", "bounce")


def test_a_broken_mail_is_parked_with_its_reason_and_the_next_in_the_same_batch_becomes_a_ticket(receive):
    broken, right = receive(raw_mail(sender="<>"), raw_mail(message_id="<k@mail.example>"))

    assert (broken.state, broken.reason) == ("parked", "no_sender")
    assert right.state == "done"
    assert Ticket.objects.count() == 1


def test_a_batch_whose_write_fails_is_halved_down_to_the_guilty_one(receive, channel):
    """A form that carries a reference which a ticket already has: the database refuses that one."""
    form = ChannelFactory(kind="webform", address="", query_type=channel.query_type)
    taken = TicketFactory(channel=channel)
    bodies = [
        b'{"token":"formulir-%d","reference":"%s","subject":"Halo","text":"Internet mati total","name":"Siti",'
        b'"email":"siti%d@mail.example"}' % (n, taken.reference.encode() if n == 3 else b"KLH-2611-AAAAA%d" % n, n)
        for n in range(2, 9)
    ]
    ledger.store(form, bodies, now=NINE)

    now = NINE
    for _try in range(3):
        while batch := intake.claim_batch(now=now):
            intake.process(batch, now=now)
        now += timedelta(minutes=1)

    states = dict(Arrival.objects.values_list("external_id", "state"))
    assert states == {f"formulir-{n}": "parked" if n == 3 else "done" for n in range(2, 9)}
    assert Arrival.objects.get(external_id="formulir-3").reason == "could_not_write"
    assert Ticket.objects.exclude(pk=taken.pk).count() == 6


def test_an_arrival_whose_worker_died_is_processed_alone_and_parked_when_it_kills_again_and_again(channel):
    ledger.store(channel, [raw_mail(message_id=f"<{n}@mail.example>") for n in range(3)], now=NINE)
    now = NINE
    assert len(intake.claim_batch(now=now)) == 3
    for _death in range(2):
        now += timedelta(minutes=1)
        [alone] = intake.claim_batch(now=now)
        assert alone.external_id == "0@mail.example"
    now += timedelta(minutes=1)
    while batch := intake.claim_batch(now=now):
        assert len(batch) == 1
        intake.process(batch, now=now)

    states = dict(Arrival.objects.values_list("external_id", "state"))
    assert states == {"0@mail.example": "parked", "1@mail.example": "done", "2@mail.example": "done"}
    assert Arrival.objects.get(state="parked").reason == "worker_died"


def test_a_worker_that_was_thought_dead_keeps_nothing_of_what_it_made(channel):
    ledger.store(channel, [raw_mail()], now=NINE)
    slow = intake.claim_batch(now=NINE)
    later = NINE + timedelta(minutes=1)
    intake.process(intake.claim_batch(now=later), now=later)

    intake.process(slow, now=later)

    assert Message.objects.filter(kind="inbound").count() == 1


def test_a_large_mail_lies_in_a_file_and_reads_the_same(receive, channel):
    words = "Kata demi kata. " * 20_000
    [arrival] = receive(raw_mail(words))

    assert bytes(arrival.body) == b""
    assert store.read(arrival.file) == raw_mail(words)
    assert Message.objects.get(kind="inbound").text.startswith("Kata demi kata.")


def test_attachments_are_kept_with_their_names(receive):
    body = (
        b"From: siti@mail.example\nTo: keluhan@nusanet.example\nSubject: Bukti\nMessage-ID: <z@mail.example>\n"
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nLihat bukti\n"
        b'--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="bukti.pdf"\n'
        b"Content-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--b--\n"
    )
    receive(body)

    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.file.content_type) == ("bukti.pdf", "application/pdf")
    assert store.read(attachment.file) == b"%PDF-1.4\n"


def test_a_merged_customer_answers_on_the_tickets_of_both(receive):
    identity = IdentityFactory(value="siti@mail.example")
    other = IdentityFactory(value="siti@kantor.example")
    Customer.objects.filter(pk=other.customer_id).update(root=identity.customer)
    receive(raw_mail())

    sender = {"sender": "Siti <siti@kantor.example>", "message_id": "<l@kantor.example>"}
    receive(raw_mail("Dari kantor.", in_reply_to="<a1@mail.example>", **sender))

    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3, 20])
def test_a_batch_takes_the_same_number_of_statements_whatever_its_size(channel, count, django_assert_num_queries):
    mails = [raw_mail(sender=f"<s{n}@mail.example>", message_id=f"<{n}@mail.example>") for n in range(count)]
    ledger.store(channel, mails, now=NINE)
    batch = intake.claim_batch(now=NINE)
    sorting.current()

    with django_assert_num_queries(30 if connection.vendor == "sqlite" else 41):  # COPY: ids are drawn beforehand
        intake.process(batch, now=NINE)


@pytest.mark.parametrize(
    ("language", "when"),
    [("id", "Jumat, 20 November 2026 pukul 09.00 WIB"), ("en", "Friday, 20 November 2026, 09:00 WIB")],
)
def test_the_acknowledgement_is_in_the_customers_language_and_names_the_zone(receive, channel, language, when):
    IdentityFactory(value="siti@mail.example", customer__language=language)

    receive(raw_mail())

    assert when in Dispatch.objects.get().text
