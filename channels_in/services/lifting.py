"""Blocking a sender by hand, lifting a block, and reading again what came meanwhile."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name, validate_email
from django.db import transaction
from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from channels_in.glance import HEAD_BYTES, glance
from channels_in.models import Arrival, BlockedSender, BlockingHistory
from channels_in.models.arrival import BLOCKED
from channels_in.services import ledger, parked
from channels_in.services.blocking import EVERYBODYS, own_domains
from channels_in.services.judging import blockable
from core.actor import Actor
from core.errors import Invalid, NotAllowed
from core.history import by

LONGEST_REASON = 200
LOOKED_AT = 2_000  # of what blocked senders wrote, the latest; what is older can be tried again from Incoming
AT_ONCE = 100


@transaction.atomic
def block(value: str, *, actor: Actor, now: datetime, reason: str = "") -> BlockedSender:
    """value: an address, or a domain with or without its "@". Blocking what is blocked already changes nothing.

    Raises Invalid where it is neither, or is ours or everybody's; NotAllowed for whoever does not lead.
    """
    _ensure_leads(actor)
    wanted = _cleaned(value)
    defaults = {"reason": reason.strip()[:LONGEST_REASON], "blocked_at": now, **by(actor)}
    row, made = BlockedSender.objects.get_or_create(value=wanted, defaults=defaults)
    if made:
        BlockingHistory.objects.create(value=wanted, at=now, change="blocked", reason=row.reason, **by(actor))
    return row


@transaction.atomic
def lift(blocked_id: int, *, actor: Actor, now: datetime, again: bool = False) -> int:
    """Hear this sender again. again: what they sent meanwhile is read again; returns how many that are.

    Raises BlockedSender.DoesNotExist, also for whoever does not lead.
    """
    row = BlockedSender.objects.visible_to(actor).select_for_update().get(pk=blocked_id)
    value = row.value
    row.delete()
    BlockingHistory.objects.create(value=value, at=now, change="lifted", before={"reason": row.reason}, **by(actor))
    if not again:
        return 0
    return parked.retry_all(Arrival.objects.filter(pk__in=_sent_by(value)), actor=actor, now=now)


def _ensure_leads(actor: Actor) -> None:
    if not (actor.is_staff and actor.leads):
        raise NotAllowed(_("Only supervisors and administrators can do this."))


def _cleaned(value: str) -> str:
    wanted = value.strip().lower()
    name, _at, domain = wanted.rpartition("@")
    try:
        validate_email(wanted) if name else validate_domain_name(domain)
    except ValidationError as wrong:
        raise Invalid(_("Give an e-mail address, or a domain such as @toko.example."), field="value") from wrong
    if domain in own_domains():
        raise Invalid(_("This is our own domain: nobody here can be blocked."), field="value")
    if not name and domain in EVERYBODYS:
        message = _("Half of the customers write from %(domain)s. Block a single address instead.")
        raise Invalid(message % {"domain": domain}, field="value")
    return wanted if name else f"@{domain}"


def _sent_by(value: str) -> Iterable[int]:
    """Of what was set aside because its sender is blocked, that of this one, as far as its beginning says so."""
    aside = Arrival.objects.filter(state=Arrival.State.DISCARDED, reason=BLOCKED).order_by("-id")
    head = Substr("body", 1, HEAD_BYTES, output_field=BinaryField())
    rows = aside.select_related("channel", "file").defer("body", "channel__secrets").annotate(head=head)[:LOOKED_AT]
    return [arrival.pk for arrival in rows.iterator(chunk_size=AT_ONCE) if value in blockable([_sender_of(arrival)])]


def _sender_of(arrival: Any) -> str:
    """arrival: with its head."""
    start = ledger.head_of(arrival, HEAD_BYTES) if arrival.file else bytes(arrival.head)
    sender = glance(arrival.channel.kind, start).sender
    return sender.rpartition("<")[2].rstrip(">").strip().lower()
