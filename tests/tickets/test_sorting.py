"""A ticket begins unsorted, its words propose a type, somebody accepts; nothing resolves unsorted."""

import pytest

from channels_in.services import intake, ledger
from core.actor import SYSTEM
from core.errors import Invalid
from policies.models import QueryType
from policies.services import packs
from tests.factories import ChannelFactory, TicketFactory
from tests.mails import raw_mail
from tests.moments import moment
from tickets.models import Ticket, TicketHistory
from tickets.services.handling import work

pytestmark = pytest.mark.django_db
NINE = moment("2026-11-27 09:00")


@pytest.fixture
def unsorted():
    packs.load("isp", now=NINE)
    return QueryType.objects.get(slug=packs.UNSORTED)


@pytest.fixture
def ticket(unsorted):
    """A mail that says what it is about."""
    channel = ChannelFactory(address="keluhan@nusanet.example", query_type=unsorted)
    ledger.store(channel, [raw_mail()], now=NINE)
    intake.process(intake.claim_batch(now=NINE), now=NINE)
    return Ticket.objects.get()


def test_a_new_ticket_is_unsorted_and_its_words_propose_a_type(ticket, unsorted):
    assert ticket.query_type == unsorted
    assert (ticket.proposed_type.slug, ticket.proposed_words) == ("internet-mati", ["internet mati"])


def test_accepting_sorts_the_ticket_with_the_types_priority_and_team(ticket):
    work.accept_proposal(ticket.pk, actor=SYSTEM, now=NINE, version=ticket.version)

    ticket.refresh_from_db()
    assert (ticket.query_type.slug, ticket.priority, ticket.team.slug) == ("internet-mati", "urgent", "network")
    assert TicketHistory.objects.filter(ticket=ticket, change="classified").count() == 1


def test_a_ticket_is_sorted_by_its_proposal_only_once(ticket):
    work.accept_proposal(ticket.pk, actor=SYSTEM, now=NINE)

    with pytest.raises(Invalid, match="choose its type"):
        work.accept_proposal(ticket.pk, actor=SYSTEM, now=NINE)


def test_nothing_resolves_unsorted(ticket):
    with pytest.raises(Invalid, match="still unsorted"):
        work.resolve(ticket.pk, actor=SYSTEM, now=NINE, outcome="upheld")

    work.classify(ticket.pk, actor=SYSTEM, now=NINE, query_type=QueryType.objects.get(slug="saran"), priority="low")

    assert work.resolve(ticket.pk, actor=SYSTEM, now=NINE).status == "resolved"


def test_where_nothing_is_proposed_the_sentence_says_to_choose(unsorted):
    silent = TicketFactory(query_type=unsorted)

    with pytest.raises(Invalid, match="There is no proposal"):
        work.accept_proposal(silent.pk, actor=SYSTEM, now=NINE)


def test_a_hundred_new_mails_are_read_for_one_statement(unsorted, django_assert_max_num_queries):
    channel = ChannelFactory(address="banyak@nusanet.example", query_type=unsorted)
    mails = [raw_mail(subject=f"Internet mati {n}", message_id=f"<m{n}@mail.example>") for n in range(40)]
    ledger.store(channel, mails, now=NINE)
    batch = intake.claim_batch(now=NINE)

    with django_assert_max_num_queries(60):
        intake.process(batch, now=NINE)

    assert Ticket.objects.filter(proposed_type__slug="internet-mati").count() == 40
