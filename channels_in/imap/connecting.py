"""Reaching an IMAP server: connect, protect, log in; what goes wrong becomes a Trouble with its reason."""

import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from channels_in.troubles import Trouble
from policies.mailboxes import Security, Server

CONNECT_SECONDS, READ_SECONDS = 10, 30
FULL_HOUSE = ("[limit]", "too many", "maximum number of connections", "[inuse]")
PASSING = ("[unavailable]", "[serverbug]", "temporary", "try again")


@contextmanager
def connected(server: Server, *, access_token: str = "") -> Iterator[IMAPClient]:
    """A connection that is logged in, and closed afterwards whatever happened.

    access_token: where given, it logs in instead of the password (XOAUTH2). Raises Trouble.
    """
    with telling(server):
        client = _connect(server)
    try:
        with telling(server):
            _log_in(client, server, access_token)
        yield client
    finally:
        _leave(client)


@contextmanager
def telling(server: Server) -> Iterator[None]:
    """What the network or the server does wrong within becomes a Trouble."""
    try:
        yield
    except (OSError, IMAPClientError, imaplib.IMAP4.error) as problem:
        raise trouble_of(problem, server) from problem


def trouble_of(problem: Exception, server: Server) -> Trouble:
    facts = {"host": server.host, "port": server.port, "user": server.user, "said": said(problem)}
    return Trouble(_code(problem), **facts)


def said(problem: Exception) -> str:
    """The server's own words, in one line."""
    words = problem.args[0] if problem.args else ""
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words or problem)
    return " ".join(text.split())


def _code(problem: Exception) -> str:
    if isinstance(problem, IMAPClientAbortError):
        return "cut"
    return network_code(problem) if isinstance(problem, OSError) else "server_said"


def network_code(problem: OSError) -> str:
    """What a failing socket means for whoever set the server up."""
    if isinstance(problem, socket.gaierror):
        return "unknown_host"
    if isinstance(problem, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(problem, ssl.SSLEOFError | ConnectionResetError | BrokenPipeError):
        return "cut"
    if isinstance(problem, ssl.SSLError):
        return "not_tls"
    return "no_answer" if isinstance(problem, TimeoutError) else "port_closed"


def _connect(server: Server) -> IMAPClient:
    """Up to the greeting, and STARTTLS where it is asked for. A port that expects TLS says nothing to others."""
    with_tls = server.security == Security.TLS
    try:
        limits: Any = SocketTimeout(CONNECT_SECONDS, READ_SECONDS)  # its signature names the other form only
        client = IMAPClient(server.host, server.port, ssl=with_tls, timeout=limits)
    except imaplib.IMAP4.error as strange:
        raise Trouble("wrong_protocol", host=server.host, port=server.port, said=said(strange)) from strange
    client.normalise_times = False
    if server.security == Security.STARTTLS:
        _start_tls(client, server)
    return client


def _start_tls(client: IMAPClient, server: Server) -> None:
    try:
        if not client.has_capability("STARTTLS"):
            raise Trouble("no_starttls", host=server.host, port=server.port)
        client.starttls()
    except BaseException:
        with suppress(OSError):  # after a failed handshake there is nothing to close
            client.shutdown()
        raise


def _log_in(client: IMAPClient, server: Server, access_token: str) -> None:
    if not access_token and not server.password:
        raise Trouble("no_password", host=server.host, user=server.user)
    try:
        if access_token:
            client.oauth2_login(server.user, access_token)
        else:
            client.login(server.user, server.password)
    except LoginError as refused:
        raise _refusal(refused, server, with_token=bool(access_token)) from refused


def _refusal(refused: LoginError, server: Server, *, with_token: bool) -> Trouble:
    facts = {"host": server.host, "user": server.user, "said": said(refused)}
    if isinstance(refused.__context__, IMAPClientAbortError):  # it hung up: about the password it said nothing
        return Trouble("cut", **facts)
    words = facts["said"].lower()
    if any(sign in words for sign in FULL_HOUSE):
        return Trouble("too_many_connections", **facts)
    if any(sign in words for sign in PASSING):
        return Trouble("server_said", **facts)
    return Trouble("token_refused" if with_token else "wrong_password", **facts)


def _leave(client: IMAPClient) -> None:
    """Say goodbye, but do not wait for an answer that does not come."""
    try:
        client.socket().settimeout(2)
        client.logout()
    except (OSError, IMAPClientError, imaplib.IMAP4.error, AttributeError):
        try:
            client.shutdown()
        except (OSError, AttributeError):
            return
