"""W20 on the desk: administrators see on every page which channels do not work, and as long as they do not."""

from datetime import timedelta

import pytest
from django.urls import reverse

from channels_in.models import Mailbox
from channels_in.services import polling
from channels_out.models import Outlet
from tests.desk.conftest import NINE, TEN, desk_of, words
from tests.factories import ChannelFactory, UserFactory

pytestmark = pytest.mark.django_db
FAILING = {"failures": 3, "failing_since": NINE, "told_at": TEN, "trouble": "no_access"}
HELD = {"state": "held", "opened_at": NINE, "alerted_at": NINE, "next_probe_at": TEN}


@pytest.fixture
def office():
    return desk_of(UserFactory(role="administrator"))


def mailbox(channel, **row):
    return Mailbox.objects.create(channel=channel, started_at=NINE, next_poll_at=TEN, **row)


def shown(desk, address="/desk/"):
    return words(desk.get(address))


def test_W20_an_administrator_reads_on_every_page_what_does_not_work_and_since_when(office):
    keluhan, loket, wa = (ChannelFactory(name=name) for name in ("Keluhan", "Loket", "Tagihan"))
    mailbox(keluhan, **FAILING)
    Outlet.objects.create(channel=loket, **HELD)
    mailbox(wa, **FAILING)
    Outlet.objects.create(channel=wa, **HELD)

    for address in ("/desk/", "/desk/outbox/"):
        said = shown(office, address)
        assert "Keluhan has received nothing since Fri 20 Nov 09:00 . See why" in said
        assert "Loket has sent nothing since Fri 20 Nov 09:00 : what is to leave waits. See why" in said
        assert "Tagihan has neither received nor sent anything since Fri 20 Nov 09:00 . See why" in said
    assert reverse("desk:channel", args=[loket.pk]) in office.get("/desk/").content.decode()


def test_what_lasts_only_moments_rests_or_works_again_is_not_shown(office):
    mailbox(ChannelFactory(name="Sebentar"), **FAILING | {"told_at": None})
    mailbox(ChannelFactory(name="Istirahat", state="paused"), **FAILING)
    again = mailbox(ChannelFactory(name="Keluhan"), **FAILING)
    assert "Keluhan has received nothing" in shown(office)

    Mailbox.objects.filter(pk=again.pk).update(failures=0, failing_since=None, told_at=None, trouble="")

    assert "since Fri" not in shown(office)


def test_a_failing_mailbox_that_a_pipe_feeds_from_now_on_is_no_outage_any_more(office):
    mailbox(ChannelFactory(name="Keluhan", settings={}), **FAILING)
    assert "Keluhan has received nothing" in shown(office)

    [taken] = polling.claim_due(Mailbox.objects.due(TEN), limit=1, now=TEN)
    polling.poll(taken, clock=lambda: TEN)

    answer = office.get("/desk/")
    assert (answer.status_code, "has received nothing" in words(answer)) == (200, False)


def test_an_open_page_learns_of_it_with_the_bell(office):
    Outlet.objects.create(channel=ChannelFactory(name="Keluhan"), **HELD)

    answer = office.get(reverse("desk:bell"))

    assert 'hx-swap-oob="true"' in answer.content.decode()
    assert "Keluhan has sent nothing" in words(answer)


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_others_are_not_troubled_with_it(role):
    Outlet.objects.create(channel=ChannelFactory(name="Keluhan"), **HELD)
    desk = desk_of(UserFactory(role=role))

    assert "Keluhan has sent nothing" not in shown(desk)
    assert "outages" not in desk.get(reverse("desk:bell")).content.decode()


def test_many_outages_cost_one_statement(office, django_assert_max_num_queries):
    def statements():
        with django_assert_max_num_queries(100) as counted:
            office.get(reverse("desk:bell"))
        return len(counted)

    statements()
    one = statements()
    for number in range(5):
        mailbox(ChannelFactory(), **FAILING | {"failing_since": NINE + timedelta(minutes=number)})

    assert statements() == one
