"""Reminding the owner of a ticket that somebody waits."""

from datetime import timedelta

import pytest

from core.errors import Invalid, NotAllowed
from notices.models import Notice
from tests.moments import moment
from tickets.models import Ticket
from tickets.services.escalation import nudging

pytestmark = pytest.mark.django_db
TEN, MINUTE = moment("2026-11-20 10:00"), timedelta(minutes=1)


def test_the_owner_is_told_who_asks_and_again_only_after_five_minutes(ticket, dewi, lead):
    nudging.nudge(ticket.pk, actor=lead.actor(), now=TEN)
    with pytest.raises(Invalid, match="nudged a moment ago"):
        nudging.nudge(ticket.pk, actor=lead.actor(), now=TEN + 4 * MINUTE)
    nudging.nudge(ticket.pk, actor=lead.actor(), now=TEN + 5 * MINUTE)

    told = Notice.objects.values_list("recipient", "kind", "parameters__by")
    assert list(told) == [(dewi.pk, "ticket_nudged", "Bambang")] * 2
    assert [line.actor_name for line in ticket.history.filter(change="nudged")] == ["Bambang"] * 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": "closed"}, "settled already"),
        ({"owner": None}, "Nobody owns this ticket"),
    ],
)
def test_where_nobody_can_go_on_nobody_is_nudged(ticket, lead, fields, sentence):
    Ticket.objects.update(**fields)

    with pytest.raises(Invalid, match=sentence):
        nudging.nudge(ticket.pk, actor=lead.actor(), now=TEN)
    assert Notice.objects.count() == 0


def test_nobody_nudges_themselves_and_only_who_leads_nudges_others(ticket, dewi, lead):
    with pytest.raises(NotAllowed, match="Only who leads"):
        nudging.nudge(ticket.pk, actor=dewi.actor(), now=TEN)
    Ticket.objects.update(owner=lead)
    with pytest.raises(Invalid, match="This ticket is yours"):
        nudging.nudge(ticket.pk, actor=lead.actor(), now=TEN)
