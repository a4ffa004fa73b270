import pytest

from channels_out.models import Dispatch
from tests.desk.conftest import HTMX, words
from tests.factories import MessageFactory
from tickets.models import Message

pytestmark = pytest.mark.django_db
ANSWER = {"text": "Teknisi datang besok.", "then": "open", "version": "1"}


def test_a_newer_message_stops_the_answer_and_stands_above_it_until_it_is_sent_anyway(desk, ticket, at):
    seen = desk.get(at()).context["page"].ticket.last_heard
    newer = MessageFactory(ticket=ticket, from_name="Siti Rahmawati", text="Sudah nyala lagi, terima kasih.")

    stopped = desk.post(at("reply/"), ANSWER | {"seen": seen}, headers=HTMX)

    assert stopped.status_code == 409
    page = stopped.content.decode()
    above, below = page.split('<textarea id="reply-text"')
    assert "Sudah nyala lagi, terima kasih." in above.split('id="newer"')[1]
    assert "Teknisi datang besok.</textarea>" in below
    assert "Send anyway to siti" in words(stopped)
    assert f'<input type="hidden" name="seen" value="{newer.pk}">' in page
    assert not Dispatch.objects.exists()

    assert desk.post(at("reply/"), ANSWER | {"seen": newer.pk}).status_code == 302
    assert Message.objects.filter(kind="outbound").count() == 1


def test_without_a_newer_message_nothing_is_asked(desk, ticket, at):
    seen = desk.get(at()).context["page"].ticket.last_heard

    assert desk.post(at("reply/"), ANSWER | {"seen": seen}).status_code == 302
    assert "Send anyway" not in words(desk.get(at()))
