"""Machines that write to us (threats.md T10-T12): raw mails in, what is answered out."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from channels_in.models import Arrival
from channels_in.services import intake, ledger, oversized
from channels_out.models import Dispatch
from channels_out.services import by_mail
from core.actor import SYSTEM
from core.secrets import sign_id
from notices.models import Notice
from policies import rules
from tests.channels_in.threats.conftest import NINE, TEN, latest
from tests.factories import ChannelFactory, UserFactory
from tests.mails import raw_mail
from tests.tickets.clock_rules import in_force
from tickets.models import Message, Ticket
from tickets.services.handling import work
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
DIALECTS = [
    {"auto_submitted": "auto-replied"},
    {"auto_submitted": "Auto-Generated (sakit); owner-email=x@y.example"},
    {"auto_submitted": "auto-notified; reason=cuti"},
    {"auto_submitted": "(comment) AUTO-REPLIED"},
    *({"precedence": value} for value in ("bulk", "junk", "list", "auto_reply", "Auto-Reply")),
    {"x_autoreply": "yes"},
    {"x_autorespond": "Saya sedang cuti"},
    {"x_auto_response_suppress": "All"},
    {"x_auto_response_suppress": "DR, OOF, AutoReply"},
    {"x_loop": "siti@mail.example"},
    {"list_id": "<pelanggan.milis.example>"},
    {"return_path": "<>"},
    {"sender": "Siti <no-reply@mail.example>"},
    {"sender": "Mail <mailer-daemon@mail.example>"},
    {"x_mail_autoreply": "1"},
    *(
        {"subject": subject}
        for subject in (
            *("Automatic reply: Internet mati", "Out of Office: Internet mati", "Autoreply: Internet"),
            *("Balasan otomatis: Internet mati", "Re: Jawaban Otomatis: Internet mati", "Abwesenheitsnotiz: Internet"),
        )
    ),
]


@pytest.mark.parametrize("marks", DIALECTS)
def test_T10_an_automatic_answer_stands_on_its_ticket_and_moves_nothing(receive, ticket, token, marks):
    work.resolve(ticket.pk, actor=SYSTEM, outcome="upheld", now=NINE)
    sent = Dispatch.objects.count()

    receive(raw_mail("Saya sedang cuti.", **{"to": token, "message_id": "<2@mail.example>"} | marks), now=TEN)

    ticket.refresh_from_db()
    message = latest()
    assert (message.ticket, bool(message.automatic), ticket.status) == (ticket, True, "resolved")
    assert Dispatch.objects.count() == sent


@pytest.mark.parametrize("status", ["closed", "waiting_customer"])
def test_T10_a_closed_ticket_stays_closed_and_a_wait_goes_on(receive, ticket, token, status):
    Ticket.objects.update(status=status)

    receive(raw_mail("Cuti.", to=token, message_id="<2@mail.example>", auto_submitted="auto-replied"), now=TEN)

    turn = (ticket.ball, ticket.queue_at, ticket.unanswered, ticket.first_response_at, ticket.clock)
    ticket.refresh_from_db()
    assert (latest().ticket, ticket.status, Ticket.objects.count()) == (ticket, status, 1)
    assert (ticket.ball, ticket.queue_at, ticket.unanswered, ticket.first_response_at, ticket.clock) == turn


@pytest.fixture
def rules_in_force(db):
    rules.forget()
    in_force(first_response=120, resolution=480, next_response=60)
    yield
    rules.forget()


@pytest.mark.usefixtures("rules_in_force")
@pytest.mark.parametrize("status", ["new", "waiting_customer"])
def test_T10_a_machine_answers_no_clock_and_stops_none(receive, ticket, token, dewi, status):
    if status == "waiting_customer":
        replies.reply(ticket.pk, actor=dewi.actor(), text="Nomor pelanggan Anda?", now=NINE)
        work.wait(ticket.pk, actor=dewi.actor(), status=status, now=NINE)
    clocks = ticket.deadlines.order_by("id").values("goal", "state", "due_at", "time_left", "met_at")
    before = list(clocks)
    assert {clock["state"] for clock in before} == ({"running"} if status == "new" else {"met", "paused"})

    receive(raw_mail("Cuti.", to=token, message_id="<2@mail.example>", auto_submitted="auto-replied"), now=TEN)

    assert latest().ticket == ticket
    assert list(clocks.all()) == before


@pytest.mark.parametrize(
    "person",
    [
        {"auto_submitted": "no"},
        {"precedence": "first-class"},
        {"subject": "Balasan otomatis Anda tidak membantu"},
        {"subject": "Out of office hours nobody answers"},
        {"sender": "Noreen <noreen@mail.example>"},
    ],
)
def test_T10_a_person_is_not_taken_for_a_machine(receive, person):
    receive(raw_mail(**person))

    assert (latest().automatic, Dispatch.objects.count()) == ("", 1)


@pytest.fixture
def notice(channel):
    """A mail of ours that stands on no ticket: Bagus, who administers, is told that a mailbox cannot be read."""
    UserFactory(email="bagus@nusanet.example", role="administrator")
    by_mail.of_reading(channel, lambda: "Nothing answers.", since=NINE, now=NINE)
    return Dispatch.objects.get()


@pytest.mark.parametrize("sender", ["Bagus <bagus@nusanet.example>", "Pengganti <bagus@rumah.example>"])
def test_T10_a_machines_answer_to_a_mail_that_is_on_no_ticket_opens_none(receive, notice, sender):
    [arrival] = receive(
        raw_mail("Saya cuti.", sender=sender, in_reply_to=f"<{notice.external_id}>", auto_submitted="auto-replied"),
        now=TEN,
    )

    assert (arrival.state, arrival.reason) == ("discarded", "answers_no_ticket")
    assert (Ticket.objects.count(), Dispatch.objects.count()) == (0, 1)


def test_T10_a_persons_answer_to_such_a_mail_is_a_ticket(receive, notice):
    receive(raw_mail("Apa maksudnya?", in_reply_to=f"<{notice.external_id}>"), now=TEN)

    assert (latest().remarks, Ticket.objects.count()) == ([], 1)


class Responder:
    """A helpdesk that marks nothing, answers everything, and lets its subjects grow until our reference is lost."""

    def __init__(self):
        self.sent = 0

    def answer(self, dispatch):
        self.sent += 1
        return raw_mail(
            f"Terima kasih, tiket Anda #{self.sent} kami terima.",
            sender="Layanan <support@lain.example>",
            message_id=f"<balasan-{self.sent}@lain.example>",
            subject="Balasan: " * self.sent + dispatch.subject.rpartition(" [")[0],
        )


@pytest.fixture
def bagus(db):
    return UserFactory(role="administrator")


def test_T11_a_responder_without_marks_gets_five_answers_an_hour_and_makes_six_tickets(receive, bagus):
    other, answered = Responder(), set()
    receive(raw_mail(sender="Layanan <support@lain.example>"))
    now = NINE
    for _round in range(40):
        new = [each for each in Dispatch.objects.order_by("id") if each.pk not in answered]
        answered |= {each.pk for each in new}
        now += timedelta(seconds=20)
        if new:
            receive(*[other.answer(each) for each in new], now=now)

    assert Dispatch.objects.count() == 5
    assert Ticket.objects.count() <= 6
    told = Notice.objects.get(recipient=bagus)
    assert (told.kind, told.parameters["address"]) == ("address_silenced", "support@lain.example")


@pytest.mark.parametrize("earlier", [0, 3])
def test_T11_many_mails_at_once_use_up_the_same_budget(receive, earlier):
    mails = [raw_mail(sender="Layanan <support@lain.example>", message_id=f"<{n}@lain.example>") for n in range(12)]
    for mail in mails[:earlier]:
        receive(mail)

    receive(*mails[earlier:])

    assert (Ticket.objects.count(), Dispatch.objects.count()) == (12, 5)


def test_T11_humans_mail_is_still_taken_and_acknowledged(receive, bagus):
    test_T11_a_responder_without_marks_gets_five_answers_an_hour_and_makes_six_tickets(receive, bagus)

    receive(raw_mail(message_id="<manusia@mail.example>"), now=TEN)

    assert latest().ticket.messages.filter(kind="outbound").count() == 1


def test_T11_two_copies_of_tanggap_that_write_to_each_other_fall_silent(channel):
    """Both as channels of one installation would drop each other's mail as their own; so each mail is passed on as the
    other's server would see it: from its mailbox, by its ids, with the marks that we set.
    """
    ours = channel
    Dispatch.objects.all().delete()
    total = 0
    incoming = [raw_mail("Halo", sender="Lain <layanan@tanggap-lain.example>", message_id="<0@tanggap-lain.example>")]
    for number in range(1, 30):
        if not incoming:
            break
        before = set(Dispatch.objects.values_list("pk", flat=True))
        ledger.store(ours, incoming, now=NINE + timedelta(minutes=number))
        intake.process(intake.claim_batch(now=NINE + timedelta(minutes=number)), now=NINE + timedelta(minutes=number))
        sent = Dispatch.objects.exclude(pk__in=before)
        total += sent.count()
        incoming = [mirrored(each, number) for each in sent]

    assert total == 1
    assert Message.objects.filter(kind="inbound").count() == 2


def mirrored(dispatch, number):
    """What another Tanggap answers to this: its acknowledgement, composed as ours is."""
    return raw_mail(
        dispatch.text,
        sender="Lain <layanan@tanggap-lain.example>",
        message_id=f"<{number}@tanggap-lain.example>",
        subject=f"Re: {dispatch.subject}",
        in_reply_to=f"<{dispatch.external_id}>",
        to=dispatch.headers["Reply-To"],
        auto_submitted=dispatch.headers["Auto-Submitted"],
        precedence=dispatch.headers["Precedence"],
        x_auto_response_suppress=dispatch.headers["X-Auto-Response-Suppress"],
        x_tanggap_loop="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    )


@pytest.mark.parametrize("how", ["address", "message_id", "mark"])
def test_T12_our_own_mail_that_comes_back_makes_nothing_and_is_counted(receive, ticket, ours, channel, how):
    ChannelFactory(address="tagihan@nusanet.example", query_type=channel.query_type)
    back = {
        "address": {"sender": "Nusanet <tagihan@nusanet.example>"},
        "message_id": {"message_id": f"<{ours.external_id}>"},
        "mark": {"sender": "Milis <milis@lain.example>", "x_tanggap_loop": sign_id("loop", channel.pk)},
    }[how]

    [arrival] = receive(raw_mail("Teknisi datang besok.", **{"message_id": "<m@lain.example>"} | back), now=TEN)

    assert (arrival.state, arrival.reason, Ticket.objects.count()) == ("discarded", "own_loop", 1)
    assert Arrival.objects.filter(reason="own_loop").count() == 1


def test_T12_what_we_send_carries_the_mark_and_a_strangers_mark_means_nothing(receive, ours):
    assert ours.dispatch.headers["X-Tanggap-Loop"] == sign_id("loop", ours.channel_id)

    [arrival] = receive(raw_mail(message_id="<l@mail.example>", x_tanggap_loop="1"), now=TEN)

    assert arrival.state == "done"


def test_E20_a_person_whose_mail_is_too_large_is_told_once_a_day(channel):
    for number, now in enumerate((NINE, TEN)):
        oversized.take(channel, raw_mail("", message_id=f"<{number}@mail.example>"), size=40_000_000, now=now)

    notice = Dispatch.objects.get()
    assert (notice.automatic, notice.recipients.get().address) == (True, "siti@mail.example")
    assert "25 MB" in notice.text
    assert set(Arrival.objects.values_list("state", "reason")) == {("parked", "too_large")}

    oversized.take(channel, raw_mail("", message_id="<9@mail.example>"), size=40_000_000, now=TEN + timedelta(days=1))
    assert Dispatch.objects.count() == 2


def test_E20_the_pipe_takes_a_mail_that_is_too_large_and_answers_it(channel, settings, tmp_path):
    settings.MAIL_MAX_BYTES = 2000
    mail = tmp_path / "besar.eml"
    mail.write_bytes(raw_mail("x" * 5000))

    call_command("receive_mail", str(mail), channel=channel.address)

    assert (Arrival.objects.get().reason, Dispatch.objects.count()) == ("too_large", 1)


@pytest.mark.parametrize(
    "nobody",
    [
        {"auto_submitted": "auto-replied"},
        {"sender": "<no-reply@mail.example>"},
        {"sender": "Nusanet <keluhan@nusanet.example>"},
        {"sender": "<>"},
        {"authentication_results": "mx.nusanet.example; dmarc=fail header.from=mail.example"},
    ],
)
def test_E20_machines_forgers_and_our_own_mailboxes_are_told_nothing(channel, nobody):
    oversized.take(channel, raw_mail("", **nobody), size=40_000_000, now=NINE)

    assert (Arrival.objects.count(), Dispatch.objects.count()) == (1, 0)
