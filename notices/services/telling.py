"""Telling members of the staff: the right person, not in quiet hours, and many of a kind as one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from core import bulk
from notices import live
from notices.models import Notice
from staff.availability import reachable_from, stand_in
from staff.models import User

MANY = 6
TOGETHER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class News:
    """What somebody shall be told. parameters: what the words of this kind need beyond the object.

    deputies: whether somebody else is told where they are away.
    """

    recipient_id: int
    kind: str
    object_kind: str
    object_id: int
    parameters: dict[str, str] = field(default_factory=dict)
    deputies: bool = True


def tell_all(news: Sequence[News], *, now: datetime) -> list[Notice]:
    """Put notices before people, in the caller's transaction; three statements, and one for each bundle.

    Who is away is stood in for; who has quiet hours sees it when they end. Six or more of one kind for one person
    within five minutes are shown as one with a list. Whoever no longer works here is not told.
    """
    people = User.objects.filter(is_active=True).in_bulk() if news else {}
    made = [_notice(item, people, now=now) for item in news if item.recipient_id in people]
    bulk.insert(made)
    _bundle({(notice.recipient_id, notice.kind) for notice in made}, now=now)
    live.notices_changed(*{notice.recipient_id for notice in made})
    return made


def tell(recipient_id: int, kind: str, *, object_kind: str, object_id: int, now: datetime, **parameters: str) -> None:
    """Put one notice before one person; many at once are told by tell_all."""
    tell_all([News(recipient_id, kind, object_kind, object_id, parameters)], now=now)


def _notice(item: News, people: dict[int, User], *, now: datetime) -> Notice:
    meant = people[item.recipient_id]
    told = stand_in(meant, people, now) if item.deputies else meant
    return Notice(
        recipient=told,
        kind=item.kind,
        parameters=item.parameters,
        object_kind=item.object_kind,
        object_id=item.object_id,
        created_at=now,
        due_at=reachable_from(told, now),
        stands_in_for=meant if told != meant else None,
    )


def _bundle(told: Collection[tuple[int, str]], *, now: datetime) -> None:
    """Put those of a kind that a person has got lately, and not read yet, behind the first of them.

    Only what stands in a list by itself is read, so a flood of thousands costs each batch no more than its own notices.
    """
    if not told:
        return
    recent = Q(created_at__gt=now - TOGETHER)
    unread = Notice.objects.unread()
    behind = unread.filter(recent, bundle=OuterRef("pk"))
    alone = unread.filter(
        recent | Exists(behind),
        bundle=None,
        recipient_id__in={recipient for recipient, _kind in told},
        kind__in={kind for _recipient, kind in told},
    )
    groups: dict[tuple[int, str], list[tuple[int, bool]]] = defaultdict(list)
    shown = alone.annotate(leads=Exists(behind)).order_by("id")
    for pk, recipient, kind, leads in shown.values_list("pk", "recipient_id", "kind", "leads"):
        groups[recipient, kind].append((pk, leads))
    for group in groups.values():
        first = next((pk for pk, leads in group if leads), group[0][0])
        rest = [pk for pk, _leads in group if pk != first]
        if rest and (len(group) >= MANY or any(leads for _pk, leads in group)):
            Notice.objects.filter(Q(pk__in=rest) | Q(bundle__in=rest)).update(bundle_id=first)


def read(notice_ids: Collection[int], *, user_id: int, now: datetime) -> None:
    """The person has seen these, and what is bundled behind them."""
    mine = Notice.objects.unread().filter(recipient_id=user_id)
    mine.filter(pk__in=notice_ids).update(read_at=now)
    mine.filter(bundle_id__in=notice_ids).update(read_at=now)
    live.notices_changed(user_id)


def read_all(*, user_id: int, now: datetime) -> None:
    """The person has seen all that is shown by now; what waits for the end of quiet hours stays new."""
    Notice.objects.unread().filter(recipient_id=user_id, due_at__lte=now).update(read_at=now)
    live.notices_changed(user_id)
