"""A mailbox over IMAP with real processes: mails become messages once, whatever is stopped or killed in between."""

import json

import pytest

from tests.dovecot import PASSWORD, Dovecot, program
from tests.mails import raw_mail
from tests.servers.conftest import MAILBOX

pytestmark = pytest.mark.servers
CONNECT = """
from policies.models import Channel
channel = Channel.objects.get(address={address!r})
channel.settings, channel.secrets = {settings}, {secrets}
channel.save()
"""
DONE = "channels_in_arrival WHERE state = 'done'"


@pytest.fixture
def dovecot():
    if program() is None:
        pytest.skip("needs Dovecot (Debian: dovecot-imapd)")
    server = Dovecot("keluhan")
    server.start()
    yield server
    server.remove()


def connect(helpdesk, dovecot):
    imap = {"host": "127.0.0.1", "port": dovecot.port, "security": "none", "user": "keluhan"}
    written, kept = json.dumps({"imap": imap}), json.dumps({"imap_password": PASSWORD})
    script = CONNECT.format(address=MAILBOX, settings=written, secrets=kept)
    done = helpdesk.installation.manage("shell", "--no-imports", "--command", script)
    assert done.returncode == 0, done.stderr


def mails(first, last):
    return [raw_mail(f"Internet mati {n}", message_id=f"<m{n}@mail.example>") for n in range(first, last)]


def poll_now(helpdesk):
    """As the rounds would within half a minute."""
    script = "from channels_in.models import Mailbox; from core.clock import now; "
    script += "Mailbox.objects.update(next_poll_at=now(), lease_until=None)"
    assert helpdesk.installation.manage("shell", "--no-imports", "--command", script).returncode == 0


def test_mails_of_a_mailbox_become_messages_once_through_outage_renumbering_and_kill(over_servers, dovecot, wait_for):
    helpdesk = over_servers
    connect(helpdesk, dovecot)
    dovecot.append("keluhan", *mails(0, 5))
    helpdesk.work()
    helpdesk.ring()
    wait_for(lambda: helpdesk.count(DONE) == 5, seconds=40)

    dovecot.stop()
    poll_now(helpdesk)
    wait_for(lambda: helpdesk.count("channels_in_mailbox WHERE trouble = 'port_closed'"), seconds=20)
    dovecot.start()
    dovecot.count_anew("keluhan")
    dovecot.append("keluhan", *mails(5, 40))
    helpdesk.kill("worker")
    helpdesk.forget_hints()
    helpdesk.work()
    poll_now(helpdesk)
    wait_for(lambda: helpdesk.count(DONE) == 40, seconds=60)

    assert helpdesk.count("channels_in_arrival") == 40
    assert helpdesk.count("tickets_message WHERE kind = 'inbound'") == 40
    assert dovecot.flags("keluhan") == [(b"\\Seen",)] * 40
