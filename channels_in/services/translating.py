"""From an event in the channel's words to a message in the tickets' words."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from channels_in.events import Facts, InboundFile
from channels_in.models import Arrival
from channels_in.parsing.spool import lies_in
from channels_in.services import quoting
from channels_in.services.invitations import in_words
from channels_in.services.reading import Read
from channels_in.services.threading import Thread
from customers.models import Customer, Identity
from customers.services import identities
from customers.services.identities import Speaker
from files.kinds import clean_name
from files.models import StoredFile
from files.services import store
from files.services.store import NewFile
from policies.models import QueryType
from tickets.models import Message
from tickets.services.incoming import Incoming, IncomingFile


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
    files = store_files(items, now=now)
    query_types = _query_types(items)
    answers = quoting.answers(items, threads)
    made: dict[int, Incoming] = {}
    for place, (item, speaker, thread) in enumerate(zip(items, speakers, threads, strict=True)):
        if item.arrival.pk in without:
            continue
        each = _incoming(item, speaker, thread, text=answers.get(place, item.event.text))
        each.files = files.get(place, [])
        each.follows = made.get(thread.follows) if thread.follows is not None else None
        _classify(each, query_types, item.event.facts.query_type)
        _keep_what_the_form_told(item.event.facts, speaker)
        made[place] = each
    return [(items[place].arrival, each) for place, each in made.items()]


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


def store_files(items: Sequence[Read], *, now: datetime) -> dict[int, list[IncomingFile]]:
    """The files of the whole batch, by the place of the item they came with."""
    flat = [(place, file) for place, item in enumerate(items) for file in item.event.files]
    fresh = [(place, file) for place, file in flat if not file.stored_id]
    rows = store.put([_new_file(file, items[place].folder) for place, file in fresh], now=now)
    stored: dict[int, StoredFile] = {id(file): row for (_place, file), row in zip(fresh, rows, strict=True)}
    uploaded = {file.stored_id for _place, file in flat if file.stored_id}
    earlier = StoredFile.objects.in_bulk(uploaded) if uploaded else {}
    found: dict[int, list[IncomingFile]] = {}
    for place, file in flat:
        row = earlier.get(file.stored_id) if file.stored_id else stored[id(file)]
        if row:
            found.setdefault(place, []).append(_with_name(file, row))
    return found


def _new_file(file: InboundFile, folder: Path) -> NewFile:
    path = lies_in(folder, file.spooled) if file.spooled else None
    return NewFile(file.content, file.content_type, path)


def _with_name(file: InboundFile, row: StoredFile) -> IncomingFile:
    return IncomingFile(row, name=clean_name(file.name), inline=file.inline, content_id=file.content_id[:255])
