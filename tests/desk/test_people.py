from datetime import timedelta

import pytest

from customers.models import Customer
from tests.desk.conftest import HTMX, NINE, desk_of, words
from tests.factories import CustomerFactory, IdentityFactory, MessageFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_customers_page_has_everything_of_everybody_merged_into_them_the_newest_first(desk, ticket, siti):
    double = CustomerFactory(name="S. Rahmawati")
    IdentityFactory(customer=double, kind="phone", value="+6281234567")
    old = TicketFactory(
        customer=double, team=ticket.team, channel=ticket.channel, subject="Modem rusak", status="closed"
    )
    MessageFactory(ticket=old, text="Modem rusak.", received_at=NINE - timedelta(days=40))
    Customer.objects.filter(pk=double.pk).update(root=siti)

    page = words(desk.get(f"/desk/c/{double.pk}/"))

    assert "Siti Rahmawati Also known as S. Rahmawati" in page
    assert "+6281234567 claimed" in page
    assert page.index("Tolong dibantu.") < page.index("40 days silent before this") < page.index("Modem rusak.")
    assert "Customer since March 2021" in page


def test_an_address_at_which_nothing_arrives_is_told_on_the_card_and_before_somebody_writes(desk, ticket, siti, at):
    assert "Nothing reached" not in words(desk.get(at()))
    siti.identities.filter(kind="email").update(undeliverable_at=NINE)

    card, page = words(desk.get(f"/desk/c/{siti.pk}/")), words(desk.get(at()))

    assert "siti@mail.example cannot be reached since 20 Nov" in card
    assert "Nothing reached siti@mail.example lately. Choose another address, or call." in page


def test_older_entries_of_a_customer_come_on_request(desk, ticket, siti):
    for number in range(40):
        MessageFactory(ticket=ticket, text=f"kabar {number:02}.", received_at=NINE + timedelta(minutes=number))

    response = desk.get(f"/desk/c/{siti.pk}/")

    older = response.context["history"].older
    part = desk.get(f"/desk/c/{siti.pk}/?before={older}", headers={**HTMX, "HX-Target": "older"})
    assert "kabar 10." in words(response)
    assert "kabar 09." in words(part)
    assert "<html" not in part.content.decode()


def test_a_customer_who_does_not_exist_is_not_found(desk):
    assert desk.get("/desk/c/4711/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_customers_page_takes_nine_statements_however_much_it_shows(
    desk, ticket, siti, rows, django_assert_num_queries
):
    for _number in range(rows):
        MessageFactory(ticket=TicketFactory(customer=siti, team=ticket.team))

    with django_assert_num_queries(9):
        desk.get(f"/desk/c/{siti.pk}/")


def test_a_whole_reference_leads_straight_to_its_ticket(desk, ticket):
    response = desk.get("/desk/search/", {"q": f" {ticket.reference.lower()} "})

    assert response["Location"] == f"/desk/t/{ticket.reference}/"


def test_people_and_words_are_found(desk, ticket, siti):
    by_name = words(desk.get("/desk/search/", {"q": "rahmawati"}))
    by_address = words(desk.get("/desk/search/", {"q": "siti@mail.example"}))
    by_word = words(desk.get("/desk/search/", {"q": "lampu modem"}))

    assert "Customers Siti Rahmawati" in by_name
    assert "Customers Siti Rahmawati" in by_address
    assert "In the history" in by_word
    assert "Lampu modem merah. Tolong dibantu." in by_word


def test_a_search_without_a_find_says_what_can_be_searched(desk):
    page = words(desk.get("/desk/search/", {"q": "zzzz"}))

    assert "Nothing found Type a reference, an e-mail address, a phone number, a name" in page


def test_the_search_finds_nothing_that_is_restricted(desk, ticket, conduct):
    secret = TicketFactory(team=conduct, subject="Petugas membentak")
    MessageFactory(ticket=secret, text="Petugas saudara membentak saya.")

    assert "membentak saya" not in words(desk.get("/desk/search/", {"q": "membentak"}))
    assert desk.get("/desk/search/", {"q": secret.reference}).status_code == 200
    admin = desk_of(UserFactory(role="administrator"))
    assert "membentak saya" in words(admin.get("/desk/search/", {"q": "membentak"}))
