import socket


def findings(done) -> dict[str, str]:
    lines = [line[6:].split(": ", 1) for line in done.stdout.splitlines()]
    return dict(lines)


def test_doctor_says_what_is_wrong_and_what_to_do(installation):
    done = installation.manage("doctor")

    found = findings(done)
    assert done.returncode == 1
    assert found["database"].startswith("SQLite 3.")
    assert found["migrations"] == "all applied"
    assert found["storage"] == "can be written"
    assert found["oldest arrival"] == "none waits"
    assert found["beat"] == "has never rung: start manage.py up, or a Celery worker and beat."


def test_doctor_is_content_while_everything_runs(installation, start_up, wait_for):
    up = start_up(installation)
    wait_for(lambda: up.get("/readyz")[0] == 200)

    done = installation.manage("doctor")

    assert (done.returncode, "WRONG" in done.stdout) == (0, False), done.stdout


def test_doctor_survives_an_empty_database_a_dead_broker_and_a_dead_mail_server(installation):
    with socket.socket() as reserved:  # bound, but nobody listens
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        installation.var = installation.var / "elsewhere"
        installation.variables = {
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "SECRET_KEY": "short",
        }

        done = installation.manage("doctor")

    found = findings(done)
    assert done.returncode == 1, done.stderr
    assert "run manage.py migrate" in found["migrations"]
    assert "start Redis" in found["broker"]
    assert "Correct EMAIL_URL" in found["mail out"]
    assert "SECRET_KEY is short" in found["secrets"]
    assert done.stderr == ""
