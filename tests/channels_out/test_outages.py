"""W20: access that was withdrawn holds the queue; administrators are told by notice and by mail, once, and it resumes
in order when the account is connected anew."""

from datetime import timedelta

import pytest

from channels_out import oauth
from channels_out.models import Dispatch, Outlet
from channels_out.services import by_mail, outlets, sending
from core.actor import SYSTEM
from notices.models import Notice
from tests.channels_out.conftest import NOW, queued, standing
from tests.factories import ChannelFactory, UserFactory
from tests.tokens import TokenServer

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)


@pytest.fixture
def provider(settings):
    started = TokenServer()
    settings.PRIVATE_HOSTS_ALLOWED = [started.host]
    yield started
    started.close()


@pytest.fixture
def ratna():
    return UserFactory(
        name="Ratna", public_name="Ratna", email="ratna@nusanet.example", role="administrator", language="en"
    )


@pytest.fixture
def mailbox(server, provider):
    """Sends by a server that knows the user by a token."""
    server.users = {"keluhan": "access-3"}
    own = {"client_id": "t", "token_url": f"http://{provider.host}/token"}
    smtp = server.settings["smtp"] | {"user": "keluhan"}
    settings = {"smtp": smtp, "auth": "microsoft", "oauth": own}
    return ChannelFactory(
        name="Keluhan", address="keluhan@nusanet.example", settings=settings, secrets={"refresh_token": "r"}
    )


def for_an_hour(now=NOW):
    """As beat would, in fewer steps; returns the moment after."""
    for minutes in range(0, 60, 2):
        moment = now + timedelta(minutes=minutes)
        sending.send_due(now=moment)
        outlets.tend(now=moment + 5 * SECOND)
    return now + timedelta(minutes=59)


def mails_to(address):
    return Dispatch.objects.filter(recipients__address=address).order_by("id")


def test_W20_withdrawn_access_holds_the_queue_and_resumes_in_order_when_connected_anew(
    mailbox, provider, server, ratna
):
    other = ChannelFactory(name="Loket surel", address="loket@nusanet.example")
    UserFactory(role="supervisor")
    provider.refusing = "invalid_grant"
    first, second = queued(mailbox, "Satu", order_key="c-1"), queued(mailbox, "Dua", order_key="c-1")

    now = for_an_hour()
    assert (standing(first)[0], standing(second)[0], first.tries) == ("held", "held", 0)
    assert Outlet.objects.get(channel=mailbox).reason == (
        "The access was withdrawn or has run out: connect the account again."
    )
    assert len(provider.asked) == 1
    assert [(notice.recipient, notice.kind) for notice in Notice.objects.all()] == [(ratna, "channel_held")]
    [mail] = mails_to("ratna@nusanet.example")
    assert (mail.channel, mail.subject, mail.automatic) == (other, "Keluhan does not send", True)
    assert "connect the account again" in mail.text
    assert f"/desk/channels/{mailbox.pk}/" in mail.text

    provider.refusing = ""
    oauth.finish(mailbox, code="abc", verifier="v" * 64, redirect_uri="https://x.example/", actor=SYSTEM, now=now)
    server.users = {"keluhan": "access-2"}
    outlets.tend(now=now + 5 * SECOND)
    sending.send_due(now=now + 5 * SECOND)

    assert server.subjects == ["Satu", "Dua"]
    assert list(Notice.objects.order_by("id").values_list("kind", flat=True)) == ["channel_held", "channel_works_again"]
    assert mails_to("ratna@nusanet.example").count() == 1


def test_a_provider_that_changes_its_token_each_time_is_not_asked_more_often(mailbox, provider, server):
    provider.rotates = True
    server.users = {"keluhan": "another"}
    queued(mailbox, "Satu")

    for_an_hour()

    assert server.connections == 2  # with the token it had and with a new one


def test_a_mail_about_reading_goes_by_the_mailbox_itself_and_in_the_language_of_its_reader(channel, ratna):
    UserFactory(name="Budi", email="budi@nusanet.example", role="administrator", language="id")
    UserFactory(email="lama@nusanet.example", role="administrator", is_active=False)
    ChannelFactory()

    by_mail.of_reading(channel, lambda: "Sebabnya.", since=NOW, now=NOW)

    subjects = {mail.recipients.get().address: mail.subject for mail in Dispatch.objects.filter(channel=channel)}
    assert subjects["ratna@nusanet.example"] == f"{channel.name} cannot be read"
    assert subjects["budi@nusanet.example"] == f"{channel.name} tidak bisa dibaca"
    assert len(subjects) == 2


def test_where_no_mailbox_sends_there_is_no_mail_that_would_only_wait(channel, ratna):
    Outlet.objects.create(channel=channel, state="held", next_probe_at=NOW)

    by_mail.of_sending(channel, "away", since=NOW, now=NOW)

    assert not Dispatch.objects.exists()
