"""H12 on the way out: a file of ours leaves when the virus scanner has found it clean, and not before."""

from datetime import timedelta

import pytest

from channels_out.models import Outlet
from channels_out.services import sending
from files.models import StoredFile
from files.services import store
from tests.channels_out.conftest import NOW, by, queued, standing
from tests.factories import ChannelFactory

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)


@pytest.fixture
def file(settings):
    """Stored, and not scanned yet."""
    settings.CLAMD_URL = "tcp://127.0.0.1:3310"
    return store.put([store.NewFile(b"%PDF-1.4 tagihan")], now=NOW)[0]


def with_file(channel, file, subject="Kabar", **fields):
    return queued(channel, subject, attachments=[{"file": file.pk, "name": "tagihan.pdf"}], **fields)


def found(file, verdict, threat=""):
    """What the scanner says of it."""
    StoredFile.objects.filter(pk=file.pk).update(scan=verdict, scan_note=threat, scan_due_at=None)


@pytest.mark.parametrize("kind", ["graph", "gmail", "mailgun"])
@pytest.mark.parametrize(("verdict", "asked"), [("pending", 0), ("infected", 0), ("clean", 1), ("not_scanned", 1)])
def test_H12_no_provider_gets_a_file_that_was_not_found_clean(provider, tokens, file, kind, verdict, asked):
    found(file, verdict, "Eicar-Signature")
    with_file(by(kind, provider, tokens), file)

    sending.send_due(now=NOW)

    assert len(provider.asked) == asked


def test_H12_a_mail_with_a_file_waits_for_the_scan_costs_no_try_and_then_leaves(channel, server, file):
    waits, behind = with_file(channel, file, "Satu", order_key="c-1"), queued(channel, "Dua", order_key="c-1")
    queued(channel, "Lain")

    sending.send_due(now=NOW)
    assert server.subjects == ["Lain"]
    assert (standing(waits), waits.tries, waits.send_after) == (("queued", ["queued"]), 0, NOW + 5 * SECOND)
    assert waits.error == "It leaves once the virus scanner has found “tagihan.pdf” clean."
    assert sending.send_due(now=NOW + 4 * SECOND) == 0
    found(file, "clean")
    sending.send_due(now=NOW + 5 * SECOND)

    assert server.subjects == ["Lain", "Satu", "Dua"]
    assert (standing(waits)[0], standing(behind)[0], waits.error) == ("sent", "sent", "")
    [part] = server.mails[1].iter_attachments()
    assert part.get_filename() == "tagihan.pdf"


def test_H12_while_the_scanner_is_away_it_is_looked_at_when_the_scanner_is_asked_again(channel, file):
    StoredFile.objects.update(scan_due_at=NOW + 60 * SECOND)
    dispatch = with_file(channel, file)

    sending.send_due(now=NOW)

    dispatch.refresh_from_db()
    assert dispatch.send_after == NOW + 65 * SECOND


def test_H12_a_mail_with_a_harmful_file_fails_at_once_and_names_the_file(channel, server, file):
    found(file, "infected", "Eicar-Signature")
    dispatch = with_file(channel, file)

    sending.send_due(now=NOW)

    assert standing(dispatch) == ("failed", ["failed"])
    assert dispatch.error == "“tagihan.pdf” carries something harmful (Eicar-Signature): send without it."
    assert server.taken == []


def test_H12_without_a_verdict_for_a_day_somebody_is_told(channel, server, file):
    dispatch = with_file(channel, file)

    sending.send_due(now=NOW + timedelta(hours=24))

    assert standing(dispatch)[0] == "failed"
    assert dispatch.error == "The virus scanner gave no verdict on “tagihan.pdf” within a day."
    assert server.taken == []


def test_a_file_that_waits_does_not_close_the_breaker_and_holds_up_no_other_channel(channel, server, file):
    broken = ChannelFactory(settings={"smtp": {"host": "127.0.0.1", "port": 1, "security": "none"}})
    with_file(broken, file)
    state = {"state": "open", "opened_at": NOW, "next_probe_at": NOW, "failures": 4}
    Outlet.objects.create(channel=broken, reason="away", **state)
    queued(channel, "Kabar")

    sending.send_due(now=NOW)

    assert server.subjects == ["Kabar"]
    assert Outlet.objects.get(channel=broken).state == "half_open"
