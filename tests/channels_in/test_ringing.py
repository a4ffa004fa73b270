"""Many mailboxes at once: each read by a thread of its own, and one that hangs keeps no other waiting."""

import time

import pytest

from channels_in.models import Arrival, Mailbox
from channels_in.services import polling, ringing
from channels_in.services.readers import Readers
from core.clock import database_now
from tests.mails import raw_mail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


def settle(threads):
    for thread in threads:
        thread.join(20)


def test_every_mailbox_is_read_in_one_round_and_not_again_before_its_time(dovecot, mailbox_channel):
    for number in range(1, 5):
        mailbox_channel(f"keluhan{number}")
        dovecot.append(f"keluhan{number}", raw_mail(message_id=f"<m{number}@mail.example>"))
    readers = Readers()

    first = ringing.ring(now=database_now(), by=readers)
    settle(first)
    second = ringing.ring(now=database_now(), by=readers)

    assert (len(first), len(second), readers.free()) == (4, 0, readers.most)
    assert Arrival.objects.count() == 4
    assert set(Mailbox.objects.values_list("failures", "holder")) == {(0, "")}


def test_a_server_that_hangs_holds_up_nobody_else(dovecot, wire, mailbox_channel):
    wire.silent = True
    hanging, working = mailbox_channel("keluhan1", port=wire.port), mailbox_channel("keluhan2")
    dovecot.append("keluhan2", raw_mail())
    readers = Readers()

    began = time.monotonic()
    threads = ringing.ring(now=database_now(), by=readers)
    while readers.free() < readers.most - 1 and time.monotonic() - began < 8:  # the other has nothing left to do
        time.sleep(0.05)

    assert Arrival.objects.get().channel == working
    assert readers.free() == readers.most - 1
    wire.mend()
    settle(threads)
    assert Mailbox.objects.get(channel=hanging).last_ok_at is not None


def test_mailboxes_in_trouble_hold_only_some_of_the_readers(dovecot, wire, mailbox_channel):
    wire.silent = True
    for number in (1, 2, 3):
        mailbox_channel(f"keluhan{number}", port=wire.port)
    mailbox_channel("keluhan4")
    readers = Readers(most=4, most_failing=2)
    now = database_now()
    polling.notice_new_ones(now=now)
    Mailbox.objects.exclude(channel__address__startswith="keluhan4").update(failures=1)

    threads = ringing.ring(now=now, by=readers)

    assert len(threads) == 3
    assert readers.free(failing=True) == 0
    wire.mend()
    settle(threads)
