"""IDLE: a mail server tells at once that something came, so that nobody waits for the next round.

It only nudges: what is read, and when it counts as read, is the poll's business. A connection that breaks is begun
again with the next round of looking, and the poll goes on meanwhile.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError

from channels_in.imap.folder import opened
from channels_in.models import Mailbox
from channels_in.services.fetching import release_connection
from channels_in.services.polling import poll_soon, token_for
from channels_in.troubles import Trouble
from core.clock import database_now
from policies.mailboxes import MailboxSettings
from policies.models import Channel

logger = logging.getLogger(__name__)
MOST = 40  # connections of one process
LOOK_EVERY_SECONDS = 15
NEWS_EVERY_SECONDS = 60  # how long one IDLE lasts: far below the half hour after which servers hang up
LONGEST_SECONDS = 20 * 60  # then settings and tokens are read anew


class Listeners:
    """One connection for each mailbox whose server offers IDLE and which works, up to `most`."""

    def __init__(self, stop: threading.Event, *, most: int = MOST) -> None:
        self.stop, self.most = stop, most
        self._threads: dict[int, threading.Thread] = {}

    def run(self) -> None:
        """Look again and again whom to listen to, until told to stop."""
        while not self.stop.wait(LOOK_EVERY_SECONDS):
            try:
                self.look()
            except DatabaseError as problem:
                logger.info("the database is away (%s): the polls will do", type(problem).__name__)
            finally:
                release_connection()

    def look(self) -> None:
        """Begin to listen to mailboxes that nobody listens to."""
        self._threads = {pk: thread for pk, thread in self._threads.items() if thread.is_alive()}
        for pk in [pk for pk in self.wanted() if pk not in self._threads][: self.most - len(self._threads)]:
            thread = threading.Thread(target=self._run, args=(pk,), name=f"idle-{pk}", daemon=True)
            self._threads[pk] = thread
            thread.start()

    def wanted(self) -> list[int]:
        """The ids of the channels whose server tells of news, and that work."""
        able = Mailbox.objects.healthy().filter(can_idle=True, channel__state=Channel.State.ACTIVE)
        return list(able.order_by("id").values_list("channel_id", flat=True)[: self.most])

    def _run(self, channel_id: int) -> None:
        try:
            listen(channel_id, until=self.stop.is_set)
        except (Trouble, DatabaseError, Channel.DoesNotExist) as problem:
            logger.info("channel %s is not listened to now: %s", channel_id, type(problem).__name__)
        finally:
            release_connection()


def listen(channel_id: int, *, until: Callable[[], bool], seconds: float = NEWS_EVERY_SECONDS) -> None:
    """Nudge the poll whenever the server tells of news, for some minutes or until told to stop. Raises Trouble."""
    channel = Channel.objects.get(pk=channel_id)
    server = MailboxSettings.of(channel).imap
    if server is None:
        return
    token = token_for(channel, now=database_now())
    release_connection()
    end = time.monotonic() + LONGEST_SECONDS
    with opened(server, access_token=token) as folder:
        while not until() and time.monotonic() < end:
            if folder.wait_for_news(seconds):
                poll_soon(channel_id, now=database_now())
                release_connection()
