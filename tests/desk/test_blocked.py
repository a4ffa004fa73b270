"""Blocked senders: those who lead see whom we do not hear, lift it, and have read again what came meanwhile."""

import pytest

from channels_in.models import Arrival, BlockedSender, BlockingHistory
from tests.desk.conftest import NINE, desk_of, words
from tests.factories import ChannelFactory, UserFactory
from tests.mails import raw_mail
from tests.receiving import receive, work_off
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
PAGE = "/desk/blocked/"


@pytest.fixture
def lead(network):
    return desk_of(UserFactory(name="Rina", role="supervisor", teams=[network]))


@pytest.fixture
def mailbox():
    return ChannelFactory(address="keluhan@nusanet.example")


@pytest.fixture
def blocked():
    return BlockedSender.objects.create(
        value="@promo.example", reason="Iklan", blocked_at=NINE, actor_kind="staff", actor_name="Bagus"
    )


def from_(address: str, number: int) -> bytes:
    return raw_mail(sender=f"Promo <{address}>", message_id=f"<{number}@promo.example>")


def test_whoever_leads_sees_who_is_blocked_since_when_by_whom_and_why(lead, blocked):
    page = words(lead.get(PAGE))

    assert "@promo.example" in page
    assert "Iklan blocked by Bagus" in page


def test_nobody_blocked_is_said(lead):
    assert "Nobody is blocked" in words(lead.get(PAGE))


def test_it_is_not_for_agents(desk, blocked):
    assert desk.get(PAGE).status_code == 403
    assert desk.post(f"{PAGE}{blocked.pk}/lift/").status_code == 403
    assert BlockedSender.objects.exists()


def test_lifting_has_read_again_what_this_sender_sent_and_nothing_else(lead, blocked, mailbox):
    other = BlockedSender.objects.create(value="x@lain.example", blocked_at=NINE, actor_kind="staff")
    receive(mailbox, from_("a@promo.example", 1), from_("b@news.promo.example", 2), from_("x@lain.example", 3))
    assert {each.reason for each in Arrival.objects.all()} == {"blocked_sender"}

    answer = lead.post(f"{PAGE}{blocked.pk}/lift/", {"again": "1"}, follow=True)

    assert "The block is lifted. 2 are being read again." in words(answer)
    states = [each.state for each in work_off(now=Arrival.objects.first().due_at)]
    assert (states, Ticket.objects.count()) == (["done", "done", "discarded"], 2)
    assert list(BlockedSender.objects.all()) == [other]
    [entry] = BlockingHistory.objects.all()
    assert (entry.value, entry.change, entry.actor_name) == ("@promo.example", "lifted", "Rina")


def test_lifting_alone_leaves_what_came_where_it_is(lead, blocked, mailbox):
    receive(mailbox, from_("a@promo.example", 1))

    lead.post(f"{PAGE}{blocked.pk}/lift/")

    assert Arrival.objects.get().state == "discarded"


def test_what_a_blocked_sender_wrote_can_be_tried_again_by_itself(lead, blocked, mailbox):
    [arrival] = receive(mailbox, from_("a@promo.example", 1))
    page = words(lead.get(f"/desk/incoming/{arrival.pk}/"))
    assert "Its sender is blocked. If they should be heard, lift the block and try again." in page
    assert "Discard" not in page.split("The original")[0].split("Try again")[1]
    blocked.delete()

    lead.post(f"/desk/incoming/{arrival.pk}/decide/", {"act": "retry"})

    arrival.refresh_from_db()
    assert (arrival.state, arrival.tries) == ("new", 0)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" Budi@Iklan.Example ", "budi@iklan.example"), ("iklan.example", "@iklan.example"), ("@a.co", "@a.co")],
)
def test_a_sender_is_blocked_by_hand(lead, typed, kept):
    answer = lead.post(PAGE, {"value": typed, "reason": "Iklan"}, follow=True)

    assert f"{kept} is blocked." in words(answer)
    row = BlockedSender.objects.get()
    assert (row.value, row.reason, row.actor_name) == (kept, "Iklan", "Rina")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("bukan alamat", "Give an e-mail address, or a domain such as @toko.example."),
        ("", "Give an e-mail address, or a domain such as @toko.example."),
        ("@gmail.com", "Half of the customers write from gmail.com. Block a single address instead."),
        ("dewi@nusanet.example", "This is our own domain: nobody here can be blocked."),
    ],
)
def test_what_cannot_be_blocked_is_told_where_it_was_typed(lead, mailbox, typed, said):
    answer = lead.post(PAGE, {"value": typed, "reason": "Iklan"})

    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="Iklan"' in answer.content.decode()
    assert not BlockedSender.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(lead, django_assert_num_queries, count):
    for number in range(count):
        BlockedSender.objects.create(value=f"{number}@x.example", blocked_at=NINE, actor_kind="staff")
    lead.get(PAGE)

    with django_assert_num_queries(5):
        lead.get(PAGE)
