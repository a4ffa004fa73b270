"""From an event in the channel's words to a message in the tickets' words."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from channels_in.events import Facts
from channels_in.models import Arrival
from channels_in.services import quoting
from channels_in.services.filing import store_files
from channels_in.services.invitations import in_words
from channels_in.services.reading import Read
from channels_in.services.threading import Thread
from customers.models import Customer, Identity
from customers.services import identities
from customers.services.identities import Speaker
from policies.models import QueryType
from tickets.models import Message
from tickets.services.inward.incoming import Incoming


def speaker_of(item: Read) -> Speaker:
    """Who says that they speak."""
    sender = item.event.sender
    language = item.event.facts.language or item.arrival.channel.language
    return Speaker(sender.kind, sender.value, name=item.event.sender_name, language=language)


def incoming(
    items: Sequence[Read],
    speakers: Sequence[Identity],
    threads: Sequence[Thread],
    *,
    without: Collection[int],
    now: datetime,
) -> list[tuple[Arrival, Incoming]]:
    """Each item for the tickets, in order, with its files put away; `without` are ids of arrivals left out."""
    wanted = {place: item for place, item in enumerate(items) if item.arrival.pk not in without}
    files = store_files(wanted, limited_by=_concerned(speakers, threads), now=now)
    query_types = _query_types(items)
    answers = quoting.answers(items, threads)
    made: dict[int, Incoming] = {}
    for place, item in wanted.items():
        speaker, thread = speakers[place], threads[place]
        each = _incoming(item, speaker, thread, text=answers.get(place, item.event.text))
        each.files = files.get(place, [])
        each.follows = made.get(thread.follows) if thread.follows is not None else None
        _classify(each, query_types, item.event.facts.query_type)
        _keep_what_the_form_told(item.event.facts, speaker)
        made[place] = each
    return [(items[place].arrival, each) for place, each in made.items()]


def _concerned(speakers: Sequence[Identity], threads: Sequence[Thread]) -> set[int]:
    """The customers with whom messages of these speakers stand: themselves, or those in whose threads they speak."""
    others = {thread.conversation.customer_id for thread in threads if thread.conversation}
    return {speaker.customer_id for speaker in speakers} | others


def _incoming(item: Read, speaker: Identity, thread: Thread, *, text: str) -> Incoming:
    event = item.event
    language = event.facts.language or speaker.customer.language
    added = [in_words(each, language=language, time_zone=speaker.customer.time_zone) for each in event.invitations]
    return Incoming(
        channel=item.arrival.channel,
        customer=speaker.customer,
        identity=speaker,
        received_at=item.arrival.received_at,
        text=_together(text, *added),
        subject=event.subject,
        full_text=_together(event.full_text, *added),
        html=item.html,
        from_address=event.facts.email or event.sender.value,
        from_name=event.sender_name,
        to=event.to,
        cc=event.cc,
        external_id=event.external_id,
        automatic=event.automatic,
        trust=_trust(item, thread),
        threaded_by=thread.reason,
        taking_part=thread.taking_part and item.trust != Message.Trust.FAILED and not event.automatic,
        spam=item.spam,
        remarks=[*([event.remark] if event.remark else ()), *item.remarks, *thread.remarks],
        sent_at=event.sent_at,
        conversation=thread.conversation,
        reference=event.facts.reference,
        facts=_facts(event.facts, time_zone=speaker.customer.time_zone),
        language=event.facts.language,
    )


def _together(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


def _trust(item: Read, thread: Thread) -> str:
    """That a sender is not who they say weighs more than that they are somebody else."""
    if thread.third_party and item.trust != Message.Trust.FAILED:
        return Message.Trust.THIRD_PARTY
    return item.trust


def _facts(facts: Facts, *, time_zone: str) -> dict[str, object]:
    """What a form asked, as columns of the ticket."""
    found: dict[str, object] = {
        name: value
        for name in ("service_number", "area", "impact", "desired_remedy")
        if (value := getattr(facts, name))
    }
    if facts.occurred_on:
        day = date.fromisoformat(facts.occurred_on)
        found["occurred_at"] = datetime.combine(day, time(), tzinfo=ZoneInfo(time_zone))
    return found


def _query_types(items: Sequence[Read]) -> dict[str, QueryType]:
    slugs = {item.event.facts.query_type for item in items} - {""}
    return {each.slug: each for each in QueryType.objects.filter(slug__in=slugs)} if slugs else {}


def _classify(each: Incoming, query_types: dict[str, QueryType], slug: str) -> None:
    chosen = query_types.get(slug)
    if chosen:
        each.query_type_id, each.team_id, each.priority = chosen.pk, chosen.team_id, chosen.priority


def _keep_what_the_form_told(facts: Facts, speaker: Identity) -> None:
    """Who leaves both an e-mail address and a phone number is known by both, and answered as they like it best."""
    if facts.phone and speaker.kind != Identity.Kind.PHONE:
        identities.add(speaker.customer, Identity.Kind.PHONE, facts.phone)
    if facts.preferred_channel:
        Customer.objects.filter(pk=speaker.customer_id).update(preferred_channel=facts.preferred_channel)
