import pytest

from policies.models import QueryType
from policies.services import packs
from tests.desk.conftest import NINE, desk_of, words
from tests.desk.test_queue import references
from tests.factories import TicketFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(db):
    packs.load("isp", now=NINE)
    return desk_of(UserFactory(role="supervisor"))


@pytest.fixture
def unsorted(supervisor):
    dead = QueryType.objects.get(slug="internet-mati")
    start = QueryType.objects.get(slug=packs.UNSORTED)
    return TicketFactory(query_type=start, proposed_type=dead, proposed_words=["mati total", "lampu merah"])


def test_the_queue_has_a_view_of_what_nobody_has_sorted(supervisor, unsorted):
    TicketFactory(query_type=QueryType.objects.get(slug="saran"))

    page = supervisor.get("/desk/?view=unsorted")

    assert references(page) == [unsorted.reference]
    assert "Unsorted 1" in words(page)


def test_the_ticket_shows_the_proposal_with_its_words_and_one_click_accepts(supervisor, unsorted):
    page = words(supervisor.get(f"/desk/t/{unsorted.reference}/"))
    assert "It seems to be about No internet at all because of mati total lampu merah Accept" in page

    done = supervisor.post(f"/desk/t/{unsorted.reference}/accept-type/", {"version": 1}, follow=True)

    assert "Sorted." in words(done)
    unsorted.refresh_from_db()
    assert (unsorted.query_type.slug, unsorted.priority) == ("internet-mati", "urgent")


def test_the_form_behind_y_is_filled_in_with_the_proposal(supervisor, unsorted):
    page = supervisor.get(f"/desk/t/{unsorted.reference}/classify/")

    assert page.context["form"].initial["query_type"] == unsorted.proposed_type_id
    assert "autofocus" in page.content.decode()


def test_a_ticket_that_was_changed_meanwhile_is_not_sorted(supervisor, unsorted):
    done = supervisor.post(f"/desk/t/{unsorted.reference}/accept-type/", {"version": 7}, follow=True)

    assert "Somebody changed this ticket" in words(done)


def test_resolving_says_that_the_type_is_missing(supervisor, unsorted):
    refused = supervisor.post(f"/desk/t/{unsorted.reference}/resolve/", {"version": 1, "outcome": "upheld"})

    assert refused.status_code == 422
    assert "it is still unsorted" in words(refused)
