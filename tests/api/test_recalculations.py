import pytest

from helpdesk import errand_runner
from tests.api.conftest import refused
from tests.factories import ChannelFactory, TicketFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force, publish
from tickets.services.clocks import deadlines

pytestmark = pytest.mark.django_db
TUESDAY = moment("2026-03-17 16:00")


@pytest.fixture
def changed(network):
    rule = in_force(resolution=240)
    ticket = TicketFactory(team=network, created_at=TUESDAY, channel=ChannelFactory())
    rows = deadlines.begin([ticket], now=TUESDAY)
    ticket.save()
    deadlines.write(rows)
    rule.targets = {"resolution": {"amount": 60, "unit": "working"}}
    rule.save()
    publish(now=TUESDAY)
    return ticket


def test_a_program_looks_first_and_confirms_then(supervisor, changed):
    begun = supervisor.post("recalculations/", {})
    assert (begun.status_code, begun.json()["state"]) == (201, "looking")
    address = f"recalculations/{begun.json()['id']}/"
    errand_runner.run_due()

    seen = supervisor.get(address).json()
    assert {name: seen[name] for name in ("state", "total", "changing", "earlier", "later")} == {
        "state": "ready",
        "total": 1,
        "changing": 1,
        "earlier": 1,
        "later": 0,
    }
    [line] = supervisor.get(f"{address}lines/").json()["results"]
    assert (line["ticket"], line["after"]) == (changed.pk, {"resolution": "2026-03-17T10:00:00Z"})

    assert supervisor.post(f"{address}confirm/", {"reason": "Jam baru"}).json()["state"] == "running"
    errand_runner.run_due()

    assert supervisor.get(address).json()["state"] == "done"
    assert supervisor.get("recalculations/", state="done").json()["results"][0]["done"] == 1
    assert changed.deadlines.get().target == 60


def test_agents_neither_look_nor_confirm(agent, supervisor, changed):
    job = supervisor.post("recalculations/", {}).json()["id"]

    refused(agent.post("recalculations/", {}), 403)
    refused(agent.post(f"recalculations/{job}/confirm/", {"reason": "x"}), 404)
    assert agent.ids("recalculations/") == []


def test_it_needs_a_reason(supervisor, changed):
    job = supervisor.post("recalculations/", {}).json()["id"]

    refused(supervisor.post(f"recalculations/{job}/confirm/", {}), 400)
