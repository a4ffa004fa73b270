"""Customers and their whole history."""

import pytest

from core.actor import SYSTEM
from customers.services import merging
from tests.api.conftest import refused
from tests.factories import NOW, CustomerFactory, IdentityFactory, MessageFactory, TeamFactory, TicketFactory
from tests.moments import moment
from tickets.models import TimelineEntry


def test_a_customer_has_these_fields_and_no_others(agent):
    customer = CustomerFactory(
        name="Siti Rahmawati", stage="core", tier="Rumah 50", high_value=True, preferred_channel="phone"
    )
    IdentityFactory(customer=customer, value="siti@mail.example", verified=True)
    IdentityFactory(customer=customer, kind="phone", value="+628123456789")

    assert agent.get(f"customers/{customer.pk}/").json() == {
        "id": customer.pk,
        "root": customer.pk,
        "name": "Siti Rahmawati",
        "language": "id",
        "time_zone": "Asia/Jakarta",
        "preferred_channel": "phone",
        "identities": [
            {"kind": "email", "value": "siti@mail.example", "verified": True},
            {"kind": "phone", "value": "+628123456789", "verified": False},
        ],
        "stage": "core",
        "tier": "Rumah 50",
        "high_value": True,
        "vulnerable": False,
        "since": "2021-03-01T09:00:00+07:00",
    }


@pytest.mark.parametrize(
    ("kind", "kept", "asked"),
    [
        ("email", "siti@mail.example", "email:Siti@Mail.example"),
        ("phone", "+628123456789", "phone:+62 812-3456-789"),
        ("phone", "+628123456789", "phone: 628123456789"),
        ("member", "A-77", "member:A-77"),
    ],
)
def test_a_customer_is_found_by_an_address(agent, kind, kept, asked):
    identity = IdentityFactory(kind=kind, value=kept)
    IdentityFactory()

    assert agent.ids("customers/", identity=asked) == [identity.customer_id]


@pytest.mark.parametrize("asked", ["siti@mail.example", "fax:123", "email:"])
def test_an_address_is_asked_for_with_its_kind(agent, asked):
    assert list(refused(agent.get("customers/", identity=asked), 400)["errors"]) == ["identity"]


def test_a_merged_customer_is_listed_once_with_all_addresses(agent):
    one, two = IdentityFactory(value="siti@mail.example"), IdentityFactory(value="siti@kantor.example")
    merging.merge(two.customer_id, one.customer_id, actor=SYSTEM, now=NOW, reason="Sama")

    found = agent.get("customers/", identity="email:siti@kantor.example").json()["results"]

    assert [row["id"] for row in found] == [one.customer_id] == agent.ids("customers/")
    assert [identity["value"] for identity in found[0]["identities"]] == ["siti@mail.example", "siti@kantor.example"]


def test_the_timeline_tells_every_ticket_of_the_customer_the_newest_first(agent, billing):
    message = MessageFactory(text="Mati.", ticket=TicketFactory(team=billing))
    later = TicketFactory(customer=message.customer, created_at=moment("2026-11-20 10:00"))
    newer = MessageFactory(ticket=later, text="Mati lagi.", subject="Lagi")
    entry = TimelineEntry.objects.get(object_id=newer.pk)

    answer = agent.get(f"customers/{message.customer_id}/timeline/").json()

    assert (answer["next"], answer["previous"], answer["hidden"]) == (None, None, 0)
    assert answer["results"][0] == {
        "id": entry.pk,
        "at": "2026-11-20T10:00:00+07:00",
        "kind": "message",
        "ticket": later.pk,
        "channel": later.channel_id,
        "direction": "in",
        "author": "Siti Rahmawati",
        "author_kind": "customer",
        "title": "Lagi",
        "text": "Mati lagi.",
        "object_id": newer.pk,
        "attachments": [],
    }
    assert [row["object_id"] for row in answer["results"]] == [newer.pk, message.pk]


def test_the_timeline_of_one_tells_what_happened_with_all_that_were_merged(agent):
    one, two = MessageFactory(), MessageFactory()
    merging.merge(two.customer_id, one.customer_id, actor=SYSTEM, now=NOW, reason="Sama")

    answer = agent.get(f"customers/{one.customer_id}/timeline/").json()

    assert {row["object_id"] for row in answer["results"]} == {one.pk, two.pk}


def test_the_timeline_counts_what_it_hides(agent):
    hidden = MessageFactory(ticket=TicketFactory(team=TeamFactory(restricted=True)))

    answer = agent.get(f"customers/{hidden.customer_id}/timeline/").json()

    assert (answer["results"], answer["hidden"]) == ([], 1)


def test_the_timeline_goes_on_where_the_page_ended(agent):
    ticket = TicketFactory()
    messages = [MessageFactory(ticket=ticket).pk for _ in range(5)]

    seen, address = [], f"http://testserver/api/v1/customers/{ticket.customer_id}/timeline/?page_size=2"
    while address:
        page = agent.get(address).json()
        seen.append([row["object_id"] for row in page["results"]])
        address = page["next"]

    assert seen == [messages[:2:-1], messages[2:0:-1], messages[:1]]


def test_the_timeline_can_be_asked_for_notes_alone(agent):
    ticket = TicketFactory()
    MessageFactory(ticket=ticket)
    note = MessageFactory(ticket=ticket, kind="note")

    answer = agent.get(f"customers/{ticket.customer_id}/timeline/", kind="note").json()

    assert [row["object_id"] for row in answer["results"]] == [note.pk]


def test_a_customer_that_does_not_exist_has_no_timeline(agent):
    refused(agent.get("customers/99999999999999999999999/timeline/"), 404)
