"""What can come of a call, and what is refused with a sentence."""

from datetime import timedelta

import pytest

from core.errors import Invalid, NotAllowed
from policies.services import calendars
from tests.factories import TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tickets.models import FollowUp, Message, TimelineEntry
from tickets.services.promises import reaching

pytestmark = pytest.mark.django_db
FRIDAY = moment("2026-11-20 10:00")


@pytest.fixture
def call(network, dewi):
    """Dewi promised to call back at eleven."""
    calendars.ship(now=FRIDAY)
    return made(network, dewi, kind="call_back", what="Kabar dari NOC")


def made(team, owner, **fields) -> FollowUp:
    ticket = TicketFactory(team=team, owner=owner, status="open")
    at = FRIDAY + timedelta(hours=1)
    return FollowUp.objects.create(
        ticket=ticket, customer=ticket.customer, owner=owner, team=team, created_at=FRIDAY, due_at=at, **fields
    )


def done(follow_up) -> tuple[str, str, int]:
    follow_up.refresh_from_db()
    return follow_up.state, follow_up.outcome, follow_up.tries.count()


@pytest.mark.parametrize("outcome", ["satisfied", "declined", "kept"])
def test_a_call_that_was_made_is_done_with_what_was_said(call, dewi, outcome):
    given = {"channel": "phone", "outcome": outcome, "note": " Modem sudah menyala. "}
    reaching.reached(call.pk, actor=dewi.actor(), now=FRIDAY, **given)

    assert done(call) == ("done", outcome, 1)
    assert (call.note, call.tries.get().note, call.tries.get().reached) == ("Modem sudah menyala.",) * 2 + (True,)
    assert TimelineEntry.objects.get(title="follow_up_done").text == f"{outcome}: Modem sudah menyala."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"channel": "phone", "outcome": "unreachable"}, "Say how the customer took it."),
        ({"channel": "phone", "outcome": "written"}, "Say how the customer took it."),
        ({"channel": "phone", "outcome": ""}, "Say how the customer took it."),
        ({"channel": "phone", "outcome": "not_satisfied", "note": "  "}, "Say what is still wrong for the customer"),
        ({"channel": "pigeon", "outcome": "satisfied"}, "Say by which channel you tried."),
    ],
)
def test_half_an_answer_is_refused_and_nothing_is_noted(call, dewi, given, sentence):
    with pytest.raises(Invalid, match=sentence):
        reaching.reached(call.pk, actor=dewi.actor(), now=FRIDAY, **given)

    assert done(call) == ("open", "", 0)


def test_an_apology_is_not_just_done(network, dewi):
    apology = made(network, dewi, kind="apology", level=2)

    with pytest.raises(Invalid, match="Say how the customer took it"):
        reaching.reached(apology.pk, actor=dewi.actor(), now=FRIDAY, channel="phone", outcome="kept")


def test_three_tries_for_a_call_that_was_no_apology_write_no_letter(call, dewi):
    for channel in ("phone", "whatsapp", "phone"):
        reaching.not_reached(call.pk, actor=dewi.actor(), now=FRIDAY, channel=channel)

    assert done(call) == ("done", "unreachable", 3)
    assert not Message.objects.filter(ticket=call.ticket, kind="outbound").exists()


def test_a_missed_call_that_was_tried_stands_for_the_next_working_day(call, dewi):
    FollowUp.objects.update(state="missed", missed_at=FRIDAY)

    reaching.not_reached(call.pk, actor=dewi.actor(), now=FRIDAY, channel="phone")

    assert done(call) == ("open", "", 1)
    assert call.due_at == moment("2026-11-23 17:00")
    assert TimelineEntry.objects.get(title="follow_up_tried").text == "1/3"


def test_of_what_is_chosen_for_a_letter_only_apologies_are_written_and_the_rest_says_why(network, call, dewi):
    lead = UserFactory(role="supervisor", teams=[network]).actor()
    waiting = made(network, dewi, kind="apology", level=2)
    FollowUp.objects.filter(pk=waiting.pk).update(state="waiting", due_at=None)

    written, refused = reaching.write_instead([call.pk, waiting.pk], actor=lead, now=FRIDAY)

    assert written == 0
    assert refused == [
        "Only an apology can be written instead of a call.",
        "The fix is not recorded yet. Resolve the ticket first; then this follow-up gets its date.",
    ]


def test_a_colleague_of_another_team_makes_nobody_elses_call(call):
    stranger = UserFactory(teams=[TeamFactory(slug="billing")])

    with pytest.raises(NotAllowed):
        reaching.reached(call.pk, actor=stranger.actor(), now=FRIDAY, channel="phone", outcome="satisfied")
    with pytest.raises(NotAllowed):
        reaching.not_reached(call.pk, actor=stranger.actor(), now=FRIDAY, channel="phone")
