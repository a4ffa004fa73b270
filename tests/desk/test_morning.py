"""The mail that Maya, who leads the network team, gets at half past seven."""

import re
from datetime import timedelta

import pytest
import time_machine

from channels_out.models import Dispatch
from desk.services import morning
from notices.models import MorningMail
from tests.desk.conftest import desk_of, words
from tests.factories import ChannelFactory, QueryTypeFactory, TicketFactory, UserFactory
from tests.meanwhile import meanwhile
from tests.moments import moment
from tickets.models import FollowUp

pytestmark = pytest.mark.django_db
HALF_PAST_SEVEN = moment("2026-11-20 07:30")
HOUR = timedelta(hours=1)


@pytest.fixture
def maya(network):
    return UserFactory(
        name="Maya Putri", public_name="Maya", email="maya@nusanet.example", role="supervisor", teams=[network]
    )


@pytest.fixture
def work(network, billing):
    same = {"query_type": QueryTypeFactory(), "channel": ChannelFactory()}
    late = TicketFactory(team=network, queue_due_at=HALF_PAST_SEVEN - HOUR, **same)
    TicketFactory(team=network, queue_due_at=HALF_PAST_SEVEN + 3 * HOUR, **same)
    TicketFactory(team=network, queue_due_at=HALF_PAST_SEVEN + 30 * HOUR, **same)
    TicketFactory(team=billing, queue_due_at=HALF_PAST_SEVEN - HOUR, **same)
    made = {"ticket": late, "customer": late.customer, "kind": "call_back", "created_at": HALF_PAST_SEVEN, "what": "Ya"}
    FollowUp.objects.create(state="missed", due_at=HALF_PAST_SEVEN - HOUR, **made)
    FollowUp.objects.create(state="open", due_at=HALF_PAST_SEVEN + HOUR, **made)
    return same["channel"]


def test_at_half_past_seven_a_supervisor_is_told_how_her_team_stands(maya, work):
    assert morning.send_due(now=HALF_PAST_SEVEN) == 1

    mail = Dispatch.objects.get()
    assert (mail.channel, mail.subject) == (work, "This morning: 1 late, 1 due today")
    assert [each.address for each in mail.recipients.all()] == ["maya@nusanet.example"]
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert "Late: 1  http://localhost:8000/desk/?view=open&team=network&clock=late" in mail.text


def lines_of(text: str) -> dict[str, tuple[int, str]]:
    """The lines of a mail with their numbers and addresses."""
    found = re.findall(r"^  ([A-Z][a-z -]+): (\d+)  http://localhost:8000(\S+)$", text, flags=re.MULTILINE)
    return {label: (int(count), address) for label, count, address in found}


def test_each_link_opens_exactly_the_list_whose_number_it_says(maya, work):
    morning.send_due(now=HALF_PAST_SEVEN)
    told = lines_of(Dispatch.objects.get().text)

    with time_machine.travel(HALF_PAST_SEVEN, tick=False):
        pages = {label: desk_of(maya).get(address).context for label, (_count, address) in told.items()}

    shown = {label: len(page["queue"].cards) for label, page in pages.items() if "queue" in page}
    shown |= {label: len(page["page"].rows) for label, page in pages.items() if "page" in page}
    assert shown == {label: count for label, (count, _address) in told.items()}
    assert shown == {"Late": 1, "Due today": 1, "Unassigned": 3, "Missed follow-ups": 1, "Follow-ups today": 1}


def test_the_list_says_until_when_it_reaches(maya, work):
    morning.send_due(now=HALF_PAST_SEVEN)
    told = lines_of(Dispatch.objects.get().text)

    with time_machine.travel(HALF_PAST_SEVEN, tick=False):
        assert "due before Sat 21 Nov 00:00" in words(desk_of(maya).get(told["Due today"][1]))
        assert "Network · due before Sat 21 Nov 00:00 Show all" in words(desk_of(maya).get(told["Follow-ups today"][1]))


def test_it_is_sent_once_however_often_the_clock_looks(maya, work):
    assert [morning.send_due(now=HALF_PAST_SEVEN + minutes * HOUR / 60) for minutes in (0, 1, 2)] == [1, 0, 0]
    assert (Dispatch.objects.count(), MorningMail.objects.count()) == (1, 1)


def test_of_two_workers_in_the_same_moment_one_sends_it(maya, work):
    other: list[int] = []

    with meanwhile("notices_morningmail", lambda: other.append(morning.send_due(now=HALF_PAST_SEVEN))):
        mine = morning.send_due(now=HALF_PAST_SEVEN)

    assert (other, mine) == ([1], 0)
    assert (Dispatch.objects.count(), MorningMail.objects.count()) == (1, 1)


def test_neither_before_half_past_seven_nor_in_the_afternoon(maya, work):
    assert morning.send_due(now=HALF_PAST_SEVEN - HOUR / 60) == 0
    assert morning.send_due(now=HALF_PAST_SEVEN + 5 * HOUR) == 0


def test_half_past_seven_is_that_of_the_reader(maya, work):
    maya.time_zone = "Asia/Jayapura"  # two hours ahead
    maya.save()

    assert morning.send_due(now=HALF_PAST_SEVEN - 2 * HOUR) == 1


def test_agents_and_who_is_away_get_none(work, network):
    UserFactory(teams=[network])
    UserFactory(role="supervisor", teams=[network], away_until=HALF_PAST_SEVEN + HOUR)

    assert morning.send_due(now=HALF_PAST_SEVEN) == 0


def test_without_a_mailbox_nothing_is_lost_it_comes_once_there_is_one(maya):
    assert morning.send_due(now=HALF_PAST_SEVEN) == 0
    ChannelFactory()
    assert morning.send_due(now=HALF_PAST_SEVEN + HOUR) == 1
