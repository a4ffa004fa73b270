"""Setting channels up: what administrators change of them, checked, and each change in the channel's history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.actor import Actor, ActorKind, Role
from core.errors import Invalid, NotAllowed
from core.history import by
from policies.mailboxes import By, checked_settings
from policies.models import Channel, ChannelHistory, QueryType
from staff.models import Team

PLAIN = ("name", "address", "language", "team", "query_type", "settings")
LANGUAGES = ("id", "en")


@dataclass(frozen=True, slots=True)
class ChannelChanges:
    """What is to be different; what is not named stays. Of settings and secrets the first level is merged.

    secrets: an empty value keeps what is there, None forgets it.
    """

    plain: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str | None] = field(default_factory=dict)


def may_set_up(actor: Actor) -> bool:
    return actor.kind == ActorKind.SYSTEM or (actor.is_staff and actor.role == Role.ADMINISTRATOR)


@transaction.atomic
def create(kind: str, changes: ChannelChanges, *, actor: Actor, now: datetime) -> Channel:
    """Add a channel. Raises NotAllowed, Invalid."""
    _require_administrator(actor)
    if kind not in Channel.Kind.values:
        raise Invalid(_("There is no such kind of channel."), field="kind")
    channel = Channel(kind=kind)
    if "query_type" not in changes.plain:
        raise Invalid(_("Say with which type its tickets begin."), field="query_type")
    _apply(channel, changes)
    _save(channel)
    _note(channel, "created", {}, _shown(channel) | _secrets_named(changes), actor=actor, now=now)
    return channel


@transaction.atomic
def change(channel_id: int, changes: ChannelChanges, *, actor: Actor, now: datetime) -> Channel:
    """Change a channel. Raises NotAllowed, Invalid, Channel.DoesNotExist."""
    _require_administrator(actor)
    channel = Channel.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=channel_id)
    before = _shown(channel)
    _apply(channel, changes)
    _save(channel)
    after = _shown(channel)
    different = {name for name in after if after[name] != before[name]}
    secret = _secrets_named(changes)
    if different or secret:
        kept = {name: before[name] for name in different}
        _note(channel, "changed", kept, {name: after[name] for name in different} | secret, actor=actor, now=now)
    return channel


@transaction.atomic
def set_state(channel_id: int, state: str, *, actor: Actor, now: datetime, reason: str = "") -> Channel:
    """Pause a channel (nothing is fetched, nothing is sent, everything waits) or let it go on.

    Raises NotAllowed, Channel.DoesNotExist.
    """
    _require_administrator(actor)
    channel = Channel.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=channel_id)
    if channel.state != state:
        before, channel.state = channel.state, state
        channel.save(update_fields=["state"])
        what = "paused" if state == Channel.State.PAUSED else "resumed"
        _note(channel, what, {"state": before}, {"state": state}, actor=actor, now=now, reason=reason)
    return channel


def note_connected(channel: Channel, *, actor: Actor, now: datetime) -> None:
    """Somebody let us into the provider's account; in the caller's transaction."""
    _require_administrator(actor)
    _note(channel, "connected", {}, {"auth": channel.settings.get("auth", "")}, actor=actor, now=now)


def _require_administrator(actor: Actor) -> None:
    if not may_set_up(actor):
        raise NotAllowed(_("Only administrators set channels up."))


def _apply(channel: Channel, changes: ChannelChanges) -> None:
    for name, value in changes.plain.items():
        if name not in PLAIN:
            raise Invalid(_("This cannot be changed."), field=name)
        setattr(channel, name, value)
    channel.name, channel.address = channel.name.strip(), channel.address.strip().lower()
    channel.settings = {**channel.settings, **changes.settings}
    given = {name: value for name, value in changes.secrets.items() if value != ""}
    kept = {name: value for name, value in channel.secrets.items() if name not in given}
    channel.secrets = kept | {name: value for name, value in given.items() if value is not None}
    _check(channel)


def _check(channel: Channel) -> None:
    if not channel.name:
        raise Invalid(_("Give it a name: customers read it as the sender."), field="name")
    if channel.language not in LANGUAGES:
        raise Invalid(_("Choose Indonesian or English."), field="language")
    if channel.team is not None and not isinstance(channel.team, Team):
        raise Invalid(_("There is no such team."), field="team")
    if not isinstance(channel.query_type, QueryType):
        raise Invalid(_("There is no such type."), field="query_type")
    if channel.kind == Channel.Kind.EMAIL:
        _check_mailbox(channel)


def _check_mailbox(channel: Channel) -> None:
    try:
        validate_email(channel.address)
    except ValidationError as wrong:
        raise Invalid(_("Write the mailbox's address, such as complaints@company.example."), field="address") from wrong
    same = Channel.objects.filter(kind=channel.kind, address__iexact=channel.address).exclude(pk=channel.pk)
    if same.exists():
        raise Invalid(_("Another channel has this address."), field="address")
    channel.settings = checked_settings(channel.settings)
    if channel.settings.get("send_by") == By.MAILGUN and not channel.secrets.get("mailgun_key"):
        raise Invalid(_("Fill in the key that the provider gave you."), field="mailgun_key")


def _save(channel: Channel) -> None:
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError as taken:  # somebody adds the same address in this moment
        raise Invalid(_("Another channel has this address."), field="address") from taken


def _shown(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "address": channel.address,
        "language": channel.language,
        "team": channel.team_id,
        "query_type": channel.query_type_id,
        "settings": channel.settings,
    }


def _secrets_named(changes: ChannelChanges) -> dict[str, Any]:
    names = sorted(name for name, value in changes.secrets.items() if value != "")
    return {"secrets": names} if names else {}


def _note(
    channel: Channel,
    what: str,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    ChannelHistory.objects.create(
        channel=channel, at=now, change=what, before=before, after=after, reason=reason, **by(actor)
    )
