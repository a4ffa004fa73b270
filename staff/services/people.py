"""Making people and programs who may act here."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.history import by
from staff.models import ApiToken, StaffHistory, Team, User, new_token, token_digest


@transaction.atomic
def add(email: str, *, name: str, role: str, actor: Actor, now: datetime, password: str | None = None) -> User:
    """Add somebody to the staff; without a password they cannot log in until one is set."""
    user = User.objects.create_user(email, password, name=name, public_name=name.split(maxsplit=1)[0], role=role)
    StaffHistory.objects.create(subject=user, at=now, change="added", after={"role": role}, **by(actor))
    return user


@transaction.atomic
def issue_token(user: User, *, name: str, actor: Actor, now: datetime, token: str = "") -> str:
    """Make a program's key and return it; it is shown this once, only its digest is kept."""
    token = token or new_token()
    ApiToken.objects.create(user=user, name=name, digest=token_digest(token), created_at=now)
    StaffHistory.objects.create(subject=user, at=now, change="token_issued", after={"name": name}, **by(actor))
    return token


def leads_of(team_id: int | None) -> list[int]:
    """Who is told when something is wrong in a team: its supervisors, where it has none everybody who leads.

    What is wrong in a restricted team is told to nobody outside it but to administrators.
    """
    leading = User.objects.filter(is_active=True, role__in=(User.Role.SUPERVISOR, User.Role.ADMINISTRATOR))
    own = leading.filter(role=User.Role.SUPERVISOR, teams=team_id)
    found = list(own.values_list("pk", flat=True)) if team_id else []
    if not found and team_id and Team.objects.filter(pk=team_id, restricted=True).exists():
        leading = leading.filter(role=User.Role.ADMINISTRATOR)
    return found or list(leading.values_list("pk", flat=True))
