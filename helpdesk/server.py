"""The web server of `manage.py up`, and the sockets it listens on."""

import errno
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

NOT_OURS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # a machine without IPv6
LATEST_REQUEST_SECONDS = 1  # how long a request may still run after Ctrl-C


def listening_sockets(host: str, port: int) -> list[socket.socket]:
    """One socket for every address of the host, so that `localhost` is found by IPv4 and by IPv6.

    Raises OSError where the port is taken on one of them, or none of them belongs to this machine.
    """
    found: list[socket.socket] = []
    missing: OSError | None = None
    for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            found.append(socket.create_server(address[:2], family=family, reuse_port=False))
        except OSError as problem:
            if problem.errno not in NOT_OURS:
                raise
            missing = problem
    if missing and not found:
        raise missing
    return found


class Server(uvicorn.Server):
    """uvicorn that says when it listens and when it was told to stop."""

    def __init__(
        self, config: uvicorn.Config, *, on_listening: Callable[[], None], on_stop: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self.on_listening, self.on_stop = on_listening, on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.on_stop()
