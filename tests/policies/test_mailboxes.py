"""A mailbox's settings are read in one shape, however little was set."""

from policies.mailboxes import Auth, MailboxSettings, Security, Server
from policies.models import Channel


def test_a_mailbox_fed_by_a_pipe_has_no_servers_of_its_own():
    found = MailboxSettings.of(Channel(kind="email"))

    assert (found.imap, found.smtp, found.auth, found.authserv_id) == (None, None, Auth.PASSWORD, "")


def test_ports_and_folder_follow_from_the_way_the_connection_is_protected():
    channel = Channel(kind="email", secrets={"imap_password": "rahasia", "smtp_password": "lain"})
    channel.settings = {
        "imap": {"host": " imap.example.com ", "user": "keluhan"},
        "smtp": {"host": "smtp.example.com", "security": "starttls", "user": "keluhan"},
        "authserv_id": "MX.Example.com",
    }

    found = MailboxSettings.of(channel)

    assert found.imap == Server("imap.example.com", 993, Security.TLS, "keluhan", "rahasia", "INBOX")
    assert found.smtp == Server("smtp.example.com", 587, Security.STARTTLS, "keluhan", "lain", "INBOX")
    assert found.authserv_id == "mx.example.com"
