"""Follow-ups set by hand: dated, moved only with a reason, missed when their date passes."""

from datetime import timedelta

import pytest
from django.db import connection

from core.errors import Invalid, NotAllowed
from notices.models import Notice
from policies.services import calendars
from tests.factories import MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tickets.models import FollowUp, TicketHistory, TimelineEntry
from tickets.services.promises import follow_ups
from tickets.services.promises.follow_ups import awake

pytestmark = pytest.mark.django_db
TEN, SIXTEEN = moment("2026-11-20 10:00"), moment("2026-11-20 16:00")


def call_back(ticket, user, **fields):
    given = {"kind": "call_back", "what": "Teknisi datang besok", "due_at": SIXTEEN, "now": TEN} | fields
    return follow_ups.add(ticket.pk, actor=user.actor(), **given)


def test_an_agent_says_what_by_when_and_which_message_told_the_customer(ticket, dewi):
    told = MessageFactory(ticket=ticket, kind="outbound", text="Teknisi datang besok")

    made = call_back(ticket, dewi, told_in=told)

    assert (made.owner, made.team, made.due_at, made.told_in) == (dewi, ticket.team, SIXTEEN, told)
    entry = TimelineEntry.objects.get(kind="follow_up")
    assert (entry.title, entry.text, entry.object_id) == ("follow_up_added", "Teknisi datang besok", made.pk)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"what": "  "}, "what"),
        ({"due_at": TEN}, "due_at"),
        ({"kind": "apology"}, "kind"),
        ({"kind": "promise"}, "kind"),
    ],
)
def test_what_cannot_be_kept_is_refused(ticket, dewi, fields, field):
    with pytest.raises(Invalid) as refused:
        call_back(ticket, dewi, **fields)

    assert refused.value.field == field


def test_a_message_of_another_ticket_proves_nothing(ticket, dewi):
    with pytest.raises(Invalid, match="another ticket"):
        call_back(ticket, dewi, told_in=MessageFactory())


def test_a_date_is_moved_only_with_a_reason_and_the_first_one_stays_readable(ticket, dewi):
    made = call_back(ticket, dewi)
    later = SIXTEEN + timedelta(days=1)
    with pytest.raises(Invalid, match="why"):
        follow_ups.move(made.pk, actor=dewi.actor(), now=TEN, due_at=later, reason=" ")

    moved = follow_ups.move(made.pk, actor=dewi.actor(), now=TEN, due_at=later, reason="Menunggu suku cadang")

    assert (moved.due_at, moved.first_due_at) == (later, SIXTEEN)
    entry = TicketHistory.objects.get(change="follow_up_moved")
    assert (entry.reason, entry.before["due_at"]) == ("Menunggu suku cadang", "2026-11-20T09:00:00Z")


def test_a_colleague_of_another_team_may_set_one_but_not_move_mine(ticket, dewi):
    stranger = UserFactory(teams=[TeamFactory(slug="billing")])
    theirs = call_back(ticket, stranger)
    mine = call_back(ticket, dewi)

    follow_ups.move(theirs.pk, actor=stranger.actor(), now=TEN, due_at=SIXTEEN + timedelta(hours=1), reason="Rapat")
    with pytest.raises(NotAllowed):
        follow_ups.move(mine.pk, actor=stranger.actor(), now=TEN, due_at=SIXTEEN, reason="Rapat")


def test_past_its_date_it_is_missed_once_and_owner_and_lead_are_told(ticket, dewi, lead):
    made = call_back(ticket, dewi)

    assert follow_ups.miss_due(now=SIXTEEN - timedelta(seconds=1)) == 0
    assert follow_ups.miss_due(now=SIXTEEN) == 1
    assert follow_ups.miss_due(now=SIXTEEN) == 0

    made.refresh_from_db()
    assert (made.state, made.missed_at) == ("missed", SIXTEEN)
    told = Notice.objects.filter(kind="follow_up_missed").values_list("recipient", flat=True)
    assert sorted(told) == sorted([dewi.pk, lead.pk])


def test_a_missed_one_still_has_to_be_done_and_keeps_the_mark_when_it_is_moved(ticket, dewi, lead):
    made = call_back(ticket, dewi)
    follow_ups.miss_due(now=SIXTEEN)
    moved = follow_ups.move(
        made.pk, actor=dewi.actor(), now=SIXTEEN, due_at=SIXTEEN + timedelta(hours=2), reason="Pelanggan rapat"
    )

    assert (moved.state, moved.missed_at) == ("open", SIXTEEN)
    assert FollowUp.objects.to_do().count() == 1


@pytest.mark.parametrize("count", [1, 4])
def test_many_missed_ones_cost_as_many_statements_as_one(ticket, dewi, lead, django_assert_num_queries, count):
    for _ in range(count):
        call_back(ticket, dewi)
    with django_assert_num_queries(13 if connection.vendor == "sqlite" else 16):  # COPY: ids are drawn beforehand
        follow_ups.miss_due(now=SIXTEEN)


def test_handing_one_over_tells_the_receiver(ticket, dewi):
    maya = UserFactory(name="Maya")
    made = call_back(ticket, dewi)

    follow_ups.hand_over(made.pk, actor=dewi.actor(), now=TEN, owner=maya)

    assert FollowUp.objects.get().owner == maya
    assert Notice.objects.get().recipient == maya


def test_nobody_sees_follow_ups_of_a_ticket_they_may_not_read(dewi):
    secret = TicketFactory(team=TeamFactory(slug="conduct", restricted=True))
    FollowUp.objects.create(
        ticket=secret, customer=secret.customer, kind="update", due_at=SIXTEEN, first_due_at=SIXTEEN, created_at=TEN
    )

    assert FollowUp.objects.visible_to(dewi.actor()).count() == 0


@pytest.mark.parametrize(
    ("due", "zone", "called_at"),
    [
        ("2026-11-23 17:00", "Asia/Jakarta", "2026-11-23 17:00"),
        ("2026-11-23 19:00", "Asia/Jayapura", "2026-11-23 18:00"),  # 21:00 there, so 20:00 there
        ("2026-11-23 05:00", "Asia/Jakarta", "2026-11-22 20:00"),
    ],
)
def test_nobody_is_called_in_the_night_of_their_own_day(due, zone, called_at):
    assert awake(moment(due), zone) == moment(called_at)


def test_one_working_day_later_skips_weekend_and_holiday(ticket, dewi):
    calendars.ship(now=TEN)
    made = call_back(ticket, dewi)

    assert follow_ups.next_working_day(made, now=moment("2026-11-20 15:00")) == moment("2026-11-23 17:00")
    assert follow_ups.next_working_day(made, now=moment("2026-12-23 15:00")) == moment("2026-12-28 17:00")
