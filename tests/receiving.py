"""Mails come in by the ledger and are worked off, as a worker would."""

from datetime import timedelta
from pathlib import Path

from channels_in.models import Arrival
from channels_in.services import intake, ledger
from tests.moments import moment
from tickets.models import Message

MAILS = Path(__file__).parent / "fixtures" / "mail"
NINE = moment("2026-11-20 09:00")


def fixture_mail(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def work_off(*, now=NINE, tries=1) -> list[Arrival]:
    """Everything that waits, `tries` times with a minute between; returns all arrivals in their order."""
    for n in range(tries):
        later = now + timedelta(minutes=n)
        while batch := intake.claim_batch(now=later):
            intake.process(batch, now=later)
    return list(Arrival.objects.order_by("id"))


def receive(channel, *mails: bytes, now=NINE, tries=1) -> list[Arrival]:
    ledger.store(channel, mails, now=now)
    return work_off(now=now, tries=tries)


def received() -> list[Message]:
    """The customers' messages in their order."""
    return list(Message.objects.filter(kind="inbound").order_by("id"))
