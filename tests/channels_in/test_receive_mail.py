import io
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from channels_in.management.commands import receive_mail
from channels_in.models import Arrival
from channels_in.services import intake, parked
from core.actor import SYSTEM
from tests.factories import ChannelFactory
from tests.mails import raw_mail
from tests.moments import moment

pytestmark = pytest.mark.django_db
NINE = moment("2026-11-20 09:00")


@pytest.fixture(autouse=True)
def channel():
    return ChannelFactory(address="keluhan@nusanet.example")


def test_a_mail_given_by_a_pipe_is_stored_as_received(monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw_mail())))

    call_command("receive_mail", "--channel", "Keluhan@Nusanet.example", "-")

    arrival = Arrival.objects.get()
    assert (bytes(arrival.body), arrival.state) == (raw_mail(), "new")


def test_many_files_are_stored_in_order(tmp_path):
    paths = []
    for n in range(450):
        path = tmp_path / f"{n:04}.eml"
        path.write_bytes(raw_mail(message_id=f"<{n}@mail.example>"))
        paths.append(str(path))

    call_command("receive_mail", "--channel", "keluhan@nusanet.example", *paths)

    ids = list(Arrival.objects.order_by("id").values_list("external_id", flat=True))
    assert ids == [f"{n}@mail.example" for n in range(450)]


def test_what_would_not_fit_into_memory_together_is_stored_before_more_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(receive_mail, "TOGETHER_BYTES", 1_000)
    paths = []
    for n in range(3):
        path = tmp_path / f"{n}.eml"
        path.write_bytes(raw_mail("x" * 400, message_id=f"<{n}@mail.example>"))
        paths.append(str(path))

    with pytest.raises(CommandError):
        call_command("receive_mail", "--channel", "keluhan@nusanet.example", *paths, "/nowhere/b.eml")

    assert Arrival.objects.count() == 2


def test_E20_a_mail_over_the_limit_is_taken_as_a_parked_stub(monkeypatch, settings, channel):
    settings.MAIL_MAX_BYTES = 100_000
    large = raw_mail("x" * 250_000, subject="Foto")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(large)))

    call_command("receive_mail", "--channel", "keluhan@nusanet.example", "-")

    arrival = Arrival.objects.get()
    assert (arrival.state, arrival.reason, arrival.size) == ("parked", "too_large", len(large))
    assert bytes(arrival.body) == large[: large.index(b"\r\n\r\n") + 4]

    parked.retry(arrival.pk, actor=SYSTEM, now=NINE)
    intake.process(intake.claim_batch(now=NINE), now=NINE)
    arrival.refresh_from_db()
    assert (arrival.state, arrival.reason) == ("parked", "too_large")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--channel", "nobody@nusanet.example"],
            "There is no mailbox channel with the address nobody@nusanet.example",
        ),
        (["--channel", "keluhan@nusanet.example", "/nowhere/a.eml"], "/nowhere/a.eml: No such file or directory"),
    ],
)
def test_what_cannot_be_stored_now_is_told_in_one_sentence_with_exit_75(arguments, sentence):
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("receive_mail", *arguments)
    assert refused.value.returncode == 75
