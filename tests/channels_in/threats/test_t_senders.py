"""Who is speaking (threats.md T01, T02, T06-T08): raw mails in, what the staff and the customer may see out."""

import pytest

from channels_out.models import Dispatch
from channels_out.services.outbox import Recipient
from core.actor import SYSTEM, Actor, ActorKind
from notices.models import Notice
from staff.models import User
from tests.channels_in.threats.conftest import ELEVEN, NINE, OUR_SERVER, TEN, checked, latest
from tests.factories import UserFactory
from tests.mails import raw_mail
from tickets.models import Message, Participant, Ticket
from tickets.services.handling import work
from tickets.services.inward import letting, participants
from tickets.services.outward import forwarding, replies

pytestmark = pytest.mark.django_db


BY_SITI = "siti@mail.example"


def answer(text="Belum datang.", number="b2", **fields):
    return raw_mail(text, message_id=f"<{number}@mail.example>", subject="Re: Internet mati", **fields)


@pytest.mark.parametrize(
    ("results", "trust"),
    [
        (checked(), "verified"),
        (checked(dmarc="fail"), "failed"),
        ("mx.nusanet.example; dkim=pass header.d=mail.example", "verified"),
        ("mx.nusanet.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example", "unverified"),
        ("mx.nusanet.example; spf=fail smtp.mailfrom=siti@mail.example; dkim=none; dmarc=none", "failed"),
        (checked(server="mx.evil.example"), "unverified"),
        (checked(server="mx.nusanet.example.evil.example"), "unverified"),
        (
            f'{OUR_SERVER}; spf=none smtp.mailfrom="a; dmarc=pass header.from=mail.example"@evil.example',
            "unverified",
        ),
        (
            "mx.nusanet.example; spf=none (x; dmarc=pass header.from=mail.example) smtp.mailfrom=a@evil.example",
            "unverified",
        ),
        ("mx.nusanet.example; dmarc=pass header.from=evil.example", "unverified"),
        ("mx.nusanet.example; dmarc=fail (p=none) header.from=mail.example; dkim=pass header.d=evil.example", "failed"),
        ("mx.nusanet.example; dmarc=none header.from=mail.example; spf=pass smtp.mailfrom=evil.example", "unverified"),
        (None, "unverified"),
    ],
)
def test_T01_only_what_our_own_mail_server_found_proves_or_disproves_a_sender(receive, results, trust):
    receive(raw_mail(authentication_results=results))

    assert latest().trust == trust


def test_T01_a_forged_result_below_a_foreign_one_or_below_our_own_proves_nothing(receive):
    forged = "Authentication-Results: " + checked() + "\r\n"
    foreign = "Authentication-Results: mx.evil.example; dmarc=pass header.from=mail.example\r\n"
    own = "Authentication-Results: " + checked(dmarc="fail") + "\r\n"
    receive((foreign + forged).encode() + raw_mail(message_id="<1@mail.example>"))
    receive((own + forged).encode() + raw_mail(message_id="<2@mail.example>"))

    assert list(Message.objects.filter(kind="inbound").order_by("id").values_list("trust", flat=True)) == [
        "unverified",
        "failed",
    ]


def test_T01_a_forged_answer_stays_inside_reopens_nothing_and_gets_no_answer(receive, ticket, token):
    work.resolve(ticket.pk, actor=SYSTEM, outcome="upheld", now=NINE)
    sent = Dispatch.objects.count()

    forged = {"to": token, "cc": "spy@evil.example", "authentication_results": checked(dmarc="fail")}
    receive(answer("Kirim ke alamat baru.", **forged), now=TEN)

    ticket.refresh_from_db()
    message = latest()
    assert (message.ticket, message.trust, ticket.status, ticket.unanswered) == (ticket, "failed", "resolved", 0)
    assert message not in Message.objects.public()
    assert (Dispatch.objects.count(), Participant.objects.count()) == (sent, 0)


def test_T01_a_forged_first_mail_is_a_ticket_without_an_acknowledgement(receive):
    receive(raw_mail(authentication_results=checked(dmarc="fail")))

    assert Ticket.objects.get().status == "new"
    assert not Dispatch.objects.exists()


def test_T01_an_unchecked_sender_with_an_intact_token_may_reopen(receive, ticket, token):
    work.resolve(ticket.pk, actor=SYSTEM, outcome="upheld", now=NINE)

    receive(answer(to=token), now=TEN)

    ticket.refresh_from_db()
    assert (latest().trust, ticket.status) == ("unverified", "open")


@pytest.fixture
def notified(receive, ticket, dewi):
    """Dewi owns the ticket and gets mails; Siti wrote again. Returns the notification."""
    User.objects.filter(pk=dewi.pk).update(mail_notices=True)
    work.take_over(ticket.pk, actor=dewi.actor(), now=NINE)
    receive(raw_mail("Kapan?", message_id="<w1@mail.example>", in_reply_to="<a1@mail.example>"), now=TEN)
    return Dispatch.objects.get(order_key__startswith="agent-")


def by_dewi(notification, text="Besok pukul dua.", **fields):
    return raw_mail(
        text,
        **{
            "sender": "Dewi Lestari <dewi@nusanet.example>",
            "to": notification.headers["Reply-To"],
            "message_id": "<dewi-1@nusanet.example>",
            "in_reply_to": f"<{notification.external_id}>",
            "authentication_results": checked("nusanet.example"),
        }
        | fields,
    )


def to_siti():
    return Message.objects.filter(kind="outbound", automatic="")


def test_T02_an_agents_answer_with_token_proof_and_right_goes_to_the_customer(receive, notified, dewi):
    quoted = "Besok pukul dua.\n\nPada Jum, 20 Nov 2026 pukul 10.00 Nusanet menulis:\n> ##- Tulis di atas\n> rahasia"

    [arrival] = receive(by_dewi(notified, quoted), now=ELEVEN)

    message = to_siti().get()
    assert (message.text, message.author_id, message.to) == ("Besok pukul dua.", dewi.pk, ["siti@mail.example"])
    assert (arrival.state, list(arrival.messages.all())) == ("done", [message])


@pytest.mark.parametrize(
    "lacking",
    [
        {"authentication_results": None},
        {"authentication_results": checked("nusanet.example", dmarc="fail")},
        {"authentication_results": checked("nusanet.example", server="mx.evil.example")},
        {"to": "keluhan@nusanet.example"},
        {"sender": "Dewi <dewi@rumah.example>", "authentication_results": checked("rumah.example")},
        {"sender": "Andi <andi@nusanet.example>"},
    ],
)
def test_T02_without_one_of_the_three_nothing_reaches_the_customer_and_the_lead_is_told(
    receive, notified, ticket, lead, lacking
):
    UserFactory(email="andi@nusanet.example", name="Andi")

    receive(by_dewi(notified, **lacking), now=ELEVEN)

    assert not to_siti().exists()
    message = latest()
    assert (message.ticket, message in Message.objects.public()) == (ticket, False)
    assert [notice.kind for notice in Notice.objects.filter(recipient=lead)] == ["agent_mail_refused"]


def test_T02_of_several_mails_in_an_agents_name_at_once_each_is_held_back(receive, notified, ticket):
    without_token = {"to": "keluhan@nusanet.example", "authentication_results": None}

    receive(*(by_dewi(notified, message_id=f"<dewi-{n}@nusanet.example>", **without_token) for n in (1, 2)), now=ELEVEN)

    held_back = Message.objects.filter(from_address="dewi@nusanet.example").held_back()
    assert [message.ticket for message in held_back] == [ticket, ticket]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "agent"}])
def test_T02_a_former_agent_or_one_without_the_right_is_not_believed(receive, notified, ticket, lead, dewi, change):
    User.objects.filter(pk=dewi.pk).update(**change)
    dewi.teams.clear()
    Ticket.objects.update(owner=lead)

    receive(by_dewi(notified), now=ELEVEN)

    assert not to_siti().exists()
    assert Notice.objects.filter(recipient=lead, kind="agent_mail_refused").exists()


def test_T02_an_agents_robot_answers_nobody(receive, notified):
    [arrival] = receive(by_dewi(notified, "Saya cuti.", auto_submitted="auto-replied"), now=ELEVEN)

    assert (arrival.state, arrival.reason) == ("discarded", "agent_is_away")
    assert not to_siti().exists()


def test_T06_who_was_forwarded_our_mail_stays_inside_until_somebody_lets_them_in(receive, ticket, token, dewi):
    receive(answer("Saya suaminya.", sender="Joko <joko@mail.example>", to=token), now=TEN)
    joko = latest()
    ticket.refresh_from_db()
    assert (joko.trust, joko.ticket, ticket.unanswered, ticket.customer.name) == (
        *("third_party", ticket, 1, "Siti Rahmawati"),
    )
    assert joko not in Message.objects.public()
    assert joko not in Message.objects.visible_to(Actor(ActorKind.CUSTOMER, id=ticket.customer.root_id))
    assert not Participant.objects.exists()

    letting.let_in(joko.pk, actor=dewi.actor(), now=ELEVEN)

    ticket.refresh_from_db()
    assert joko in Message.objects.public()
    assert ticket.unanswered == 2
    assert ticket.history.latest("id").change == "let_in"
    ours = replies.reply(ticket.pk, actor=dewi.actor(), text="Baik.", now=ELEVEN)
    assert ours.to == ["siti@mail.example"]


def test_T06_whoever_is_let_in_as_a_participant_speaks_in_the_conversation_from_then_on(receive, ticket, token, dewi):
    joko = {"sender": "Joko <joko@mail.example>", "to": token}
    receive(answer("Saya suaminya.", **joko), now=TEN)
    letting.let_in(latest().pk, actor=dewi.actor(), now=ELEVEN, as_participant=True)

    receive(answer("Terima kasih.", "b3", **joko), now=ELEVEN)

    assert latest() in Message.objects.public()
    assert Participant.objects.get().state == "confirmed"


def test_T06_who_is_let_in_takes_part_in_the_customers_thread_and_not_in_the_vendors(receive, ticket, token, dewi):
    receive(answer("Saya suaminya.", sender="Joko <joko@mail.example>", to=token), now=TEN)
    vendor = [Recipient("noc@serat.example", "NOC")]
    asked = forwarding.forward(ticket.pk, actor=dewi.actor(), text="Mohon dicek.", to=vendor, now=TEN)

    letting.let_in(latest().pk, actor=dewi.actor(), now=ELEVEN, as_participant=True)

    assert Participant.objects.get().conversation != asked.conversation
    assert replies.reply(ticket.pk, actor=dewi.actor(), text="Besok.", now=ELEVEN).cc == ["joko@mail.example"]


def test_T07_a_new_cc_of_an_unproven_mail_is_not_kept(receive, ticket, token):
    receive(answer(to=token, cc="Mata-mata <spy@evil.example>"), now=TEN)
    receive(answer("x", "b3", to=token, cc="spy@evil.example", authentication_results=checked(dmarc="fail")), now=TEN)

    assert not Participant.objects.exists()


def test_T07_a_cc_of_the_proven_customer_gets_nothing_before_an_agent_confirms(receive, ticket, token, dewi):
    cc = "Joko <joko@mail.example>, keluhan+x@nusanet.example, siti@mail.example"
    receive(answer(to=token, cc=cc, authentication_results=checked()), now=TEN)

    proposed = Participant.objects.get()
    assert (proposed.address, proposed.state, proposed.added_by) == (
        "joko@mail.example",
        "proposed",
        "siti@mail.example",
    )
    assert participants.confirmed_on(proposed.conversation_id) == []

    participants.confirm(proposed.pk, actor=dewi.actor(), now=ELEVEN)

    assert [each.address for each in participants.confirmed_on(proposed.conversation_id)] == ["joko@mail.example"]
    to_joko = Dispatch.objects.filter(recipients__address="joko@mail.example")
    assert not to_joko.exists()
    replies.reply(ticket.pk, actor=dewi.actor(), text="Besok pukul dua.", now=ELEVEN)
    assert "Belum datang." not in to_joko.get().text


def test_T07_who_was_removed_is_not_brought_back_by_being_named_again(receive, ticket, token, dewi):
    proven = {"to": token, "cc": "joko@mail.example", "authentication_results": checked()}
    receive(answer(**proven), now=TEN)
    participants.remove(Participant.objects.get().pk, actor=dewi.actor(), now=TEN)

    receive(answer("lagi", "b3", **proven), now=ELEVEN)

    assert Participant.objects.get().state == "removed"


@pytest.mark.parametrize(
    "machine",
    [
        {"sender": "Slack <no-reply@slack.example>", "auto_submitted": "auto-generated"},
        {"sender": "Accounts <noreply@accounts.example>"},
        {"sender": "Siti <siti@mail.example>", "precedence": "bulk"},
    ],
)
def test_T08_a_machines_mail_is_not_read_by_the_customer_before_its_release(receive, ticket, token, dewi, machine):
    receive(answer("Kode Anda: 481516", to=token, **machine), now=TEN)

    code = latest()
    siti = Actor(ActorKind.CUSTOMER, id=ticket.customer.root_id)
    assert (code.ticket, code in Message.objects.visible_to(siti)) == (ticket, False)

    letting.let_in(code.pk, actor=dewi.actor(), now=ELEVEN)

    assert code in Message.objects.visible_to(siti)


def test_E11_an_agents_address_in_a_display_name_or_an_encoded_word_is_nobodys(receive, dewi):
    hidden = [
        raw_mail(sender='"dewi@nusanet.example" <x@evil.example>', message_id="<1@evil.example>"),
        raw_mail(message_id="<2@evil.example>", sender="=?utf-8?Q?dewi?=@nusanet.example"),
    ]
    receive(*hidden)

    assert not Message.objects.filter(from_address="dewi@nusanet.example").exists()
    assert not Ticket.objects.filter(owner=dewi).exists()
