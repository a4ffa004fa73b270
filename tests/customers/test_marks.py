"""A supervisor says by hand what a customer is; it ends on its day, and the former values hold again."""

from datetime import timedelta

import pytest

from core.actor import Actor, ActorKind, Role
from core.errors import Invalid, NotAllowed
from customers.models import CustomerHistory
from customers.services import marks, merging
from customers.services.marks import Marks
from customers.tasks import end_marks
from tests.factories import NOW, CustomerFactory

pytestmark = pytest.mark.django_db
DEWI = Actor(ActorKind.STAFF, id=3, name="Dewi", role=Role.SUPERVISOR)
VALUED = Marks("core", "gold", high_value=True)
LATER = NOW + timedelta(days=30)


@pytest.fixture
def siti():
    return CustomerFactory(stage="early", tier="silver")


def mark(customer, said=VALUED, *, actor=DEWI, now=NOW, reason="Since 2019, three referrals", until=LATER):
    return marks.mark(customer.pk, said, actor=actor, now=now, reason=reason, until=until)


def test_a_supervisor_sets_stage_tier_and_value_with_a_reason_and_an_end(siti):
    mark(siti)

    siti.refresh_from_db()
    assert (siti.stage, siti.tier, siti.high_value, siti.marked_until) == ("core", "gold", True, LATER)
    entry = CustomerHistory.objects.get()
    assert (entry.change, entry.actor_name, entry.reason) == ("marked", "Dewi", "Since 2019, three referrals")
    assert entry.before == {"stage": "early", "tier": "silver", "high_value": False, "vulnerable": False}


def test_on_its_day_the_former_values_hold_again_and_the_history_tells(siti):
    mark(siti)
    mark(siti, Marks("core", "platinum", high_value=True))

    assert marks.end_due(now=LATER - timedelta(seconds=1)) == 0
    assert marks.end_due(now=LATER) == 1
    assert marks.end_due(now=LATER) == 0

    siti.refresh_from_db()
    assert (siti.stage, siti.tier, siti.high_value, siti.marked_until) == ("early", "silver", False, None)
    assert [entry.change for entry in CustomerHistory.objects.order_by("id")] == ["marked", "marked", "unmarked"]


def test_the_task_ends_what_is_due(siti):
    mark(siti)
    siti.refresh_from_db()
    type(siti).objects.filter(pk=siti.pk).update(marked_until=NOW - timedelta(days=365))

    assert end_marks() == 1


def test_it_ends_earlier_where_a_supervisor_says_so(siti):
    mark(siti)

    marks.end(siti.pk, actor=DEWI, now=NOW, reason="A mistake")

    siti.refresh_from_db()
    assert (siti.tier, siti.marked_until) == ("silver", None)
    with pytest.raises(Invalid, match="Nothing is set by hand"):
        marks.end(siti.pk, actor=DEWI, now=NOW, reason="")


def test_of_merged_customers_the_root_is_marked(siti):
    other = CustomerFactory()
    merging.merge(other.pk, siti.pk, actor=DEWI, now=NOW, reason="The same")

    assert mark(other).pk == siti.pk


@pytest.mark.parametrize(
    ("more", "refusal", "sentence"),
    [
        ({"reason": " "}, Invalid, "Say why"),
        ({"until": NOW}, Invalid, "a day to come"),
        ({"said": Marks("emperor")}, Invalid, "no such stage"),
        ({"actor": Actor(ActorKind.STAFF, id=4, role=Role.AGENT)}, NotAllowed, "by supervisors"),
    ],
)
def test_what_is_not_right_is_refused_in_one_sentence(siti, more, refusal, sentence):
    with pytest.raises(refusal, match=sentence):
        mark(siti, **more)

    assert not CustomerHistory.objects.exists()
