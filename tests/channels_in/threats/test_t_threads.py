"""To which ticket a mail belongs (threats.md T03-T05, T09, T17, E09): raw mails in, tickets out."""

import base64

import pytest

from channels_in.models import Arrival
from channels_in.services import intake, ledger
from channels_out.ids import new_message_id
from channels_out.models import Dispatch
from core.actor import SYSTEM
from core.secrets import sign_id
from tests.channels_in.threats.conftest import ELEVEN, NINE, TEN, checked, latest
from tests.factories import ChannelFactory
from tests.mails import mail_with_file, raw_mail
from tickets.models import Message, Ticket
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
STRANGER = {"sender": "Orang Lain <orang@lain.example>", "message_id": "<x1@lain.example>"}


@pytest.mark.parametrize("where", ["subject", "text", "in_reply_to"])
def test_T03_a_stranger_who_names_a_ticket_gets_a_new_one(receive, ticket, where):
    guess = ticket.reference if where != "in_reply_to" else "<a1@mail.example>"
    before = ticket.version

    receive(raw_mail(**{"text": "Saya mau tahu"} | {where: guess} | STRANGER), now=TEN)

    ticket.refresh_from_db()
    assert (latest().ticket != ticket, ticket.version) == (True, before)
    assert latest().remarks == ([] if where == "in_reply_to" else ["names_a_ticket"])


def test_T03_a_customer_may_name_their_own_ticket_without_a_remark(receive, ticket):
    receive(
        raw_mail(f"Ini soal lain dari {ticket.reference}.", message_id="<n@mail.example>", subject="Modem"), now=TEN
    )

    assert (latest().ticket != ticket, latest().remarks) == (True, [])


def test_T03_what_stands_in_an_attachment_threads_nothing(receive, ticket, token):
    inside = raw_mail(ticket.reference, subject=f"Re: [{ticket.reference}]", to=token, in_reply_to="<a1@mail.example>")
    receive(mail_with_file(inside, name="lama.eml", content_type="message/rfc822", **STRANGER), now=TEN)

    assert latest().ticket != ticket
    assert ticket.messages.filter(kind="inbound").count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        "<1@nusanet.example>",
        "<ticket-{pk}@nusanet.example>",
        "<tg.aaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbb@nusanet.example>",
        "<KLH-{reference}@nusanet.example>",
    ],
)
def test_T04_an_id_that_is_only_like_ours_opens_a_new_ticket(receive, ticket, ours, forged):
    cited = forged.format(pk=ticket.pk, reference=ticket.reference)

    receive(raw_mail("Halo", references=cited, in_reply_to=cited, **STRANGER), now=TEN)

    assert latest().ticket != ticket


def test_T05_the_intact_token_brings_an_answer_to_its_ticket(receive, ticket, token):
    receive(raw_mail("Lagi", to=token, message_id="<2@mail.example>", subject="Halo"), now=TEN)

    assert (latest().ticket, latest().threaded_by) == (ticket, "token")


OUR_WORDS = "Teknisi datang besok."
LOST = {"message_id": "<2@mail.example>", "subject": "Teknisi"}  # neither headers nor "Re:"


@pytest.mark.parametrize(
    "quote",
    [
        f"Pada Jum, 20 Nov 2026 pukul 09.10 Nusanet menulis:\n> {OUR_WORDS}",
        f"-----Original Message-----\nFrom: Nusanet\nSent: 20 Nov 2026 09:10\nTo: Siti\n\n{OUR_WORDS}",
        "On Fri, Nov 20, 2026 at 9:10 Nusanet wrote:\n> Teknisi\n>   datang besok.",
    ],
)
def test_an_answer_that_lost_its_headers_and_its_re_leaves_out_our_own_words(receive, ticket, token, ours, quote):
    receive(raw_mail(f"Belum datang juga.\n\n{quote}", to=token, **LOST), now=TEN)

    assert (latest().ticket, latest().threaded_by) == (ticket, "token")
    assert latest().text == "Belum datang juga."
    assert "datang besok." in latest().full_text


@pytest.mark.parametrize("subject", ["Teknisi", "Fwd: Teknisi"])
def test_what_somebody_else_wrote_is_news_at_that_address_too(receive, token, ours, subject):
    quote = "Pada Jum, 20 Nov 2026 pukul 09.10 Bank Maju menulis:\n> Pembayaran Anda sudah kami terima."

    receive(raw_mail(f"Ini buktinya.\n\n{quote}", to=token, **LOST | {"subject": subject}), now=TEN)

    assert "Pembayaran Anda sudah kami terima." in latest().text


def test_our_words_forwarded_to_us_stay(receive, token, ours):
    quote = f"Pada Jum, 20 Nov 2026 pukul 09.10 Nusanet menulis:\n> {OUR_WORDS}"

    receive(raw_mail(f"Lihat ini.\n\n{quote}", to=token, **LOST | {"subject": "Fwd: Teknisi"}), now=TEN)

    assert OUR_WORDS in latest().text


def other_character(token):
    return token[:-1] + ("a" if token[-1] != "a" else "b")


DAMAGE = {
    "flipped": lambda token: other_character(token[:10]) + token[10:],
    "last bits": other_character,
    "truncated": lambda token: token[:-2],
    "longer": lambda token: token + "aa",
    "upper case": str.upper,
    "another number": lambda token: base64.b32encode(b"\0\0\0\0\x07").decode().lower() + token[8:],
    "another purpose": lambda token: sign_id("bounce", 1),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_T05_any_other_token_opens_a_new_ticket_and_says_nothing(receive, ticket, token, damage):
    local, _at, host = token.partition("@")
    mailbox, _plus, own = local.partition("+")
    sent = Dispatch.objects.count()

    receive(
        raw_mail("Lagi", to=f"{mailbox}+{DAMAGE[damage](own)}@{host}", message_id="<2@mail.example>", subject="Halo"),
        now=TEN,
    )

    assert latest().ticket != ticket
    assert Dispatch.objects.count() == sent + 1  # the new ticket's acknowledgement, as for any other


def test_T05_a_token_signed_with_a_key_that_is_gone_opens_nothing(receive, ticket, token, settings):
    settings.SECRET_KEY = "another one"  # the old one is not kept in SECRET_KEY_FALLBACKS

    receive(raw_mail("Lagi", to=token, message_id="<2@mail.example>", subject="Halo"), now=TEN)

    assert latest().ticket != ticket


def test_T09_references_to_two_tickets_go_to_the_one_that_was_written_on_last(receive, ticket, ours):
    receive(raw_mail("Hal lain", message_id="<z9@mail.example>", subject="Tagihan"), now=TEN)
    newer = latest().ticket
    theirs = replies.reply(newer.pk, actor=SYSTEM, text="Baik.", now=TEN)

    both = f"<{theirs.external_id}> <{ours.external_id}>"
    receive(raw_mail("Dua-duanya", references=both, message_id="<q@mail.example>", subject="Re: x"), now=ELEVEN)

    assert (latest().ticket, latest().remarks) == (newer, ["several_tickets"])


def test_T09_what_lives_goes_before_what_is_closed(receive, ticket, ours):
    receive(raw_mail("Hal lain", message_id="<z9@mail.example>", subject="Tagihan"), now=TEN)
    newer = latest().ticket
    theirs = replies.reply(newer.pk, actor=SYSTEM, text="Baik.", now=TEN)
    Ticket.objects.filter(pk=newer.pk).update(status="closed")

    both = f"<{ours.external_id}> <{theirs.external_id}>"
    receive(raw_mail("Dua-duanya", references=both, message_id="<q@mail.example>", subject="Re: x"), now=ELEVEN)

    assert latest().ticket == ticket


def test_T09_a_token_of_a_thread_that_is_no_more_opens_a_new_ticket_that_says_so(receive, ticket):
    gone = f"keluhan+{sign_id('conversation', 999_999)}@nusanet.example"

    receive(raw_mail("Lama", to=gone, message_id="<2@mail.example>", subject="Halo"), now=TEN)

    assert (latest().ticket != ticket, latest().remarks) == (True, ["lost_thread"])


def test_T09_an_answer_to_what_is_left_of_nowhere_opens_a_new_ticket_and_that_is_logged(receive, ticket, channel):
    of_a_deleted_ticket = new_message_id(channel)

    receive(raw_mail("Lama", in_reply_to=f"<{of_a_deleted_ticket}>", message_id="<2@mail.example>", subject="Re: Halo"))

    assert (latest().ticket != ticket, latest().remarks) == (True, ["lost_thread"])
    opened = latest().ticket.history.get(change="opened")
    assert (opened.after["threaded_by"], opened.after["remarks"]) == ("", ["lost_thread"])


@pytest.fixture
def billing(channel):
    return ChannelFactory(address="tagihan@nusanet.example", query_type=channel.query_type)


TO_BOTH = {"to": "keluhan@nusanet.example, tagihan@nusanet.example"}


def test_T17_a_mail_to_two_of_our_mailboxes_is_one_ticket_and_two_arrivals(receive, billing):
    [first] = receive(raw_mail(**TO_BOTH))
    [copy] = receive(raw_mail(**TO_BOTH), by=billing)

    assert (first.state, copy.state, copy.reason) == ("done", "duplicate", "other_mailbox")
    assert list(copy.messages.all()) == list(first.messages.all())
    assert Ticket.objects.count() == 1
    assert [each.address for each in Dispatch.objects.get().recipients.all()] == ["siti@mail.example"]


def test_T17_both_copies_in_one_batch_are_one_ticket_too(channel, billing):
    for mailbox in (channel, billing):
        ledger.store(mailbox, [raw_mail(**TO_BOTH)], now=NINE)

    intake.process(intake.claim_batch(now=NINE), now=NINE)

    assert list(Arrival.objects.order_by("id").values_list("state", flat=True)) == ["done", "duplicate"]
    assert Arrival.objects.latest("id").messages.get() == latest()


def test_T17_a_copy_waits_while_another_worker_has_the_first(channel, billing):
    ledger.store(channel, [raw_mail(**TO_BOTH)], now=NINE)
    first = intake.claim_batch(now=NINE)
    ledger.store(billing, [raw_mail(**TO_BOTH)], now=NINE)

    intake.process(intake.claim_batch(now=NINE), now=NINE)
    assert not Message.objects.exists()
    intake.process(first, now=NINE)
    intake.process(intake.claim_batch(now=TEN), now=TEN)

    assert Ticket.objects.count() == 1


def test_T17_another_mail_with_the_same_id_to_the_other_mailbox_is_a_ticket_of_its_own(receive, billing):
    receive(raw_mail(**TO_BOTH))
    receive(raw_mail("Isi yang lain.", **TO_BOTH), by=billing)

    assert Ticket.objects.count() == 2


def test_T17_a_mail_that_names_us_only_in_bcc_is_a_ticket_like_others(receive):
    receive(raw_mail(to="undisclosed-recipients:;"))

    assert Ticket.objects.get().customer.name == "Siti Rahmawati"


def test_T17_the_requester_is_who_wrote_unless_the_mailbox_says_otherwise(receive, channel):
    form = {"sender": "Formulir <noreply@form.example>", "reply_to": "Budi <budi@mail.example>"}
    receive(raw_mail(message_id="<1@form.example>", **form))
    assert (latest().from_address, latest().remarks) == ("noreply@form.example", ["other_reply_to"])

    channel.settings |= {"reply_to_is_sender": True}
    channel.save()
    receive(raw_mail(message_id="<2@form.example>", authentication_results=checked("form.example"), **form))

    assert (latest().from_address, latest().automatic, latest().trust) == ("budi@mail.example", "", "unverified")


def test_E09_a_known_message_id_with_other_bytes_is_a_new_message_with_a_mark(receive):
    receive(raw_mail())
    receive(raw_mail("Isi lain.", sender="Orang <orang@lain.example>"))

    assert (latest().text, latest().remarks) == ("Isi lain.", ["repeated_id"])
