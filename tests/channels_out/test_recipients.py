"""What others tell of our messages: forward only, address by address, and the message follows its recipients."""

import pytest

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.services import outbox, recipients
from channels_out.services.outbox import Outgoing, Recipient
from channels_out.services.recipients import Status
from core.models import Errand
from tests.factories import ChannelFactory
from tests.moments import moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-20 09:00")
SITI, BUDI, ADIK = (
    Recipient("siti@mail.example"),
    Recipient("budi@mail.example"),
    Recipient("adik@mail.example", "", "cc"),
)


def sent_to(*addressed, **values):
    dispatch = outbox.queue([Outgoing(ChannelFactory(), addressed, "Kabar", "Besok.")], now=NOW)[0]
    DispatchRecipient.objects.update(state=values.get("state", "sent"))
    Dispatch.objects.filter(pk=dispatch.pk).update(**{"state": "sent", "sent_at": NOW} | values)
    return dispatch


def told(dispatch, state, address="", error=""):
    return recipients.mark([Status(dispatch.pk, state, address, error)], now=NOW)


def standing(dispatch):
    dispatch.refresh_from_db()
    return dispatch.state, [item.state for item in dispatch.recipients.order_by("id")]


def test_what_was_read_does_not_become_delivered_again():
    dispatch = sent_to(SITI)

    for state in ("read", "delivered", "sent"):
        told(dispatch, state)

    assert standing(dispatch) == ("read", ["read"])


def test_a_bounce_fails_the_address_it_names_and_the_message_when_nobody_else_is_written_to():
    dispatch = sent_to(SITI)

    assert told(dispatch, "failed", "Siti@mail.example", "550 5.1.1 unknown") == {dispatch.pk}

    assert standing(dispatch) == ("failed", ["failed"])
    assert dispatch.error == "550 5.1.1 unknown"
    assert Errand.objects.get().object_id == dispatch.pk


def test_a_copy_that_bounces_leaves_the_message_sent_and_is_told_all_the_same():
    dispatch = sent_to(SITI, ADIK)

    assert told(dispatch, "failed", "adik@mail.example", "552 full") == {dispatch.pk}

    assert standing(dispatch) == ("sent", ["sent", "failed"])
    assert dispatch.error == "552 full"


def test_a_message_has_come_as_far_as_the_least_of_those_whom_it_reaches():
    dispatch = sent_to(SITI, BUDI)

    told(dispatch, "delivered", "budi@mail.example")
    assert standing(dispatch) == ("sent", ["sent", "delivered"])
    told(dispatch, "read", "siti@mail.example")
    assert standing(dispatch) == ("delivered", ["read", "delivered"])


def test_a_delay_is_shown_and_forgotten_on_arrival():
    dispatch = sent_to(SITI)

    assert told(dispatch, "sent", error="4.4.1 no answer from host") == set()
    assert (standing(dispatch)[0], dispatch.error) == ("sent", "4.4.1 no answer from host")
    told(dispatch, "delivered")
    assert (standing(dispatch)[0], dispatch.error) == ("delivered", "")


def test_what_failed_stays_failed_whatever_comes_late_but_what_was_in_doubt_is_settled_by_a_receipt():
    failed, doubtful = sent_to(SITI, state="failed"), sent_to(SITI, state="failed", doubtful=True)

    told(failed, "delivered")
    told(doubtful, "delivered")

    assert standing(failed)[0] == "failed"
    assert (standing(doubtful)[0], doubtful.doubtful) == ("delivered", False)


def test_a_bounce_that_comes_before_the_sender_has_noted_what_happened_does_not_set_it_free():
    dispatch = sent_to(SITI, BUDI, state="queued")
    Dispatch.objects.update(state="sending")

    told(dispatch, "failed", "siti@mail.example", "550 unknown")

    assert standing(dispatch) == ("sending", ["failed", "queued"])


def test_reports_on_many_messages_are_taken_in_together_and_strangers_addresses_change_nothing():
    first, second = sent_to(SITI), sent_to(BUDI)

    statuses = [Status(second.pk, "failed", BUDI.address, "no"), Status(first.pk, "failed", "other@mail.example", "no")]
    assert recipients.mark(statuses, now=NOW) == {second.pk}

    assert (standing(first)[0], standing(second)[0]) == ("sent", "failed")
    assert recipients.mark([Status(999999, "read")], now=NOW) == set()
