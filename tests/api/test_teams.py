import pytest

from staff.models import Team, TeamHistory
from tests.api.conftest import Program, refused
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return Program(UserFactory(role="administrator"))


def test_teams_are_listed_with_the_calls_that_they_can_make(agent, network):
    Team.objects.filter(pk=network.pk).update(calls_per_day=12)

    assert agent.get("teams/").json()["results"] == [
        {
            "id": network.pk,
            "slug": "jaringan",
            "name_id": "Tim jaringan",
            "name_en": "Team jaringan",
            "restricted": False,
            "calls_per_day": 12,
        }
    ]


def test_an_administrator_says_how_many_calls_a_team_can_make_and_the_history_keeps_it(administrator, network):
    told = administrator.patch(f"teams/{network.pk}/", {"calls_per_day": 8}).json()
    administrator.patch(f"teams/{network.pk}/", {"calls_per_day": None})

    assert told["calls_per_day"] == 8
    kept = TeamHistory.objects.order_by("id").values_list("before__calls_per_day", "after__calls_per_day")
    assert list(kept) == [(None, 8), (8, None)]


@pytest.mark.parametrize("given", [{"calls_per_day": -1}, {"calls_per_day": 9999}, {}, {"name_en": "Wires"}])
def test_what_is_no_number_of_calls_is_refused(administrator, network, given):
    refused(administrator.patch(f"teams/{network.pk}/", given), 400)


def test_supervisors_and_agents_change_no_team(agent, supervisor, network):
    refused(agent.patch(f"teams/{network.pk}/", {"calls_per_day": 8}), 403)
    refused(supervisor.patch(f"teams/{network.pk}/", {"calls_per_day": 8}), 403)
