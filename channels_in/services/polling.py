"""Polling: whose mailbox is due, reading it, and how it went."""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError, models, transaction

from channels_in.imap.folder import opened
from channels_in.models import Mailbox
from channels_in.services.fetching import LEASE, Clock, LeaseLost, Visit
from channels_in.troubles import Trouble, sentence
from channels_out import oauth
from channels_out.services import alerts, by_mail
from core.claim import claim
from core.clock import database_now
from core.errors import CouldNotStore
from core.hints import nudge, send
from policies.mailboxes import MailboxSettings
from policies.models import Channel

logger = logging.getLogger(__name__)
EVERY = timedelta(seconds=30)
LONGEST_WAIT, TOLD_AFTER = timedelta(minutes=5), timedelta(minutes=10)
WELL: dict[str, object] = {"failures": 0, "failing_since": None, "told_at": None, "trouble": "", "trouble_facts": {}}
POLL_MAILBOXES = "channels_in.tasks.poll_mailboxes"
PROCESS_ARRIVALS = "channels_in.tasks.process_arrivals"


def notice_new_ones(*, now: datetime) -> None:
    """A row for every mailbox channel; one that a pipe feeds is never due, until it names an IMAP server."""
    asleep = Channel.objects.active().filter(kind=Channel.Kind.EMAIL, mailbox__next_poll_at=None)
    found = list(asleep.values_list("pk", "settings", "mailbox"))
    new = [
        Mailbox(channel_id=pk, started_at=now, next_poll_at=now if _names_a_server(written) else None)
        for pk, written, row in found
        if not row
    ]
    if new:
        Mailbox.objects.bulk_create(new, ignore_conflicts=True)
    if woken := [row for _pk, written, row in found if row and _names_a_server(written)]:
        Mailbox.objects.filter(pk__in=woken).update(started_at=now, next_poll_at=now)


def _names_a_server(written: Mapping[str, Any]) -> bool:
    return bool((written.get("imap") or {}).get("host"))


def poll_soon(channel_id: int, *, now: datetime) -> None:
    """Somebody has a reason to believe that there is something in it, or that it works again."""
    Mailbox.objects.filter(channel_id=channel_id, next_poll_at__isnull=False).update(next_poll_at=now)
    nudge(POLL_MAILBOXES)


def claim_due(due: models.QuerySet[Mailbox], *, limit: int, now: datetime) -> list[Mailbox]:
    """Take mailboxes for this worker, and see to it that they are due again whatever becomes of it."""
    taken = {"lease_until": now + LEASE, "holder": secrets.token_hex(8), "next_poll_at": now + EVERY}
    batch = claim(due, limit=limit, changes=taken) if limit > 0 else []
    channels = Channel.objects.in_bulk({mailbox.channel_id for mailbox in batch}) if batch else {}
    for mailbox in batch:
        mailbox.channel = channels[mailbox.channel_id]
    return batch


def poll(mailbox: Mailbox, *, clock: Clock = database_now) -> int:
    """Read a mailbox that this worker holds and note how it went; returns how many mails were new."""
    wanted = MailboxSettings.of(mailbox.channel)
    if wanted.imap is None:
        _put_down(mailbox, next_poll_at=None, **WELL)
        return 0
    stored = 0
    try:
        with opened(wanted.imap, access_token=token_for(mailbox.channel, now=clock())) as folder:
            visit = Visit(mailbox, folder, wanted, clock=clock)
            try:
                complete = visit.read()
            finally:
                stored = visit.stored
        _went_well(mailbox, visit, complete=complete, now=clock())
    except LeaseLost:
        logger.info("mailbox %s: somebody else reads it", mailbox.pk)
    except DatabaseError:
        raise
    except CouldNotStore as refused:
        _failed(mailbox, Trouble("could_not_store", said=refused.message), now=clock())
    except Trouble as trouble:
        _failed(mailbox, trouble, now=clock())
    except Exception as strange:  # whatever a server makes us stumble over: the row turns failed with its reason
        logger.exception("mailbox %s", mailbox.pk)
        unknown = Trouble("server_said", host=wanted.imap.host, said=f"{type(strange).__name__}: {strange}")
        _failed(mailbox, unknown, now=clock())
    if stored:
        send(PROCESS_ARRIVALS)
    return stored


def token_for(channel: Channel, *, now: datetime, ask_again: bool = False) -> str:
    """The access token of a mailbox that wants one, else nothing. ask_again: a person waits for it. Raises Trouble."""
    if not oauth.uses_tokens(channel):
        return ""
    try:
        return oauth.access_token(channel, now=now, ask_again=ask_again)
    except oauth.TokenRefused as refused:
        raise Trouble("no_access" if refused.revoked else "no_token", said=refused.message) from refused


def _went_well(mailbox: Mailbox, visit: Visit, *, complete: bool, now: datetime) -> None:
    """What was left over, or said no, is not trouble enough to wait longer."""
    left = visit.cannot_mark
    again = now if not complete else mailbox.next_poll_at
    remark = {"trouble": left.code, "trouble_facts": left.facts} if left else {}
    with transaction.atomic():
        held = _put_down(mailbox, last_ok_at=now, next_poll_at=again, **WELL | remark)
        if held and mailbox.told_at:
            alerts.is_read_again(mailbox.channel, now=now)


def _failed(mailbox: Mailbox, trouble: Trouble, *, now: datetime) -> None:
    """Later, twice as late each time up to five minutes; who runs the place is told when it lasts.

    Soon again where it is one mail alone that the server does not give: the others wait behind it.
    """
    if trouble.code == "token_refused":
        oauth.forget_token(mailbox.channel_id)
    if not mailbox.failures:
        logger.warning("mailbox %s: %s", mailbox.pk, trouble.code)
    since = mailbox.failing_since or now
    wait = EVERY if trouble.code == "cannot_give" else min(LONGEST_WAIT, EVERY * 2 ** min(mailbox.failures, 10))
    with transaction.atomic():
        tell_them = mailbox.told_at is None and _is_to_be_told(mailbox, trouble, since=since, now=now)
        held = _put_down(
            mailbox,
            next_poll_at=now + wait,
            failures=min(mailbox.failures + 1, 1000),
            failing_since=since,
            told_at=now if tell_them else mailbox.told_at,
            trouble=trouble.code,
            trouble_facts=trouble.facts,
        )
        if held and tell_them:
            alerts.cannot_be_read(mailbox.channel, now=now)
            why = partial(sentence, trouble.code, trouble.facts)
            by_mail.of_reading(mailbox.channel, why, since=since, now=now)


def _is_to_be_told(mailbox: Mailbox, trouble: Trouble, *, since: datetime, now: datetime) -> bool:
    """When it lasts; at once where it used to work and only a person can let us in again."""
    return now - since >= TOLD_AFTER or (trouble.code == "no_access" and mailbox.last_ok_at is not None)


def _put_down(mailbox: Mailbox, **changes: object) -> bool:
    """Note the outcome and give the lease back; False where it was lost meanwhile."""
    ours = Mailbox.objects.filter(pk=mailbox.pk, holder=mailbox.holder)
    return bool(ours.update(lease_until=None, holder="", **changes))
