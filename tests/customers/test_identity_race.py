"""Two workers meet the same new address at once: on PostgreSQL, where writers do not wait for each other."""

import threading

import pytest
from django.db import connection, transaction

from customers.models import Customer, Identity
from customers.services import identities
from customers.services.identities import Speaker
from tests.moments import moment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]
NOW = moment("2026-11-20 09:00")


def speakers(*values: str) -> list[Speaker]:
    return [Speaker("email", value) for value in values]


def test_one_customer_is_made_and_the_other_worker_takes_it():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    found = {}

    def other_worker():
        with transaction.atomic():
            found.update(identities.resolve(speakers("siti@mail.example", "wulan@mail.example"), now=NOW))
        connection.close()

    worker = threading.Thread(target=other_worker)
    with transaction.atomic():
        mine = identities.resolve(speakers("budi@mail.example", "siti@mail.example"), now=NOW)
        worker.start()
        worker.join(timeout=1)
        assert worker.is_alive()  # it waits to see whether this transaction stays
    worker.join(timeout=20)

    siti = ("email", "siti@mail.example")
    assert found[siti].customer == mine[siti].customer
    assert Identity.objects.count() == Customer.objects.count() == 3
