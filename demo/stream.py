"""The gentle stream of new complaints and answers that keeps the demo alive."""

import random
import secrets
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels_in.models import Arrival
from channels_in.services import ledger
from core.hints import nudge
from demo import content
from policies.models import Channel
from tickets.models import Message

MOST_A_DAY, SHARE_ANSWERS = 300, 0.3
ANSWERS = (
    "Baik, saya tunggu kabarnya.",
    "Terima kasih, tapi sampai sekarang belum ada perubahan.",
    "Oke kak, sudah saya coba. Masih sama.",
    "Sudah normal lagi. Terima kasih banyak!",
    "Mohon kepastiannya, saya bekerja dari rumah.",
)


def drip(*, now: datetime) -> bool:
    """One mail comes in, new or an answer to one of ours; False when the day has had its share."""
    today = Arrival.objects.filter(received_at__gt=now - timedelta(days=1)).order_by("-id")[:MOST_A_DAY]
    if len(today.values_list("pk")) >= MOST_A_DAY:
        return False
    rng = random.Random(secrets.randbits(64))
    ours = _to_be_answered(rng, now=now) if rng.random() < SHARE_ANSWERS else None
    channel, mail = _answer(ours, rng, now=now) if ours else _complaint(rng, now=now)
    ledger.store(channel, [bytes(mail)], now=now)
    nudge("channels_in.tasks.process_arrivals")
    return True


def _to_be_answered(rng: random.Random, *, now: datetime) -> Message | None:
    """A reply of ours from today that went out by mail."""
    sent = Message.objects.filter(kind=Message.Kind.OUTBOUND, automatic="", channel__kind=Channel.Kind.EMAIL)
    recent = list(sent.filter(received_at__gt=now - timedelta(hours=20)).select_related("channel").order_by("-id")[:20])
    return rng.choice(recent) if recent else None


def _answer(ours: Message, rng: random.Random, *, now: datetime) -> tuple[Channel, EmailMessage]:
    assert ours.channel is not None
    mail = _mail(ours.to[0], "", to=ours.channel.address, subject=ours.subject, now=now)
    mail["In-Reply-To"] = f"<{ours.external_id}>"
    quoted = "\n".join(f"> {line}" for line in ours.text.splitlines())
    mail.set_content(f"{rng.choice(ANSWERS)}\n\nPada {now:%d/%m/%Y} {ours.from_name} menulis:\n{quoted}\n")
    return ours.channel, mail


def _complaint(rng: random.Random, *, now: datetime) -> tuple[Channel, EmailMessage]:
    known = content.customers(random.Random(1945), 300)
    person, subject, text = content.drip(rng, known=known, now=now)
    channel = rng.choice(list(Channel.objects.active().filter(kind=Channel.Kind.EMAIL)))
    mail = _mail(person.email, person.contact, to=channel.address, subject=subject, now=now)
    mail.set_content(text)
    return channel, mail


def _mail(sender: str, name: str, *, to: str, subject: str, now: datetime) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f'"{name}" <{sender}>' if name else sender
    mail["To"] = to
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{secrets.token_hex(12)}@{sender.rpartition('@')[2]}>"
    return mail
