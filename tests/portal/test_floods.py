"""Threat H11 at the form: what one caller may bring within a day, said on the page that keeps their words."""

import pytest

from portal.models import FormDraft, FormFile
from tests.factories import ConversationFactory, IdentityFactory, TicketFactory
from tests.portal.walk import STORY, Visitor, pdf, wait
from tickets.links import status_token

MEGABYTE = 2**20


@pytest.fixture(autouse=True)
def three_megabytes_a_day(settings):
    settings.FILES_A_DAY_BYTES = 3 * MEGABYTE


def scan(name: str, size: int = MEGABYTE):
    return pdf(name, b"%PDF-1.4" + bytes(size - 8))


def test_H11_a_caller_who_brings_too_much_is_answered_429_with_the_limit_and_loses_no_word(visitor):
    visitor.choose_type()
    visitor.tell(attachments=[scan("1.pdf"), scan("2.pdf")])
    visitor.choose_type()

    answer = visitor.tell(attachments=[scan("3.pdf"), scan("4.pdf")])

    assert answer.status_code == 429
    assert "hingga 3 MB" in answer.text
    assert STORY["text"] in answer.text
    assert list(FormFile.objects.order_by("id").values_list("name", flat=True)) == ["1.pdf", "2.pdf", "3.pdf"]
    assert FormDraft.objects.get(token=visitor.token).data["text"] == STORY["text"]
    neighbour = Visitor("203.0.113.8")
    neighbour.choose_type()
    assert neighbour.tell(attachments=[scan("5.pdf")]).status_code == 302
    wait(hours=25)
    assert visitor.tell(attachments=[scan("4.pdf")]).status_code == 302


def test_H11_the_link_to_a_ticket_brings_no_more_in_a_day_from_wherever_it_is_opened(company):
    siti = IdentityFactory()
    ticket = TicketFactory(customer=siti.customer, channel=company)
    ConversationFactory(ticket=ticket, identity=siti)
    page = f"/c/{status_token(ticket.pk)}/"

    answers = [
        Visitor(f"203.0.113.{number}").client.post(page, {"text": "Bukti.", "attachments": [scan("1.pdf", size)]})
        for number, size in enumerate([2 * MEGABYTE, MEGABYTE, MEGABYTE])
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "hingga 3 MB" in answers[2].text
    assert "Bukti." in answers[2].text
