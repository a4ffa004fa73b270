"""Administrators set a mailbox up on a page: filled in by its address, tested, paused; no secret ever comes back."""

import pytest
from django.urls import reverse

from channels_in.models import Mailbox, MailboxCheck
from channels_out.ways import WayOut
from core.actor import Role
from core.errors import Invalid
from notices.services.telling import tell
from policies.mailboxes import checked_settings
from policies.models import Channel, ChannelHistory
from tests.desk.conftest import TEN, desk_of, words
from tests.factories import ChannelFactory, QueryTypeFactory, UserFactory
from tests.tokens import TokenServer


@pytest.fixture
def ratna(db):
    return UserFactory(email="ratna@nusanet.example", name="Ratna", role=Role.ADMINISTRATOR)


@pytest.fixture
def office(ratna):
    return desk_of(ratna)


@pytest.fixture
def unsorted(db):
    return QueryTypeFactory(slug="belum-dipilah", name_en="Unsorted", name_id="Belum dipilah")


@pytest.fixture
def mailbox(unsorted):
    return ChannelFactory(
        name="Keluhan",
        address="keluhan@nusanet.example",
        query_type=unsorted,
        settings={"imap": {"host": "imap.nusanet.example", "port": 993, "security": "tls", "user": "keluhan"}},
        secrets={"imap_password": "sangat-rahasia"},
    )


def filled_in(response, **changes):
    """What a browser would send: everything as it stands on the page, with these changes."""
    form = response.context["form"]
    known = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    return {name: value for name, value in (known | changes).items() if value is not None}


def page(channel, what="channel"):
    return reverse(f"desk:{what}", args=[channel.pk])


def test_a_known_providers_servers_are_filled_in_by_the_address(office, unsorted):
    response = office.get(reverse("desk:channel-new"), {"address": "keluhan.nusanet@gmail.com"})

    form = response.context["form"]
    assert [form[name].value() for name in ("imap_host", "imap_port", "smtp_host", "smtp_port", "smtp_user")] == [
        "imap.gmail.com",
        993,
        "smtp.gmail.com",
        587,
        "keluhan.nusanet@gmail.com",
    ]


def test_a_mailbox_is_added_and_tested_in_one_go(office, unsorted):
    address = reverse("desk:channel-new") + "?address=keluhan@nusanet.example"
    given = filled_in(office.get(address), name="Nusanet Keluhan", imap_password="rahasia", test="1")

    response = office.post(address, given)

    channel = Channel.objects.get()
    assert response.url == page(channel) + "#test"
    assert (channel.address, channel.settings["imap"]["host"]) == ("keluhan@nusanet.example", "imap.nusanet.example")
    assert (channel.secrets, channel.query_type) == ({"imap_password": "rahasia"}, unsorted)
    assert MailboxCheck.objects.get().asked_by == "Ratna"
    assert ChannelHistory.objects.get().change == "created"


def test_secrets_are_shown_as_kept_and_never_sent_back(office, mailbox):
    response = office.get(page(mailbox))

    assert "Kept. Fill in only to change it." in words(response)
    assert "sangat-rahasia" not in response.content.decode()

    office.post(page(mailbox), filled_in(response, name="Pengaduan"))
    mailbox.refresh_from_db()
    assert (mailbox.name, mailbox.secrets) == ("Pengaduan", {"imap_password": "sangat-rahasia"})


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(office, mailbox):
    given = filled_in(office.get(page(mailbox)), imap_host="imap nusanet", name="Lain")

    response = office.post(page(mailbox), given)

    assert response.status_code == 422
    assert response.context["form"].errors["imap_host"] == [
        "This is not the name of a server: write it as mail.company.example."
    ]
    assert 'value="Lain"' in response.content.decode()
    mailbox.refresh_from_db()
    assert mailbox.name == "Keluhan"


def test_how_much_a_mailbox_may_send_is_set_on_its_page(office, mailbox):
    first = office.get(page(mailbox))
    assert [first.context["form"][name].value() for name in ("max_per_minute", "quote_last")] == [None, True]

    office.post(page(mailbox), filled_in(first, max_per_minute="30", automatic_per_hour="200", quote_last=None))

    mailbox.refresh_from_db()
    way = WayOut.of(mailbox)
    assert (way.max_per_minute, way.automatic_per_hour, way.quote_last) == (30, 200, False)
    assert [office.get(page(mailbox)).context["form"][name].value() for name in ("max_per_minute", "quote_last")] == [
        30,
        False,
    ]


def test_a_providers_interface_is_set_on_the_page_and_its_key_never_comes_back(office, mailbox):
    given = {"send_by": "mailgun", "mailgun_domain": "mg.nusanet.example", "mailgun_key": "key-123"}
    given |= {"send_url": "https://api.eu.mailgun.net", "plain_return_path": "on"}
    assert office.post(page(mailbox), filled_in(office.get(page(mailbox)), **given)).status_code == 302

    again = office.get(page(mailbox))
    office.post(page(mailbox), filled_in(again, name="Pengaduan"))

    mailbox.refresh_from_db()
    way = WayOut.of(mailbox)
    assert (way.by, way.mailgun_domain, way.mailgun_key) == ("mailgun", "mg.nusanet.example", "key-123")
    assert (way.url, way.plain_return_path) == ("https://api.eu.mailgun.net", True)
    assert "key-123" not in again.content.decode()
    assert ChannelHistory.objects.earliest("id").after["secrets"] == ["mailgun_key"]


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"send_by": "mailgun"}, "mailgun_key", "Fill in the key that the provider gave you."),
        ({"send_by": "graph"}, "send_by", "To send through Microsoft 365, log in by a Microsoft 365 account."),
        ({"send_by": "gmail"}, "send_by", "To send through the Gmail API, log in by a Google account."),
        ({"send_url": "api.eu.mailgun.net"}, "send_url", "Write it as https://api.provider.example."),
        ({"mailgun_domain": "mg nusanet"}, "mailgun_domain", "This is not the name of a domain"),
    ],
)
def test_a_way_out_that_cannot_work_is_not_saved(office, mailbox, given, field, said):
    response = office.post(page(mailbox), filled_in(office.get(page(mailbox)), **given))

    assert response.status_code == 422
    assert response.context["form"].errors[field][0].startswith(said)
    mailbox.refresh_from_db()
    assert WayOut.of(mailbox).by == "smtp"


def test_what_is_left_empty_is_as_usual(office, mailbox):
    office.post(page(mailbox), filled_in(office.get(page(mailbox))))

    mailbox.refresh_from_db()
    way = WayOut.of(mailbox)
    assert (way.max_per_minute, way.automatic_per_hour, way.quote_last) == (0, 1000, True)


def test_a_number_that_is_none_reaches_no_channel(office, mailbox):
    form = filled_in(office.get(page(mailbox)), max_per_minute="-1")
    assert office.post(page(mailbox), form).status_code == 422
    with pytest.raises(Invalid, match="Give a number from 0 to 100000"):
        checked_settings({"max_per_minute": "banyak"})


def test_the_list_says_how_each_channel_does(office, mailbox):
    Mailbox.objects.create(
        channel=mailbox,
        started_at=TEN,
        next_poll_at=TEN,
        failures=2,
        failing_since=TEN,
        trouble="wrong_password",
        trouble_facts={"host": "imap.nusanet.example", "user": "keluhan"},
        backlog=12,
        last_mail_at=TEN,
    )
    ChannelFactory(name="Loket", kind="counter", address="")

    said = words(office.get(reverse("desk:channels")))

    assert "Keluhan E-mail · keluhan@nusanet.example does not work · since Fri 20 Nov 10:00" in said
    assert "12 mails wait on the server" in said
    assert "imap.nusanet.example refuses the user keluhan: check name and password" in said
    assert "Loket Counter works" in said


def test_a_running_test_shows_its_steps_and_asks_again_until_it_is_over(office, mailbox):
    check = MailboxCheck.objects.create(
        channel=mailbox, asked_at=TEN, token="t", state="running", step="send", done=["imap", "smtp"]
    )

    going_on = office.get(page(mailbox, "channel-test-state"))
    MailboxCheck.objects.filter(pk=check.pk).update(
        state="failed",
        trouble="sender_refused",
        trouble_facts={"host": "smtp", "user": "k", "address": "a", "said": "no"},
    )
    over = office.get(page(mailbox, "channel-test-state"))

    assert 'hx-trigger="every 1s"' in going_on.content.decode()
    assert 'aria-label="going on"' in going_on.content.decode()
    assert "hx-trigger" not in over.content.decode()
    assert "smtp does not let k write as a: no" in words(over)


def test_a_mailbox_that_sends_by_a_provider_shows_no_step_at_an_smtp_server(office, mailbox):
    mailbox.settings["send_by"] = "mailgun"
    mailbox.save()
    MailboxCheck.objects.create(channel=mailbox, asked_at=TEN, token="t", state="running", step="send", done=["imap"])

    said = words(office.get(page(mailbox, "channel-test-state")))

    assert "Log in to the IMAP server" in said
    assert "SMTP" not in said


def test_withdrawn_access_is_said_where_the_account_is_connected(office, mailbox):
    mailbox.settings["auth"] = "microsoft"
    mailbox.secrets = {"refresh_token": "r", "access_token_refused": "abc 2026-11-20T11:00:00+00:00"}
    mailbox.save()

    said = words(office.get(page(mailbox)))

    assert "The access was withdrawn or has run out: connect the account again. Connect again" in said
    assert "An account is connected." not in said


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (["imap", "smtp", "send", "arrive", "remove"], "Everything works: mail comes in and goes out."),
        (["smtp"], "What could be tested works."),
        ([], "There is nothing to test: neither an IMAP nor an SMTP server is named here."),
    ],
)
def test_a_passed_test_claims_no_more_than_it_tried(office, mailbox, done, said):
    MailboxCheck.objects.create(channel=mailbox, asked_at=TEN, token="t", state="passed", done=done)

    assert said in words(office.get(page(mailbox, "channel-test-state")))


def test_a_channel_rests_and_works_again(office, mailbox):
    office.post(page(mailbox, "channel-state"), {"state": "paused"})
    mailbox.refresh_from_db()
    paused = mailbox.state
    office.post(page(mailbox, "channel-state"), {"state": "active"})
    mailbox.refresh_from_db()

    assert (paused, mailbox.state) == ("paused", "active")
    assert list(ChannelHistory.objects.order_by("id").values_list("change", flat=True)) == ["paused", "resumed"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_only_administrators_open_the_pages_and_see_the_link(role, mailbox):
    client = desk_of(UserFactory(role=role))

    assert client.get(reverse("desk:channels")).status_code == 403
    assert client.get(page(mailbox)).status_code == 403
    assert client.post(page(mailbox, "channel-test")).status_code == 403
    assert reverse("desk:channels") not in client.get(reverse("desk:queue")).content.decode()


def test_an_account_is_connected_by_whoever_left_from_here(office, mailbox, settings):
    provider = TokenServer()
    settings.PRIVATE_HOSTS_ALLOWED = [provider.host]
    mailbox.settings |= {"auth": "google", "oauth": {"client_id": "g", "token_url": f"http://{provider.host}/t"}}
    mailbox.save()
    back = reverse("desk:channel-connected")

    leaving = office.get(page(mailbox, "channel-connect"))
    stranger = office.get(back, {"state": "guessed", "code": "abc"})
    office.get(page(mailbox, "channel-connect"))
    state = office.session["desk.channel-leave"]["state"]
    response = office.get(back, {"state": state, "code": "abc"})
    provider.close()

    assert leaving.url.startswith("https://accounts.google.com/o/oauth2/v2/auth?client_id=g&")
    assert stranger.url == reverse("desk:channels")
    assert response.url == page(mailbox)
    mailbox.refresh_from_db()
    assert mailbox.secrets["refresh_token"] == "refresh-1"
    [asked] = provider.asked
    assert asked["redirect_uri"] == f"{settings.SITE_URL}{back}"


def test_the_number_of_statements_does_not_grow_with_the_channels(office, mailbox, django_assert_max_num_queries):
    ChannelFactory.create_batch(20)

    with django_assert_max_num_queries(9):
        office.get(reverse("desk:channels"))


def test_a_notice_about_a_mailbox_leads_to_its_page(office, ratna, mailbox):
    tell(ratna.pk, "mailbox_failing", object_kind="channel", object_id=mailbox.pk, now=TEN, channel=mailbox.name)

    assert "The mailbox Keluhan cannot be read; its page says why." in words(office.get(reverse("desk:notices")))
    assert office.post(reverse("desk:notice", args=[ratna.notices.get().pk])).url == page(mailbox)
