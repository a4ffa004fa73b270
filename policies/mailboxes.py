"""What a mailbox channel is set to, read from `Channel.settings` and `Channel.secrets` in one typed shape.

`settings` holds what may be shown, `secrets` what may not; both are written by the set-up service alone. The keys:

settings: `imap` and `smtp` (objects `host port security user`, imap also `folder`), `auth` (password, microsoft,
google), `after_reading` (seen, move, delete) and `moved_to`, `authserv_id`, `spam_header`, `reply_to_is_sender`,
`signature_id`, `signature_en`, `oauth` (object `client_id tenant authorize_url token_url`).
secrets: `imap_password smtp_password client_secret refresh_token access_token access_token_until`.
What is about sending alone is read by channels_out/ways.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from django.utils.translation import gettext as _

from core.errors import Invalid
from policies.models import Channel

DEFAULT_FOLDER = "INBOX"
MOST_MAILS = 100_000  # that an administrator may allow in a minute or an hour


class Security(StrEnum):
    """How the connection is protected: TLS from the first byte, TLS by STARTTLS, or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Auth(StrEnum):
    """How we prove who we are: a password, or an access token of the provider (XOAUTH2)."""

    PASSWORD = "password"  # noqa: S105 (a way to log in, not a secret)
    MICROSOFT = "microsoft"
    GOOGLE = "google"


class By(StrEnum):
    """What takes our mail: a mail server, or the HTTP interface of a provider."""

    SMTP = "smtp"
    GRAPH = "graph"
    GMAIL = "gmail"
    MAILGUN = "mailgun"


class AfterReading(StrEnum):
    """What becomes of a mail on its server once we have stored it."""

    SEEN = "seen"
    MOVE = "move"
    DELETE = "delete"


IMAP_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mail server listens and how we log in; the password is empty where a token is used instead."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str = DEFAULT_FOLDER

    @classmethod
    def read(cls, written: Mapping[str, Any], password: str, ports: Mapping[Security, int]) -> Self | None:
        """None where no host is named."""
        host = str(written.get("host") or "").strip()
        if not host:
            return None
        security = Security(written.get("security") or Security.TLS)
        return cls(
            host=host,
            port=int(written.get("port") or ports[security]),
            security=security,
            user=str(written.get("user") or ""),
            password=password,
            folder=str(written.get("folder") or DEFAULT_FOLDER),
        )


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """A mailbox as its administrator set it up. The same user at both servers needs its password but once.

    imap: where its mail is fetched, None where a pipe brings it. smtp: by which server it writes, None for EMAIL_URL's.
    authserv_id: whose Authentication-Results are believed, empty for nobody's (RFC 8601 2.5).
    spam_header: the header by which the company's own mail server marks spam, as "Name: value", empty for none.
    after_reading, moved_to: what is done with a mail on its server once it is stored, and the folder for moving it.
    reply_to_is_sender: who wrote is taken from Reply-To where there is one (for forms of other systems).
    """

    imap: Server | None
    smtp: Server | None
    auth: Auth
    authserv_id: str
    spam_header: str
    reply_to_is_sender: bool
    after_reading: AfterReading = AfterReading.SEEN
    moved_to: str = ""

    @classmethod
    def of(cls, channel: Channel) -> Self:
        """The settings of an e-mail channel; what was never set has its default."""
        written, secrets = channel.settings, channel.secrets
        imap, smtp = written.get("imap") or {}, written.get("smtp") or {}
        password = str(secrets.get("imap_password", ""))
        same = password if smtp.get("user") and smtp.get("user") == imap.get("user") else ""
        return cls(
            imap=Server.read(imap, password, IMAP_PORTS),
            smtp=Server.read(smtp, str(secrets.get("smtp_password", "")) or same, SMTP_PORTS),
            auth=Auth(written.get("auth") or Auth.PASSWORD),
            authserv_id=str(written.get("authserv_id") or "").strip().lower(),
            spam_header=str(written.get("spam_header") or "").strip(),
            reply_to_is_sender=bool(written.get("reply_to_is_sender")),
            after_reading=AfterReading(written.get("after_reading") or AfterReading.SEEN),
            moved_to=str(written.get("moved_to") or "").strip(),
        )


SECRETS = ("imap_password", "smtp_password", "client_secret", "mailgun_key")
HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?")
HIGHEST_PORT = 65535
ADDRESS = re.compile(r"https?://[A-Za-z0-9.:-]+(/[!-~]*)?")


def checked_settings(written: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an e-mail channel with its servers in their full form; other keys stay as they are.

    Raises Invalid where a server, a port or a choice cannot be one; `field` is the key, such as imap_host.
    """
    found = dict(written)
    for name, ports in (("imap", IMAP_PORTS), ("smtp", SMTP_PORTS)):
        found[name] = _checked_server(name, found.get(name) or {}, ports)
    _checked_choice(found, "auth", Auth)
    _check_way_out(found)
    _checked_choice(found, "after_reading", AfterReading)
    if found.get("after_reading") == AfterReading.MOVE and not str(found.get("moved_to") or "").strip():
        raise Invalid(_("Name the folder to which mails are moved."), field="moved_to")
    for name in ("max_per_minute", "automatic_per_hour"):
        _checked_number(found, name)
    header = str(found.get("spam_header") or "").strip()
    if header and not re.fullmatch(r"[!-9;-~]+:.+", header):
        raise Invalid(_("Write it as “Name: value”, such as X-Spam-Flag: YES."), field="spam_header")
    return found


def _check_way_out(found: dict[str, Any]) -> None:
    """By what it sends, and whether it has the log-in for that."""
    _checked_choice(found, "send_by", By)
    by, auth = found.get("send_by"), found.get("auth")
    if by == By.GRAPH and auth != Auth.MICROSOFT:
        raise Invalid(_("To send through Microsoft 365, log in by a Microsoft 365 account."), field="send_by")
    if by == By.GMAIL and auth != Auth.GOOGLE:
        raise Invalid(_("To send through the Gmail API, log in by a Google account."), field="send_by")
    url, domain = (str(found.get(name) or "").strip() for name in ("send_url", "mailgun_domain"))
    if url and not ADDRESS.fullmatch(url):
        raise Invalid(_("Write it as https://api.provider.example."), field="send_url")
    if domain and not HOST.fullmatch(domain):
        raise Invalid(_("This is not the name of a domain: write it as mg.company.example."), field="mailgun_domain")
    found |= {name: value for name, value in (("send_url", url), ("mailgun_domain", domain)) if name in found}


def _checked_choice(found: dict[str, Any], name: str, choices: type[StrEnum]) -> None:
    if found.get(name) and found[name] not in list(choices):
        raise Invalid(_("Choose one of: %(names)s.") % {"names": ", ".join(choices)}, field=name)


def _checked_number(found: dict[str, Any], name: str) -> None:
    given = str(found.get(name) or 0)
    if not given.isdecimal() or int(given) > MOST_MAILS:
        message = _("Give a number from 0 to %(most)s; 0 or nothing is the usual.")
        raise Invalid(message % {"most": MOST_MAILS}, field=name)
    found[name] = int(given)


def _checked_server(name: str, written: Any, ports: Mapping[Security, int]) -> dict[str, Any]:
    if not isinstance(written, Mapping):
        raise Invalid(_("A server has host, port, security and user."), field=name)
    host = str(written.get("host") or "").strip()
    if not host:
        return {}
    if not HOST.fullmatch(host):
        raise Invalid(_("This is not the name of a server: write it as mail.company.example."), field=f"{name}_host")
    security = str(written.get("security") or Security.TLS)
    if security not in list(Security):
        raise Invalid(_("Choose one of: %(names)s.") % {"names": ", ".join(Security)}, field=f"{name}_security")
    port = str(written.get("port") or ports[Security(security)])
    if not port.isdecimal() or not 0 < int(port) <= HIGHEST_PORT:
        raise Invalid(_("A port is a number from 1 to 65535."), field=f"{name}_port")
    user = str(written.get("user") or "").strip()
    whole = {"host": host, "port": int(port), "security": security, "user": user}
    folder = str(written.get("folder") or DEFAULT_FOLDER).strip()
    return whole | ({"folder": folder} if name == "imap" else {})
