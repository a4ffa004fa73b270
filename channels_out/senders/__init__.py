"""Senders: one for each way out. A sender posts a dispatch and knows no database beyond the files it attaches."""

from channels_out.senders.base import Sender, SendingFailed
from channels_out.senders.folder import FolderSender
from channels_out.senders.smtp import SmtpSender

__all__ = ["Sender", "SendingFailed", "sender_for"]


def sender_for(email_url: str) -> Sender:
    """SMTP where EMAIL_URL names a server, else the folder var/sent, from which nothing leaves the machine."""
    return SmtpSender() if email_url else FolderSender()
