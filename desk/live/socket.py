"""The socket of one open page: what changed goes down, what somebody does goes up."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from core.actor import Actor
from core.clock import now
from desk.live.presence import STATES, TOLD_EVERY, Peers, State
from notices import live
from staff import seen
from staff.models import User
from tickets.models import Ticket

BEAT_SECONDS = 5
TOGETHER_SECONDS = 0.3  # changes within it are told at once
CHECKED_EVERY = timedelta(seconds=30)
NOT_STAFF = 4401


class DeskSocket(AsyncJsonWebsocketConsumer):
    """Down: `{type: changed, parts}`, `{type: peers, peers}`, `{type: beat}`. Up: `{watch: reference}`, `{state}`."""

    actor: Actor
    ticket_id: int | None = None
    state: State = "viewing"

    async def connect(self) -> None:
        actor = await _actor_behind(self.scope["cookies"])
        await self.accept()
        if actor is None:
            await self.close(code=NOT_STAFF)
            return
        self.actor, self.peers, self.parts = actor, Peers(), set[str]()
        self.told_at = self.checked_at = now()
        self.telling: asyncio.Task[None] | None = None
        live.listening(asyncio.get_running_loop())
        await self.channel_layer.group_add(live.STAFF, self.channel_name)
        self.beating = asyncio.create_task(self._beat())

    async def disconnect(self, _code: int) -> None:
        if not hasattr(self, "beating"):
            return
        for task in (self.beating, self.telling):
            if task:
                task.cancel()
        await self._leave()
        await self.channel_layer.group_discard(live.STAFF, self.channel_name)

    async def receive_json(self, content: Any, **_: Any) -> None:
        """What is not understood is passed over."""
        if not isinstance(content, dict) or not hasattr(self, "beating"):
            return
        if isinstance(reference := content.get("watch"), str):
            await self._watch(reference[:40])
        if (state := content.get("state")) in STATES and state != self.state:
            self.state = state
            await self._tell()

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        with suppress(ValueError, RecursionError):
            return json.loads(text_data)
        return None

    async def tickets_changed(self, event: Mapping[str, Any]) -> None:
        """From notices.live: which of them this page shows is decided here, so that no id goes further."""
        shown = {"ticket": self.ticket_id in event["ids"], "board": self.actor.leads}
        await self._changed("queue", *(part for part, is_shown in shown.items() if is_shown))

    async def notices_changed(self, event: Mapping[str, Any]) -> None:
        if self.actor.id in event["ids"]:
            await self._changed("notices")

    async def peer_told(self, event: Mapping[str, Any]) -> None:
        """From another page with the same ticket open, or this one."""
        if event["state"] in STATES:
            known = {name: event[name] for name in ("user_id", "name", "state")}
            self.peers.heard(event["channel"], **known, now=now())
        else:
            self.peers.left(event["channel"])
        if event["asks"] and event["channel"] != self.channel_name:
            await self._tell()
        await self._show_peers()

    async def _say(self, what: Mapping[str, Any]) -> None:
        """To the page. One that has just gone hears nothing; its good-bye comes next, and must come to the others."""
        with suppress(OSError):
            await self.send_json(what)

    async def _changed(self, *parts: str) -> None:
        self.parts.update(parts)
        if self.telling is None or self.telling.done():
            self.telling = asyncio.create_task(self._send_changes())

    async def _send_changes(self) -> None:
        await asyncio.sleep(TOGETHER_SECONDS)
        parts, self.parts = sorted(self.parts), set()
        await self._say({"type": "changed", "parts": parts})

    async def _watch(self, reference: str) -> None:
        await self._leave()
        self.ticket_id = await _ticket_of(reference, self.actor) if reference else None
        if self.ticket_id:
            await self.channel_layer.group_add(_group(self.ticket_id), self.channel_name)
            await self._tell(asks=True)
        await self._show_peers()

    async def _leave(self) -> None:
        if self.ticket_id:
            await self.channel_layer.group_discard(_group(self.ticket_id), self.channel_name)
            await self._tell("gone")
        self.ticket_id, self.peers = None, Peers()

    async def _tell(self, state: str = "", *, asks: bool = False) -> None:
        """Let the others with this ticket open know; asks: and have them say that they are there."""
        if not self.ticket_id:
            return
        self.told_at = now()
        about = {"user_id": self.actor.id, "name": self.actor.name, "state": state or self.state, "asks": asks}
        event = {"type": "peer.told", "channel": self.channel_name, **about}
        await self.channel_layer.group_send(_group(self.ticket_id), event)

    async def _show_peers(self) -> None:
        others = [{"name": peer.name, "state": peer.state} for peer in self.peers.others(self.actor.id or 0)]
        await self._say({"type": "peers", "peers": others})

    async def _beat(self) -> None:
        """A sign of life, by which the page knows that it is live; who may no longer be here is shown out."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            moment = now()
            if moment - self.checked_at >= CHECKED_EVERY:
                self.checked_at = moment
                actor = await _actor_behind(self.scope["cookies"])
                if actor is None:
                    await self.close(code=NOT_STAFF)
                    return
                self.actor = actor
            if moment - self.told_at >= TOLD_EVERY:
                await self._tell()
            known = len(self.peers.known)
            self.peers.forget_silent(now=moment)
            if len(self.peers.known) != known:
                await self._show_peers()
            await self._say({"type": "beat"})


def _group(ticket_id: int) -> str:
    return f"ticket-{ticket_id}"


def _find_ticket(reference: str, actor: Actor) -> int | None:
    return Ticket.objects.visible_to(actor).filter(reference=reference.upper()).values_list("pk", flat=True).first()


def _read_actor(cookies: Mapping[str, str]) -> Actor | None:
    """The member of the staff whose session this is, read anew; that they are here is noted."""
    request = HttpRequest()
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        return None
    seen.note(user.pk, now=now())
    return user.actor()


# In any thread: one thread for all sockets would make each wait for the slowest.
_ticket_of = database_sync_to_async(_find_ticket, thread_sensitive=False)
_actor_behind = database_sync_to_async(_read_actor, thread_sensitive=False)
