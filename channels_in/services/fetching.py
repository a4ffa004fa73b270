"""Fetching: what lies in a mailbox is stored in the ledger, and only then marked on its server.

A visit reads everything above the mark, a few megabytes at a time: list, fetch, store (committed), move the mark, mark
on the server. It may end anywhere: what was stored twice is one row by the ledger's identity, what was not stored is
above the mark still. Between two commands the lease is renewed; who has lost it writes nothing more.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from channels_in.imap.folder import CannotGive, Folder, Listed
from channels_in.models import Mailbox
from channels_in.services import ledger, oversized
from channels_in.troubles import Trouble
from core.claim import stopping
from policies.mailboxes import AfterReading, MailboxSettings

LEASE = timedelta(seconds=55)  # longer than the longest command; a dead worker's mailbox is read again within a minute
VISIT_SECONDS = 60  # then the others have their turn
BATCH_BYTES, BATCH_MAILS, LISTED_TOGETHER = 2 * 1024 * 1024, 50, 500
MOST_STUCK = 5
WAIT_FOR_ROOM_SECONDS = 10
CLOCK_SKEW = timedelta(hours=1)
_large_ones = threading.Lock()  # so that memory holds one of them, however many mailboxes have one

Clock = Callable[[], datetime]


class LeaseLost(Exception):
    """Somebody else reads this mailbox since."""


class Visit:
    """One reading of one open folder by the holder of its row."""

    def __init__(self, mailbox: Mailbox, folder: Folder, wanted: MailboxSettings, *, clock: Clock) -> None:
        self.mailbox, self.folder, self.wanted, self.clock = mailbox, folder, wanted, clock
        self.stored = 0
        self.cannot_mark: Trouble | None = None
        self._stop_at = time.monotonic() + VISIT_SECONDS

    def read(self) -> bool:
        """Take everything above the mark; False where some was left for the next visit.

        Raises Trouble, CouldNotStore, LeaseLost.
        """
        self._begin()
        uids = self.folder.uids_above(self.mailbox.last_uid)
        for start in range(0, len(uids), LISTED_TOGETHER):
            part = uids[start : start + LISTED_TOGETHER]
            self._write(backlog=len(uids) - start)
            if not self._take_all(self.folder.listed(part)):
                return False
            self._write(last_uid=part[-1], backlog=len(uids) - start - len(part))
        self._write(backlog=0)
        return True

    def _begin(self) -> None:
        """Where the server counts anew, so do we: what is there now and was read before we came stays untouched."""
        server = self.wanted.imap
        assert server is not None
        source = f"{server.user}@{server.host}/{server.folder}"[:600]
        moved = self.mailbox.source != source
        if moved and self.mailbox.source:
            self._write(started_at=self.clock())
        if moved or self.mailbox.uid_validity != self.folder.uid_validity:
            self._write(
                source=source,
                uid_validity=self.folder.uid_validity,
                last_uid=0,
                old_until=max(0, self.folder.next_uid - 1),
                stuck_uid=0,
                stuck_tries=0,
            )
        self._write(can_idle=self.folder.can_idle)

    def _take_all(self, listed: Sequence[Listed]) -> bool:
        for batch in _batches([mail for mail in listed if self._is_for_us(mail)], together=self._together()):
            if stopping.is_set() or time.monotonic() > self._stop_at:
                return False
            if not self._take(batch):
                return False
        return True

    def _is_for_us(self, mail: Listed) -> bool:
        old = mail.uid <= self.mailbox.old_until
        came_since = mail.came_at is None or mail.came_at >= self.mailbox.started_at - CLOCK_SKEW
        return not old or not mail.seen or came_since

    def _together(self) -> int:
        """After trouble one at a time, so that a mail at which the server breaks off holds up no other."""
        return 1 if self.mailbox.failures or self.mailbox.stuck_uid else BATCH_MAILS

    def _take(self, batch: Sequence[Listed]) -> bool:
        """Fetch, store, move the mark, mark on the server; False where there is no room in memory just now."""
        first = batch[0]
        if first.size > settings.MAIL_MAX_BYTES:
            self._store_stub(first, "too_large")
        elif self.mailbox.stuck_uid == first.uid and self.mailbox.stuck_tries >= MOST_STUCK:
            self._store_stub(first, "server_refused")
        elif first.size > BATCH_BYTES:
            return self._take_large(first)
        else:
            with self._blaming(first):
                bodies = self.folder.bodies([mail.uid for mail in batch])
                self._ensure_removed([mail.uid for mail in batch if mail.uid not in bodies])
            self._keep(batch, bodies)
        return True

    def _take_large(self, mail: Listed) -> bool:
        with _room() as room:
            if not room:
                return False
            with self._blaming(mail):
                body = bytearray()
                for piece in self.folder.pieces(mail.uid):
                    body += piece
                    self._write()
                self._ensure_removed([] if body else [mail.uid])
            self._keep([mail], {mail.uid: bytes(body)} if body else {})
        return True

    def _ensure_removed(self, missing: Sequence[int]) -> None:
        """Only what was removed meanwhile may be missing; what is there still, and not given, is not passed over."""
        kept_back = self.folder.still_there(missing)
        if kept_back:
            raise CannotGive(f"nothing for the mail with UID {kept_back[0]}, though it is there")

    def _keep(self, batch: Sequence[Listed], bodies: dict[int, bytes]) -> None:
        found = [mail.uid for mail in batch if mail.uid in bodies]
        kept = ledger.store(self.mailbox.channel, [bodies[uid] for uid in found], now=self.clock())
        self.stored += kept.new
        self._passed(batch[-1].uid, len(batch))
        self._mark(found)

    def _store_stub(self, mail: Listed, reason: str) -> None:
        """What cannot be taken whole: its header, parked; the mail itself stays on its server as it is."""
        try:
            header = self.folder.header(mail.uid)
        except (CannotGive, Trouble):
            header = b""
        self._write()
        header = header or b"X-Tanggap-Uid: %d-%d\r\n\r\n" % (self.folder.uid_validity, mail.uid)
        where = f"UID {mail.uid} in {self.mailbox.source}"
        channel = self.mailbox.channel
        new = ledger.store_stub(channel, header, size=mail.size, reason=reason, detail=where, now=self.clock())
        if new and reason == oversized.TOO_LARGE:
            oversized.tell(channel, header, now=self.clock())
        self._passed(mail.uid, 1)

    @contextmanager
    def _blaming(self, mail: Listed) -> Iterator[None]:
        """Where the server breaks off while it gives a mail, count it, so that it is left out in the end."""
        try:
            yield
        except (CannotGive, Trouble) as problem:
            again = self.mailbox.stuck_uid == mail.uid
            self._write(stuck_uid=mail.uid, stuck_tries=self.mailbox.stuck_tries + 1 if again else 1)
            if isinstance(problem, CannotGive):
                assert self.wanted.imap is not None
                raise Trouble("cannot_give", host=self.wanted.imap.host, said=problem) from problem
            raise

    def _passed(self, uid: int, mails: int) -> None:
        backlog = max(0, self.mailbox.backlog - mails)
        self._write(last_uid=uid, backlog=backlog, stuck_uid=0, stuck_tries=0)

    def _mark(self, uids: Sequence[int]) -> None:
        """They are ours now; where the server does not let us mark them we read on, and say so at the end."""
        if not uids or self.cannot_mark:
            return
        try:
            if self.wanted.after_reading == AfterReading.DELETE:
                self.folder.delete(uids)
            elif self.wanted.after_reading == AfterReading.MOVE and self.wanted.moved_to:
                self.folder.move(uids, self.wanted.moved_to)
            else:
                self.folder.mark_seen(uids)
        except Trouble as refused:
            if refused.code != "server_said":
                raise
            self.cannot_mark = Trouble("cannot_mark", **refused.facts)

    def _write(self, **changes: object) -> None:
        """Note how far we are and renew the lease; the connection goes back, since we wait for the network next.

        Raises LeaseLost.
        """
        changes["lease_until"] = self.clock() + LEASE
        ours = Mailbox.objects.filter(pk=self.mailbox.pk, holder=self.mailbox.holder)
        held = ours.update(**changes)
        release_connection()
        if not held:
            raise LeaseLost
        for name, value in changes.items():
            setattr(self.mailbox, name, value)


def release_connection() -> None:
    """Give the database connection back while this thread waits for somebody else."""
    if not connection.in_atomic_block:
        connection.close()


def _batches(mails: Sequence[Listed], *, together: int) -> Iterator[list[Listed]]:
    """In order, at most so many and so large together; a large one alone."""
    batch: list[Listed] = []
    size = 0
    for mail in mails:
        alone = batch and max(mail.size, batch[-1].size) > settings.MAIL_MAX_BYTES
        if batch and (alone or len(batch) >= together or size + mail.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(mail)
        size += mail.size
    if batch:
        yield batch


@contextmanager
def _room() -> Iterator[bool]:
    """Whether a large mail may be held in memory now."""
    free = _large_ones.acquire(timeout=WAIT_FOR_ROOM_SECONDS)
    try:
        yield free
    finally:
        if free:
            _large_ones.release()
