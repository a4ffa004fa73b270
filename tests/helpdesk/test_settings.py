import pytest
from django.test import Client

from helpdesk.environment import WrongSetUp
from helpdesk.settings import parts


def test_without_a_secret_key_the_start_stops_with_one_sentence(installation):
    installation.variables["SECRET_KEY"] = ""

    done = installation.manage("check")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("SECRET_KEY is not set:")


def test_a_wrong_set_up_tells_the_mail_server_to_try_again_later(installation):
    installation.variables["ENCRYPTION_KEYS"] = ""

    done = installation.manage("receive_mail", "--channel", "help@example.com")

    assert done.returncode == 75
    assert done.stderr.startswith("ENCRYPTION_KEYS is not set:")


def test_without_an_address_the_database_is_sqlite_ready_for_several_writers(tmp_path):
    database = parts.database("", var_dir=tmp_path)

    assert database["NAME"] == str(tmp_path / "tanggap.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_postgresql_is_reached_through_a_pool(tmp_path):
    database = parts.database("postgres://me:secret@db.example:5433/tanggap?sslmode=require", var_dir=tmp_path)

    assert (database["HOST"], database["PORT"], database["OPTIONS"]["sslmode"]) == ("db.example", 5433, "require")
    assert database["OPTIONS"]["pool"]["max_size"] > 1
    assert database["CONN_MAX_AGE"] == 0


def test_files_lie_where_storage_url_says(tmp_path):
    assert parts.storage("file:///srv/tanggap%20files", var_dir=tmp_path)["OPTIONS"]["location"] == "/srv/tanggap files"
    assert parts.storage("", var_dir=tmp_path)["OPTIONS"]["location"] == str(tmp_path / "files")


@pytest.mark.parametrize("url", ["", "tcp://clamav:3310", "unix:///run/clamd.sock"])
def test_a_virus_scanner_is_where_clamd_url_says(url):
    assert parts.scanner(url) == url


@pytest.mark.parametrize("url", ["clamav:3310", "http://clamav", "tcp:///run", "unix:"])
def test_a_virus_scanner_that_is_not_possible_says_what_is(url):
    with pytest.raises(WrongSetUp, match="tcp://host:3310"):
        parts.scanner(url)


@pytest.mark.parametrize("url", ["s3://bucket/", "files", "file://relative"])
def test_a_storage_that_is_not_possible_says_what_is(url, tmp_path):
    with pytest.raises(WrongSetUp, match="file:///an/absolute/directory"):
        parts.storage(url, var_dir=tmp_path)


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp+tls://mail.example", 587, True, False),
        ("smtps://mail.example:4650", 4650, False, True),
    ],
)
def test_the_mail_server_s_address_says_how_it_is_spoken_to(url, port, tls, ssl):
    mail = parts.mail(url)

    assert (mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"], mail["EMAIL_USE_SSL"]) == (port, tls, ssl)


def test_a_mail_server_s_password_may_hold_any_sign():
    mail = parts.mail("smtps://me%40example.com:p%2Fw@mail.example")

    assert (mail["EMAIL_HOST_USER"], mail["EMAIL_HOST_PASSWORD"]) == ("me@example.com", "p/w")


def test_a_mail_server_of_an_unknown_kind_stops_the_start():
    with pytest.raises(WrongSetUp, match="smtp"):
        parts.mail("http://mail.example")


def test_every_page_comes_with_a_policy_that_forbids_what_is_not_ours():
    answer = Client().get("/healthz")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
