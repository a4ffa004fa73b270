"""Writing first: a new ticket that begins with our word to a customer."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from channels_out.services.outbox import Recipient
from core.actor import Actor
from core.errors import Invalid
from core.history import by
from customers.models import Customer, Identity
from customers.services import identities
from customers.services.identities import Speaker
from policies.models import Channel, QueryType
from staff.models import Team
from tickets.models import Conversation, Message, Ticket, TicketHistory
from tickets.services.inward.numbering import unused_references
from tickets.services.outward import outgoing, replies


@transaction.atomic
def write_first(
    *,
    actor: Actor,
    channel: Channel,
    to: Recipient,
    subject: str,
    text: str,
    now: datetime,
    query_type: QueryType | None = None,
    customer: Customer | None = None,
    undo: timedelta = timedelta(0),
    then: str = Ticket.Status.WAITING_CUSTOMER,
    file_ids: Sequence[tuple[int, str]] = (),
) -> Message:
    """Open a ticket and send its first message; the customer's answer comes back to it.

    customer: whom the address belongs to, where that is known; else whoever has it, or somebody new.
    Raises Invalid (no subject, nothing written, no mailbox, somebody else's address, one of our own).
    """
    if not subject.strip():
        raise Invalid(_("Give it a subject: what is it about?"), field="subject")
    if channel.kind != Channel.Kind.EMAIL or channel.state != Channel.State.ACTIVE:
        raise Invalid(_("This is no mailbox that can write now."), field="channel")
    outgoing.refuse_our_own([to])
    identity = _identity(customer, to, channel, now=now)
    ticket = _ticket(identity, channel, query_type or channel.query_type, subject, actor=actor, now=now)
    first = outgoing.subject_line(ticket, before="")
    return replies.reply(
        ticket.pk, actor=actor, text=text, now=now, undo=undo, then=then, file_ids=file_ids, to=[to], subject=first
    )


def _identity(customer: Customer | None, to: Recipient, channel: Channel, *, now: datetime) -> Identity:
    kind = Identity.Kind.EMAIL
    if customer is None:
        speaker = Speaker(kind, to.address, name=to.name, language=channel.language)
        return identities.resolve([speaker], now=now)[speaker.key]
    known = Identity.objects.filter(kind=kind, value=to.address, customer__root_id=customer.root_id).first()
    found = known or identities.add(customer, kind, to.address)
    if found is None:
        raise Invalid(_("%(address)s belongs to another customer.") % {"address": to.address}, field="to")
    return found


def _ticket(
    identity: Identity, channel: Channel, query_type: QueryType, subject: str, *, actor: Actor, now: datetime
) -> Ticket:
    """It is the writer's own, in the team for such matters, with the thread that the answer comes back to."""
    ticket = Ticket.objects.create(
        reference=unused_references(1, now=now)[0],
        subject=subject.strip()[:300],
        status=Ticket.Status.OPEN,
        priority=query_type.priority,
        query_type=query_type,
        team=_team(query_type, channel, actor),
        owner_id=actor.id,
        customer=identity.customer,
        channel=channel,
        created_at=now,
        received_at=now,
        queue_at=now,
        last_message_at=now,
    )
    Conversation.objects.create(
        customer=identity.customer, channel=channel, ticket=ticket, identity=identity, started_at=now
    )
    after = {"channel": channel.kind, "written_first": True}
    TicketHistory.objects.create(ticket=ticket, at=now, change="opened", after=after, **by(actor))
    return ticket


def _team(query_type: QueryType, channel: Channel, actor: Actor) -> Team | None:
    """Never a restricted one that the writer does not belong to: they could not read what they wrote."""
    for team in (query_type.team, channel.team):
        if team and (not team.restricted or team.pk in actor.team_ids or actor.sees_restricted):
            return team
    return None
