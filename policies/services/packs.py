"""Packs: query types, rules and ladders of a sector, and what laws ask, loaded once and then the company's own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from core.actor import SYSTEM, Actor
from core.errors import Invalid
from policies.models import Channel, LoadedPack, QueryType
from policies.pack_files import Fields, Pack, default_of, names, read
from policies.services import calendars, pack_rows, publishing
from policies.services.recording import record

__all__ = ["UNSORTED", "Change", "Loaded", "add_channel", "load", "names", "preview"]
UNSORTED = "belum-dipilah"
NEW, CHANGED, KEPT = "new", "changed", "kept"


@dataclass(frozen=True, slots=True)
class Change:
    """What loading does to one row or field. what: new, changed, or kept because the company edited or removed it."""

    entry: str
    what: str
    field: str = ""
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were new and how many were there; waiting: what a later version would do once it is confirmed."""

    new: int
    kept: int
    waiting: list[Change] = field(default_factory=list)


@transaction.atomic
def load(name: str, *, now: datetime, actor: Actor = SYSTEM, confirm: bool = False) -> Loaded:
    """Add what a pack and those it needs say and is missing, and the calendars they count in; twice changes nothing.

    A later version than the one loaded changes nothing either unless confirm is true: look at `waiting` first. What
    the company has edited stays as it is in any case. New rules are in force at once, unless edited ones wait to be
    published. Raises Invalid where there is no such pack.
    """
    calendars.ship(now=now)
    untouched = not publishing.differences()
    packs = list(_with_needs(read(name), set()))
    loaded = [_load_one(pack, now=now, actor=actor, confirm=confirm) for pack in packs]
    if untouched and publishing.differences():
        publishing.publish(actor=actor, now=now, reason=f"Pack {name}")
    return Loaded(
        new=sum(each.new for each in loaded),
        kept=sum(each.kept for each in loaded),
        waiting=[change for each in loaded for change in each.waiting],
    )


def preview(name: str) -> list[Change]:
    """What loading, and confirming, would change, row by row and field by field."""
    loaded = {each.name: each for each in LoadedPack.objects.all()}
    rows = pack_rows.known()
    return [change for pack in _with_needs(read(name), set()) for change in _changes(pack, loaded.get(pack.name), rows)]


def _with_needs(pack: Pack, seen: set[str]) -> Iterator[Pack]:
    """The pack after those it needs, each once."""
    seen.add(pack.name)
    for name in pack.needs:
        if name not in seen:
            yield from _with_needs(read(name), seen)
    yield pack


def _load_one(pack: Pack, *, now: datetime, actor: Actor, confirm: bool) -> Loaded:
    loaded = LoadedPack.objects.select_for_update().filter(name=pack.name).first()
    if loaded and loaded.version >= pack.version:
        return Loaded(new=0, kept=len(pack.entries))
    rows = pack_rows.known()
    changes = list(_changes(pack, loaded, rows))
    new = {change.entry for change in changes if change.what == NEW}
    if loaded and not confirm:
        return Loaded(new=0, kept=len(pack.entries) - len(new), waiting=changes)
    _apply(pack, changes, rows)
    LoadedPack.objects.update_or_create(
        name=pack.name,
        defaults={"version": pack.version, "entries": dict(pack.entries), "loaded_at": now},
    )
    after = {"version": pack.version, "changes": [[each.entry, each.what, each.field] for each in changes]}
    record("pack", pack.name, "loaded", actor=actor, now=now, after=after)
    return Loaded(new=len(new), kept=len(pack.entries) - len(new))


def _changes(pack: Pack, loaded: LoadedPack | None, rows: dict[str, Any]) -> Iterator[Change]:
    if loaded and loaded.version >= pack.version:
        return
    before = loaded.entries if loaded else {}
    for entry, fields in pack.entries.items():
        row = rows.get(entry)
        if row is not None:
            yield from _changed_fields(entry, fields, pack_rows.said(row, fields), before.get(entry, {}))
        elif entry in before:
            yield Change(entry, KEPT)
        else:
            yield Change(entry, NEW, after=fields)


def _changed_fields(entry: str, wanted: Fields, says: Fields, before: Fields) -> Iterator[Change]:
    """A field changes where it still says what the former version said; else the company edited it, and it stays."""
    kind = entry.partition(":")[0]
    for name, value in wanted.items():
        if says[name] == value or before.get(name, _NOTHING) == value:
            continue
        as_loaded = before.get(name, default_of(kind, name))
        what = CHANGED if says[name] == as_loaded else KEPT
        yield Change(entry, what, field=name, before=says[name], after=value)


_NOTHING = object()


def _apply(pack: Pack, changes: list[Change], rows: dict[str, Any]) -> None:
    for entry, fields in pack.entries.items():
        kind, _colon, key = entry.partition(":")
        mine = [change for change in changes if change.entry == entry]
        if any(change.what == NEW for change in mine):
            pack_rows.make(kind, key, fields)
        elif changed := {change.field: change.after for change in mine if change.what == CHANGED}:
            pack_rows.change(rows[entry], changed)


@transaction.atomic
def add_channel(kind: str, *, name: str, address: str = "", team: str = "", language: str = "id") -> Channel:
    """Add a way in and out; what comes in begins as *Unsorted*.

    Raises Invalid where the kind is unknown, a mailbox has no address, the address is taken, or no pack is loaded.
    """
    if kind not in Channel.Kind.values:
        raise Invalid(f"There are no {kind!r} channels; there are: {', '.join(Channel.Kind.values)}.", field="kind")
    if kind == Channel.Kind.EMAIL and "@" not in address:
        raise Invalid("A mailbox needs its address, such as complaints@company.example.", field="address")
    if address and Channel.objects.filter(kind=kind, address__iexact=address).exists():
        raise Invalid(f"There is a {kind} channel with the address {address} already.", field="address")
    unsorted = QueryType.objects.unsorted().first()
    if unsorted is None:
        raise Invalid("No query types yet: run load_pack first.")
    return Channel.objects.create(
        kind=kind,
        name=name,
        address=address.lower(),
        query_type=unsorted,
        team=pack_rows.team(team) if team else None,
        language=language,
    )
