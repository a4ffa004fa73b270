"""What loading a pack would do, in the words of whoever decides it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.rule_words import spoken
from policies import pack_files
from policies.services import packs
from policies.services.packs import Change

KINDS: dict[str, Promise] = {
    pack_files.TYPE: _("Type"),
    pack_files.RULE: _("Rule"),
    pack_files.LADDER: _("Ladder"),
    pack_files.LEGAL: _("Law"),
    pack_files.LIFT: _("Raises the priority"),
}


@dataclass(frozen=True, slots=True)
class PackLine:
    """kind and name: of the row, in words. key: by which files name it."""

    kind: str
    name: str
    key: str
    change: Change


def pack_lines(name: str) -> list[PackLine]:
    """What loading this pack, with those it needs, would change."""
    changes = packs.preview(name)
    rows = {entry: fields for each in packs.names() for entry, fields in pack_files.read(each).entries.items()}
    return [_line(change, rows) for change in changes]


def _line(change: Change, rows: Mapping[str, pack_files.Fields]) -> PackLine:
    kind, _colon, key = change.entry.partition(":")
    name = _name(rows.get(change.entry, {}))
    if not name and kind == pack_files.RULE:  # a rule of a type is called as its type is
        name = _name(rows.get(f"{pack_files.TYPE}:{key.rpartition('/')[2]}", {}))
    return PackLine(str(KINDS[kind]), name, key, change)


def _name(fields: pack_files.Fields) -> str:
    language = spoken()
    return str(fields.get(f"name_{language}") or fields.get(f"title_{language}") or "")
