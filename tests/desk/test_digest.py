"""Notices that were not read come by mail, as often as each person chose."""

from datetime import time, timedelta

import pytest
from django.test import Client

from channels_out.models import Dispatch
from desk.services import digest
from notices.models import Notice, NoticeDigest
from tests.desk.conftest import desk_of
from tests.factories import ChannelFactory, TicketFactory, UserFactory
from tests.meanwhile import meanwhile
from tests.moments import moment

pytestmark = pytest.mark.django_db
TEN, EIGHT = moment("2026-11-20 10:00"), moment("2026-11-20 08:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def ticket(db):
    return TicketFactory(subject="Modem mati", reference="KLH-2611-7F4Q2XK", channel=ChannelFactory())


def dewi_who_wants(how_often, **more):
    return UserFactory(name="Dewi Lestari", email="dewi@nusanet.example", digest=how_often, **more)


def tell(user, ticket, *, at, **more):
    about = {"object_kind": "ticket", "object_id": ticket.pk, "parameters": {"by": "Budi"}}
    return Notice.objects.create(recipient=user, kind="ticket_nudged", created_at=at, due_at=at, **about, **more)


def subjects():
    return list(Dispatch.objects.order_by("id").values_list("subject", flat=True))


def test_what_was_not_read_comes_at_most_once_an_hour_and_each_notice_once(ticket):
    dewi = dewi_who_wants("hourly")
    tell(dewi, ticket, at=TEN + MINUTE)
    tell(dewi, ticket, at=TEN - HOUR, read_at=TEN)

    assert digest.send_due(now=TEN + 2 * MINUTE) == 1
    tell(dewi, ticket, at=TEN + 3 * MINUTE)
    assert digest.send_due(now=TEN + 4 * MINUTE) == 0
    assert digest.send_due(now=TEN + HOUR) == 1
    assert digest.send_due(now=TEN + 2 * HOUR) == 0

    assert subjects() == ["1 notice that you have not read", "1 notice that you have not read"]
    mail = Dispatch.objects.earliest("id")
    assert [each.address for each in mail.recipients.all()] == ["dewi@nusanet.example"]
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert "- Budi asks you to go on with KLH-2611-7F4Q2XK “Modem mati”" in mail.text
    assert "http://localhost:8000/desk/t/KLH-2611-7F4Q2XK/" in mail.text


def test_of_two_workers_in_the_same_moment_one_sends_it(ticket):
    tell(dewi_who_wants("hourly"), ticket, at=TEN)
    other: list[int] = []

    with meanwhile("notices_noticedigest", lambda: other.append(digest.send_due(now=TEN + MINUTE))):
        mine = digest.send_due(now=TEN + MINUTE)

    assert (other, mine) == ([1], 0)
    assert (len(subjects()), NoticeDigest.objects.count()) == (1, 1)


def test_once_a_day_it_comes_at_eight_of_ones_own_day_with_all_since_the_last(ticket):
    dewi = dewi_who_wants("daily", time_zone="Asia/Jayapura")  # two hours ahead of Jakarta
    for hours in (1, 2):
        tell(dewi, ticket, at=EIGHT - hours * HOUR - 2 * HOUR)

    assert digest.send_due(now=EIGHT - 2 * HOUR - MINUTE) == 0
    assert digest.send_due(now=EIGHT - 2 * HOUR) == 1
    tell(dewi, ticket, at=EIGHT)
    assert digest.send_due(now=EIGHT + HOUR) == 0

    assert subjects() == ["2 notices that you have not read"]
    assert NoticeDigest.objects.get().slot == EIGHT - 2 * HOUR


def test_many_of_one_kind_stand_in_one_line_with_what_they_are(ticket):
    dewi = dewi_who_wants("hourly")
    first = tell(dewi, ticket, at=TEN)
    tell(dewi, ticket, at=TEN, bundle=first)

    digest.send_due(now=TEN + MINUTE)

    text = Dispatch.objects.get().text
    assert "- You are asked to go on with 2 tickets\n  - Budi asks you to go on with KLH-2611-7F4Q2XK" in text


@pytest.mark.parametrize(
    "why", [{"quiet_from": time(9), "quiet_until": time(12)}, {"away_until": TEN + HOUR}, {"is_active": False}]
)
def test_nobody_is_mailed_in_their_quiet_hours_or_while_away(ticket, why):
    tell(dewi_who_wants("hourly", **why), ticket, at=TEN)

    assert digest.send_due(now=TEN + MINUTE) == 0


def test_who_asked_for_none_gets_none(ticket):
    tell(dewi_who_wants(""), ticket, at=TEN)

    assert digest.send_due(now=TEN + MINUTE) == 0


def test_another_worker_that_was_faster_leaves_nothing_to_send(ticket):
    dewi = dewi_who_wants("hourly")
    tell(dewi, ticket, at=TEN)
    digest.send_due(now=TEN + MINUTE)

    assert digest._send(dewi, TEN, ticket.channel, since=TEN - HOUR, now=TEN + MINUTE) == 0
    assert len(subjects()) == 1


def test_each_chooses_on_their_own_page(ticket):
    dewi = dewi_who_wants("")
    page: Client = desk_of(dewi)

    page.post("/staff/profile/", {"language": "en", "digest": "daily"})

    dewi.refresh_from_db()
    assert (dewi.digest, dewi.single_keys) == ("daily", False)
    assert '<option value="daily" selected>' in page.get("/staff/profile/").content.decode()
