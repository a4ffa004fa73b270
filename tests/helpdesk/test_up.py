"""`manage.py up`, started as an operator starts it."""

import signal
import socket

import pytest

DUE_ERRAND = """INSERT INTO core_errand (kind, object_id, due_at, state, tries, reason)
    VALUES ('juggle', 1, '2026-01-01 00:00:00', 'waiting', 0, '')"""

MANY_DUE_ERRANDS = """WITH RECURSIVE counted(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM counted LIMIT 20000)
    INSERT INTO core_errand (kind, object_id, due_at, state, tries, reason)
    SELECT 'juggle', number, '2026-01-01 00:00:00', 'waiting', 0, '' FROM counted"""


def tried(installation) -> bool:
    return bool(installation.rows("SELECT 1 FROM core_errand WHERE tries = 1 AND reason <> '' LIMIT 1"))


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_stops_cleanly_when_told_to(installation, start_up, signal_number):
    up = start_up(installation)

    assert up.get("/healthz") == (200, "ok\n")
    exit_code, seconds = up.stop(signal_number)
    assert exit_code == 0
    assert seconds < 6  # 2 s on an idle machine; tests share it


def test_a_second_start_listens_within_seconds(installation, start_up):
    start_up(installation).stop()

    assert start_up(installation).listening_after < 15  # 1 s on an idle machine


def test_what_another_process_stores_is_picked_up_at_once(installation, start_up, wait_for):
    up = start_up(installation)
    wait_for(lambda: up.get("/readyz")[0] == 200)

    installation.rows(DUE_ERRAND)

    wait_for(lambda: tried(installation), seconds=2)


def test_what_was_stored_while_it_was_down_is_picked_up_at_the_start(installation, start_up, wait_for):
    installation.rows(DUE_ERRAND)

    start_up(installation)

    wait_for(lambda: tried(installation))


def test_told_to_stop_in_the_middle_of_a_backlog_it_holds_nothing_back(installation, start_up, wait_for):
    up = start_up(installation)
    wait_for(lambda: up.get("/readyz")[0] == 200)
    installation.rows(MANY_DUE_ERRANDS)
    wait_for(lambda: tried(installation))

    exit_code, _ = up.stop()

    states = dict(installation.rows("SELECT state, count(*) FROM core_errand WHERE tries <= 1 GROUP BY state"))
    assert exit_code == 0
    assert "running" not in states
    assert installation.rows("SELECT 1 FROM core_errand WHERE tries = 0 LIMIT 1"), "all was done before it was told"


def test_an_idle_installation_writes_no_more_than_a_sign_of_life(installation, start_up, wait_for):
    up = start_up(installation)
    wait_for(lambda: up.get("/readyz")[0] == 200)

    assert installation.commits_seen_in(seconds=5) <= 1


def test_a_port_that_is_taken_is_said_in_one_sentence(installation):
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = installation.manage("up", "--port", str(other.getsockname()[1]))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Choose another --port" in done.stderr


def test_a_database_without_our_tables_is_said_in_one_sentence(installation):
    installation.var = installation.var / "elsewhere"

    done = installation.manage("up", "--port", "0")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "run manage.py migrate first" in done.stderr


@pytest.mark.servers
def test_it_works_over_redis_and_postgresql(servers, start_up, wait_for):
    up = start_up(servers)

    wait_for(lambda: up.get("/readyz")[0] == 200)
    assert up.stop()[0] == 0


@pytest.mark.servers
def test_worker_and_beat_as_processes_of_their_own_do_the_rounds(servers, celery_process, start_up, wait_for):
    """The shape of production: what `celery worker` and `celery beat` do shows in the database."""
    worker, beat = celery_process(servers, "worker"), celery_process(servers, "beat")

    wait_for(lambda: "WRONG" not in servers.manage("doctor").stdout.replace("WRONG static files", ""))

    for process in (beat, worker):
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
