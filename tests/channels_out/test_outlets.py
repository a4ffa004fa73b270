"""Channels whose provider is away, slow, or lets nobody in: their queue waits in order, and nobody waits with it."""

import time
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from channels_out.models import Dispatch, Outlet
from channels_out.senders.base import Unreachable
from channels_out.services import outbox, outlets, sending
from channels_out.services.outbox import Recipient
from core.models import Errand
from notices.models import Notice
from tests.channels_out.conftest import NOW, queued, standing
from tests.factories import ChannelFactory, UserFactory
from tests.mail_sink import MailServer
from tests.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


def away():
    """The settings of a server that is not there."""
    return {"smtp": {"host": "127.0.0.1", "port": free_port(), "security": "none"}}


def told():
    return list(Notice.objects.order_by("id").values_list("kind", flat=True))


def look_every(seconds, *, until, now=NOW):
    """Let the clocks ring as beat would, in fewer steps; returns the moment after the last."""
    while now < until:
        sending.send_due(now=now)
        outlets.tend(now=now)
        now += timedelta(seconds=seconds)
    return now


def test_after_three_failed_connections_only_one_message_tries_now_and_then():
    channel = ChannelFactory(settings=away())
    dispatches = [queued(channel, f"Kabar {n}") for n in range(5)]

    sending.send_due(now=NOW)
    outlet = Outlet.objects.get()
    assert (outlet.state, outlet.failures, outlet.rest_until) == ("closed", 1, NOW + timedelta(seconds=5))
    sending.send_due(now=NOW + timedelta(seconds=5))
    sending.send_due(now=NOW + timedelta(seconds=15))
    outlet.refresh_from_db()
    assert (outlet.state, outlet.failures, outlet.opened_at) == ("open", 3, NOW)
    assert outlet.next_probe_at == NOW + timedelta(seconds=45)
    assert "cannot be reached" in outlet.reason
    sending.send_due(now=NOW + timedelta(seconds=44))
    sending.send_due(now=NOW + timedelta(seconds=45))

    outlet.refresh_from_db()
    assert (outlet.failures, outlet.next_probe_at) == (4, NOW + timedelta(seconds=105))
    assert {standing(dispatch)[0] for dispatch in dispatches} == {"queued"}
    assert not any(dispatch.tries for dispatch in dispatches)


def test_an_outage_of_six_hours_fails_nothing_alerts_once_and_drains_in_order():
    administrator = UserFactory(role="administrator")
    UserFactory()
    settings = away()
    channel = ChannelFactory(settings=settings, name="Keluhan")
    for n in range(20):
        queued(channel, f"Kabar {n:02}", order_key=f"conversation-{n % 3}", at=NOW + n * MINUTE)

    now = look_every(60, until=NOW + timedelta(minutes=20))
    now = look_every(900, now=now, until=NOW + timedelta(hours=6))
    [notice] = Notice.objects.all()
    assert (notice.recipient, notice.kind, notice.parameters["channel"]) == (administrator, "channel_down", "Keluhan")
    assert timedelta(minutes=10) <= notice.created_at - NOW <= timedelta(minutes=11)
    assert Errand.objects.count() == 0

    server = MailServer()
    channel.settings = server.settings
    channel.save()
    look_every(5, now=now, until=now + MINUTE)
    server.stop()

    assert server.subjects == sorted(server.subjects)
    assert len(server.subjects) == 20
    assert told() == ["channel_down", "channel_works_again"]
    assert not Dispatch.objects.filter(subject__contains="does not send").exists()  # by what could it have left?
    outlet = Outlet.objects.get()
    assert (outlet.state, outlet.reason, outlet.failures, outlet.opened_at) == ("closed", "", 0, None)


def test_a_channel_that_is_away_for_a_day_tells_the_owners():
    dispatch = queued(ChannelFactory(settings=away()))

    now = look_every(1800, until=NOW + timedelta(hours=24))
    assert standing(dispatch)[0] == "queued"
    look_every(300, now=now, until=now + timedelta(minutes=10))

    assert standing(dispatch) == ("failed", ["failed"])
    assert "cannot be reached" in dispatch.error
    assert Errand.objects.get().object_id == dispatch.pk


def test_administrators_are_told_once_though_a_try_is_on_its_way_meanwhile():
    UserFactory(role="administrator")
    channel, later = ChannelFactory(settings=away()), NOW + 11 * MINUTE
    queued(channel)
    Outlet.objects.create(channel=channel, state="open", failures=9, opened_at=NOW, next_probe_at=later)
    being_tried = outlets.take(now=later)

    outlets.tend(now=later)
    outlets.trouble(being_tried, Unreachable("It does not answer."), now=later)
    outlets.tend(now=later + MINUTE)

    assert told() == ["channel_down"]


def test_credentials_that_are_refused_hold_the_queue_until_they_are_renewed(channel, server):
    UserFactory(role="administrator")
    server.users = {"keluhan": "baru"}
    channel.settings["smtp"]["user"], channel.secrets = "keluhan", {"smtp_password": "lama"}
    channel.save()
    first, second = queued(channel, "Satu", order_key="a"), queued(channel, "Dua", order_key="a")

    now = look_every(5, until=NOW + MINUTE)
    now = look_every(1800, now=now, until=NOW + timedelta(hours=30))
    now = look_every(5, now=now, until=now + timedelta(seconds=15))
    assert (standing(first)[0], standing(second)[0]) == ("held", "held")
    assert told() == ["channel_held"]
    assert Errand.objects.count() == 0
    channel.secrets = {"smtp_password": "baru"}
    channel.save()
    look_every(5, now=now, until=now + timedelta(seconds=15))

    assert server.subjects == ["Satu", "Dua"]
    assert (standing(first)[0], standing(second)[0]) == ("sent", "sent")
    assert told() == ["channel_held", "channel_works_again"]


def test_a_paused_channel_holds_its_queue_and_resumes_in_order(channel, server):
    channel.state = "paused"
    channel.save()
    dispatches = [queued(channel, f"Kabar {n}") for n in range(3)]
    later = queued(channel, "Nanti", delay=timedelta(hours=1))

    sending.send_due(now=NOW)
    outlets.tend(now=NOW)
    assert [standing(each)[0] for each in (*dispatches, later)] == ["held", "held", "held", "queued"]
    channel.state = "active"
    channel.save()
    outlets.tend(now=NOW + timedelta(days=3))
    sending.send_due(now=NOW + timedelta(days=3))

    assert server.subjects == ["Kabar 0", "Kabar 1", "Kabar 2", "Nanti"]


def test_a_message_that_is_held_can_be_stopped(channel):
    dispatch = queued(channel)
    Dispatch.objects.update(state="held")

    assert outbox.cancel(dispatch.pk, reason="Tidak jadi.")
    assert standing(dispatch) == ("failed", ["failed"])


def test_a_later_message_of_a_conversation_never_overtakes_an_earlier_one(channel, server):
    server.data = ["451 4.3.0 later"]
    first, second = queued(channel, "Satu", order_key="c-1"), queued(channel, "Dua", order_key="c-1")
    other = queued(channel, "Lain", order_key="c-2")

    assert sending.send_due(now=NOW) == 2
    assert sending.send_due(now=NOW + timedelta(seconds=59)) == 0
    assert server.subjects == ["Lain"]
    first.refresh_from_db()
    assert sending.send_due(now=first.send_after) == 2

    assert server.subjects == ["Lain", "Satu", "Dua"]
    assert [standing(each)[0] for each in (first, second, other)] == ["sent", "sent", "sent"]


def test_when_the_earlier_one_has_failed_for_good_the_later_one_goes(channel, server):
    server.rcpt = {"hilang@mail.example": "550 unknown"}
    queued(channel, "Satu", Recipient("hilang@mail.example"), order_key="c-1")
    queued(channel, "Dua", order_key="c-1")

    sending.send_due(now=NOW)

    assert server.subjects == ["Dua"]


def test_a_channel_sends_no_more_in_a_minute_than_its_provider_allows(channel, server):
    channel.settings["max_per_minute"] = 4
    channel.save()
    for n in range(10):
        queued(channel, f"Kabar {n}")

    assert sending.send_due(now=NOW) == 4
    assert sending.send_due(now=NOW + timedelta(seconds=59)) == 0
    assert sending.send_due(now=NOW + timedelta(seconds=61)) == 4
    assert sending.send_due(now=NOW + timedelta(seconds=122)) == 2
    assert len(server.subjects) == 10


def test_p03_automatic_mail_beyond_the_hours_limit_waits_and_administrators_are_told_once(channel, server):
    UserFactory(role="administrator")
    channel.settings["automatic_per_hour"] = 3
    channel.save()
    for n in range(5):
        queued(channel, f"Otomatis {n}", automatic=True, order_key="c-1")
    queued(channel, "Dari Dewi", order_key="c-1")

    look_every(60, until=NOW + timedelta(minutes=30))
    assert server.subjects == ["Otomatis 0", "Otomatis 1", "Otomatis 2", "Dari Dewi"]
    look_every(60, now=NOW + timedelta(minutes=30), until=NOW + timedelta(minutes=65))

    assert server.subjects[4:] == ["Otomatis 3", "Otomatis 4"]
    assert told() == ["channel_automatic_limit"]


def test_T11_administrators_hear_once_a_day_of_an_address_that_falls_silent(channel):
    UserFactory(role="administrator")
    for _each in range(5):
        queued(channel, "Re", Recipient("robot@mail.example"), automatic=True)

    for minutes in (0, 1, 2):
        assert outbox.within_budget({"robot@mail.example"}, now=NOW + minutes * MINUTE) == set()
    assert [notice.parameters for notice in Notice.objects.all()] == [{"address": "robot@mail.example"}]
    for _each in range(20):
        queued(channel, "Re", Recipient("robot@mail.example"), automatic=True, at=NOW + timedelta(hours=25))
    outbox.within_budget({"robot@mail.example"}, now=NOW + timedelta(hours=25))

    assert told() == ["address_silenced"] * 2


@pytest.mark.servers
def test_a_channel_that_answers_is_served_while_a_slow_one_keeps_a_worker_busy(channel, server):
    if connection.vendor == "sqlite":
        pytest.skip("two workers in one SQLite memory wait for each other")
    slow = MailServer()
    slow.seconds = 3
    queued(ChannelFactory(settings=slow.settings), "Lambat")
    busy = Thread(target=_work)
    busy.start()
    while not Outlet.objects.filter(lease_until__isnull=False).exists():
        time.sleep(0.02)
    queued(channel, "Cepat")

    began = time.monotonic()
    assert sending.send_due(now=NOW) == 1
    assert time.monotonic() - began < 2
    assert server.subjects == ["Cepat"]
    busy.join()
    slow.stop()
    assert slow.subjects == ["Lambat"]


def _work():
    sending.send_due(now=NOW)
    connection.close()


def test_slow_outlets_share_two_workers_and_leave_the_others_free(channel, server):
    for _each in range(3):
        queued(ChannelFactory(settings=away()))
    outlets.open_new(now=NOW)
    Outlet.objects.update(slow=True)
    queued(channel, "Cepat")
    outlets.open_new(now=NOW)

    taken = [outlets.take(now=NOW) for _worker in range(4)]

    assert taken[0].channel == channel
    assert [outlet.slow for outlet in taken[1:3]] == [True, True]
    assert taken[3] is None
    assert outlets.take(now=NOW + timedelta(seconds=51)) is not None
