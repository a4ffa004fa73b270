"""Damaged mail: none stops the intake, none is lost, none harms another. `--fuzz 10000` tries that many."""

import hashlib
from base64 import b64encode

from channels_in.models import Arrival
from tests.channels_in.fuzz.mutating import damaged
from tickets.models import Attachment, Message, Ticket

READ_AND_REFUSED = {
    "no_sender",
    "ambiguous_sender",
    "mime_limits",
    "not_a_mail",
    "too_large",
    "bounce",
    "foreign_report",
}


def accounts_for(arrivals, mails):
    """Each is stored once and is a message or parked with a reason a person can read; no parser broke over it."""
    digests = {hashlib.sha256(mail).hexdigest() for mail in mails}
    seen = {arrival.digest: arrival for arrival in arrivals.prefetch_related("messages").defer("body")}
    assert digests <= seen.keys()
    for digest in digests:
        arrival = seen[digest]
        if arrival.state == Arrival.State.DONE:
            assert arrival.messages.count() == 1
        elif arrival.state == Arrival.State.PARKED:
            assert arrival.reason in READ_AND_REFUSED, f"{arrival.reason}: {arrival.detail}"
        else:
            assert arrival.state == Arrival.State.DUPLICATE


def test_no_damage_stops_the_intake_and_no_damaged_mail_is_lost(work_off, mutations):
    for start in range(0, mutations, 1000):
        mails = [damaged(seed) for seed in range(start, min(start + 1000, mutations))]

        accounts_for(work_off(mails), mails)


def good_mail(number):
    """The customer's complaint, or every fourth time the answer to the one before, or with a picture."""
    head = (
        f"From: Pelanggan {number} <p{number // 4}@pelanggan.example>\nTo: keluhan@nusanet.example\n"
        f"Subject: {'Re: ' if number % 4 == 3 else ''}Keluhan {number // 4}-{number % 4 // 2}\n"
        f"Message-ID: <baik.{number}@pelanggan.example>\nDate: Fri, 20 Nov 2026 08:00:00 +0700\nMIME-Version: 1.0\n"
    )
    if number % 4 == 3:
        head += f"In-Reply-To: <baik.{number - 1}@pelanggan.example>\n"
    text = f"Keluhan nomor {number}: belum ada kabar."
    if number % 4 != 1:
        return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()
    picture = b64encode(b"\x89PNG\r\n\x1a\n" + number.to_bytes(4, "big")).decode()
    return (
        f"{head}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text}\n"
        f"--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=foto{number}.png\n"
        f"Content-Transfer-Encoding: base64\n\n{picture}\n--b--\n"
    ).encode()


def test_a_thousand_good_mails_between_a_thousand_damaged_ones_all_come_out_right(work_off):
    good = [good_mail(number) for number in range(1000)]
    bad = [damaged(seed) for seed in range(50_000, 51_000)]

    arrivals = work_off([mail for pair in zip(good, bad, strict=True) for mail in pair])

    accounts_for(arrivals, bad)
    said = {
        message.external_id: message
        for message in Message.objects.filter(external_id__startswith="baik.").select_related("ticket")
    }
    assert len(said) == 1000
    files = dict(Attachment.objects.filter(message__in=said.values()).values_list("message_id", "name"))
    for number in range(1000):
        message = said[f"baik.{number}@pelanggan.example"]
        assert message.from_address == f"p{number // 4}@pelanggan.example"
        assert message.subject == f"{'Re: ' if number % 4 == 3 else ''}Keluhan {number // 4}-{number % 4 // 2}"
        assert message.text == f"Keluhan nomor {number}: belum ada kabar."
        assert files.get(message.pk) == (f"foto{number}.png" if number % 4 == 1 else None)
        if number % 4 == 3:
            assert message.ticket_id == said[f"baik.{number - 1}@pelanggan.example"].ticket_id
    assert Ticket.objects.filter(messages__in=said.values()).distinct().count() == 750
