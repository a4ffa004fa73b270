"""The way out of a mailbox, as far as its test needs it: log in, send one mail; what is wrong becomes a Trouble."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from channels_in.imap.connecting import network_code
from channels_in.troubles import Trouble
from policies.mailboxes import Security, Server

SECONDS = 15
NO_LOGIN, NEEDS_LOGIN = (534, 535, 538), 530


@contextmanager
def connected(server: Server, *, access_token: str = "") -> Iterator[smtplib.SMTP]:
    """A connection that is protected and logged in as the settings say. Raises Trouble."""
    with telling(server):
        smtp = _connect(server)
    try:
        with telling(server):
            _log_in(smtp, server, access_token)
        yield smtp
    finally:
        with suppress(OSError):
            smtp.quit()


def send(smtp: smtplib.SMTP, server: Server, mail: EmailMessage, *, address: str, to: str) -> None:
    """From the mailbox to itself, under its own address or one with something behind a plus. Raises Trouble."""
    facts = {"host": server.host, "user": server.user}
    try:
        smtp.send_message(mail, from_addr=address, to_addrs=[to])
    except smtplib.SMTPSenderRefused as refused:
        raise Trouble("sender_refused", **facts, address=address, said=_words(refused)) from refused
    except smtplib.SMTPRecipientsRefused as refused:
        _code, said = refused.recipients[to]
        code = "recipient_refused" if to == address else "plus_refused"
        raise Trouble(code, **facts, address=to, said=_decoded(said)) from refused
    except (smtplib.SMTPException, OSError) as problem:
        raise _trouble(problem, server) from problem


@contextmanager
def telling(server: Server) -> Iterator[None]:
    try:
        yield
    except (smtplib.SMTPException, OSError) as problem:
        raise _trouble(problem, server) from problem


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security == Security.TLS:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    if server.security == Security.STARTTLS:
        smtp.ehlo()
        if not smtp.has_extn("starttls"):
            smtp.close()
            raise Trouble("no_starttls", host=server.host, port=server.port)
        smtp.starttls(context=context)
    return smtp


def _log_in(smtp: smtplib.SMTP, server: Server, access_token: str) -> None:
    smtp.ehlo_or_helo_if_needed()
    if access_token:
        said = f"user={server.user}\1auth=Bearer {access_token}\1\1"
        try:
            smtp.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")
        except smtplib.SMTPAuthenticationError as refused:
            raise Trouble("token_refused", host=server.host, user=server.user) from refused
    elif server.user:
        if not server.password:
            raise Trouble("no_password", user=server.user)
        smtp.login(server.user, server.password)


def _trouble(problem: smtplib.SMTPException | OSError, server: Server) -> Trouble:
    facts = {"host": server.host, "port": server.port, "user": server.user, "said": _words(problem)}
    if isinstance(problem, smtplib.SMTPConnectError) and problem.smtp_code < 0:
        return Trouble("wrong_protocol", **facts)
    if isinstance(problem, smtplib.SMTPResponseException):
        if problem.smtp_code in NO_LOGIN:
            return Trouble("wrong_password", **facts)
        return Trouble("login_needed" if problem.smtp_code == NEEDS_LOGIN else "server_said", **facts)
    if isinstance(problem, smtplib.SMTPServerDisconnected):
        return Trouble("cut", **facts)
    if isinstance(problem, smtplib.SMTPException):
        return Trouble("server_said", **facts)
    return Trouble(network_code(problem), **facts)


def _words(problem: Exception) -> str:
    said = getattr(problem, "smtp_error", None)
    return _decoded(said) if said else " ".join(str(problem).split())


def _decoded(said: bytes | str) -> str:
    return " ".join((said.decode(errors="replace") if isinstance(said, bytes) else said).split())
