"""D09: a change of calendar or rules moves no open deadline until somebody has seen and confirmed what it would do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.actor import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from core.models import Errand
from helpdesk import errand_runner
from policies.models import Calendar
from policies.services import calendars
from policies.services.calendars import Names
from tests.factories import ChannelFactory, IdentityFactory, QueryTypeFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force, ladder, publish
from tickets.models import NEVER, Deadline, Recalculation, Ticket
from tickets.services.clocks import deadlines, recalculating
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
TUESDAY = moment("2026-03-10 16:00")
LATER = moment("2026-03-10 16:30")


@pytest.fixture
def bagus():
    return UserFactory(name="Bagus", role="supervisor").actor()


@pytest.fixture
def begin():
    def begin(**fields):
        ticket = TicketFactory(**{"created_at": TUESDAY, "received_at": TUESDAY, "channel": ChannelFactory()} | fields)
        rows = deadlines.begin([ticket], now=TUESDAY)
        ticket.save()
        deadlines.write(rows)
        return ticket

    return begin


def change(rule, **targets):
    rule.targets = {goal: {"amount": amount, "unit": "working"} for goal, amount in targets.items()}
    rule.save()
    publish(now=LATER)


def open_on_saturdays():
    calendar = Calendar.objects.get(code="B")
    spec = calendar.versions.get(number=1).spec
    week = (*spec.week[:5], ((480, 1020),), ())
    names = Names(calendar.name_id, calendar.name_en)
    calendars.change(calendar.pk, names=names, spec=replace(spec, week=week), actor=SYSTEM, now=LATER)


def looked(actor, **scope):
    job = recalculating.look(actor=actor, now=LATER, **scope)
    work_off(job)
    return job


def work_off(job):
    while Errand.objects.filter(kind="recalculation", state="waiting").exists():
        errand = Errand.objects.filter(kind="recalculation", state="waiting").first()
        recalculating.go_on(errand.object_id, now=LATER)
        Errand.objects.filter(pk=errand.pk).update(state="done")
    job.refresh_from_db()


def due(ticket):
    return ticket.deadlines.get(goal="resolution").due_at


def test_a_change_of_rules_leaves_open_deadlines_until_it_is_confirmed(begin, bagus):
    rule = in_force(resolution=120)
    ticket = begin()
    change(rule, resolution=60)

    job = looked(bagus)

    assert due(ticket) == moment("2026-03-11 09:00")
    assert (job.state, job.total, job.seen, job.changing) == ("ready", 1, 1, 1)
    assert (job.later, job.earlier, job.late) == (0, 1, 0)
    line = job.lines.get()
    assert line.before == {"resolution": "2026-03-11T02:00:00Z"}
    assert line.after == {"resolution": "2026-03-10T10:00:00Z"}

    recalculating.confirm(job.pk, actor=bagus, now=LATER, reason="Jam baru")
    work_off(job)

    assert due(ticket) == moment("2026-03-10 17:00")
    assert (job.state, job.done, job.finished_at) == ("done", 1, LATER)
    ticket.refresh_from_db()
    assert ticket.queue_due_at == moment("2026-03-10 17:00")


def test_every_ticket_keeps_in_its_history_who_moved_its_dates_and_why(begin, bagus):
    rule = in_force(resolution=120)
    ticket = begin()
    change(rule, resolution=60)
    job = looked(bagus)

    recalculating.confirm(job.pk, actor=bagus, now=LATER, reason="Jam baru")
    work_off(job)

    entry = ticket.history.get(change="deadlines_moved")
    assert (entry.actor_name, entry.reason) == ("Bagus", "Jam baru")
    assert (entry.before, entry.after) == (
        {"resolution": "2026-03-11T02:00:00Z"},
        {"resolution": "2026-03-10T10:00:00Z"},
    )


def test_a_change_of_calendar_moves_only_what_is_counted_with_it(begin, bagus):
    in_force(resolution=60 * 40)  # beyond the weekend
    with_b = begin()
    in_force(now=moment("2026-03-02 09:00"), resolution=60 * 40, calendar="E", conditions={"priority": ["urgent"]})
    with_e = begin(priority="urgent")
    before = due(with_e)
    open_on_saturdays()

    job = looked(bagus, calendar=Calendar.objects.get(code="B"))
    recalculating.confirm(job.pk, actor=bagus, now=LATER, reason="Sabtu buka")
    work_off(job)

    assert (job.total, job.changing, job.earlier) == (1, 1, 1)
    assert due(with_b) == moment("2026-03-16 11:00")  # it was the day after
    assert due(with_e) == before


def test_a_ladder_that_was_edited_holds_for_open_tickets_once_that_is_confirmed(begin, bagus):
    rule = in_force(resolution=120, ladder=ladder({"at_percent": 75, "level": 2}))
    ticket = begin()
    rule.ladder.steps.update(at_percent=25)
    publish(now=LATER)

    job = looked(bagus)
    assert (job.changing, job.other_steps, job.later, job.earlier) == (1, 1, 0, 0)
    assert ticket.deadlines.get().rings_at == moment("2026-03-11 08:30")
    recalculating.confirm(job.pk, actor=bagus, now=LATER, reason="Lebih awal")
    work_off(job)

    assert ticket.deadlines.get().rings_at == LATER
    kept = ticket.history.get(change="ladder_renewed")
    assert (kept.actor_name, kept.reason, kept.before, kept.after) == ("Bagus", "Lebih awal", {}, {})
    assert looked(bagus).changing == 0


def test_what_would_be_late_at_once_is_counted_before_anybody_confirms(begin, bagus):
    rule = in_force(resolution=120)
    begin()
    change(rule, resolution=20)

    assert looked(bagus).late == 1


def test_one_type_means_those_below_it_too(begin, bagus):
    above = QueryTypeFactory(slug="internet")
    below = QueryTypeFactory(slug="internet-mati", parent=above)
    other = QueryTypeFactory(slug="tagihan")
    rule = in_force(resolution=120)
    for query_type in (above, below, other):
        begin(query_type=query_type)
    change(rule, resolution=60)

    job = looked(bagus, query_type=above)

    assert sorted(job.lines.values_list("ticket__query_type__slug", flat=True)) == ["internet", "internet-mati"]


def test_clocks_that_have_ended_keep_what_they_were_measured_by(begin, bagus):
    rule = in_force(first_response=30, resolution=120)
    ticket = begin()
    IdentityFactory(customer=ticket.customer, value="siti@mail.example")
    replies.reply(ticket.pk, actor=bagus, text="Teknisi datang.", now=TUESDAY + timedelta(minutes=10))
    change(rule, first_response=5, resolution=60)
    job = looked(bagus)

    recalculating.confirm(job.pk, actor=bagus, now=LATER, reason="x")
    work_off(job)

    first = ticket.deadlines.get(goal="first_response")
    assert (first.state, first.target) == ("met", 30)
    assert ticket.deadlines.get(goal="resolution").target == 60


def test_tickets_for_which_no_rule_holds_any_more_have_no_clocks(begin, bagus):
    rule = in_force(resolution=120)
    ticket = begin()
    rule.delete()
    publish(now=LATER)
    job = looked(bagus)

    recalculating.confirm(job.pk, actor=bagus, now=LATER, reason="x")
    work_off(job)

    ticket.refresh_from_db()
    assert (ticket.terms, ticket.clock, ticket.queue_due_at) == (None, None, NEVER)
    assert not Deadline.objects.exists()


def test_a_job_goes_on_where_a_dead_worker_left_it(begin, bagus, monkeypatch):
    monkeypatch.setattr(recalculating, "TOGETHER", 2)
    rule = in_force(resolution=120)
    for _ in range(5):
        begin()
    change(rule, resolution=60)
    job = looked(bagus)
    assert (job.seen, job.changing) == (5, 5)
    recalculating.confirm(job.pk, actor=bagus, now=LATER, reason="x")
    recalculating.go_on(job.pk, now=LATER)
    job.refresh_from_db()
    assert (job.done, job.state) == (2, "running")

    work_off(job)

    assert (job.done, job.state) == (5, "done")
    assert set(Deadline.objects.values_list("target", flat=True)) == {60}
    histories = [ticket.history.filter(change="deadlines_moved").count() for ticket in Ticket.objects.all()]
    assert histories == [1] * 5


def test_a_batch_asks_the_database_as_often_for_many_as_for_few(begin, bagus, django_assert_max_num_queries):
    rule = in_force(resolution=120)
    for _ in range(12):
        begin()
    change(rule, resolution=60)
    job = recalculating.look(actor=bagus, now=LATER)
    with django_assert_max_num_queries(25):
        recalculating.go_on(job.pk, now=LATER)


def test_a_preview_older_than_the_rules_is_not_confirmed(begin, bagus):
    rule = in_force(resolution=120)
    begin()
    change(rule, resolution=60)
    job = looked(bagus)
    change(rule, resolution=90)

    with pytest.raises(Conflict, match="Rules or calendars changed since this preview"):
        recalculating.confirm(job.pk, actor=bagus, now=LATER, reason="x")


def test_it_needs_a_reason_and_somebody_who_leads(begin, bagus):
    in_force(resolution=120)
    begin()
    job = looked(bagus)
    agent = UserFactory().actor()

    with pytest.raises(NotAllowed):
        recalculating.look(actor=agent, now=LATER)
    with pytest.raises(NotAllowed):
        recalculating.confirm(job.pk, actor=agent, now=LATER, reason="x")
    with pytest.raises(Invalid, match="Say why the dates move"):
        recalculating.confirm(job.pk, actor=bagus, now=LATER, reason=" ")
    assert not Recalculation.objects.visible_to(agent).exists()


def test_lines_of_restricted_tickets_are_not_for_every_supervisor(begin, bagus):
    rule = in_force(resolution=120)
    begin(team=TeamFactory(slug="conduct", restricted=True))
    change(rule, resolution=60)
    job = looked(bagus)

    assert job.changing == 1
    assert not job.lines.visible_to(bagus).exists()
    assert job.lines.visible_to(UserFactory(role="administrator").actor()).count() == 1


def test_the_errand_that_does_it_is_run_to_its_end(begin, bagus):
    rule = in_force(resolution=120)
    begin()
    change(rule, resolution=60)

    job = recalculating.look(actor=bagus, now=LATER)
    errand_runner.run_due()

    job.refresh_from_db()
    assert job.state == "ready"
