"""One folder of a mail server, as far as we need it. Knows no database."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from socket import SHUT_RDWR
from typing import Any

from imapclient import DELETED, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError

from channels_in.imap.connecting import connected, said, telling
from channels_in.troubles import Trouble
from policies.mailboxes import Server

LONGEST_COMMAND_SECONDS = 45  # a server that sends a byte now and then would hold us for ever
PIECE = 1024 * 1024
HEADER_BYTES = 64 * 1024
SIZE, DATE, FLAGS, BODY = b"RFC822.SIZE", b"INTERNALDATE", b"FLAGS", b"BODY[]"


class CannotGive(Exception):
    """The server has the mail but says that it cannot give it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail as the server lists it."""

    uid: int
    size: int
    came_at: datetime | None
    seen: bool


class Folder:
    """An open folder. Everything raises Trouble where the server or the network fails."""

    def __init__(self, client: IMAPClient, server: Server, chosen: Mapping[bytes, Any]) -> None:
        self._client, self._server = client, server
        self.uid_validity = int(chosen.get(b"UIDVALIDITY", 0))
        self.next_uid = int(chosen.get(b"UIDNEXT", 0))

    @property
    def can_idle(self) -> bool:
        return bool(self._client.has_capability("IDLE"))

    def uids_above(self, mark: int) -> list[int]:
        """Each once, in the order they came; `n:*` names the last mail even where it is older."""
        with self._asking() as client:
            return sorted({uid for uid in client.search(["UID", f"{mark + 1}:*"]) if uid > mark})

    def listed(self, uids: Sequence[int]) -> list[Listed]:
        """Those of the mails that are still there, in the order asked for; of what the server is silent about nothing
        is known but that.
        """
        with self._asking() as client:
            found = client.fetch(list(uids), [SIZE, DATE, FLAGS]) if uids else {}
        told = {uid for uid in uids if SIZE in found.get(uid, {})}
        there = told.union(self.still_there([uid for uid in uids if uid not in told]))
        return [_listed(uid, found.get(uid, {})) for uid in uids if uid in there]

    def still_there(self, uids: Sequence[int]) -> list[int]:
        """Those of the mails that nobody has removed."""
        if not uids:
            return []
        with self._asking() as client:
            found = set(client.search(["UID", ",".join(map(str, uids))]))
        return [uid for uid in uids if uid in found]

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole mails by their UID, without marking them; one that was removed meanwhile is missing.

        Raises CannotGive.
        """
        with self._asking() as client:
            found = self._fetched(client, uids, "BODY.PEEK[]")
        return {uid: bytes(mail[BODY]) for uid, mail in found.items() if uid in uids and mail.get(BODY) is not None}

    def pieces(self, uid: int) -> Iterator[bytes]:
        """One large mail, a megabyte at a time; nothing where it was removed meanwhile. Raises CannotGive."""
        start = 0
        while piece := self._part(uid, f"BODY.PEEK[]<{start}.{PIECE}>"):
            yield piece
            start += len(piece)
            if len(piece) < PIECE:
                return

    def header(self, uid: int) -> bytes:
        """The first 64 KB of a mail's header. Raises CannotGive."""
        return self._part(uid, f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>")

    def mark_seen(self, uids: Sequence[int]) -> None:
        with self._asking() as client:
            client.add_flags(list(uids), [SEEN], silent=True)

    def delete(self, uids: Sequence[int]) -> None:
        """Remove mails for good; where the server cannot remove single ones, others marked so go with them."""
        with self._asking() as client:
            client.add_flags(list(uids), [DELETED, SEEN], silent=True)
            client.uid_expunge(list(uids)) if client.has_capability("UIDPLUS") else client.expunge()

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Into another folder, which is made where it is missing."""
        with self._asking() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.add_flags(list(uids), [SEEN], silent=True)
            if client.has_capability("MOVE"):
                client.move(list(uids), folder)
                return
            client.copy(list(uids), folder)
        self.delete(uids)

    def containing(self, words: str) -> list[int]:
        """UIDs of mails whose subject contains these ASCII words."""
        with self._asking() as client:
            client.noop()  # lets the server tell what is new
            return list(client.search(["SUBJECT", words]))

    def wait_for_news(self, seconds: float) -> bool:
        """IDLE (RFC 2177): whether the server told of a new mail within so many seconds."""
        with self._asking() as client:
            client.idle()
        with telling(self._server):
            news = self._client.idle_check(timeout=seconds)
        with self._asking() as client:
            _words, later = client.idle_done()
        return any(b"EXISTS" in line for line in [*news, *later])

    def _part(self, uid: int, what: str) -> bytes:
        with self._asking() as client:
            mail = self._fetched(client, [uid], what).get(uid, {})
        parts = [value for key, value in mail.items() if key.startswith(b"BODY[") and value is not None]
        return bytes(parts[0]) if parts else b""

    def _fetched(self, client: IMAPClient, uids: Sequence[int], what: str) -> Mapping[int, Mapping[bytes, Any]]:
        try:
            return dict(client.fetch(list(uids), [what]))
        except client.AbortError:
            raise
        except IMAPClientError as refused:
            raise CannotGive(said(refused)) from refused

    @contextmanager
    def _asking(self) -> Iterator[IMAPClient]:
        """One command, cut off when it takes too long."""
        end = threading.Timer(LONGEST_COMMAND_SECONDS, self._hang_up)
        end.daemon = True
        end.start()
        try:
            with telling(self._server):
                yield self._client
        finally:
            end.cancel()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self._client.socket().shutdown(SHUT_RDWR)


def _listed(uid: int, told: Mapping[bytes, Any]) -> Listed:
    return Listed(uid, int(told.get(SIZE) or 0), told.get(DATE), SEEN in told.get(FLAGS, ()))


@contextmanager
def opened(server: Server, *, access_token: str = "") -> Iterator[Folder]:
    """The folder of a mailbox, opened for reading and marking. Raises Trouble."""
    with connected(server, access_token=access_token) as client:
        try:
            with telling(server):
                chosen = client.select_folder(server.folder)
        except Trouble as refused:
            if refused.code != "server_said":
                raise
            raise Trouble("no_folder", **refused.facts | {"folder": server.folder}) from refused
        yield Folder(client, server, chosen)
