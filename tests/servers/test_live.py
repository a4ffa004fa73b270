"""Open pages hear what another process did, over Redis; strangers hear nothing."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.mails import raw_mail
from tests.processes import free_port

pytestmark = pytest.mark.servers
LOG_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from staff.models import User
user = User.objects.create_user("dewi@nusanet.example", "rahasia", name="Dewi", role="supervisor")
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session.create()
print(session.session_key)
"""


class Page:
    """What a page of the desk hears by its socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def heard(self, kind: str) -> dict[str, object]:
        """The next of this kind; beats come every five seconds, so it never waits for long."""
        while True:
            said = json.loads(self.socket.recv(timeout=15))
            if said["type"] == kind:
                return said


@pytest.fixture
def opened(over_servers, wait_for) -> Iterator[Callable[..., Page]]:
    """Opens pages of a web server of its own; all are closed in the end."""
    port = free_port()
    over_servers.start("web", "-m", "uvicorn", "helpdesk.asgi:application", "--port", str(port), "--lifespan", "off")
    wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, seconds=20)
    address = f"ws://localhost:{port}/desk/live/"
    with ExitStack() as pages:

        def opened(session: str = "", origin: str = "http://localhost") -> Page:
            cookies = {"Cookie": f"sessionid={session}"}
            page = connect(address, origin=Origin(origin), additional_headers=cookies)
            return Page(pages.enter_context(page))

        yield opened


def test_a_page_hears_of_a_ticket_that_a_worker_made_and_only_the_staff_may_listen(over_servers, opened):
    session = over_servers.installation.manage("shell", "--no-imports", "--command", LOG_IN).stdout.strip()
    page = opened(session)
    page.heard("beat")
    over_servers.work()
    over_servers.receive([raw_mail(subject="Internet mati", text="Sejak pagi.")])
    over_servers.ring()

    assert page.heard("changed") == {"type": "changed", "parts": ["board", "queue"]}

    reference = over_servers.ask("SELECT reference FROM tickets_ticket")[0][0]
    page.socket.send(json.dumps({"watch": reference}))
    page.heard("peers")
    other = opened(session)
    other.socket.send('{"watch": 17, "state": "flying"} not json')
    other.socket.send(json.dumps({"watch": reference, "state": "writing"}))
    assert other.heard("peers") == {"type": "peers", "peers": []}  # one's own second page is nobody else

    with pytest.raises(ConnectionClosed) as stranger:
        opened().socket.recv(timeout=15)
    assert stranger.value.rcvd.code == 4401
    with pytest.raises(InvalidStatus):
        opened(session, origin="https://elsewhere.example")
