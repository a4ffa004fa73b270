import re
from datetime import timedelta

import pytest

from channels_out.models import Dispatch
from customers.models import Customer
from policies.models import Channel
from tests.desk.conftest import HTMX, NINE, TEN, desk_of, words
from tests.factories import (
    ChannelFactory,
    ConversationFactory,
    CustomerFactory,
    MessageFactory,
    QueryTypeFactory,
    TicketFactory,
    UserFactory,
)
from tests.moments import moment
from tickets.models import Attachment, Message, Ticket, TimelineEntry
from tickets.services.handling import work

pytestmark = pytest.mark.django_db


def answer(ticket, dewi, text, at, **more):
    dispatch = Dispatch.objects.create(
        channel=ticket.channel,
        external_id=str(at),
        text=text,
        created_at=at,
        send_after=at,
        state=more.pop("state", "delivered"),
    )
    return MessageFactory(
        ticket=ticket,
        kind=Message.Kind.OUTBOUND,
        author_id=dewi.pk,
        from_name=dewi.name,
        to=["siti@mail.example"],
        text=text,
        received_at=at,
        dispatch=dispatch,
        **more,
    )


def test_the_line_on_top_says_all_that_one_must_know_before_the_first_word(desk, ticket, dewi, at):
    earlier = TicketFactory(
        customer=ticket.customer, query_type=ticket.query_type, team=ticket.team, channel=ticket.channel
    )
    MessageFactory(ticket=earlier, received_at=NINE - timedelta(days=9))
    answer(earlier, dewi, "Ibu Siti,\nteknisi kami datang besok pagi.", moment("2026-11-17 11:00"))

    page = words(desk.get(at()))

    assert "Customer since 2021 contact no. 2 about this in 10 days" in page
    assert "last answer Tuesday by Dewi Lestari, team Network: “teknisi kami datang besok pagi.”" in page
    assert "waiting 1 hour" in page


def test_the_line_on_top_is_in_the_readers_language(ticket, network, at):
    page = words(desk_of(UserFactory(language="id", teams=[network])).get(at()))

    assert "Jaringan" in page
    assert "Jumat, 20 November 2026" in page


def test_what_the_customer_asks_for_and_the_other_facts_of_the_complaint_are_shown(desk, ticket, at):
    Ticket.objects.update(desired_remedy="Potongan tagihan", impact="Tidak bisa bekerja", service_number="10442817")

    page = words(desk.get(at()))

    assert "Asks for Potongan tagihan" in page
    assert "What it means for them Tidak bisa bekerja Service number 10442817" in page


def test_moments_say_their_weekday_date_and_zone(desk, ticket, at):
    page = desk.get(at()).content.decode()

    assert '<time datetime="2026-11-20T09:00:00+07:00" title="Friday, 20 November 2026, 09:00 WIB">09:00</time>' in page


def test_what_a_message_is_can_be_told_by_words(desk, ticket, dewi, at):
    MessageFactory(ticket=ticket, kind=Message.Kind.NOTE, from_name="Andi Wijaya", text="ODP penuh.")
    answer(ticket, dewi, "Kami cek.", TEN, state="failed")
    answer(ticket, dewi, "Pesan Anda kami terima.", NINE + timedelta(minutes=1), automatic="acknowledgement")

    page = words(desk.get(at()))

    assert "Siti Rahmawati to us sender not checked 09:00 Lampu modem merah." in page
    assert "Andi Wijaya INTERNAL 09:00 ODP penuh." in page
    assert "Dewi Lestari siti@mail.example could not be sent 10:00 Kami cek." in page
    assert "automatic delivered 09:01 Pesan Anda kami terima." in page


def test_changes_stand_between_the_messages_with_who_made_them(desk, ticket, dewi, at):
    work.wait(ticket.pk, actor=dewi.actor(), status="waiting_own_team", now=TEN)

    assert "Dewi Lestari let the ticket wait 10:00" in words(desk.get(at()))


def test_what_customers_write_is_text_and_nothing_else(desk, ticket, at):
    MessageFactory(ticket=ticket, from_name="<b>Siti</b>", text="<script>alert(1)</script>")

    page = desk.get(at()).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Siti&lt;/b&gt;" in page


def test_the_whole_history_holds_every_ticket_channel_and_merged_customer_in_one_order(desk, ticket, billing, at):
    whatsapp = ChannelFactory(kind=Channel.Kind.WHATSAPP, address="+628111", name="WhatsApp")
    double = TicketFactory(customer=CustomerFactory(name="S. Rahmawati"), team=billing, channel=whatsapp)
    MessageFactory(ticket=double, text="Tagihan dobel.", received_at=NINE - timedelta(days=95))
    MessageFactory(ticket=double, kind=Message.Kind.NOTE, text="Dua kali debit.", received_at=NINE - timedelta(days=94))
    Customer.objects.filter(pk=double.customer_id).update(root=ticket.customer)

    response = desk.get(at(tab="history"))

    page = words(response)
    said = [page.index(text) for text in ("Tagihan dobel.", "Dua kali debit.", "Lampu modem merah. Tolong")]
    assert said == sorted(said)
    assert "Whole history 3" in page
    assert f"{double.reference[-7:]}" in page
    assert f"{ticket.reference[-7:]} this ticket" in page
    assert "94 days silent before this" in page
    assert "WhatsApp: WhatsApp" in response.content.decode()
    assert "First contact with this customer" in page


def test_the_history_can_be_narrowed_to_one_kind(desk, ticket, at):
    MessageFactory(ticket=ticket, kind=Message.Kind.NOTE, text="ODP penuh.")

    page = words(desk.get(at(tab="history", kind="note")))

    assert "ODP penuh." in page
    assert "Tolong dibantu" not in page


def test_what_is_restricted_is_hidden_but_counted_and_never_quoted(desk, ticket, conduct, at):
    secret = TicketFactory(customer=ticket.customer, team=conduct, subject="Petugas membentak saya")
    MessageFactory(ticket=secret, text="Petugas saudara membentak saya.")
    answer(secret, UserFactory(name="Ratna", teams=[conduct]), "Kami periksa petugas itu.", TEN)

    response = desk.get(at(tab="history"))

    page = words(response)
    assert "2 entries hidden (restricted)" in page
    assert not re.search("membentak|periksa|Ratna", response.content.decode())
    assert desk.get(f"/desk/t/{secret.reference}/").status_code == 404


def test_an_administrator_reads_what_is_restricted(ticket, conduct, at):
    MessageFactory(ticket=TicketFactory(customer=ticket.customer, team=conduct), text="Petugas membentak saya.")

    page = words(desk_of(UserFactory(role="administrator")).get(at(tab="history")))

    assert "Petugas membentak saya." in page


def test_a_long_ticket_comes_in_pages_the_newest_first_and_older_ones_on_request(desk, ticket, at):
    for number in range(40):
        MessageFactory(ticket=ticket, text=f"kabar {number:02}.", received_at=NINE + timedelta(minutes=number))

    response = desk.get(at())

    page = words(response)
    assert ("kabar 39." in page, "kabar 10." in page, "kabar 09." in page) == (True, True, False)
    older = re.search(r'hx-get="([^"]*before=[^"]*)"', response.content.decode())[1].replace("&amp;", "&")
    part = words(desk.get(older, headers={**HTMX, "HX-Target": "older"}))
    assert "Tolong dibantu. " in part
    assert ("kabar 09." in part, "kabar 10." in part, "Reply" in part) == (True, False, False)
    assert "kabar 09." in words(desk.get(older))


def test_attachments_and_the_whole_mail_are_one_click_away(desk, ticket, at, stored):
    message = Message.objects.get()
    Message.objects.update(html="<p>Lampu <b>merah</b></p>")
    attachment = Attachment.objects.create(message=message, file=stored, name="tagihan.pdf")

    page = desk.get(at()).content.decode()

    assert f'href="/files/attachments/{attachment.pk}/"' in page
    assert "tagihan.pdf" in page
    assert re.search(rf'<iframe[^>]*sandbox\s[^>]*src="/files/messages/{message.pk}/body/"', page)


def test_the_customer_stands_beside_the_ticket_with_addresses_and_other_tickets(desk, ticket, siti, at):
    Customer.objects.update(stage="core", tier="Gold", high_value=True)
    TicketFactory(customer=siti, subject="Tagihan dobel", status="closed", outcome="upheld", channel=ticket.channel)

    page = words(desk.get(at()))

    assert "Siti Rahmawati High value Core Gold" in page
    assert "siti@mail.example" in page
    assert "Open now" in page
    assert "Tagihan dobel Closed · Upheld" in page


def test_htmx_gets_the_ticket_alone_and_learns_its_address(desk, ticket, at):
    part = desk.get(at(), headers=HTMX)

    assert "<html" not in part.content.decode()
    assert 'id="queue"' not in part.content.decode()
    assert part["HX-Push-Url"] == at()
    assert part.content.decode().startswith(f"<title>Internet mati sejak pagi · {ticket.reference}")


def test_the_tickets_beside_the_open_one_are_one_step_away(desk, ticket, network, at):
    first = TicketFactory(team=network, created_at=NINE - timedelta(hours=1))
    last = TicketFactory(team=network, created_at=NINE + timedelta(minutes=1))

    neighbours = desk.get(at(view="open")).context["neighbours"]

    assert (neighbours.previous.reference, neighbours.next.reference) == (first.reference, last.reference)


def test_a_reference_that_does_not_exist_is_not_found(desk, ticket):
    response = desk.get("/desk/t/KLH-2611-XXXXXXX/")

    assert response.status_code == 404
    assert "There is nothing here" in words(response)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("tab", ["ticket", "history"])
def test_the_ticket_page_takes_at_most_fifteen_statements_however_much_it_shows(
    desk, ticket, at, tab, rows, stored, django_assert_num_queries
):
    Ticket.objects.update(channel=ChannelFactory(kind=Channel.Kind.WEBFORM, address=""))
    ChannelFactory()  # the way out of a web form is found in one statement more than that of a mail
    kind = QueryTypeFactory()
    for number in range(rows):
        message = MessageFactory(ticket=ticket, conversation=ConversationFactory(ticket=ticket))
        Attachment.objects.create(message=message, file=stored, name=f"{number}.pdf")
        TicketFactory(customer=ticket.customer, query_type=kind, team=ticket.team)

    with django_assert_num_queries(15):
        desk.get(at(tab=tab))
    assert TimelineEntry.objects.count() == rows + 1
