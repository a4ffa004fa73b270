"""The process that reads strangers' bytes: what goes in and out, and what happens when a mail ends it."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from channels_in.models import Arrival
from channels_in.parsing import pool, spool
from channels_in.parsing.outcomes import Refused, Task, Understood
from channels_in.services import intake, ledger
from files.services import store
from tests.factories import ChannelFactory
from tests.mails import mail_with_file, raw_mail
from tests.moments import moment
from tickets.models import Attachment, Message

NINE = moment("2026-11-20 09:00")


@pytest.fixture(autouse=True)
def _children_of_this_test_alone():
    pool.POOL.close()
    yield
    pool.POOL.close()


@pytest.fixture
def folder():
    with spool.folder() as path:
        yield path


@pytest.fixture
def poisonable(settings):
    """Mails with an X-Poison header do to the child what they say."""
    settings.PARSE_CHILD, settings.PARSE_SECONDS = "tests.channels_in.parsing_child", 1


def mail(number: int, poison: str | None = None) -> bytes:
    return raw_mail(f"Surat {number}", message_id=f"<{number}@mail.example>", X_Poison=poison)


def said(outcomes) -> list[str]:
    """The text of each that was understood, the reason of each that was not."""
    return [
        outcome.events[0].text if isinstance(outcome, Understood) else outcome.reason if outcome else "unread"
        for outcome in outcomes
    ]


def test_the_child_knows_neither_django_nor_our_secrets():
    script = (
        "import sys, channels_in.parsing.child\n"
        "print({name.partition('.')[0] for name in sys.modules} & {'django', 'celery', 'helpdesk', 'policies'})"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "set()"

    with pool.POOL.child() as child:
        environment = Path(f"/proc/{child.pid}/environ").read_bytes()
    assert b"SECRET_KEY" not in environment
    assert b"DATABASE_URL" not in environment


def test_each_kind_of_arrival_is_read_by_its_adapter_or_refused(folder):
    form = b'{"token": "formulir-1", "email": "siti@mail.example", "text": "Halo"}'

    outcomes = pool.parse(
        [Task("email", mail(1)), Task("webform", form), Task("email", b""), Task("fax", b"")], folder=folder
    )

    assert said(outcomes) == ["Surat 1", "Halo", "not_a_mail", "no_adapter"]
    assert outcomes[3] == Refused("no_adapter", "nothing is received on fax channels")


def test_html_comes_back_safe(folder):
    html = raw_mail("<p onclick=x>Halo<script>1</script></p>", content_type="text/html")

    [outcome] = pool.parse([Task("email", html)], folder=folder)

    assert outcome.events[0].html.strip() == "<p>Halo</p>"


@pytest.mark.usefixtures("poisonable")
@pytest.mark.parametrize(
    ("poison", "reason"),
    [("die", "parse_crash"), ("loop", "parse_timeout"), ("raise", "unreadable"), ("grow", "unreadable")],
)
def test_a_mail_that_ends_the_child_harms_none_of_its_neighbours(folder, poison, reason):
    mails = [mail(n, poison if n in (2, 4) else None) for n in range(1, 6)]

    outcomes = pool.parse([Task("email", each) for each in mails], folder=folder)

    assert said(outcomes) == ["Surat 1", reason, "Surat 3", reason, "Surat 5"]


@pytest.mark.usefixtures("poisonable")
def test_a_child_that_falls_silent_is_ended(folder, monkeypatch):
    monkeypatch.setattr(pool, "OTHER_WORK", 1)

    outcomes = pool.parse([Task("email", mail(1, "hang")), Task("email", mail(2))], folder=folder)

    assert said(outcomes) == ["parse_timeout", "Surat 2"]


@pytest.mark.usefixtures("poisonable")
def test_a_batch_has_an_end_and_the_rest_waits_for_the_next(folder, monkeypatch):
    monkeypatch.setattr(pool, "LONGEST_READING", 0.5)

    outcomes = pool.parse([Task("email", mail(1, "loop")), Task("email", mail(2))], folder=folder)

    assert said(outcomes) == ["parse_timeout", "unread"]


def test_one_child_serves_batch_after_batch_and_several_threads_have_one_each(folder):
    def read(number: int) -> list[str]:
        return said(pool.parse([Task("email", mail(number))] * 20, folder=folder))

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, range(40))) == [[f"Surat {n}"] * 20 for n in range(40)]
    with pool.POOL.child() as first:
        pid = first.pid
    with pool.POOL.child() as again:
        assert again.pid == pid


def test_children_end_with_the_process_that_asked_them(tmp_path):
    script = (
        "import os, django\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'helpdesk.settings.test'\n"
        "django.setup()\n"
        "from channels_in.parsing import pool\n"
        "with pool.POOL.child() as child:\n"
        "    print(child.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert killed.returncode == -9
    assert gone(int(killed.stdout))


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_large_files_are_handed_over_in_the_folder_and_small_ones_in_the_pipe(folder):
    small, large = b"%PDF-" + b"a" * 1000, b"%PDF-" + os.urandom(300_000)

    [outcome] = pool.parse([Task("email", mail_with_file(large, small))], folder=folder)

    [first, second] = outcome.events[0].files
    assert (first.content, second.content, second.spooled) == (b"", small, "")
    assert spool.lies_in(folder, first.spooled).read_bytes() == large


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/etc/passwd", "link", "missing", "a/b"])
def test_a_child_cannot_point_to_files_that_are_not_of_this_batch(folder, name):
    (folder / "link").symlink_to("/etc/passwd")

    with pytest.raises((ValueError, OSError)):
        spool.lies_in(folder, name)


def test_what_a_killed_worker_left_in_the_spool_is_swept(folder):
    old = folder.with_name("old")
    old.mkdir()
    (old / "part").write_bytes(b"x")
    os.utime(old, (0, 0))

    spool.sweep()

    assert (old.exists(), folder.exists()) == (False, True)


@pytest.mark.django_db
class TestIntake:
    @pytest.fixture(autouse=True)
    def channel(self):
        self.channel = ChannelFactory(address="keluhan@nusanet.example")

    def work_off(self, now=NINE):
        while batch := intake.claim_batch(now=now):
            intake.process(batch, now=now)
        return list(Arrival.objects.order_by("id").values_list("state", "reason"))

    @pytest.mark.usefixtures("poisonable")
    @pytest.mark.parametrize(("poison", "reason"), [("die", "parse_crash"), ("raise", "unreadable")])
    def test_poison_is_tried_three_times_and_parked_while_the_channel_goes_on(self, poison, reason):
        ledger.store(self.channel, [mail(1), mail(2, poison), mail(3)], now=NINE)

        assert self.work_off() == [("done", ""), ("new", ""), ("done", "")]
        assert self.work_off(NINE + timedelta(minutes=1))[1] == ("new", "")
        assert self.work_off(NINE + timedelta(minutes=2))[1] == ("parked", reason)

    @pytest.mark.usefixtures("poisonable")
    def test_what_was_not_reached_costs_no_try(self, monkeypatch):
        monkeypatch.setattr(pool, "LONGEST_READING", 0.5)
        ledger.store(self.channel, [mail(1, "loop"), mail(2)], now=NINE)

        intake.process(intake.claim_batch(now=NINE), now=NINE)

        assert list(Arrival.objects.order_by("id").values_list("state", "tries")) == [("new", 1), ("new", 0)]

    def test_a_large_mail_and_its_large_attachment_go_from_file_to_file(self):
        large = b"%PDF-" + os.urandom(400_000)
        ledger.store(self.channel, [mail_with_file(large)], now=NINE)

        assert self.work_off() == [("done", "")]
        attachment = Attachment.objects.get()
        assert (attachment.file.size, attachment.file.content_type) == (len(large), "application/pdf")
        assert store.read(attachment.file) == large
        assert Message.objects.filter(kind="inbound").count() == 1
        assert list(spool._spool().iterdir()) == []

    @pytest.mark.usefixtures("poisonable")
    def test_a_machine_without_room_costs_no_try_and_recovers_by_itself(self, settings):
        ledger.store(self.channel, [mail(1, "full"), mail(2)], now=NINE)

        for minute in range(5):
            assert self.work_off(NINE + timedelta(minutes=minute)) == [("new", ""), ("done", "")]
        assert Arrival.objects.order_by("id").values_list("tries", flat=True)[0] == 0
        pool.POOL.close()
        settings.PARSE_CHILD = "channels_in.parsing.child"  # there is room again
        assert self.work_off(NINE + timedelta(hours=1)) == [("done", ""), ("done", "")]

    def test_a_storage_that_takes_no_file_keeps_only_mails_with_files_waiting(self, settings, tmp_path):
        ledger.store(self.channel, [mail_with_file(b"%PDF-1.4"), mail(2)], now=NINE)
        right, full = settings.STORAGES, tmp_path / "full"
        full.touch()  # a file where a folder must be: nothing can be written below it
        settings.STORAGES = right | {"default": right["default"] | {"OPTIONS": {"location": str(full)}}}

        for minute in range(5):
            assert self.work_off(NINE + timedelta(minutes=minute)) == [("new", ""), ("done", "")]
        settings.STORAGES = right
        assert self.work_off(NINE + timedelta(hours=1)) == [("done", ""), ("done", "")]
        assert Attachment.objects.get().name == "bukti.pdf"
