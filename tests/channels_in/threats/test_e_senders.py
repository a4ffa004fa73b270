"""Headers that lie: ids, senders, dates, line ends hidden in words, template code, control headers of ours."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.test import Client
from django.utils.timezone import localtime

from channels_in.models import Arrival
from channels_out.models import Dispatch
from channels_out.senders.mail import compose
from core.actor import SYSTEM
from customers.models import Customer, Identity
from staff.models import User
from tests.factories import ChannelFactory, IdentityFactory, UserFactory
from tests.mails import raw_mail
from tests.moments import moment
from tests.receiving import NINE, receive, received
from tickets.models import Ticket
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return ChannelFactory(address="keluhan@nusanet.example")


MALFORMED_IDS = [None, "", "<>", "<a b@x.example>", "tanpa-kurung", "<" + "x" * 300 + "@x.example>"]


@pytest.mark.parametrize("message_id", MALFORMED_IDS)
def test_E08_a_mail_without_a_usable_id_is_known_by_its_bytes(channel, message_id):
    mail = raw_mail(message_id=message_id)
    receive(channel, mail)
    receive(channel, mail)
    receive(channel, raw_mail("Kata lain.", message_id=message_id))

    first, second = received()
    assert first.external_id.startswith("sha256-")
    assert first.external_id != second.external_id


def test_E08_of_two_message_ids_neither_is_believed(channel):
    receive(channel, b"Message-ID: <lain@x.example>\r\n" + raw_mail())

    assert received()[0].external_id.startswith("sha256-")


def test_E09_the_same_bytes_again_make_nothing(channel):
    receive(channel, raw_mail(), raw_mail())
    receive(channel, raw_mail())

    assert (len(received()), Arrival.objects.count()) == (1, 1)


def test_E09_an_id_that_an_attacker_used_before_does_not_swallow_the_true_mail(channel):
    receive(channel, raw_mail("Palsu.", sender="X <x@else.example>"))
    receive(channel, raw_mail("Sungguhan."))

    assert [message.text for message in received()] == ["Palsu.", "Sungguhan."]
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    "sender", [None, "", "undisclosed-recipients:;", "Kawan: ;", "MAILER-DAEMON", "Budi", "<>", "@x.example", "budi@"]
)
def test_E10_a_mail_from_nobody_is_parked_and_nobody_is_answered(channel, sender):
    lines = [line for line in raw_mail().split(b"\r\n") if not line.startswith(b"From:")]
    mail = b"\r\n".join(([] if sender is None else [f"From: {sender}".encode()]) + lines)

    [arrival] = receive(channel, mail)

    assert (arrival.state, arrival.reason) == ("parked", "no_sender")
    assert (Customer.objects.count(), Dispatch.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("budi@x.example\r\nFrom: agen@nusanet.example", "ambiguous_sender"),
        ("budi@x.example, agen@nusanet.example", "ambiguous_sender"),
        ("agen@nusanet.example <budi@x.example>, <agen@nusanet.example>", "ambiguous_sender"),
        ("=?utf-8?Q?agen?=@nusanet.example", "no_sender"),
        ("Budi <=?utf-8?Q?agen=40nusanet.example?=>", "no_sender"),
    ],
)
def test_E11_a_sender_who_may_be_two_people_is_taken_for_neither(channel, sender, reason):
    User.objects.create_user("agen@nusanet.example", None, name="Agen")
    lines = [line for line in raw_mail().split(b"\r\n") if not line.startswith(b"From:")]

    [arrival] = receive(channel, b"\r\n".join([f"From: {sender}".encode(), *lines]))

    assert (arrival.state, arrival.reason) == ("parked", reason)
    assert not Identity.objects.exists()


@pytest.mark.parametrize(
    "sender",
    [
        '"agen@nusanet.example" <budi@x.example>',
        "=?utf-8?Q?agen=40nusanet.example_=3Cagen=40nusanet.example=3E?= <budi@x.example>",
        "budi@x.example (agen@nusanet.example)",
    ],
)
def test_E11_an_address_in_the_name_is_only_a_name(channel, sender):
    IdentityFactory(value="agen@nusanet.example", customer__name="Pelanggan lama")
    lines = [line for line in raw_mail().split(b"\r\n") if not line.startswith(b"From:")]

    receive(channel, b"\r\n".join([f"From: {sender}".encode(), *lines]))

    [message] = received()
    assert message.from_address == "budi@x.example"
    assert message.customer.name != "Pelanggan lama"


@pytest.mark.parametrize(
    ("date", "claimed"),
    [
        ("kemarin sore", None),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("Mon, 32 Foo 2026 99:99:99 +9999", None),
        ("Fri, 20 Nov 2093 09:00:00 +0700", moment("2093-11-20 09:00")),
        ("Sun, 01 Nov 2026 09:00:00 +0700", moment("2026-11-01 09:00")),
    ],
)
def test_E12_order_and_clocks_go_by_our_own_time_whatever_the_mail_claims(channel, date, claimed):
    lines = [line for line in raw_mail().split(b"\r\n") if not line.startswith(b"Date:")]
    receive(channel, b"\r\n".join([f"Date: {date}".encode(), *lines]))

    ticket = Ticket.objects.get()
    assert (ticket.received_at, ticket.queue_at, received()[0].received_at) == (NINE, NINE, NINE)
    assert received()[0].sent_at == claimed
    staff = Client(headers={"accept-language": "en"})
    staff.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    page = staff.get(f"/desk/t/{ticket.reference}/").content.decode()
    assert ("Written, as it says" in page) == (claimed is not None)
    assert claimed is None or localtime(claimed).isoformat(timespec="seconds") in page


INJECTED = "=?utf-8?Q?Halo=0D=0ABcc:_korban@x.example=0D=0A=0D=0Aisi?="


def test_E15_line_ends_hidden_in_words_never_reach_our_own_headers(channel):
    dewi = UserFactory(email="dewi@nusanet.example", mail_notices=True)
    lines = [line for line in raw_mail().split(b"\r\n") if not line.startswith((b"From:", b"Subject:"))]
    hostile = b"\r\n".join([f"From: {INJECTED} <siti@mail.example>\r\nSubject: {INJECTED}".encode(), *lines])
    receive(channel, hostile)
    Ticket.objects.update(owner=dewi)
    replies.reply(Ticket.objects.get().pk, actor=SYSTEM, text="Baik.", now=NINE)
    receive(channel, hostile.replace(b"<a1@mail.example>", b"<b2@mail.example>\r\nReferences: <a1@mail.example>"))

    sent = []
    for dispatch in Dispatch.objects.order_by("id"):
        mail = message_from_bytes(compose(dispatch, list(dispatch.recipients.all())), policy=default)
        sent += [address.addr_spec for address in mail["To"].addresses]
        assert mail["Bcc"] is None
        assert "Halo Bcc: korban@x.example isi" in mail["Subject"]
    assert sent == ["siti@mail.example", "siti@mail.example", "dewi@nusanet.example"]


CODE = "{{ settings.SECRET_KEY }} {% include 'x' %} %(x)s %s ${7*7} #{7*7} {0.__class__}"


def test_E21_template_code_of_a_customer_stays_words_everywhere(channel):
    receive(channel, raw_mail(CODE, subject=CODE, sender=f"{CODE} <siti@mail.example>"))
    ticket = Ticket.objects.get()
    replies.reply(ticket.pk, actor=SYSTEM, text="Baik.", now=NINE)

    [message] = received()
    assert (message.text, message.subject, message.from_name) == (CODE, CODE, CODE)
    assert (ticket.subject, ticket.preview, ticket.customer.name) == (CODE, CODE, CODE)
    acknowledgement, reply = Dispatch.objects.order_by("id")
    assert CODE in acknowledgement.text
    assert all(CODE in dispatch.subject for dispatch in (acknowledgement, reply))


@pytest.mark.parametrize(
    "name", ["Priority", "Status", "Owner", "Team", "Type", "Customer", "User-Id", "Spam", "Trust"]
)
def test_E22_our_own_control_headers_from_outside_control_nothing(channel, name):
    plain = receive(channel, raw_mail("Biasa.", message_id="<biasa@x.example>"))
    receive(channel, raw_mail("Luar biasa.", message_id="<b@x.example>", **{f"x_tanggap_{name.lower()}": "urgent"}))

    usual, other = Ticket.objects.order_by("id")
    settled = ("priority", "status", "owner_id", "team_id", "query_type_id", "customer_id", "tags")
    assert [getattr(other, each) for each in settled] == [getattr(usual, each) for each in settled]
    assert [message.trust for message in received()] == ["unverified", "unverified"]
    assert plain[0].state == "done"
