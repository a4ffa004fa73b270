"""Ladders in the rules editor: steps added, changed, moved and taken away by buttons, in force once published."""

import pytest

from policies import rules
from policies.matching import TicketFacts, match
from policies.models import Ladder, Publication, QueryType
from policies.services import packs
from tests.desk.conftest import NINE, TEN, desk_of, words
from tests.factories import ChannelFactory, TeamFactory, TicketFactory, UserFactory
from tickets.services.clocks import deadlines

pytestmark = pytest.mark.django_db
STEP = {"at_percent": 90, "after_minutes": "", "level": 2, "actions": ["notify", "ask_ack"], "ask_minutes": 15}
LADDER = "/desk/rules/ladders/L-0/"


@pytest.fixture
def admin(db):
    packs.load("isp", now=NINE)
    UserFactory(name="Bagus", role="supervisor")
    return desk_of(UserFactory(name="Ratna", role="administrator"))


def moments(code="L-0"):
    steps = Ladder.objects.get(code=code).steps.order_by("position")
    return [step.at_percent if step.at_percent is not None else f"{step.after_minutes} m" for step in steps]


def steps_of_a_new_ticket():
    ticket = TicketFactory(query_type=QueryType.objects.get(slug="info-paket"), channel=ChannelFactory())
    deadlines.begin([ticket], now=TEN)
    return [step.at_percent for step in ticket.terms.ladder]


def test_a_step_that_is_added_holds_for_new_tickets_once_it_is_published(admin):
    done = admin.post(LADDER, STEP, follow=True)
    assert "The step is saved. It holds once it is published." in words(done)
    assert "90 % Team lead tell them, ask them to acknowledge within 15 min" in words(done)
    assert steps_of_a_new_ticket() == [75]

    waiting = words(admin.get("/desk/rules/publish/"))
    assert "Ladder L-0 changed 75 %: Owner (tell them) 75 %: Owner (tell them) → 90 %: Team lead" in waiting
    admin.post("/desk/rules/publish/", {"reason": "Leads shall know"})

    assert steps_of_a_new_ticket() == [75, 90]
    rules.forget()
    assert match(TicketFacts(0), rules.current(Publication.objects.latest("id").from_at)).version


def test_a_step_is_changed_on_its_form_and_says_the_same_again(admin):
    page = f"{LADDER}steps/1/"
    assert 'name="at_percent" value="75"' in admin.get(page).content.decode()

    admin.post(page, STEP | {"at_percent": "", "after_minutes": 30})

    assert moments() == ["30 m"]
    assert 'name="after_minutes" value="30"' in admin.get(page).content.decode()


def test_steps_change_places_and_go_by_buttons(admin):
    admin.post(LADDER, STEP)

    admin.post(f"{LADDER}steps/2/up/")
    assert moments() == [90, 75]
    admin.post(f"{LADDER}steps/1/remove/")
    assert moments() == [75]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"at_percent": ""}, "Say when: at a share of the time"),
        ({"after_minutes": 5}, "Say when: at a share of the time"),
        ({"at_percent": 5000}, "A share lies between 0 and 1,000 percent"),
        ({"actions": []}, "Say what is done at this step."),
        ({"ask_minutes": 100_000}, "between one minute and a week"),
        ({"level": 9}, "not one of the available choices"),
    ],
)
def test_a_wrong_step_is_refused_in_one_sentence(admin, more, sentence):
    refused = admin.post(LADDER, STEP | more)

    assert (refused.status_code, sentence in words(refused), moments()) == (422, True, [75])


def test_a_ladder_to_nobody_is_refused(admin):
    empty = TeamFactory(name_en="Fiber")
    refused = admin.post(LADDER, STEP | {"team": empty.pk})
    assert (refused.status_code, "there is nobody in the team Fiber" in words(refused)) == (422, True)

    gone = admin.post(f"{LADDER}steps/1/remove/", follow=True)
    assert "The ladder L-0 tells nobody: it has no steps." in words(gone)
    assert moments() == [75]


def test_a_new_ladder_is_made_with_its_first_step(admin):
    made = admin.post(
        "/desk/rules/ladders/new/", {"code": "L-VIP", "name_id": "Utama", "name_en": "Very important"}, follow=True
    )
    assert "The ladder L-VIP tells nobody: it has no steps." in words(made)

    admin.post("/desk/rules/ladders/L-VIP/", STEP)

    assert (moments("L-VIP"), "Very important" in words(admin.get("/desk/rules/ladders/"))) == ([90], True)
    again = admin.post("/desk/rules/ladders/new/", {"code": "l-vip", "name_id": "U", "name_en": "V"})
    assert (again.status_code, "There is a ladder with this code already." in words(again)) == (422, True)


def test_others_read_ladders_and_change_nothing(admin):
    others = desk_of(UserFactory())

    assert "75 % Owner" in words(others.get(LADDER))
    assert "Add the step" not in words(others.get(LADDER))
    assert others.post(LADDER, STEP).status_code == 403
    others.post(f"{LADDER}steps/1/remove/")
    assert (moments(), others.get("/desk/rules/ladders/L-404/").status_code) == ([75], 404)
