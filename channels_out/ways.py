"""How a mailbox channel sends, read from `Channel.settings` and `Channel.secrets` in one typed shape.

policies/mailboxes.py has the SMTP server and the log-in; these keys are about sending alone.
settings: `send_by` (smtp, graph, gmail, mailgun), `send_url` (another address of the provider's API than its usual
one), `mailgun_domain`, `max_per_minute` (0 is no limit), `automatic_per_hour`, `quote_last`, `plain_return_path`.
secrets: `mailgun_key`.
"""

from dataclasses import dataclass
from typing import Self

from policies.mailboxes import By
from policies.models import Channel

AUTOMATIC_PER_HOUR = 1000


def delivers_plus(channel: Channel) -> bool:
    """Whether its mail server delivers address+something to the mailbox, as nearly all do (RFC 5233)."""
    return not channel.settings.get("plain_return_path")


@dataclass(frozen=True, slots=True)
class WayOut:
    """How one channel sends.

    url: the provider's interface, empty for its usual address. max_per_minute: 0 where nothing limits it.
    automatic_per_hour: how many messages that no person wrote may leave in an hour; more wait, and are reported.
    quote_last: whether an answer ends with the message it answers, as mail programs do.
    plain_return_path: bounces and answers come to the bare address, for servers that deliver or let us use no other.
    """

    by: By
    url: str
    mailgun_domain: str
    mailgun_key: str
    max_per_minute: int
    automatic_per_hour: int
    quote_last: bool
    plain_return_path: bool

    @classmethod
    def of(cls, channel: Channel) -> Self:
        """What was never set has its default."""
        written = channel.settings
        return cls(
            by=By(written.get("send_by") or By.SMTP),
            url=str(written.get("send_url") or "").rstrip("/"),
            mailgun_domain=str(written.get("mailgun_domain") or channel.address.rpartition("@")[2]),
            mailgun_key=str(channel.secrets.get("mailgun_key") or ""),
            max_per_minute=int(written.get("max_per_minute") or 0),
            automatic_per_hour=int(written.get("automatic_per_hour") or AUTOMATIC_PER_HOUR),
            quote_last=bool(written.get("quote_last", True)),
            plain_return_path=bool(written.get("plain_return_path")),
        )
