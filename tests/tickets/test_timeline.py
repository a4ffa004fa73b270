from datetime import timedelta

import pytest

from core.actor import SYSTEM
from customers.services import merging
from tests.factories import (
    ChannelFactory,
    CustomerFactory,
    MessageFactory,
    QueryTypeFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)
from tests.moments import moment
from tickets.briefing import LastAnswer, brief
from tickets.timeline import customer_ids_of, timeline_page

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-20 09:00")


def say(ticket, at, text, **fields):
    return MessageFactory(ticket=ticket, received_at=moment(at), text=text, **fields)


def test_any_agent_reads_every_message_of_a_customer_whichever_team_has_it():
    siti = CustomerFactory()
    network, billing = (
        TicketFactory(customer=siti, team__slug="network"),
        TicketFactory(customer=siti, team__slug="billing"),
    )
    say(network, "2026-11-10 10:00", "Internet mati")
    say(billing, "2026-11-12 10:00", "Tagihan salah")
    say(network, "2026-11-11 10:00", "Teknisi besok", kind="outbound")
    other_team = UserFactory(teams=[TeamFactory(slug="care")])

    page = timeline_page(other_team.actor(), customer_ids=customer_ids_of(siti))

    assert [line.entry.text for line in page.entries] == ["Tagihan salah", "Teknisi besok", "Internet mati"]
    assert (page.older, page.hidden) == (None, 0)


def test_what_a_restricted_team_has_is_counted_but_not_shown():
    siti = CustomerFactory()
    say(TicketFactory(customer=siti, team__restricted=True), "2026-11-10 10:00", "Petugas kasar")
    say(TicketFactory(customer=siti), "2026-11-11 10:00", "Internet mati")

    page = timeline_page(UserFactory().actor(), customer_ids=[siti.pk])

    assert [line.entry.text for line in page.entries] == ["Internet mati"]
    assert page.hidden == 1


def test_pages_go_back_in_time_without_a_gap_or_a_double():
    ticket = TicketFactory()
    for minute in range(7):
        say(ticket, f"2026-11-10 10:0{minute // 2}", f"Pesan {minute}")
    actor, seen, before = UserFactory().actor(), [], None
    while True:
        page = timeline_page(actor, ticket_id=ticket.pk, before=before, limit=3)
        seen += [line.entry.text for line in page.entries]
        before = page.older
        if before is None:
            break
    assert seen == [f"Pesan {n}" for n in (6, 5, 4, 3, 2, 1, 0)]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_takes_three_statements_whatever_its_length(count, django_assert_num_queries):
    ticket = TicketFactory()
    for minute in range(count):
        say(ticket, f"2026-11-10 10:0{minute}", "Halo")
    actor = UserFactory().actor()
    with django_assert_num_queries(3):
        timeline_page(actor, ticket_id=ticket.pk)


def test_a_merge_shows_both_histories_and_its_undo_parts_them_again_later_messages_included():
    siti, twin = CustomerFactory(), CustomerFactory()
    first, second = TicketFactory(customer=siti), TicketFactory(customer=twin)
    say(first, "2026-11-10 10:00", "Lewat mail")
    say(second, "2026-11-11 10:00", "Lewat WhatsApp")
    actor = UserFactory().actor()

    merging.merge(twin.pk, siti.pk, actor=SYSTEM, now=NOW, reason="nomor sama")
    say(second, "2026-11-12 10:00", "Setelah digabung")
    siti.refresh_from_db()
    together = timeline_page(actor, customer_ids=customer_ids_of(siti))
    merging.unmerge(twin.pk, actor=SYSTEM, now=NOW, reason="ternyata dua orang")
    apart = timeline_page(actor, customer_ids=customer_ids_of(siti))
    twin.refresh_from_db()
    theirs = timeline_page(actor, customer_ids=customer_ids_of(twin))

    assert len(together.entries) == 3
    assert [line.entry.text for line in apart.entries] == ["Lewat mail"]
    assert [line.entry.text for line in theirs.entries] == ["Setelah digabung", "Lewat WhatsApp"]


def test_the_briefing_counts_contacts_about_this_and_quotes_the_last_answer():
    siti, dead = CustomerFactory(since=moment("2021-03-01 09:00")), QueryTypeFactory(slug="internet-mati")
    network = TeamFactory(slug="network", name_id="Jaringan")
    old = TicketFactory(customer=siti, query_type=dead, team=network)
    say(old, "2026-11-09 10:00", "Internet mati")
    say(old, "2026-11-09 10:05", "Halo?")
    say(old, "2026-11-13 10:00", "Mati lagi", channel=ChannelFactory(kind="phone", address=""))
    say(old, "2026-11-17 15:00", "Yth. Ibu\nTeknisi kami datang besok pagi.", kind="outbound", from_name="Rudi")
    ticket = TicketFactory(customer=siti, query_type=dead, created_at=moment("2026-11-18 09:00"))
    say(ticket, "2026-11-18 09:00", "Tidak ada yang datang!")

    briefing = brief(ticket, now=NOW)

    assert briefing.customer_since.year == 2021
    assert (briefing.contact_number, briefing.contact_days) == (3, 11)
    assert briefing.last == LastAnswer(
        moment("2026-11-17 15:00"), "Rudi", "Jaringan", "Teknisi kami datang besok pagi."
    )
    assert briefing.waiting_since == NOW - timedelta(days=2)


def test_a_colleague_of_another_team_is_told_with_their_own_team():
    maya = UserFactory(name="Maya", teams=[TeamFactory(name_id="Tagihan"), TeamFactory(name_id="Layanan")])
    ticket = TicketFactory(team=TeamFactory(name_id="Jaringan"))
    say(ticket, "2026-11-17 15:00", "Saya dampingi sampai beres.", kind="outbound", author_id=maya.pk)

    assert brief(ticket, now=NOW).last.team == "Tagihan"
    maya.teams.add(ticket.team)
    assert brief(ticket, now=NOW).last.team == "Jaringan"


def test_a_first_contact_has_no_last_answer_and_is_the_first():
    ticket = TicketFactory()
    say(ticket, "2026-11-20 08:00", "Halo")

    briefing = brief(ticket, now=NOW)

    assert (briefing.contact_number, briefing.contact_days, briefing.last) == (1, 1, None)
