"""Errands: the only way up through the floors. Each is done once, in spite of failures, and never lost."""

import ast
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from core.clock import database_now
from core.models import Errand, Heartbeat
from core.services import errands
from helpdesk import errand_runner
from helpdesk.environment import ROOT
from helpdesk.errands import HANDLERS

pytestmark = pytest.mark.django_db


class Diary:
    """Does errands by writing them down; those of kind "broken" fail."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.handlers = {"write": self.write, "broken": self.fail}

    def write(self, object_id: int, *, now) -> None:
        self.done.append(object_id)

    def fail(self, object_id: int, *, now) -> None:
        raise RuntimeError(f"no pen for {object_id}")


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def later(settings):
    """Moves the clock of everything forward."""

    def move(time: timedelta) -> None:
        settings.CLOCK_OFFSET += time

    return move


def test_an_errand_is_done_once(diary):
    errand = errands.ask("write", 7, now=database_now())

    errand_runner.run_due(diary.handlers)
    errand_runner.run_due(diary.handlers)

    errand.refresh_from_db()
    assert (diary.done, errand.state, errand.tries) == ([7], Errand.State.DONE, 1)


def test_an_errand_waits_for_its_time(diary, later):
    errands.ask("write", 7, now=database_now() + timedelta(minutes=5))

    assert errand_runner.run_due(diary.handlers) == 0
    later(timedelta(minutes=6))
    assert errand_runner.run_due(diary.handlers) == 1


def test_a_mountain_of_errands_is_done_in_stretches_so_that_alarms_have_their_turn(diary):
    errands.ask_all("write", list(range(30)), now=database_now())

    assert errand_runner.run_due(diary.handlers, stretch=timedelta(0)) == errand_runner.BATCH == 20
    assert errand_runner.run_due(diary.handlers, stretch=timedelta(0)) == 10
    assert sorted(diary.done) == list(range(30))


def test_an_errand_that_fails_is_put_off_with_its_reason_and_does_not_stop_the_next(diary):
    broken = errands.ask("broken", 1, now=database_now())
    errands.ask("write", 2, now=database_now())

    errand_runner.run_due(diary.handlers)

    broken.refresh_from_db()
    assert (broken.state, broken.tries, broken.reason) == (Errand.State.WAITING, 1, "RuntimeError: no pen for 1")
    assert broken.due_at > database_now()
    assert diary.done == [2]


def test_an_errand_that_always_fails_is_tried_eight_times_and_then_kept_with_its_reason(diary, later):
    broken = errands.ask("broken", 1, now=database_now())

    tries = 0
    for _ in range(12):
        tries += errand_runner.run_due(diary.handlers)
        later(timedelta(hours=1))

    broken.refresh_from_db()
    assert (tries, broken.state, broken.reason) == (8, Errand.State.FAILED, "RuntimeError: no pen for 1")


def test_an_errand_that_nobody_handles_says_so(diary):
    unknown = errands.ask("juggle", 1, now=database_now())

    errand_runner.run_due(diary.handlers)

    unknown.refresh_from_db()
    assert unknown.reason == "LookupError: nobody does errands of kind 'juggle'"


def test_an_errand_whose_worker_died_is_done_by_another_after_the_lease(diary, later):
    errands.ask("write", 7, now=database_now())
    errands.claim_due(now=database_now(), limit=10, lease=errand_runner.LEASE)

    assert errand_runner.run_due(diary.handlers) == 0
    later(errand_runner.LEASE + timedelta(seconds=1))
    assert errand_runner.run_due(diary.handlers) == 1


def test_an_idle_clock_writes_only_a_sign_of_life_every_ten_seconds(later):
    errand_runner.note_the_beat()
    first = Heartbeat.objects.get().at

    later(timedelta(seconds=9))
    errand_runner.note_the_beat()
    assert Heartbeat.objects.get().at == first
    later(timedelta(seconds=2))
    errand_runner.note_the_beat()
    assert Heartbeat.objects.get().at > first


def kinds_asked_for() -> set[str]:
    """Every first argument of `errands.ask(...)` in our apps, followed to its value."""
    found: set[str] = set()
    for app in django_settings.OWN_APPS:
        for path in (ROOT / app).rglob("*.py"):
            found.update(kinds_in(path))
    return found


def kinds_in(path: Path) -> set[str]:
    if "errands.ask" not in (source := path.read_text()):
        return set()
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    asked = [call.args[0] for call in calls if ast.unparse(call.func) in ("errands.ask", "errands.ask_all")]
    return {eval(ast.unparse(kind), vars(module)) for kind in asked}


def test_each_kind_of_errand_has_its_handler():
    assert set(HANDLERS) == kinds_asked_for()
