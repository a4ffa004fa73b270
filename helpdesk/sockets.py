"""The table of addresses for sockets; only pages of our own hosts may open one."""

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import CookieMiddleware
from django.urls import path, re_path

from desk.live.socket import DeskSocket


class Nowhere(AsyncWebsocketConsumer):
    """Closes what was opened at an address that does not exist."""

    async def connect(self) -> None:
        await self.close()


addresses = URLRouter([path("desk/live/", DeskSocket.as_asgi()), re_path("", Nowhere.as_asgi())])
sockets = AllowedHostsOriginValidator(CookieMiddleware(addresses))
