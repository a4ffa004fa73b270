"""What people of the staff set for themselves."""

from datetime import datetime, time

from staff.models import User


def change(user_id: int, *, language: str, single_keys: bool, mail_notices: bool, digest: str) -> None:
    """The language of one's pages, whether single keys act, whether customers' words come by mail too, and how often
    unread notices do.
    """
    User.objects.filter(pk=user_id).update(
        language=language, single_keys=single_keys, mail_notices=mail_notices, digest=digest
    )


def be_available(
    user_id: int,
    *,
    time_zone: str,
    quiet_from: time | None,
    quiet_until: time | None,
    away_until: datetime | None,
    deputy: User | None,
) -> None:
    """When one may be told, and who is told instead while one is away; both quiet hours or neither."""
    User.objects.filter(pk=user_id).update(
        time_zone=time_zone, quiet_from=quiet_from, quiet_until=quiet_until, away_until=away_until, deputy=deputy
    )
