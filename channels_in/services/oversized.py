"""A mail that is too large becomes no ticket; a person who sent one is told so, once a day (threats.md E20)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from channels_in.adapters.email import Writer, writer_of
from channels_in.adapters.mail_authentication import Proof, proof_of
from channels_in.adapters.mail_parts import LARGEST_MAIL
from channels_in.models import BlockedSender
from channels_in.services import ledger
from channels_in.services.judging import blockable
from channels_out.models import Dispatch
from channels_out.services import outbox
from channels_out.services.outbox import Outgoing, Recipient
from core.secrets import sign_id
from policies.mailboxes import MailboxSettings
from policies.models import Channel
from tickets.services.outward.outgoing import LOOP_MARK, LOOP_TOKEN

TOO_LARGE = "too_large"
ONCE_IN = timedelta(days=1)


def take(channel: Channel, header: bytes, *, size: int, now: datetime) -> None:
    """Keep the header of a mail that is too large, parked, and tell its writer. Raises CouldNotStore."""
    if ledger.store_stub(channel, header, size=size, reason=TOO_LARGE, now=now):
        tell(channel, header, now=now)


def tell(channel: Channel, header: bytes, *, now: datetime) -> None:
    """Write to the person whose mail was too large; never to a machine, nor to who is not who they say.

    header: what was kept of the mail. For after the stub has been stored.
    """
    writer = writer_of(header) if channel.kind == Channel.Kind.EMAIL else None
    if writer is None or writer.automatic or _is_disowned(writer, channel):
        return
    with transaction.atomic():
        if writer.address in outbox.within_budget([writer.address], now=now) and not _is_silent(
            writer.address, now=now
        ):
            outbox.queue([_outgoing(channel, writer)], now=now)


def _is_disowned(writer: Writer, channel: Channel) -> bool:
    server = MailboxSettings.of(channel).authserv_id
    return proof_of(writer.results, server=server, sender=writer.address) == Proof.FAILED


def _is_silent(address: str, *, now: datetime) -> bool:
    """Who has been told today, is one of us, or is blocked."""
    return (
        Dispatch.objects.filter(order_key=_key(address), created_at__gt=now - ONCE_IN).exists()
        or Channel.objects.filter(address__iexact=address).exists()
        or BlockedSender.objects.filter(value__in=blockable([address])).exists()
    )


def _key(address: str) -> str:
    return f"too-large-{address}"[:60]


def _outgoing(channel: Channel, writer: Writer) -> Outgoing:
    with translation.override(channel.language):
        text = _(
            "Hello,\n\n"
            "your mail “%(subject)s” is larger than the %(most)d MB that we can take, so nobody has read it.\n"
            "Please send it again with smaller or fewer attachments, or as a link.\n\n"
            "%(company)s"
        ) % {"subject": writer.subject, "most": LARGEST_MAIL // 1024**2, "company": channel.name}
        subject = _("Your mail was too large")
    headers = {LOOP_MARK: sign_id(LOOP_TOKEN, channel.pk), "Auto-Submitted": "auto-replied"}
    return Outgoing(
        channel=channel,
        recipients=[Recipient(writer.address, writer.name)],
        subject=subject,
        text=text,
        headers=headers,
        automatic=True,
        order_key=_key(writer.address),
    )
