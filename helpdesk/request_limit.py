"""Django keeps a whole request on disk before a view sees it; this says no before it is kept."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from django.conf import settings

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class RequestLimit:
    """Refuses request bodies over settings.REQUEST_MAX_BYTES: 413 where the length is announced, else a hang-up."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
        elif announced_bytes(scope) > settings.REQUEST_MAX_BYTES:
            headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 413, "headers": headers})
            await send({"type": "http.response.body", "body": b"Too large.\n"})
        else:
            await self.application(scope, counted(receive), send)


def announced_bytes(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


def counted(receive: Receive) -> Receive:
    """The same events, until more bytes came than are allowed: then the client counts as gone."""
    received = 0

    async def receive_counted() -> Mapping[str, Any]:
        nonlocal received
        event = await receive()
        received += len(event.get("body", b""))
        return {"type": "http.disconnect"} if received > settings.REQUEST_MAX_BYTES else event

    return receive_counted
