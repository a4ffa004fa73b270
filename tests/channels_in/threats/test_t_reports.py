"""What machines report on our mail (threats.md T13-T15): raw mails in, the states of our messages out."""

import pytest

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.services.recipients import Status, mark
from core.models import Errand
from customers.models import Identity
from tests.channels_in.threats.conftest import NINE, TEN
from tests.mails import raw_mail
from tickets.models import Message, Ticket, TimelineEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(ours):
    """The agent's answer, which has left."""
    mark([Status(ours.dispatch_id, Dispatch.State.SENT)], now=NINE)
    Dispatch.objects.filter(pk=ours.dispatch_id).update(state="sent")
    return ours.dispatch


def multipart(kind, *parts, sender="Mail Delivery System <MAILER-DAEMON@mx.mail.example>", subject="Undelivered"):
    head = (
        f"Return-Path: <>\nFrom: {sender}\nTo: keluhan@nusanet.example\nSubject: {subject}\n"
        f"Message-ID: <dsn-{len(subject)}@mx.mail.example>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\n\n'
    )
    body = "".join(f"--b\nContent-Type: {content_type}\n\n{text}\n" for content_type, text in parts)
    return (head + body + "--b--\n").encode()


def returned(sent):
    return "text/rfc822-headers", f"Message-ID: <{sent.external_id}>\nSubject: {sent.subject}"


def dsn(sent, *recipients, about=True):
    groups = "\n".join(recipients)
    status = "message/delivery-status", f"Reporting-MTA: dns; mx.mail.example\n\n{groups}"
    return multipart("delivery-status", ("text/plain", "It failed."), status, *([returned(sent)] if about else []))


def group(address="siti@mail.example", action="failed", status="5.1.1", more=""):
    return (
        f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} User unknown\n{more}"
    )


def in_words(sent, text, *, sender="Mail Delivery Subsystem <mailer-daemon@mail.example>", **headers):
    quoted = f"{text}\n\nMessage-ID: <{sent.external_id}>\n"
    return raw_mail(quoted, **{"sender": sender, "return_path": "<>", "message_id": "<b@mail.example>"} | headers)


def state_of(dispatch):
    recipient = DispatchRecipient.objects.get(dispatch=dispatch)
    return recipient.state


DIALECTS = {
    "rfc 3464": lambda sent: dsn(sent, group()),
    "exchange": lambda sent: multipart(
        "delivery-status",
        ("text/html", "<p>Your message to siti@mail.example couldn't be delivered.</p>"),
        (
            "message/delivery-status",
            "Reporting-MTA: dns;EX01.mail.example\n\nFinal-Recipient: RFC822;siti@mail.example\nAction: failed\n"
            "Status: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound",
        ),
        ("message/rfc822", f"From: keluhan@nusanet.example\nMessage-ID: <{sent.external_id}>\n\nHalo"),
        subject="Undeliverable: Re: Internet mati",
    ),
    "qmail": lambda sent: in_words(
        sent,
        "Hi. This is the qmail-send program at mail.example.\nI'm afraid I wasn't able to deliver your message to the "
        "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<siti@mail.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.",
        subject="failure notice",
    ),
    "exim": lambda sent: in_words(
        sent,
        "This message was created automatically by mail delivery software.\n\nA message that you sent "
        "could not be delivered to one or more of its recipients. This is a permanent error.\n\n"
        "  siti@mail.example\n    Unrouteable",
        subject="Mail delivery failed: returning message to sender",
        x_failed_recipients="siti@mail.example",
    ),
    "gmail": lambda sent: in_words(
        sent,
        "Delivery to the following recipient failed permanently:\n\n     siti@mail.example\n\n"
        "Technical details: 550 5.1.1",
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
        subject="Delivery Status Notification (Failure)",
        x_failed_recipients="siti@mail.example",
    ),
    "postfix in words": lambda sent: in_words(
        sent,
        "This is the mail system at host mx.mail.example.\n\nI'm sorry to have to inform you that your message\n"
        "could not be delivered to one or more recipients.\n\n"
        "<siti@mail.example>: host mx said: 550 5.1.1 User unknown",
        subject="Undelivered Mail Returned to Sender",
    ),
    "indonesian provider": lambda sent: in_words(
        sent,
        "Mohon maaf, pesan Anda tidak dapat dikirim ke alamat berikut:\n\n  siti@mail.example\n\n"
        "Alamat email tidak ditemukan (5.1.1).",
        sender="Sistem Surat <postmaster@isp.example>",
        subject="Pengiriman pesan gagal",
    ),
    "by the return path alone": lambda sent: raw_mail(
        "Your message was not delivered to siti@mail.example: user unknown.",
        sender="MAILER-DAEMON <mailer-daemon@mail.example>",
        subject="Returned mail",
        to=_return_path(sent),
        message_id="<v@mail.example>",
    ),
}


def _return_path(sent):
    from channels_out.ids import return_path

    return return_path(sent.channel.address, sent.pk)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_T13_a_bounce_in_any_dialect_fails_the_recipient_and_gives_the_turn_back(receive, ticket, sent, dialect):
    version, written = ticket.messages.count(), Dispatch.objects.count()

    [arrival] = receive(DIALECTS[dialect](sent), now=TEN)

    assert (arrival.state, arrival.messages.get().dispatch) == ("done", sent)
    sent.refresh_from_db()
    assert (state_of(sent), sent.state) == ("failed", "failed")
    assert Identity.objects.get(value="siti@mail.example").undeliverable_at == TEN
    assert Errand.objects.filter(kind="dispatch_failed", object_id=sent.pk).count() == 1
    assert TimelineEntry.objects.filter(title="mail_bounced", ticket=ticket).count() == 1
    assert (Ticket.objects.count(), ticket.messages.count(), Dispatch.objects.count()) == (1, version, written)


@pytest.mark.parametrize(
    "late",
    [
        lambda sent: dsn(sent, group(action="delayed", status="4.4.1")),
        lambda sent: in_words(
            sent,
            "Delivery to siti@mail.example has been delayed. Delivery attempts will continue to be made.",
            subject="Delivery Status Notification (Delay)",
        ),
        lambda sent: in_words(
            sent,
            "Pesan Anda ke siti@mail.example belum dapat dikirim dan akan dicoba kembali.",
            subject="Pengiriman tertunda",
        ),
    ],
)
def test_T13_a_delay_is_noted_and_nothing_has_failed(receive, ticket, sent, late):
    receive(late(sent), now=TEN)

    recipient = DispatchRecipient.objects.get(dispatch=sent)
    assert (recipient.state, bool(recipient.error)) == ("sent", True)
    assert Identity.objects.get(value="siti@mail.example").undeliverable_at is None
    assert not Errand.objects.filter(kind="dispatch_failed").exists()
    assert TimelineEntry.objects.filter(title="mail_delayed").count() == 1


def test_T13_of_several_recipients_only_the_named_one_fails(receive, sent):
    DispatchRecipient.objects.create(
        dispatch=sent, kind="cc", address="joko@mail.example", state="sent", created_at=NINE
    )

    receive(dsn(sent, group("joko@mail.example"), group("siti@mail.example", "delivered", "2.0.0")), now=TEN)

    states = dict(DispatchRecipient.objects.filter(dispatch=sent).values_list("address", "state"))
    assert states == {"siti@mail.example": "delivered", "joko@mail.example": "failed"}


def test_T13_a_full_mailbox_fails_the_message_but_not_the_address(receive, sent):
    receive(dsn(sent, group(status="5.2.2")), now=TEN)

    assert state_of(sent) == "failed"
    assert Identity.objects.get(value="siti@mail.example").undeliverable_at is None


@pytest.mark.parametrize("status", ["resolved", "closed", "waiting_customer"])
def test_T13_no_bounce_reopens_anything(receive, ticket, sent, status):
    Ticket.objects.update(status=status)

    receive(dsn(sent, group()), now=TEN)

    ticket.refresh_from_db()
    assert ticket.status == status


@pytest.mark.parametrize("about", ["<guessed@nusanet.example>", "<a1@mail.example>", None])
def test_T14_a_report_that_names_nothing_of_ours_changes_nothing(receive, sent, about):
    forged = dsn(sent, group(), about=False)
    if about:
        forged = forged.replace(
            b"--b--", f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {about}\n--b--".encode()
        )

    [arrival] = receive(forged, now=TEN)

    assert (arrival.state, arrival.reason, state_of(sent)) == ("parked", "foreign_report", "sent")
    assert Identity.objects.get(value="siti@mail.example").undeliverable_at is None


def test_T14_a_report_about_ours_that_names_a_stranger_marks_nobody_else(receive, sent):
    DispatchRecipient.objects.create(
        dispatch=sent, kind="cc", address="joko@mail.example", state="sent", created_at=NINE
    )

    receive(dsn(sent, group("korban@lain.example")), now=TEN)

    assert set(DispatchRecipient.objects.filter(dispatch=sent).values_list("state", flat=True)) == {"sent"}


RECEIPTS = {
    "mail_read": lambda sent: multipart(
        "disposition-notification",
        ("text/plain", "Your message was displayed."),
        (
            "message/disposition-notification",
            "Final-Recipient: rfc822;siti@mail.example\n"
            f"Original-Message-ID: <{sent.external_id}>\nDisposition: manual-action/MDN-sent-manually; displayed",
        ),
        sender="Siti <siti@mail.example>",
        subject="Read: Internet mati",
    ),
    "mail_reported_as_spam": lambda sent: multipart(
        "feedback-report",
        ("text/plain", "This is an abuse report."),
        ("message/feedback-report", "Feedback-Type: abuse\nUser-Agent: FBL/1.0\nVersion: 1"),
        ("message/rfc822", f"From: keluhan@nusanet.example\nMessage-ID: <{sent.external_id}>\n\nHalo"),
        sender="Feedback <feedback@mail.example>",
        subject="Abuse report",
    ),
    "mail_challenged": lambda sent: raw_mail(
        "Please verify that you are human: click here so that your message is delivered to the inbox.",
        sender="Filter <siti@mail.example>",
        subject="Please confirm your message",
        message_id="<c@mail.example>",
        in_reply_to=f"<{sent.external_id}>",
        auto_submitted="auto-replied",
    ),
}


@pytest.mark.parametrize("title", RECEIPTS)
def test_T15_receipts_complaints_and_challenges_stand_on_the_timeline_and_are_never_answered(
    receive, ticket, sent, title
):
    before = (Ticket.objects.count(), Message.objects.count(), Dispatch.objects.count())

    [arrival] = receive(RECEIPTS[title](sent), now=TEN)

    assert arrival.state == "done"
    assert TimelineEntry.objects.get(title=title).ticket == ticket
    assert (Ticket.objects.count(), Message.objects.count(), Dispatch.objects.count()) == before
    assert state_of(sent) == ("read" if title == "mail_read" else "sent")


def test_T15_a_receipt_for_something_we_never_sent_is_set_aside(receive, sent):
    [arrival] = receive(RECEIPTS["mail_read"](sent).replace(sent.external_id.encode(), b"nope@x.example"), now=TEN)

    assert (arrival.state, arrival.reason) == ("parked", "foreign_report")
