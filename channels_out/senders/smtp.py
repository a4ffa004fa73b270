"""Sending over SMTP (RFC 5321), with an eye on what each answer means for the message, the address and the channel."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from channels_out.ids import return_path
from channels_out.senders.access import Access
from channels_out.senders.base import (
    Busy,
    InDoubt,
    Later,
    NoAccess,
    Parcel,
    Posted,
    Refusal,
    Refused,
    SendingFailed,
    Unreachable,
)
from channels_out.senders.mail import address, compose
from policies.mailboxes import Security, Server

CONNECT_SECONDS = 10
DIALOGUE_SECONDS = 25  # for one message, before its bytes
BYTES_PER_SECOND = 100_000  # what a slow line still takes
PERMANENT, CLOSING = 500, 421
WRONG_LOGIN = (530, 534, 535, 538)
TOO_LARGE = re.compile(rb"\b5\.(2\.3|3\.4)\b")
LONGEST_LOCAL_PART = 64
PAUSE = timedelta(minutes=1)


class SmtpSender:
    """Hands mails to one server, over one connection for a batch.

    access: gives the token where XOAUTH2 is spoken, None where the server's password is used.
    plain_return_path: bounces come to the bare address; else each message has a return path of its own.
    """

    def __init__(self, server: Server, *, access: Access | None = None, plain_return_path: bool) -> None:
        self._at, self._access, self._plain = server, access, plain_return_path
        self._server: smtplib.SMTP | None = None
        self._stop_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def connect(self) -> None:
        if self._server is not None:
            return
        try:
            self._open()
        except NoAccess:
            if self._access is None:
                raise
            self._access.forget()  # the token may have been withdrawn before its time
            self._open()

    def _open(self) -> None:
        try:
            self._server = self._reach()
            self._log_in(self._server)
        except smtplib.SMTPResponseException as said:
            self._hang_up()
            raise _about_us(said) from said
        except SendingFailed:
            self._hang_up()
            raise
        except (smtplib.SMTPException, OSError) as problem:
            self._hang_up()
            why = _("The mail server %(host)s cannot be reached: %(said)s")
            raise Unreachable(why % {"host": self._at.host, "said": problem}) from problem

    def _reach(self) -> smtplib.SMTP:
        ours = urlsplit(settings.SITE_URL).hostname
        where, secure = (self._at.host, self._at.port), ssl.create_default_context()
        if self._at.security == Security.TLS:
            return smtplib.SMTP_SSL(*where, ours, timeout=CONNECT_SECONDS, context=secure)
        server = smtplib.SMTP(*where, ours, timeout=CONNECT_SECONDS)
        if self._at.security == Security.STARTTLS:
            server.starttls(context=secure)
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._access:
            login = f"user={self._at.user}\1auth=Bearer {self._access.token()}\1\1"
            server.auth("XOAUTH2", lambda challenge=None: "" if challenge else login)
        elif self._at.user:
            server.login(self._at.user, self._at.password)

    def send(self, parcel: Parcel) -> Posted:
        mail = compose(parcel.dispatch, parcel.everyone)
        self.connect()
        server = self._server
        assert server is not None
        self._stop_at = time.monotonic() + DIALOGUE_SECONDS
        try:
            taken, refused = self._envelope(server, parcel, len(mail))
            if not taken:
                return Posted(refused=refused)
            return Posted(self._hand_over(server, mail), refused)
        except smtplib.SMTPResponseException as said:
            raise self._settled(server, said) from said
        except (smtplib.SMTPException, OSError) as lost:
            self._hang_up()
            why = _("The mail server %(host)s broke off: %(said)s")
            raise Unreachable(why % {"host": self._at.host, "said": lost}) from lost

    def _envelope(self, server: smtplib.SMTP, parcel: Parcel, size: int) -> tuple[list[str], dict[str, Refusal]]:
        """Say from whom and to whom; who is taken, and who is not and why."""
        self._from(server, parcel, size)
        taken: list[str] = []
        refused: dict[str, Refusal] = {}
        for recipient in parcel.pending:
            mailbox = address("", recipient.address).addr_spec
            code, said = self._ask(server, partial(server.rcpt, mailbox))
            if code == CLOSING:
                raise smtplib.SMTPResponseException(code, said)
            if code in (250, 251):
                taken.append(mailbox)
            else:
                refused[recipient.address] = Refusal(_sentence(code, said), final=code >= PERMANENT)
        if not taken:
            server.rset()
        return taken, refused

    def _from(self, server: smtplib.SMTP, parcel: Parcel, size: int) -> None:
        """Under a return path of this message's own, or under the bare address where the server wants that."""
        options = [f"size={size}"] if server.has_extn("size") else []
        bare = parcel.dispatch.channel.address
        own = return_path(bare, parcel.dispatch.pk)
        if not self._plain and len(own.rpartition("@")[0]) <= LONGEST_LOCAL_PART:
            code, said = self._ask(server, partial(server.mail, own, options))
            if code == 250:
                return
            if code < PERMANENT or _too_large(code, said):
                raise smtplib.SMTPSenderRefused(code, said, own)
            self._plain = True
        code, said = self._ask(server, partial(server.mail, bare, options))
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, said, bare)

    def _hand_over(self, server: smtplib.SMTP, mail: bytes) -> str:
        """The bytes themselves; only an answer that does not come after the last of them leaves us in doubt."""
        code, said = self._ask(server, partial(server.docmd, "data"))
        if code != 354:
            raise smtplib.SMTPDataError(code, said)
        self._stop_at += len(mail) / BYTES_PER_SECOND
        self._limit(server)
        server.send(re.sub(rb"(?m)^\.", b"..", mail.removesuffix(b"\r\n")) + b"\r\n.\r\n")
        try:
            code, said = self._ask(server, server.getreply)
        except (smtplib.SMTPException, OSError) as silent:
            self._hang_up()
            why = _("The mail server took the message and then gave no answer: it may or may not have left.")
            raise InDoubt(why) from silent
        if code != 250:
            raise smtplib.SMTPDataError(code, said)
        return said.decode(errors="replace").replace("\n", " ")[:255]

    def _ask(self, server: smtplib.SMTP, command: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
        """One command and its answer, within the time that is left for the message."""
        self._limit(server)
        return command()

    def _limit(self, server: smtplib.SMTP) -> None:
        if server.sock is not None:
            server.sock.settimeout(max(0.1, self._stop_at - time.monotonic()))

    def _settled(self, server: smtplib.SMTP, said: smtplib.SMTPResponseException) -> SendingFailed:
        """What a refusal of the whole message means; the connection is ready for the next one afterwards."""
        code, words = said.smtp_code, said.smtp_error if isinstance(said.smtp_error, bytes) else b""
        if code == CLOSING:
            self._hang_up()
            return Busy(_sentence(code, words), after=PAUSE)
        self._reset(server)
        if code < PERMANENT:
            return Later(_sentence(code, words))
        about_us = isinstance(said, smtplib.SMTPSenderRefused) and not _too_large(code, words)
        return NoAccess(_sentence(code, words)) if about_us else Refused(_sentence(code, words))

    def _reset(self, server: smtplib.SMTP) -> None:
        try:
            self._ask(server, server.rset)
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _about_us(said: smtplib.SMTPResponseException) -> SendingFailed:
    """What a refusal before any message means: a wrong log-in, a pause, or a server that is not well."""
    words = said.smtp_error if isinstance(said.smtp_error, bytes) else str(said.smtp_error).encode()
    sentence = _sentence(said.smtp_code, words)
    if said.smtp_code in WRONG_LOGIN:
        return NoAccess(_("The log-in at the mail server is refused: %(said)s") % {"said": sentence})
    return Busy(sentence, after=PAUSE) if said.smtp_code == CLOSING else Unreachable(sentence)


def _too_large(code: int, said: bytes) -> bool:
    return code == 552 or bool(TOO_LARGE.search(said))


def _sentence(code: int, said: bytes) -> str:
    words = " ".join(said.decode(errors="replace").split())
    return (_("The mail server answered %(said)s") % {"said": f"{code} {words}"})[:500]
