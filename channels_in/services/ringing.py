"""What a worker begins when beat rings for the mailboxes: rows are claimed, as far as readers are free."""

import threading
from datetime import datetime
from functools import partial

from channels_in.models import Mailbox, MailboxCheck
from channels_in.services import checking, polling
from channels_in.services.readers import Readers
from core.claim import claim

readers = Readers()
CHECKS_AT_ONCE = 4


def ring(*, now: datetime, by: Readers = readers) -> list[threading.Thread]:
    """Begin the tests that wait and the mailboxes that are due; returns their threads.

    What works goes first, and what is in trouble may hold only some of the readers: a server that hangs keeps nobody
    else from being read in time.
    """
    polling.notice_new_ones(now=now)
    started = [_start_check(check, by) for check in _claim_checks(now, limit=by.free())]
    due = Mailbox.objects.due(now)
    started += [_start_poll(box, by) for box in polling.claim_due(due.healthy(), limit=by.free(), now=now)]
    limit = by.free(failing=True)
    return started + [_start_poll(box, by) for box in polling.claim_due(due.failing(), limit=limit, now=now)]


def _start_poll(mailbox: Mailbox, by: Readers) -> threading.Thread:
    name = f"mailbox-{mailbox.pk}-{mailbox.holder}"
    return by.start(name, partial(polling.poll, mailbox), failing=mailbox.failures > 0)


def _start_check(check: MailboxCheck, by: Readers) -> threading.Thread:
    return by.start(f"check-{check.pk}", partial(checking.run, check))


def _claim_checks(now: datetime, *, limit: int) -> list[MailboxCheck]:
    waiting = MailboxCheck.objects.waiting(now).select_related("channel")
    running = {"state": MailboxCheck.State.RUNNING}
    return claim(waiting, limit=min(limit, CHECKS_AT_ONCE), changes=running) if limit > 0 else []
