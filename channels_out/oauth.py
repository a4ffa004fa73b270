"""Access to mailboxes of Microsoft 365 and Google: we are let in once by a person, then fetch tokens ourselves.

The authorization code flow of RFC 6749 with PKCE (RFC 7636). What we keep lies in Channel.secrets, encrypted.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import DomainError
from core.web_client import FetchRefused, fetch
from policies.mailboxes import Auth
from policies.models import Channel
from policies.services import channels

EARLY = timedelta(minutes=5)  # a token that ends within this time is not begun with
SHORTEST_LIFE = timedelta(minutes=10)
ASK_AGAIN_AFTER = timedelta(hours=1)  # where the provider took our access away, and nobody has changed anything
DEAD = ("invalid_grant", "interaction_required", "consent_required")
MAIL, GRAPH = "mail", "graph"  # for IMAP and SMTP; for Microsoft's own interface
KEPT_AS = {MAIL: "access_token", GRAPH: "graph_token"}
_locks: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)


@dataclass(frozen=True, slots=True)
class Provider:
    authorize_url: str
    token_url: str
    scopes: Mapping[str, str]
    asked: Mapping[str, str]


PROVIDERS = {
    Auth.MICROSOFT: Provider(
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        {
            MAIL: "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
            GRAPH: "offline_access https://graph.microsoft.com/Mail.Send",
        },
        {"prompt": "select_account"},
    ),
    Auth.GOOGLE: Provider(
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        {MAIL: "https://mail.google.com/", GRAPH: "https://mail.google.com/"},
        {"access_type": "offline", "prompt": "consent"},  # else Google gives a refresh token only the first time
    ),
}


class TokenRefused(DomainError):
    """No access now. revoked: a person must connect the account again; else it may work by itself later.

    request: what the provider has just refused for good, as a digest.
    """

    code = "token_refused"

    def __init__(self, message: str, *, revoked: bool, request: str = "") -> None:
        super().__init__(message)
        self.revoked, self.request = revoked, request


@dataclass(frozen=True, slots=True)
class Leave:
    """Where to send the administrator, and what must be kept meanwhile to trust who comes back."""

    url: str
    state: str
    verifier: str


def uses_tokens(channel: Channel) -> bool:
    return channel.settings.get("auth") in PROVIDERS


def begin(channel: Channel, *, redirect_uri: str) -> Leave:
    """Ask the provider's page to let us in."""
    provider, own = _provider(channel)
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "client_id": own.get("client_id", ""),
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": own.get("scope") or provider.scopes[MAIL],
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": channel.address,
        **provider.asked,
    }
    url = own.get("authorize_url") or provider.authorize_url.format(tenant=own.get("tenant") or "common")
    return Leave(f"{url}?{urlencode(asked)}", state, verifier)


def finish(channel: Channel, *, code: str, verifier: str, redirect_uri: str, actor: Actor, now: datetime) -> None:
    """Turn the code that the person brought back into lasting access. Raises TokenRefused, NotAllowed."""
    answer = _ask(
        channel,
        {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier},
    )
    if not answer.get("refresh_token"):
        raise TokenRefused(_("The provider gave no lasting access: connect the account again."), revoked=True)
    with transaction.atomic():
        _keep(channel.pk, answer, MAIL, now=now, connected_at=now.isoformat())
        channels.note_connected(channel, actor=actor, now=now)


def access_token(channel: Channel, *, now: datetime, purpose: str = MAIL, ask_again: bool = False) -> str:
    """A token that is good for some minutes more, fetched anew where the last one ends. Not within a transaction.

    Where the provider took our access away it is not asked the same again within an hour, unless `ask_again`.
    Raises TokenRefused.
    """
    kept = _fresh(channel.secrets, purpose, now=now)
    if kept:
        return kept
    try:
        with _alone(channel.pk) as current:
            kept = _fresh(current.secrets, purpose, now=now)  # somebody else fetched one while we waited
            return kept or _refreshed(current, purpose, now=now, ask_again=ask_again)
    except TokenRefused as refused:
        if refused.request:
            _note_refusal(channel.pk, purpose, refused.request, now=now)
        raise


def is_withdrawn(channel: Channel) -> bool:
    """Whether the provider has taken away what it gave: somebody must connect the account again."""
    return any(channel.secrets.get(f"{name}_refused") for name in KEPT_AS.values())


@transaction.atomic
def forget_token(channel_id: int, purpose: str = MAIL) -> None:
    """A server refused it although its time is not over: fetch another one next time."""
    channel = Channel.objects.select_for_update(of=("self",)).get(pk=channel_id)
    name = KEPT_AS[purpose]
    channel.secrets = {key: value for key, value in channel.secrets.items() if key not in (name, f"{name}_until")}
    channel.save(update_fields=["secrets"])


def _refreshed(channel: Channel, purpose: str, *, now: datetime, ask_again: bool) -> str:
    token = channel.secrets.get("refresh_token")
    if not token:
        raise TokenRefused(_("No account is connected: connect it on the channel's page."), revoked=True)
    scope = channel.settings.get("oauth", {}).get("scope") or _provider(channel)[0].scopes[purpose]
    wanted = {"grant_type": "refresh_token", "refresh_token": token, "scope": scope}
    if not ask_again and _was_refused(channel, purpose, wanted, now=now):
        raise TokenRefused(_withdrawn(), revoked=True)
    return _keep(channel.pk, _ask(channel, wanted), purpose, now=now)


def _was_refused(channel: Channel, purpose: str, wanted: Mapping[str, str], *, now: datetime) -> bool:
    """Whether the provider has lately refused exactly this."""
    request, _mark, until = str(channel.secrets.get(f"{KEPT_AS[purpose]}_refused") or "").partition(" ")
    return request == _digest(*_request(channel, wanted)) and datetime.fromisoformat(until) > now


@transaction.atomic
def _note_refusal(channel_id: int, purpose: str, request: str, *, now: datetime) -> None:
    channel = Channel.objects.select_for_update(of=("self",)).get(pk=channel_id)
    noted = {f"{KEPT_AS[purpose]}_refused": f"{request} {(now + ASK_AGAIN_AFTER).isoformat()}"}
    channel.secrets = {**channel.secrets, **noted}
    channel.save(update_fields=["secrets"])


def _withdrawn() -> str:
    return _("The access was withdrawn or has run out: connect the account again.")


@contextmanager
def _alone(channel_id: int) -> Iterator[Channel]:
    """Nobody else refreshes this channel's token meanwhile. The row is locked where that locks no other row."""
    with _locks[channel_id]:
        if connection.vendor == "postgresql":
            with transaction.atomic():
                yield Channel.objects.select_for_update(of=("self",)).get(pk=channel_id)
        else:
            yield Channel.objects.get(pk=channel_id)


def _fresh(kept: Mapping[str, Any], purpose: str, *, now: datetime) -> str:
    name = KEPT_AS[purpose]
    until = kept.get(f"{name}_until")
    good = until and datetime.fromisoformat(str(until)) > now + EARLY
    return str(kept.get(name) or "") if good else ""


@transaction.atomic
def _keep(channel_id: int, answer: Mapping[str, Any], purpose: str, *, now: datetime, connected_at: str = "") -> str:
    """Providers may give a new refresh token each time; the old one is forgotten only then.

    connected_at: when a person let us in, where this is the answer to that; all that was refused before is over.
    """
    channel = Channel.objects.select_for_update(of=("self",)).get(pk=channel_id)
    name, token = KEPT_AS[purpose], str(answer["access_token"])
    life = max(SHORTEST_LIFE, timedelta(seconds=int(answer.get("expires_in") or 0)))
    new = {name: token, f"{name}_until": (now + life).isoformat()}
    if answer.get("refresh_token"):
        new["refresh_token"] = str(answer["refresh_token"])
    if connected_at:
        new["connected_at"] = connected_at
    over = KEPT_AS.values() if connected_at else [name]
    before = {key: value for key, value in channel.secrets.items() if key not in [f"{each}_refused" for each in over]}
    channel.secrets = {**before, **new}
    channel.save(update_fields=["secrets"])
    return token


def _provider(channel: Channel) -> tuple[Provider, dict[str, str]]:
    return PROVIDERS[Auth(channel.settings["auth"])], channel.settings.get("oauth") or {}


def _request(channel: Channel, wanted: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Where the provider is asked, and what."""
    provider, own = _provider(channel)
    url = own.get("token_url") or provider.token_url.format(tenant=own.get("tenant") or "common")
    asked = {**wanted, "client_id": own.get("client_id", "")}
    if channel.secrets.get("client_secret"):
        asked["client_secret"] = channel.secrets["client_secret"]
    return url, asked


def _digest(url: str, asked: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps([url, asked], sort_keys=True).encode()).hexdigest()


def _ask(channel: Channel, wanted: Mapping[str, str]) -> dict[str, Any]:
    url, asked = _request(channel, wanted)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        answer = fetch(url, method="POST", headers=headers, body=urlencode(asked).encode())
    except FetchRefused as refused:
        raise TokenRefused(str(refused), revoked=False) from refused
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = {}
    if answer.status == 200 and isinstance(said, dict) and said.get("access_token"):
        return said
    error = str(said.get("error", "")) if isinstance(said, dict) else ""
    if error in DEAD:
        raise TokenRefused(_withdrawn(), revoked=True, request=_digest(url, asked))
    told = error or f"HTTP {answer.status}"
    raise TokenRefused(_("The provider gives no access: %(said)s.") % {"said": told}, revoked=False)
