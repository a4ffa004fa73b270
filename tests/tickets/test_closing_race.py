"""Closing meets somebody who has taken up the ticket: on PostgreSQL, where writers do not wait for each other."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.factories import TicketFactory
from tests.moments import moment
from tickets.models import Ticket
from tickets.services.handling import closing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]
FRIDAY = moment("2026-11-20 10:00")


def test_a_ticket_that_somebody_has_taken_up_is_left_for_the_next_time_without_waiting():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    ticket = TicketFactory(status="resolved", resolved_at=FRIDAY, outcome="duplicate")
    closed: list[int] = []

    def other_worker():
        closed.append(closing.close_quiet(now=FRIDAY + timedelta(days=9)))
        connection.close()

    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=ticket.pk)
        worker = threading.Thread(target=other_worker)
        worker.start()
        worker.join(timeout=20)
        assert closed == [0]

    assert closing.close_quiet(now=FRIDAY + timedelta(days=9)) == 1
