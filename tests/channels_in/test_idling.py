"""A server that offers IDLE tells of new mail at once, and the poll is nudged; the rounds go on without it."""

import threading
import time

import pytest

from channels_in.imap.folder import opened
from channels_in.models import Mailbox
from channels_in.services import idling, polling
from policies.mailboxes import MailboxSettings
from tests.mails import raw_mail
from tests.moments import moment

NINE, LATER = moment("2026-11-20 09:00"), moment("2099-01-01 09:00")


@pytest.mark.django_db
def test_a_new_mail_is_told_while_it_comes_and_nothing_is_told_while_nothing_comes(dovecot, mailbox_channel):
    server = MailboxSettings.of(mailbox_channel()).imap

    with opened(server) as folder:
        began = time.monotonic()
        quiet = folder.wait_for_news(0.3)
        threading.Timer(0.3, dovecot.append, ["keluhan1", raw_mail()]).start()
        told = folder.wait_for_news(20)
        still_usable = folder.uids_above(0)

    assert (quiet, told, len(still_usable)) == (False, True, 1)
    assert time.monotonic() - began < 10


@pytest.mark.django_db
def test_news_make_the_mailbox_due(dovecot, mailbox_channel):
    channel = mailbox_channel()
    polling.notice_new_ones(now=NINE)
    Mailbox.objects.update(next_poll_at=LATER)
    rounds = iter([False, True])
    threading.Timer(0.3, dovecot.append, ["keluhan1", raw_mail()]).start()

    idling.listen(channel.pk, until=lambda: next(rounds), seconds=10)

    assert not Mailbox.objects.filter(next_poll_at=LATER).exists()


@pytest.mark.servers  # threads share no SQLite in memory
@pytest.mark.django_db(transaction=True)
def test_whoever_listens_notices_a_mail_and_stops_when_told(dovecot, mailbox_channel, poll):
    channel = mailbox_channel()
    poll(channel, now=NINE)
    Mailbox.objects.update(next_poll_at=LATER)
    listeners = idling.Listeners(threading.Event())

    listeners.look()
    listeners.look()
    [thread] = [each for each in threading.enumerate() if each.name == f"idle-{channel.pk}"]
    time.sleep(0.5)
    dovecot.append("keluhan1", raw_mail())
    end = time.monotonic() + 10
    while Mailbox.objects.filter(next_poll_at=LATER).exists() and time.monotonic() < end:
        time.sleep(0.05)
    listeners.stop.set()
    dovecot.stop()
    thread.join(20)  # Dovecot lets go of its clients a while later

    assert not Mailbox.objects.filter(next_poll_at=LATER).exists()
    assert not thread.is_alive()


@pytest.mark.django_db
def test_only_mailboxes_that_work_are_listened_to_and_only_so_many(dovecot, mailbox_channel):
    first, second, broken, silent = (mailbox_channel(f"keluhan{number}") for number in range(1, 5))
    polling.notice_new_ones(now=NINE)
    Mailbox.objects.update(can_idle=True)
    Mailbox.objects.filter(channel=broken).update(failures=1)
    Mailbox.objects.filter(channel=silent).update(can_idle=False)

    assert idling.Listeners(threading.Event()).wanted() == [first.pk, second.pk]
    assert idling.Listeners(threading.Event(), most=1).wanted() == [first.pk]
