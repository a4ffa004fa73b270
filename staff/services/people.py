"""Making people and programs who may act here."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.history import by
from staff.models import ApiToken, StaffHistory, User, new_token, token_digest


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
