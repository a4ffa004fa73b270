"""Query types as administrators change them. Names, words and teams hold at once; TAT rules once they are published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid
from policies.models import QueryType
from policies.services.recording import ensure_administrator, record

FIELDS = (
    "code", "sector", "parent", "kind", "name_id", "name_en", "hint_id", "hint_en", "priority", "team", "calendar",
    "apology", "customer_choice", "words_id", "words_en", "settles_unanswered", "archived", "position",
)  # fmt: skip
MOST_CHOICES = 8


@transaction.atomic
def create_type(*, actor: Actor, now: datetime, **fields: Any) -> QueryType:
    """A new type; its slug is made of its English name. Fields: see FIELDS, the names and the kind are needed.

    Raises NotAllowed, and Invalid with what is wrong.
    """
    ensure_administrator(actor)
    query_type = QueryType(**_known(fields))
    query_type.slug = _free_slug(query_type.name_en)
    _check(query_type)
    query_type.save()
    record("query_type", query_type.slug, "created", actor=actor, now=now, after=_plain(query_type, FIELDS))
    return query_type


@transaction.atomic
def change_type(slug: str, *, actor: Actor, now: datetime, **fields: Any) -> QueryType:
    """Change some fields of a type. Raises QueryType.DoesNotExist, NotAllowed, Invalid."""
    ensure_administrator(actor)
    query_type = QueryType.objects.select_for_update(of=("self",)).get(slug=slug)
    before = _plain(query_type, FIELDS)
    for name, value in _known(fields).items():
        setattr(query_type, name, value)
    after = _plain(query_type, FIELDS)
    changed = [name for name in FIELDS if before[name] != after[name]]
    if changed:
        _check(query_type)
        query_type.save(update_fields=changed)
        old, new = ({name: values[name] for name in changed} for values in (before, after))
        record("query_type", slug, "changed", actor=actor, now=now, before=old, after=new)
    return query_type


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := [name for name in fields if name not in FIELDS]:
        raise Invalid(
            _("There is no such name here. Known are: %(names)s.") % {"names": ", ".join(FIELDS)}, field=unknown[0]
        )
    values = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    for words in ("words_id", "words_en"):
        if words in values:
            values[words] = "\n".join(
                dict.fromkeys(line.strip() for line in values[words].splitlines() if line.strip())
            )
    return values


def _free_slug(name: str) -> str:
    base = slugify(name)[:40] or "type"
    taken = set(QueryType.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for number in range(len(taken) + 1) if (slug := f"{base}-{number + 1}" if number else base) not in taken
    )


def _check(query_type: QueryType) -> None:
    if not query_type.name_id or not query_type.name_en:
        field = "name_en" if query_type.name_id else "name_id"
        raise Invalid(_("A type needs a name in both languages."), field=field)
    if query_type.kind not in QueryType.Kind.values:
        raise Invalid(_("Choose the kind of the type."), field="kind")
    others = QueryType.objects.exclude(pk=query_type.pk)
    if query_type.code and others.filter(code__iexact=query_type.code).exists():
        raise Invalid(_("There is a type with this code already."), field="code")
    if query_type.pk and query_type.parent_id and query_type.pk in _line_above(query_type):
        raise Invalid(_("A type cannot stand below itself."), field="parent")
    if query_type.archived and query_type.unsorted:
        raise Invalid(_("Tickets begin with this type, so it cannot be put away."), field="archived")
    if query_type.customer_choice and others.in_use().filter(customer_choice=True).count() >= MOST_CHOICES:
        sentence = _("Customers are offered at most %(most)d types: take one away first.")
        raise Invalid(sentence % {"most": MOST_CHOICES}, field="customer_choice")


def _line_above(query_type: QueryType) -> set[int]:
    """The ids of all types above, as they would be."""
    parents = dict(QueryType.objects.values_list("pk", "parent_id"))
    line: set[int] = set()
    above = query_type.parent_id
    while above and above not in line:
        line.add(above)
        above = parents.get(above)
    return line


def _plain(query_type: QueryType, names: tuple[str, ...]) -> dict[str, Any]:
    """Fields as the history keeps them: references by id."""
    return {name: getattr(query_type, f"{name}_id" if name in ("parent", "team") else name) for name in names}
