"""Done-when 3 of issue 4: two workers, two beats, kills at random, a broker that forgets; every step exactly once."""

import random

import pytest

from tests.processes import pauses

TICKETS, STEPS, SECONDS = 1000, 2, 8
MOST_KILLS, LONGEST = 6, 40  # a busy machine may take long to begin
SET_THE_CLOCKS = f"""
from datetime import timedelta
from core.actor import SYSTEM
from core.clock import database_now
from customers.models import Customer
from policies.models import Channel, Ladder, LadderStep, TatRule
from policies.services import calendars, publishing
from staff.models import Team, User
from tickets.models import Ticket
from tickets.services.clocks import deadlines
now = database_now()
team = Team.objects.create(slug="network", name_id="Jaringan", name_en="Network")
lead = User.objects.create_user("lead@nusanet.example", None, name="Bambang", public_name="Bambang", role="supervisor")
lead.teams.set([team])
calendars.ship(now=now)
ladder = Ladder.objects.create(code="L-T", name_id="T", name_en="T")
for position in range(1, {STEPS} + 1):
    step = dict(position=position, number=position, after_minutes=30, level=2, actions=["notify"])
    LadderStep.objects.create(ladder=ladder, **step)
targets = dict(resolution=dict(amount=600, unit="calendar"))
TatRule.objects.create(targets=targets, calendar="B", ladder=ladder)
publishing.publish(actor=SYSTEM, now=now, reason="test")
channel = Channel.objects.get()
customer = Customer.objects.create(name="Siti", since=now)
Customer.objects.update(root=customer)
customer.refresh_from_db()
first = now - timedelta(minutes=30) + timedelta(seconds=12)
moments = [first + timedelta(seconds={SECONDS} * number / {TICKETS}) for number in range({TICKETS})]
tickets = Ticket.objects.bulk_create(
    Ticket(reference=f"KLH-{{number}}", subject="x", query_type=channel.query_type, team=team, customer=customer,
        channel=channel, created_at=at, received_at=at, queue_at=at, last_message_at=at)
    for number, at in enumerate(moments)
)
deadlines.adopt(tickets, now=now)
"""
WAITING = "tickets_deadline WHERE rings_at < clock_timestamp()"
STEPS_DONE = "SELECT step, count(*), count(DISTINCT deadline_id) FROM tickets_escalation GROUP BY step ORDER BY step"


def start(helpdesk, name: str) -> None:
    helpdesk.work(name, "-P", "solo", "-Q", "clocks", "-n", f"{name}@localhost", "--without-mingle", "--without-gossip")


def kill_at_random(helpdesk, chance: random.Random) -> int:
    """While steps are being done, kill one worker after the other and start it again; the broker forgets once.

    Returns how often one was killed.
    """
    killed = 0
    for _pause in pauses(LONGEST, every=0.2):
        done = helpdesk.count("tickets_escalation")
        if done == TICKETS * STEPS or killed == MOST_KILLS:
            break
        if done and (not killed or chance.random() < 0.2):
            name = chance.choice(["one", "two"])
            helpdesk.kill(name)
            start(helpdesk, name)
            killed += 1
            if killed == 1:
                helpdesk.forget_hints()
    return killed


@pytest.mark.servers
def test_of_2000_alarms_every_step_is_done_exactly_once_though_workers_are_killed(over_servers, wait_for):
    helpdesk = over_servers
    done = helpdesk.installation.manage("shell", "--no-imports", "--command", SET_THE_CLOCKS)
    assert done.returncode == 0, done.stderr
    for name in ("one", "two"):
        start(helpdesk, name)
    for name in ("first beat", "second beat"):
        helpdesk.start(name, "-m", "celery", "-A", "helpdesk", "beat", "--loglevel", "WARNING")

    killed = kill_at_random(helpdesk, random.Random(6))
    wait_for(lambda: not helpdesk.count(WAITING), seconds=30)

    assert killed >= 1
    assert helpdesk.ask(STEPS_DONE) == [("L-T/1", TICKETS, TICKETS), ("L-T/2", TICKETS, TICKETS)]
    assert helpdesk.count("tickets_escalation WHERE state = 'told'") == TICKETS * STEPS
    for told in ("notices_notice", "tickets_tickethistory WHERE change = 'escalated'"):
        assert helpdesk.count(told) == TICKETS * STEPS
