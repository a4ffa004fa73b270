"""Spam: out of the way with one action, and back again as it was."""

import pytest

from channels_in.models import Arrival, BlockedSender
from channels_in.services import blocking, intake, ledger
from channels_out.models import Dispatch
from core.errors import Invalid
from policies import rules
from tests.factories import ChannelFactory, TeamFactory, UserFactory
from tests.mails import raw_mail
from tests.moments import moment
from tests.tickets.clock_rules import in_force
from tickets.models import Message, Ticket, TimelineEntry
from tickets.services.handling import work
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
NINE, TEN, ELEVEN = (moment(f"2026-11-20 {hour}:00") for hour in ("09", "10", "11"))


@pytest.fixture
def channel(network):
    return ChannelFactory(address="keluhan@nusanet.example", team=network, settings={"spam_header": "X-Spam-Flag: YES"})


@pytest.fixture
def dewi(network):
    return UserFactory(email="dewi@nusanet.example", teams=[network])


@pytest.fixture
def receive(channel):
    def receive(*mails, now=NINE):
        ledger.store(channel, mails, now=now)
        while batch := intake.claim_batch(now=now):
            intake.process(batch, now=now)

    return receive


@pytest.fixture
def ticket(receive):
    receive(raw_mail("Obat murah!", sender="Promo <promo@shop.example>"))
    return Ticket.objects.get()


def test_spam_leaves_the_queue_and_its_acknowledgement_never_leaves(ticket, dewi):
    assert Dispatch.objects.get().state == "queued"

    work.mark_spam(ticket.pk, actor=dewi.actor(), now=TEN)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.is_open) == ("spam", False)
    assert not Dispatch.objects.exists()
    assert list(Message.objects.values_list("kind", flat=True)) == ["inbound"]
    assert not TimelineEntry.objects.filter(direction="out").exists()
    assert ticket.history.latest("id").change == "marked_spam"


def test_not_spam_is_as_it_was_with_its_owner_and_acknowledged_once(ticket, dewi):
    work.take_over(ticket.pk, actor=dewi.actor(), now=NINE)
    work.wait(ticket.pk, actor=dewi.actor(), status="waiting_own_team", now=NINE)
    work.mark_spam(ticket.pk, actor=dewi.actor(), now=TEN)

    work.not_spam(ticket.pk, actor=dewi.actor(), now=ELEVEN)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.owner, ticket.queue_at) == ("waiting_own_team", dewi, NINE)
    dispatch = Dispatch.objects.get()
    assert (dispatch.automatic, dispatch.recipients.get().address) == (True, "promo@shop.example")

    work.mark_spam(ticket.pk, actor=dewi.actor(), now=ELEVEN)
    Dispatch.objects.update(state="sent")
    with pytest.raises(Invalid):
        work.mark_spam(ticket.pk, actor=dewi.actor(), now=ELEVEN)


def test_an_acknowledgement_that_has_left_is_not_sent_again(ticket, dewi):
    Dispatch.objects.update(state="sent")
    work.mark_spam(ticket.pk, actor=dewi.actor(), now=TEN)

    work.not_spam(ticket.pk, actor=dewi.actor(), now=ELEVEN)

    assert Dispatch.objects.count() == 1


def test_what_our_own_mail_server_calls_spam_is_spam_at_once_and_can_be_taken_out(receive, dewi):
    receive(raw_mail(x_spam_flag="YES"))

    ticket = Ticket.objects.get()
    assert (ticket.status, Dispatch.objects.count()) == ("spam", 0)

    work.not_spam(ticket.pk, actor=dewi.actor(), now=TEN)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.unanswered, Dispatch.objects.get().automatic) == ("new", 1, True)


@pytest.fixture
def two_hours_to_answer(db):
    rules.forget()
    in_force(first_response=120)
    yield
    rules.forget()


def running(ticket):
    return list(ticket.deadlines.filter(state="running").values_list("goal", "due_at"))


@pytest.mark.usefixtures("two_hours_to_answer")
@pytest.mark.parametrize("marked_by", ["our mail server", "an agent"])
def test_spam_has_no_clock_and_what_is_none_has_its_own_from_receipt(receive, dewi, marked_by):
    receive(raw_mail(**({"x_spam_flag": "YES"} if marked_by == "our mail server" else {})))
    ticket = Ticket.objects.get()
    if marked_by == "an agent":
        assert running(ticket) == [("first_response", ELEVEN)]
        work.mark_spam(ticket.pk, actor=dewi.actor(), now=NINE)
    assert running(ticket) == []

    work.not_spam(ticket.pk, actor=dewi.actor(), now=TEN)

    assert running(ticket) == [("first_response", ELEVEN)]


@pytest.mark.parametrize("header", [{"x_spam_flag": "NO"}, {"x_spam_status": "Yes"}, {}])
def test_another_mark_than_the_configured_one_says_nothing(receive, header):
    receive(raw_mail(**header))

    assert Ticket.objects.get().status == "new"


def test_a_customers_answer_is_no_spam_whatever_the_filter_says(receive, dewi):
    receive(raw_mail())
    ours = replies.reply(Ticket.objects.get().pk, actor=dewi.actor(), text="Halo", now=NINE)

    receive(raw_mail("Baik", message_id="<2@mail.example>", in_reply_to=f"<{ours.external_id}>", x_spam_flag="YES"))

    assert Ticket.objects.get().status == "open"


def test_what_follows_on_spam_stays_with_it_quietly(receive, ticket, dewi):
    work.mark_spam(ticket.pk, actor=dewi.actor(), now=TEN)

    more = {"message_id": "<2@shop.example>", "in_reply_to": "<a1@mail.example>"}
    receive(raw_mail("Lagi!", sender="Promo <promo@shop.example>", **more), now=ELEVEN)

    ticket.refresh_from_db()
    assert (Ticket.objects.count(), ticket.status, ticket.unanswered) == (1, "spam", 1)
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize(("block", "value"), [("address", "promo@shop.example"), ("domain", "@shop.example")])
def test_a_blocked_sender_makes_no_ticket_any_more_and_nothing_is_lost(receive, ticket, dewi, block, value):
    marked = blocking.mark_spam([ticket.pk], actor=dewi.actor(), now=TEN, block=block)
    assert (marked.blocked, BlockedSender.objects.get().actor_name) == ([value], dewi.name)

    receive(raw_mail("Lagi!", sender="Promo <promo@shop.example>", message_id="<2@shop.example>"), now=ELEVEN)

    arrival = Arrival.objects.latest("id")
    assert (arrival.state, arrival.reason, Ticket.objects.count()) == ("discarded", "blocked_sender", 1)


def test_a_blocked_domain_blocks_those_below_it_but_not_its_neighbours(receive, ticket, dewi):
    blocking.mark_spam([ticket.pk], actor=dewi.actor(), now=TEN, block="domain")

    receive(raw_mail(sender="<a@mail.shop.example>", message_id="<3@x.example>"), now=ELEVEN)
    receive(raw_mail(sender="<a@workshop.example>", message_id="<4@x.example>"), now=ELEVEN)

    assert Ticket.objects.count() == 2


def test_a_providers_whole_domain_is_never_blocked(receive, dewi):
    receive(raw_mail(sender="Spammer <x@gmail.com>"))

    marked = blocking.mark_spam([Ticket.objects.get().pk], actor=dewi.actor(), now=TEN, block="domain")

    assert marked.blocked == ["x@gmail.com"]


def test_whose_name_was_forged_is_not_blocked_for_it(receive, channel, dewi):
    channel.settings |= {"authserv_id": "mx.nusanet.example"}
    channel.save()
    receive(raw_mail("Obat!", authentication_results="mx.nusanet.example; dmarc=fail header.from=mail.example"))

    marked = blocking.mark_spam([Ticket.objects.get().pk], actor=dewi.actor(), now=TEN, block="address")
    receive(raw_mail("Internet mati.", message_id="<2@mail.example>"), now=ELEVEN)

    assert (len(marked.done), marked.blocked) == (1, [])
    assert Message.objects.filter(text="Internet mati.").exists()


def test_of_a_selection_what_belongs_to_another_team_stays_and_is_counted(receive, ticket):
    andi = UserFactory(teams=[TeamFactory()])

    marked = blocking.mark_spam([ticket.pk], actor=andi.actor(), now=TEN)

    assert (marked.done, marked.refused) == ([], 1)


def test_undo_brings_back_the_ticket_and_unblocks_the_sender(ticket, dewi):
    marked = blocking.mark_spam([ticket.pk], actor=dewi.actor(), now=TEN, block="address")

    blocking.not_spam([ticket.pk], actor=dewi.actor(), now=TEN, unblock=marked.blocked)

    ticket.refresh_from_db()
    assert (ticket.status, BlockedSender.objects.count()) == ("new", 0)
