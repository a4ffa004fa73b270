"""Mail is fetched over IMAP from a real Dovecot: once each, nothing lost, whatever breaks in between."""

import pytest

from channels_in.models import Arrival
from channels_in.services import fetching
from files.services import store
from tests.mails import raw_mail
from tests.moments import moment

pytestmark = pytest.mark.django_db
NINE = moment("2026-11-20 09:00")
SEEN = (b"\\Seen",)


def mails(count, *, first=1, text="Internet saya mati sejak pagi."):
    return [raw_mail(f"{text} {n}", message_id=f"<m{n}@mail.example>") for n in range(first, first + count)]


def stored():
    return [bytes(body) for body in Arrival.objects.order_by("id").values_list("body", flat=True)]


def test_mails_in_a_mailbox_become_arrivals_once_and_are_marked_seen(dovecot, mailbox_channel, poll):
    channel, sent = mailbox_channel(), mails(3)
    dovecot.append("keluhan1", *sent)

    mailbox = poll(channel, now=NINE)
    again = poll(channel, now=NINE)

    assert stored() == sent
    assert dovecot.flags("keluhan1") == [SEEN] * 3
    assert (mailbox.trouble, mailbox.backlog, mailbox.last_mail_at, mailbox.lease_until) == ("", 0, NINE, None)
    assert (again.last_uid, again.failures, Arrival.objects.count()) == (mailbox.last_uid, 0, 3)
    assert mailbox.can_idle


def test_what_somebody_had_read_before_we_came_stays_where_it_is(dovecot, mailbox_channel, poll):
    old, unread, new = mails(3)
    with dovecot.logged_in("keluhan1") as client:
        client.append("INBOX", old, [b"\\Seen"], msg_time=moment("2025-01-05 10:00"))
        client.append("INBOX", unread, [], msg_time=moment("2025-01-05 10:00"))
    channel = mailbox_channel()
    poll(channel, now=NINE)

    dovecot.append("keluhan1", new, flags=[b"\\Seen"])  # somebody was quicker to look at it
    poll(channel, now=NINE)

    assert stored() == [unread, new]


def test_a_week_of_outage_is_caught_up_in_batches(dovecot, mailbox_channel, poll, monkeypatch):
    monkeypatch.setattr(fetching, "LISTED_TOGETHER", 40)
    channel = mailbox_channel()
    poll(channel, now=NINE)
    sent = mails(130)
    dovecot.append("keluhan1", *sent)

    mailbox = poll(channel, now=moment("2026-11-27 09:00"))

    assert stored() == sent
    assert mailbox.backlog == 0


def test_a_large_mail_comes_whole_in_pieces(dovecot, mailbox_channel, poll):
    large = raw_mail("Lampiran besar. " * 250_000, message_id="<large@mail.example>")
    dovecot.append("keluhan1", large)

    poll(mailbox_channel(), now=NINE)

    arrival = Arrival.objects.get()
    assert (arrival.size, store.read(arrival.file) == large) == (len(large), True)


def test_mails_may_be_moved_or_deleted_once_they_are_stored(dovecot, mailbox_channel, poll):
    moving = mailbox_channel("keluhan1", after_reading="move", moved_to="Tanggap")
    deleting = mailbox_channel("keluhan2", after_reading="delete")
    dovecot.append("keluhan1", *mails(2))
    dovecot.append("keluhan2", *mails(2))

    for channel in (moving, deleting):
        assert poll(channel, now=NINE).trouble == ""

    assert Arrival.objects.count() == 4
    assert dovecot.flags("keluhan1") == []
    assert dovecot.flags("keluhan1", "Tanggap") == [SEEN, SEEN]
    assert dovecot.flags("keluhan2") == []


def test_a_server_that_is_gone_waits_longer_each_time_and_goes_on_where_it_stopped(dovecot, mailbox_channel, poll):
    channel = mailbox_channel()
    dovecot.append("keluhan1", *mails(1))
    poll(channel, now=NINE)

    dovecot.stop()
    waits = [(poll(channel, now=NINE).next_poll_at - NINE).total_seconds() for _ in range(6)]
    dovecot.start()
    dovecot.append("keluhan1", *mails(2, first=2))
    back = poll(channel, now=NINE)

    assert waits == [30, 60, 120, 240, 300, 300]
    assert (back.failures, Arrival.objects.count()) == (0, 3)


def test_another_mailbox_behind_the_same_channel_is_read_from_its_beginning(dovecot, mailbox_channel, poll):
    channel = mailbox_channel("keluhan1")
    dovecot.append("keluhan1", *mails(2))
    dovecot.append("keluhan2", *mails(1, first=9))
    poll(channel, now=NINE)

    channel.settings["imap"]["user"] = "keluhan2"
    channel.save()
    poll(channel, now=NINE)

    assert Arrival.objects.count() == 3
