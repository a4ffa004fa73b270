"""Who else takes part in a conversation: proposed by a verified customer, decided by us (threats.md T07)."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from channels_out.services.outbox import Recipient
from core.actor import Actor
from core.errors import Invalid
from core.history import by
from notices import live
from policies.models import Channel
from tickets.models import Message, Participant, Ticket, TicketHistory
from tickets.services.handling.locking import lock
from tickets.services.inward.incoming import Incoming

MOST_AT_ONCE = 10


def confirmed_on(conversation_id: int) -> list[Recipient]:
    """Who gets a copy of our answers in this conversation."""
    people = Participant.objects.filter(conversation_id=conversation_id).confirmed()
    return [Recipient(each.address, each.name, kind=each.kind) for each in people]


def propose(items: Sequence[Incoming], *, now: datetime) -> None:
    """Whom a customer named in Cc, where it is proven that it was the customer. Runs in the caller's transaction.

    A statement or two where somebody named anybody. Who was removed before stays removed.
    """
    naming = [item for item in items if item.cc and item.trust == Message.Trust.VERIFIED and not item.is_quiet]
    if not naming:
        return
    own = {address.lower() for address in Channel.objects.values_list("address", flat=True) if address}
    Participant.objects.bulk_create(
        [
            Participant(
                conversation=item.conversation,
                address=address,
                since=item.message,
                added_at=now,
                added_by=item.from_address,
            )
            for item in naming
            for address in _newcomers(item, own)
        ],
        ignore_conflicts=True,
    )


def _newcomers(item: Incoming, own: set[str]) -> list[str]:
    """Without ourselves, in every spelling with a token, and without the customer."""
    found = []
    for address in dict.fromkeys(each.lower() for each in item.cc):
        local, _at, host = address.partition("@")
        if f"{local.partition('+')[0]}@{host}" not in own and address not in own and address != item.from_address:
            found.append(address)
    return found[:MOST_AT_ONCE]


@transaction.atomic
def confirm(participant_id: int, *, actor: Actor, now: datetime) -> Participant:
    """Let somebody take part: from now on our answers go to them too, nothing that was written before.

    Raises Participant.DoesNotExist, NotAllowed.
    """
    return _decide(participant_id, Participant.State.CONFIRMED, "participant_confirmed", actor=actor, now=now)


@transaction.atomic
def remove(participant_id: int, *, actor: Actor, now: datetime) -> Participant:
    """They get nothing any more, and a customer who names them again does not bring them back.

    Raises Participant.DoesNotExist, NotAllowed.
    """
    return _decide(participant_id, Participant.State.REMOVED, "participant_removed", actor=actor, now=now)


@transaction.atomic
def add(ticket_id: int, *, actor: Actor, address: str, now: datetime, name: str = "") -> Participant:
    """Somebody of the staff adds an address by hand to the customer's latest conversation by mail.

    Raises Invalid (no address, our own, no conversation by mail), NotAllowed, Ticket.DoesNotExist.
    """
    ticket = lock(ticket_id, actor=actor)
    address = _checked(address)
    by_mail = ticket.conversations.with_customer().filter(channel__kind=Channel.Kind.EMAIL)
    conversation = by_mail.order_by("-id").first()
    if conversation is None:
        raise Invalid(_("Nobody has written on this ticket by e-mail yet, so there is nothing to copy to anybody."))
    participant, made = Participant.objects.get_or_create(
        conversation=conversation,
        address=address,
        defaults={
            "name": name,
            "state": Participant.State.CONFIRMED,
            "added_at": now,
            "added_by": actor.name,
            "decided_by": actor.name,
            "decided_at": now,
        },
    )
    if not made:
        return confirm(participant.pk, actor=actor, now=now)
    _note(ticket, participant, "participant_confirmed", before="", actor=actor, now=now)
    return participant


def _checked(address: str) -> str:
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise Invalid(_("This is not an e-mail address."), field="address") from wrong
    if Channel.objects.filter(address__iexact=address).exists():
        raise Invalid(_("This is one of our own mailboxes."), field="address")
    return address


def _decide(participant_id: int, state: str, change: str, *, actor: Actor, now: datetime) -> Participant:
    visible = Participant.objects.visible_to(actor).select_related("conversation")
    participant = visible.get(pk=participant_id)
    ticket = lock(participant.conversation.ticket_id, actor=actor)
    before = participant.state
    if before != state:
        participant.state, participant.decided_by, participant.decided_at = state, actor.name, now
        participant.save(update_fields=["state", "decided_by", "decided_at"])
        _note(ticket, participant, change, before=before, actor=actor, now=now)
    return participant


def _note(ticket: Ticket, participant: Participant, change: str, *, before: str, actor: Actor, now: datetime) -> None:
    TicketHistory.objects.create(
        ticket=ticket,
        at=now,
        change=change,
        before={"participant": participant.address, "state": before},
        after={"participant": participant.address, "state": participant.state},
        **by(actor),
    )
    live.tickets_changed(ticket.pk)
