"""A mail server on this machine that answers what a test wants, and keeps what it takes."""

import asyncio
import base64
import logging
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from tests.processes import free_port


class MailServer:
    """rcpt: answers by address. data: answers to the next messages, "drop" to take one and say nothing.

    seconds: how long it takes over each message. users: who may log in, with password or token; nobody has to when
    empty. senders: the only envelope senders it takes, all when empty.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, size: int = 33_554_432) -> None:
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self.port = free_port()
        self.rcpt: dict[str, str] = {}
        self.data: list[str] = []
        self.users: dict[str, str] = {}
        self.senders: list[str] = []
        self.seconds = 0.0
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.connections = 0
        options = {"tls_context": tls, "data_size_limit": size}
        self.controller = _Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self.controller.start()
        self.connections = 0  # starting makes one

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for _sender, _to, content in self.taken]

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    @property
    def settings(self) -> dict[str, Any]:
        """What a channel that sends here is set to."""
        return {"smtp": {"host": "127.0.0.1", "port": self.port, "security": "none", "user": ""}}

    def stop(self) -> None:
        self.controller.stop()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.users and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.senders and address not in self.senders:
            return "553 5.7.1 Sender address rejected"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.rcpt.get(address, "250 OK")
        if answer == "drop":
            server.transport.abort()
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.seconds)
        answer = self.data.pop(0) if self.data else "250 OK queued as 4711"
        if answer.startswith(("250", "drop")):
            self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if answer == "drop":
            server.transport.abort()
        return answer

    async def auth_XOAUTH2(self, server, args):
        given = await server.challenge_auth(b"", encode_to_b64=False) if len(args) == 1 else base64.b64decode(args[1])
        user, _, token = given.decode().removeprefix("user=").partition("\1auth=Bearer ")
        return AuthResult(success=self.users.get(user) == token.strip("\1"), handled=False)

    def check(self, server, session, envelope, mechanism, login):
        known = self.users.get(login.login.decode()) == login.password.decode()
        return AuthResult(success=known, handled=False)


class _Controller(Controller):
    def factory(self) -> SMTP:
        self.handler.connections += 1
        checks = {"authenticator": self.handler.check, "auth_require_tls": False} if self.handler.users else {}
        return SMTP(self.handler, **checks, **self.SMTP_kwargs)
