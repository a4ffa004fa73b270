"""Testing a mailbox as its users would: log in, write to itself, see it arrive, take it away again."""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from django.db import transaction
from django.utils.translation import gettext as _

from channels_in import smtp
from channels_in.imap.folder import Folder, opened
from channels_in.models import Arrival, MailboxCheck
from channels_in.services.fetching import Clock, release_connection
from channels_in.services.polling import POLL_MAILBOXES, poll_soon, token_for
from channels_in.troubles import Trouble
from channels_out.headers import MACHINE
from channels_out.models import Dispatch, DispatchRecipient
from channels_out.senders import sender_for, server_of_all
from channels_out.senders.base import Parcel, SendingFailed
from channels_out.services import outlets
from channels_out.ways import WayOut, delivers_plus
from core.actor import Actor
from core.clock import database_now
from core.errors import Invalid, NotAllowed
from core.hints import nudge
from policies.mailboxes import By, MailboxSettings
from policies.models import Channel
from policies.services.channels import may_set_up

logger = logging.getLogger(__name__)
ARRIVES_WITHIN_SECONDS, LOOK_EVERY_SECONDS = 30, 1
State, Step = MailboxCheck.State, MailboxCheck.Step


@transaction.atomic
def ask(channel_id: int, *, actor: Actor, now: datetime) -> MailboxCheck:
    """Ask for a test; a worker begins it at once. One that runs already is the answer.

    Raises NotAllowed, Invalid where the channel is no mailbox, Channel.DoesNotExist.
    """
    if not may_set_up(actor):
        raise NotAllowed(_("Only administrators set channels up."))
    channel = Channel.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=channel_id)
    if channel.kind != Channel.Kind.EMAIL:
        raise Invalid(_("Only mailboxes can be tested."))
    latest = MailboxCheck.objects.filter(channel=channel).order_by("-id").first()
    if latest and not latest.is_over(now):
        return latest
    check = MailboxCheck.objects.create(
        channel=channel, asked_at=now, asked_by=actor.name, token=f"tanggap-{secrets.token_hex(8)}"
    )
    nudge(POLL_MAILBOXES)
    return check


def run(check: MailboxCheck, *, clock: Clock = database_now, pause: Callable[[float], None] = time.sleep) -> None:
    """Do a claimed test and note each step, so that who waits for it sees where it is."""
    try:
        _Test(check, clock, pause).run()
    except Trouble as trouble:
        _note(check, state=State.FAILED, trouble=trouble.code, trouble_facts=trouble.facts, finished_at=clock())
    except Exception as strange:  # whatever a server makes us stumble over: the row turns failed with its reason
        said = {"host": check.channel.address, "said": f"{type(strange).__name__}: {strange}"}
        logger.exception("check %s", check.pk)
        _note(check, state=State.FAILED, trouble="server_said", trouble_facts=said, finished_at=clock())
    else:
        _note(check, state=State.PASSED, step="", finished_at=clock())
        poll_soon(check.channel_id, now=clock())
        if Step.SEND in check.done:
            outlets.note_that_it_sends(check.channel_id, now=clock())


class _Test:
    def __init__(self, check: MailboxCheck, clock: Clock, pause: Callable[[float], None]) -> None:
        self.check, self.clock, self.pause = check, clock, pause
        self.channel = check.channel
        self.wanted, self.way = MailboxSettings.of(self.channel), WayOut.of(self.channel)
        self.to = self._to()

    def _to(self) -> str:
        """As customers' answers are addressed."""
        local, _at, host = self.channel.address.partition("@")
        return f"{local}+{self.check.token}@{host}" if delivers_plus(self.channel) else self.channel.address

    def run(self) -> None:
        """Each server is asked before anything is sent, so that one sentence names the first thing that is wrong."""
        token = token_for(self.channel, now=self.clock(), ask_again=True)
        if self.wanted.imap is None:
            self._write(token)
            return
        self._begin(Step.IMAP)
        with opened(self.wanted.imap, access_token=token) as folder:
            self._did(Step.IMAP)
            if left_by := self._write(token):
                self._see(folder, left_by)

    def _write(self, token: str) -> str:
        """By what a mail has left; empty where there is nothing to send by."""
        if self.way.by != By.SMTP:
            return self._write_by_provider()
        outgoing = self.wanted.smtp or server_of_all()
        if outgoing is None:
            return ""
        self._begin(Step.SMTP)
        with smtp.connected(outgoing, access_token=token if outgoing is self.wanted.smtp else "") as connection:
            self._did(Step.SMTP)
            self._begin(Step.SEND)
            smtp.send(connection, outgoing, self._mail(), address=self.channel.address, to=self.to)
        self._did(Step.SEND)
        return outgoing.host

    def _write_by_provider(self) -> str:
        """As every other message leaves, with nothing left behind in the outbox."""
        self._begin(Step.SEND)
        mail = self._mail()
        dispatch = Dispatch(
            channel=self.channel,
            external_id=self._message_id(),
            subject=mail["Subject"],
            text=mail.get_content(),
            headers=MACHINE,
            created_at=self.clock(),
        )
        to = [DispatchRecipient(address=self.to)]
        try:
            with sender_for(self.channel, now=self.clock()) as sender:
                sender.connect()
                sender.send(Parcel(dispatch, to, to))
        except SendingFailed as refused:
            raise Trouble("provider_said", said=refused.why) from refused
        self._did(Step.SEND)
        return self.way.by.title()

    def _see(self, folder: Folder, left_by: str) -> None:
        """It lies in the folder, or was already taken from there by whoever polls it."""
        self._begin(Step.ARRIVE)
        found: list[int] = []
        for _look in range(ARRIVES_WITHIN_SECONDS // LOOK_EVERY_SECONDS):
            found = folder.containing(self.check.token)
            if found or self._was_taken():
                break
            self.pause(LOOK_EVERY_SECONDS)
        else:
            code = "not_arrived" if self.to == self.channel.address else "plus_not_arrived"
            raise Trouble(code, host=left_by, address=self.to, seconds=ARRIVES_WITHIN_SECONDS)
        self._did(Step.ARRIVE)
        self._begin(Step.REMOVE)
        if found:
            folder.delete(found)
        self._did(Step.REMOVE)

    def _was_taken(self) -> bool:
        taken = Arrival.objects.filter(channel=self.channel, external_id=self._message_id()).exists()
        release_connection()
        return taken

    def _message_id(self) -> str:
        return f"{self.check.token}@{self.channel.address.rpartition('@')[2]}"

    def _mail(self) -> EmailMessage:
        """It comes from our own address, so that it never becomes a ticket when it is fetched first."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self.channel.address, self.to
        mail["Subject"] = f"Tanggap test {self.check.token}"
        mail["Message-ID"] = f"<{self._message_id()}>"
        mail["Date"] = format_datetime(self.clock())
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content("Tanggap tests this mailbox. This mail removes itself.\n")
        return mail

    def _begin(self, step: str) -> None:
        _note(self.check, step=step)

    def _did(self, step: str) -> None:
        _note(self.check, done=[*self.check.done, step])


def _note(check: MailboxCheck, **changes: object) -> None:
    MailboxCheck.objects.filter(pk=check.pk).update(**changes)
    release_connection()
    for name, value in changes.items():
        setattr(check, name, value)
