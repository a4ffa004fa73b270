import pytest

from tests.desk.conftest import desk_of, words
from tests.factories import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db
GIVEN = {"stage": "core", "tier": "gold", "high_value": "on", "until": "2026-12-31", "reason": "Three referrals"}


@pytest.fixture
def supervisor(db):
    return desk_of(UserFactory(name="Dewi", role="supervisor"))


def test_a_supervisor_marks_a_customer_on_their_page(supervisor):
    siti = CustomerFactory(name="Siti")
    assert "Stage and value" in words(supervisor.get(f"/desk/c/{siti.pk}/"))

    done = words(supervisor.post(f"/desk/c/{siti.pk}/marks/", GIVEN, follow=True))

    assert "High value Core gold" in done
    assert "set by hand until 31 Dec 2026" in done
    ended = words(supervisor.post(f"/desk/c/{siti.pk}/marks/", {"end": "1"}, follow=True))
    assert "set by hand" not in ended


def test_without_a_reason_it_is_refused_and_what_was_typed_stays(supervisor):
    siti = CustomerFactory()

    refused = supervisor.post(f"/desk/c/{siti.pk}/marks/", GIVEN | {"reason": ""})

    assert refused.status_code == 422
    assert "Say why this is set by hand." in words(refused)
    assert 'value="gold"' in refused.content.decode()


def test_agents_see_the_marks_and_set_none(desk):
    siti = CustomerFactory()

    assert "Stage and value" not in words(desk.get(f"/desk/c/{siti.pk}/"))
    assert "set by supervisors" in words(desk.get(f"/desk/c/{siti.pk}/marks/"))
    assert desk.post(f"/desk/c/{siti.pk}/marks/", GIVEN).status_code == 403
    assert desk.get("/desk/c/999999/marks/").status_code == 404
