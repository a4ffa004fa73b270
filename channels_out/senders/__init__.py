"""Senders: one for each way out. A sender posts a dispatch and knows no database beyond the files it attaches."""

from datetime import datetime

from django.conf import settings

from channels_out import oauth
from channels_out.senders.access import Access
from channels_out.senders.base import Sender
from channels_out.senders.folder import FolderSender
from channels_out.senders.gmail import GmailSender
from channels_out.senders.graph import GraphSender
from channels_out.senders.mailgun import MailgunSender
from channels_out.senders.smtp import SmtpSender
from channels_out.ways import WayOut
from policies.mailboxes import Auth, By, MailboxSettings, Security, Server
from policies.models import Channel

__all__ = ["sender_for", "server_of_all"]


def sender_for(channel: Channel, *, now: datetime) -> Sender:
    """The way that the channel is set to: a provider, its own mail server, else that of EMAIL_URL; without any of them
    the folder var/sent, from which nothing leaves the machine.
    """
    way = WayOut.of(channel)
    if way.by == By.MAILGUN:
        return MailgunSender(way.mailgun_key, way.mailgun_domain, url=way.url)
    if way.by == By.GRAPH:
        return GraphSender(Access(channel, oauth.GRAPH, now), url=way.url)
    if way.by == By.GMAIL:
        return GmailSender(Access(channel, oauth.MAIL, now), url=way.url)
    mailbox = MailboxSettings.of(channel)
    if mailbox.smtp:
        access = None if mailbox.auth == Auth.PASSWORD else Access(channel, oauth.MAIL, now)
        return SmtpSender(mailbox.smtp, access=access, plain_return_path=way.plain_return_path)
    server = server_of_all()
    return SmtpSender(server, plain_return_path=way.plain_return_path) if server else FolderSender()


def server_of_all() -> Server | None:
    """The server that EMAIL_URL names, for mailboxes without one of their own."""
    if not settings.EMAIL_URL:
        return None
    encrypted = Security.STARTTLS if settings.EMAIL_USE_TLS else Security.NONE
    return Server(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        security=Security.TLS if settings.EMAIL_USE_SSL else encrypted,
        user=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
    )
