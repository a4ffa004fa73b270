"""Many rows at once, on either engine the same as one by one."""

import pytest
from django.db import IntegrityError, transaction

from core import bulk
from customers.models import Identity
from tests.factories import ConversationFactory, CustomerFactory, TicketFactory
from tests.moments import moment
from tickets.models import Message, TicketHistory

pytestmark = pytest.mark.django_db
NINE = moment("2026-11-20 09:00")
ODD = "tab\t, newline\n, backslash \\N \\. , quote \" ' , 你好 🙂"


def message(ticket, **values):
    return Message(ticket=ticket, customer=ticket.customer, kind=Message.Kind.INBOUND, received_at=NINE, **values)


def test_rows_are_kept_as_given_with_every_kind_of_column():
    conversation = ConversationFactory()
    given = message(conversation.ticket, conversation=conversation, text=ODD, to=["a@b.example", ODD], automatic="list")

    bulk.insert([given])

    kept = Message.objects.get()
    assert (kept.text, kept.to, kept.cc, kept.automatic) == (ODD, ["a@b.example", ODD], [], "list")
    assert (kept.conversation, kept.dispatch, kept.received_at) == (conversation, None, NINE)


def test_rows_get_their_ids_in_the_order_given_and_later_ones_go_on_after_them():
    ticket = TicketFactory()

    rows = bulk.insert(message(ticket, text=str(number)) for number in range(5))
    later = Message.objects.create(ticket=ticket, customer=ticket.customer, received_at=NINE)

    kept = Message.objects.order_by("id").values_list("id", "text")
    assert list(kept) == [(row.pk, row.text) for row in rows] + [(later.pk, "")]


def test_a_kept_row_can_be_changed_and_saved():
    [row] = bulk.insert([message(TicketFactory())])

    row.subject = "Pindah"
    row.save(update_fields=["subject"])

    assert Message.objects.get().subject == "Pindah"


def test_a_dictionary_keeps_its_dates_as_django_would_write_them():
    ticket = TicketFactory()

    bulk.insert([TicketHistory(ticket=ticket, at=NINE, actor_kind="system", change="x", after={"at": NINE})])

    assert TicketHistory.objects.get().after == {"at": "2026-11-20T02:00:00Z"}


def test_rows_that_are_there_change_only_in_the_fields_named():
    ticket = TicketFactory()
    rows = bulk.insert([message(ticket, text="satu", subject="lama"), message(ticket, text="dua", sent_at=NINE)])
    for row in rows:
        row.text, row.to, row.sent_at, row.subject = ODD, [row.text, ODD], None, "not named"

    bulk.update(rows, ["text", "to", "sent_at"])

    kept = Message.objects.order_by("id").values_list("text", "to", "sent_at", "subject")
    assert list(kept) == [(ODD, ["satu", ODD], None, "lama"), (ODD, ["dua", ODD], None, "")]


def test_a_constraint_refuses_the_batch():
    customer = CustomerFactory()
    twice = [Identity(customer=customer, kind="email", value="siti@mail.example") for _ in range(2)]

    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(twice)

    assert not Identity.objects.exists()


def test_nothing_is_written_for_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert bulk.insert([]) == []
