"""Mails in the name of our own people: an agent's answer by mail, or what only looks like one (threats.md T02)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels_in.models import Arrival
from channels_in.services.filing import store_files
from channels_in.services.reading import Aside, Read
from channels_out.models import Dispatch
from core import bulk
from core.errors import DomainError
from staff.models import User
from tickets.models import Conversation, Message
from tickets.rights import may_change
from tickets.services.inward.telling import NOT_THE_AGENT
from tickets.services.outward import agent_mail, replies


@dataclass(slots=True)
class Answer:
    """An agent's answer by mail, with all three proofs."""

    item: Read
    user: User
    conversation: Conversation


def sort_out(items: Sequence[Read], staff: Mapping[str, User]) -> tuple[list[Read], list[Answer], list[Aside]]:
    """Take answers of agents out, and mark what claims to be one: it stays on the ticket, for the staff alone.

    A machine's answer to a notification (an agent who is away) becomes nothing. No statement where nobody of ours, and
    no token of theirs, is among them; else one or two.
    """
    claims = _claims(items, staff)
    conversations = Conversation.objects.select_related("ticket__query_type", "customer").in_bulk(set(claims.values()))
    rest: list[Read] = []
    answers: list[Answer] = []
    aside: list[Aside] = []
    for place, item in enumerate(items):
        conversation = conversations.get(claims.get(place, 0))
        user = staff.get(item.event.sender.value)
        if conversation is None:
            rest.append(item)
        elif item.event.automatic:
            aside.append(Aside(item.arrival, Arrival.State.DISCARDED, "agent_is_away"))
        elif user and _is_proven(item, user, conversation):
            answers.append(Answer(item, user, conversation))
        else:
            rest.append(_not_believed(item, conversation))
    return rest, answers, aside


def _claims(items: Sequence[Read], staff: Mapping[str, User]) -> dict[int, int]:
    """By the place of an item, the conversation it wants to answer as an agent: by a token, or by our notification."""
    found: dict[int, int] = {}
    cited: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        key = agent_mail.key_in(item.event.tokens)
        if key:
            found[place] = key.conversation_id
        elif item.event.sender.value in staff:
            for external_id in item.event.references:
                cited.setdefault(external_id, []).append(place)
    if cited:
        sent = Dispatch.objects.filter(external_id__in=cited, order_key__startswith=agent_mail.ORDER)
        for external_id, order_key in sent.values_list("external_id", "order_key"):
            found |= dict.fromkeys(cited[external_id], agent_mail.conversation_of(order_key))
    return found


def _is_proven(item: Read, user: User, conversation: Conversation) -> bool:
    """The token was sent to this person, their domain vouches for the mail, and they may change the ticket now."""
    key = agent_mail.key_in(item.event.tokens)
    return (
        key == agent_mail.Key(user.pk, conversation.pk)
        and item.trust == Message.Trust.VERIFIED
        and user.is_active
        and may_change(conversation.ticket, user.actor())
    )


def _not_believed(item: Read, conversation: Conversation) -> Read:
    item.beside = conversation
    item.remarks.append(NOT_THE_AGENT)
    return item


def send(answers: Sequence[Answer], *, now: datetime) -> list[Aside]:
    """Make answers of them, in the caller's transaction; what a rule refuses is parked with its sentence."""
    refused: list[Aside] = []
    for answer in answers:
        try:
            message = _reply(answer, now=now)
        except DomainError as rule:
            refused.append(Aside(answer.item.arrival, Arrival.State.PARKED, "agent_refused", rule.message))
        else:
            bulk.insert([Arrival.messages.through(arrival_id=answer.item.arrival.pk, message_id=message.pk)])
    return refused


def _reply(answer: Answer, *, now: datetime) -> Message:
    files = store_files({0: answer.item}, now=now).get(0, [])
    return replies.reply(
        answer.conversation.ticket_id,
        actor=answer.user.actor(),
        text=agent_mail.words_of(answer.item.event.text),
        now=now,
        file_ids=[(file.stored.pk, file.name) for file in files],
    )
