"""What a customer reads of their ticket, and how they add to it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from channels_out.models import Dispatch
from core.actor import SYSTEM, Actor, ActorKind
from core.secrets import sign_id
from customers.models import Identity
from policies.models import Channel
from portal.models import FormDraft
from portal.services import sending
from staff.models import User
from tickets.links import read_status_token
from tickets.models import Conversation, Message, Ticket
from tickets.models.message import MessageQuerySet
from tickets.services.outward.outgoing import REPLY_TOKEN

PAGE = 30


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the customer reads it: who said it, by the name that customers may know."""

    message: Message
    author: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """A page of what was said, the newest first. older: the message before which the next page begins.

    on_the_way: what the customer wrote and no worker has turned into a message yet; only on the first page.
    """

    on_the_way: list[FormDraft]
    messages: list[Said]
    older: int | None


def ticket_behind(token: str) -> Ticket | None:
    """The ticket that an intact, unexpired link opens: whoever has the link stands for the customer of this ticket."""
    ticket_id = read_status_token(token)
    tickets = Ticket.objects.visible_to(SYSTEM).select_related("customer", "query_type", "team", "channel", "terms")
    return tickets.defer("channel__secrets").filter(pk=ticket_id).first() if ticket_id else None


def customer_of(ticket: Ticket) -> Actor:
    """The customer as an actor: sees the public messages of their own tickets and nothing else."""
    return Actor(ActorKind.CUSTOMER, id=ticket.customer.root_id)


def public_messages(ticket: Ticket, *, now: datetime) -> MessageQuerySet:
    """What the customer may read of this ticket. A reply that may still be taken back has not been said yet."""
    held_back = Q(dispatch__state=Dispatch.State.HELD)
    held_back |= Q(dispatch__state=Dispatch.State.QUEUED, dispatch__tries=0, dispatch__send_after__gt=now)
    return Message.objects.visible_to(customer_of(ticket)).filter(ticket=ticket).exclude(held_back)


def read(ticket: Ticket, *, before: int | None = None, now: datetime) -> Talk:
    """What is on the way is asked for first: a worker that takes it meanwhile has made a message of it by then."""
    waiting = [] if before else on_the_way(ticket)
    page = list(_newest(ticket, before, now=now).prefetch_related("attachments__file")[: PAGE + 1])
    names = _public_names(page)
    shown = [
        Said(message, names.get(message.author_id or 0, ""), message.kind == Message.Kind.OUTBOUND)
        for message in page[:PAGE]
    ]
    taken = {message.external_id for message in page}
    older = page[PAGE - 1].pk if len(page) > PAGE else None
    return Talk([draft for draft in waiting if draft.token not in taken], shown, older)


def _newest(ticket: Ticket, before: int | None, *, now: datetime) -> MessageQuerySet:
    messages = public_messages(ticket, now=now).order_by("-received_at", "-id")
    last = messages.filter(pk=before).first() if before else None
    if last is None:
        return messages
    same_moment = Q(received_at=last.received_at, pk__lt=last.pk)
    return messages.filter(Q(received_at__lt=last.received_at) | same_moment)


def _public_names(messages: list[Message]) -> dict[int, str]:
    ours = {message.author_id for message in messages if message.author_id and message.kind == Message.Kind.OUTBOUND}
    return dict(User.objects.filter(pk__in=ours).values_list("pk", "public_name")) if ours else {}


def on_the_way(ticket: Ticket) -> list[FormDraft]:
    """What the customer wrote on the page and no worker has turned into a message yet."""
    drafts = FormDraft.objects.filter(ticket=ticket, sent_at__isnull=False).order_by("-sent_at")
    sent = {draft.token: draft for draft in drafts.prefetch_related("files")[:PAGE]}
    if not sent:
        return []
    arrived = Message.objects.visible_to(customer_of(ticket)).filter(external_id__in=sent)
    done = set(arrived.values_list("external_id", flat=True))
    return [draft for token, draft in sent.items() if token not in done]


def thread_of(ticket: Ticket) -> Conversation | None:
    """Where a message from the status page goes; None where the conversation has gone on to another ticket."""
    theirs = Conversation.objects.with_customer().filter(ticket=ticket)
    return theirs.select_related("identity", "customer").order_by("-id").first()


def add(draft: FormDraft, thread: Conversation, text: str, *, channel: Channel | None, now: datetime) -> FormDraft:
    """Send a message from the status page as an arrival bound to the ticket's conversation.

    Raises as sending.send does.
    """
    identity = thread.identity or Identity.objects.filter(customer__root_id=thread.customer.root_id).first()
    said = {
        "text": text,
        "name": thread.customer.name,
        "conversation": sign_id(REPLY_TOKEN, thread.pk),
        "identity": {"kind": identity.kind, "value": identity.value} if identity else {},
    }
    return sending.send(draft, said, channel=channel, now=now)
