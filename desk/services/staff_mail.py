"""A mail of ours to somebody of the staff: by the first mailbox, marked as automatic, nobody answers it."""

from channels_out.services.outbox import Outgoing, Recipient
from core.secrets import sign_id
from policies.models import Channel
from staff.models import User
from tickets.services.outward.outgoing import LOOP_MARK, LOOP_TOKEN


def mailbox() -> Channel | None:
    """What such mail leaves by; None where there is nothing to write from."""
    return Channel.objects.active().filter(kind=Channel.Kind.EMAIL).first()


def outgoing(user: User, channel: Channel, *, subject: str, text: str) -> Outgoing:
    return Outgoing(
        channel=channel,
        recipients=[Recipient(user.email, user.name)],
        subject=subject,
        text=text,
        headers={
            LOOP_MARK: sign_id(LOOP_TOKEN, channel.pk),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
        automatic=True,
    )
