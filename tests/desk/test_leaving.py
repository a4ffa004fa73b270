"""Over the socket itself: whoever closes a ticket's page is gone for the others, whatever was just told to them."""

import asyncio
import json

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.sessions import CookieMiddleware
from uvicorn.protocols.utils import ClientDisconnected

from desk.live.socket import DeskSocket
from tests.desk.conftest import desk_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Page:
    """An open page of somebody. gone: nothing reaches it any more, as when its window was just closed."""

    def __init__(self, user) -> None:
        self.gone = False
        cookie = f"sessionid={desk_of(user).cookies['sessionid'].value}"
        scope = {"type": "websocket", "path": "/desk/live/", "headers": [(b"cookie", cookie.encode())]}
        self.socket = ApplicationCommunicator(self.reach, scope)

    async def reach(self, scope, receive, send) -> None:
        async def to_page(message) -> None:
            if self.gone:
                raise ClientDisconnected
            await send(message)

        await CookieMiddleware(DeskSocket.as_asgi())(scope, receive, to_page)

    async def watch(self, reference) -> None:
        await self.socket.send_input({"type": "websocket.connect"})
        assert (await self.socket.receive_output(10))["type"] == "websocket.accept"
        await self.say(watch=reference)

    async def say(self, **what) -> None:
        await self.socket.send_input({"type": "websocket.receive", "text": json.dumps(what)})

    async def close(self) -> None:
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.socket.wait(10)

    async def sees(self, *peers) -> None:
        """Hears that these are there too, before three beats of the server have passed."""
        wanted = [{"name": name, "state": state} for name, state in peers]
        said: list[dict[str, object]] = [{}]
        while said[-1].get("peers") != wanted:
            said.append(json.loads((await self.socket.receive_output(10))["text"]))
            assert [each.get("type") for each in said].count("beat") < 3, said


def test_a_page_that_goes_while_something_is_told_to_it_is_gone_for_the_others(dewi, ticket):
    dewis, mayas = Page(dewi), Page(UserFactory(name="Maya", role="supervisor"))

    async def story() -> None:
        await dewis.watch(ticket.reference)
        await mayas.watch(ticket.reference)
        await dewis.sees(("Maya", "viewing"))
        mayas.gone = True
        await mayas.say(state="idle")  # the last word of a page whose window is closed
        await dewis.sees(("Maya", "idle"))
        try:
            await mayas.close()
            await dewis.sees()
        finally:
            await dewis.close()

    asyncio.run(story())
