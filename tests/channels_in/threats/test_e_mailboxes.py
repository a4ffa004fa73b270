"""E20 and E23 of threats.md over a real Dovecot: too large a mail, and a mailbox that breaks off while it is read."""

import re

import pytest

from channels_in.models import Arrival, Mailbox
from channels_in.services import polling
from files.services import store
from tests.channels_in.test_fetching import NINE, SEEN, mails, stored
from tests.mails import raw_mail
from tests.moments import moment

pytestmark = pytest.mark.django_db


def test_E20_a_mail_over_the_limit_is_never_loaded_and_parked_with_its_header(dovecot, mailbox_channel, poll, settings):
    settings.MAIL_MAX_BYTES = 20_000
    channel = mailbox_channel()
    large = raw_mail("x" * 50_000, message_id="<large@mail.example>", subject="Foto kerusakan")
    dovecot.append("keluhan1", large, *mails(1))

    poll(channel, now=NINE)

    parked, taken = Arrival.objects.order_by("id")
    assert (parked.state, parked.reason, parked.size) == ("parked", "too_large", len(large))
    assert b"Foto_kerusakan" in bytes(parked.body)
    assert len(parked.body) < 1000
    assert taken.state == "new"
    assert dovecot.flags("keluhan1") == [(), SEEN]


def test_E23_a_new_uidvalidity_loses_nothing_and_doubles_nothing(dovecot, mailbox_channel, poll):
    first, second = mails(3), mails(2, first=4)
    channel = mailbox_channel()
    dovecot.append("keluhan1", *first)
    before = poll(channel, now=NINE)

    dovecot.count_anew("keluhan1")
    dovecot.append("keluhan1", *second)
    after = poll(channel, now=NINE)

    assert before.uid_validity != after.uid_validity
    assert sorted(stored()) == sorted(first + second)


@pytest.mark.parametrize("size", [700, 900, 1500, 3000, 7000])
def test_E23_a_connection_cut_while_fetching_loses_nothing_and_doubles_nothing(
    dovecot, wire, mailbox_channel, poll, size
):
    channel, sent = mailbox_channel(port=wire.port), mails(20)
    dovecot.append("keluhan1", *sent)

    wire.cut_after(size)
    cut = poll(channel, now=NINE)
    wire.mend()
    whole = poll(channel, now=NINE)

    assert (cut.trouble, cut.failures, cut.failing_since) == ("cut", 1, NINE)
    assert (whole.trouble, whole.failures, whole.failing_since) == ("", 0, None)
    assert stored() == sent


def repeated(said: bytes) -> bytes:
    """What a search finds, twice."""
    return re.sub(rb"\* SEARCH((?: \d+)+)", rb"* SEARCH\1\1", said)


def without_one_body(said: bytes) -> bytes:
    """The server has nothing to give for one mail, though it lists it; as Exchange does for what is damaged there."""
    for body in re.finditer(rb"BODY\[\] \{(\d+)\}\r\n", said):
        end = body.end() + int(body[1])
        if b"<m2@mail.example>" in said[body.end() : end]:
            return said[: body.start()] + b"BODY[] NIL" + said[end:]
    return said


def test_E23_a_mail_that_is_listed_but_not_given_is_never_passed_over_in_silence(dovecot, wire, mailbox_channel, poll):
    channel, sent = mailbox_channel(port=wire.port), mails(3)
    dovecot.append("keluhan1", *sent)
    wire.changed = without_one_body

    visits = [poll(channel, now=NINE) for _visit in range(8)]

    stuck = [visit for visit in visits if visit.trouble]
    assert [visit.trouble for visit in visits] == ["cannot_give"] * len(stuck) + [""] * (len(visits) - len(stuck))
    assert {(visit.next_poll_at - NINE).total_seconds() for visit in stuck} == {30}  # the last one waits behind it
    first, left_out, last = Arrival.objects.order_by("id")
    assert [bytes(each.body) for each in (first, last)] == [sent[0], sent[2]]
    assert (left_out.state, left_out.reason, b"<m2@mail.example>" in left_out.body) == (
        "parked",
        "server_refused",
        True,
    )
    assert dovecot.flags("keluhan1") == [SEEN, (), SEEN]


def silent_about_one(said: bytes) -> bytes:
    return re.sub(rb"\* 2 FETCH \([^\r\n]*RFC822\.SIZE[^\r\n]*\)\r\n", b"", said)


def test_E23_a_mail_of_which_the_server_tells_neither_size_nor_flags_is_taken_all_the_same(
    dovecot, wire, mailbox_channel, poll
):
    channel, sent = mailbox_channel(port=wire.port), mails(3)
    dovecot.append("keluhan1", *sent)
    wire.changed = silent_about_one

    mailbox = poll(channel, now=NINE)

    assert (stored(), mailbox.trouble, mailbox.backlog) == (sent, "", 0)


@pytest.mark.parametrize("after_reading", ["seen", "delete"])
def test_E23_a_server_that_repeats_its_uids_brings_each_mail_once(dovecot, wire, mailbox_channel, poll, after_reading):
    channel, sent = mailbox_channel(port=wire.port, after_reading=after_reading), mails(3)
    dovecot.append("keluhan1", *sent)
    wire.changed = repeated

    mailbox = poll(channel, now=NINE)
    poll(channel, now=NINE)

    assert stored() == sent
    assert (mailbox.trouble, mailbox.backlog) == ("", 0)
    assert dovecot.flags("keluhan1") == ([SEEN] * 3 if after_reading == "seen" else [])


def test_E23_two_workers_never_read_one_mailbox_at_once(dovecot, mailbox_channel):
    mailbox_channel()
    polling.notice_new_ones(now=NINE)

    first = polling.claim_due(Mailbox.objects.due(NINE), limit=5, now=NINE)
    second = polling.claim_due(Mailbox.objects.due(NINE), limit=5, now=NINE)
    later = polling.claim_due(Mailbox.objects.due(moment("2026-11-20 09:01")), limit=5, now=moment("2026-11-20 09:01"))

    assert (len(first), len(second), len(later)) == (1, 0, 1)
    assert first[0].holder != later[0].holder


def test_E23_who_has_lost_the_lease_stores_at_most_what_is_known_and_moves_no_mark(dovecot, mailbox_channel):
    channel, sent = mailbox_channel(), mails(3)
    dovecot.append("keluhan1", *sent)
    polling.notice_new_ones(now=NINE)
    [slow] = polling.claim_due(Mailbox.objects.due(NINE), limit=1, now=NINE)
    [quick] = polling.claim_due(Mailbox.objects.all().order_by("id"), limit=1, now=NINE)

    polling.poll(slow, clock=lambda: NINE)
    nothing_yet = Mailbox.objects.get(channel=channel)
    polling.poll(quick, clock=lambda: NINE)

    assert (nothing_yet.last_uid, nothing_yet.holder) == (0, quick.holder)
    assert stored() == sent
    assert Mailbox.objects.get(channel=channel).holder == ""


@pytest.mark.parametrize(("after_reading", "afterwards"), [("seen", [SEEN]), ("delete", []), ("move", [])])
def test_E23_a_mail_is_marked_only_once_it_is_stored(
    dovecot, mailbox_channel, poll, settings, after_reading, afterwards
):
    channel = mailbox_channel(after_reading=after_reading, moved_to="Tanggap")
    large = raw_mail("Lampiran besar. " * 20_000)  # kept as a file
    dovecot.append("keluhan1", large)
    working = settings.STORAGES

    settings.STORAGES = working | {"default": working["default"] | {"OPTIONS": {"location": "/dev/null/nowhere"}}}
    refused = poll(channel, now=NINE)
    flags_then = dovecot.flags("keluhan1")
    settings.STORAGES = working
    poll(channel, now=NINE)

    assert (refused.trouble, refused.last_uid) == ("could_not_store", 0)
    assert "Not a directory" in refused.trouble_facts["said"]
    assert flags_then == [()]
    assert store.read(Arrival.objects.get().file) == large
    assert dovecot.flags("keluhan1") == afterwards
