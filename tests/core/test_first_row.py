from datetime import timedelta

import pytest
from django.db.models import OuterRef

from core.first_row import FirstRow, moment
from customers.models import Customer
from tests.factories import NOW, CustomerFactory, TicketFactory
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def with_their_latest():
    theirs = Ticket.objects.filter(customer=OuterRef("pk")).order_by("-received_at")
    return Customer.objects.annotate(
        latest=FirstRow(theirs, pk="pk", about="subject", at="received_at", solved="resolved_at")
    )


def test_several_columns_of_the_first_row_come_in_one():
    customer = CustomerFactory()
    TicketFactory(customer=customer, received_at=NOW - timedelta(days=1))
    latest = TicketFactory(
        customer=customer, subject="Modem \N{COLLISION SYMBOL}", received_at=NOW + timedelta(microseconds=7)
    )

    found = with_their_latest().get().latest

    assert (found["pk"], found["about"], found["solved"]) == (latest.pk, "Modem \N{COLLISION SYMBOL}", None)
    assert moment(found["at"]) == NOW + timedelta(microseconds=7)
    assert moment(found["solved"]) is None


def test_without_a_row_there_is_nothing():
    CustomerFactory()

    assert with_their_latest().get().latest is None
