"""What loading a pack would do, in the words of whoever decides it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.rule_words import spoken
from policies import pack_files
from policies.models import PriorityLift
from policies.services import packs
from policies.services.packs import Change

KINDS: dict[str, Promise] = {
    pack_files.TYPE: _("Type"),
    pack_files.RULE: _("Rule"),
    pack_files.LADDER: _("Ladder"),
    pack_files.LEGAL: _("Law"),
    pack_files.LIFT: _("Raises the priority"),
}


LIFTS = dict(PriorityLift.Code.choices)


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
    fields = rows.get(change.entry, {})
    if kind == pack_files.RULE:  # a rule is called as its type is
        fields = rows.get(f"{pack_files.TYPE}:{fields.get('query_type')}", {})
    name = LIFTS.get(key, "") if kind == pack_files.LIFT else _name(fields)
    return PackLine(str(KINDS[kind]), str(name), key, change)


def _name(fields: pack_files.Fields) -> str:
    language = spoken()
    return str(fields.get(f"name_{language}") or fields.get(f"title_{language}") or "")
