"""Threats H01-H04 and H07: what markup of a stranger may still do once it is cleaned. test_h_browser.py runs it."""

from email import message_from_bytes
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from channels_in.sanitise import ATTRIBUTES, TAGS, safe_html
from channels_out.models import Dispatch
from channels_out.senders.mail import compose
from tests.factories import ChannelFactory, MessageFactory, UserFactory
from tests.mails import raw_mail
from tests.receiving import NINE, receive
from tests.web.threats.corpora import EVERYTHING, FORMS, LINKS, STYLES
from tickets.links import status_token
from tickets.models import Message, Ticket
from tickets.services.outward import replies

SCHEMES = {"http", "https", "mailto", "tel"}


class Elements(HTMLParser):
    """Every tag with its attributes, as a reader sees them."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.addresses, self.odd = set(), [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, frozenset()) | ({"rel"} if tag == "a" else set())
        self.odd += [(tag, name) for name, _value in attrs if name not in allowed]
        self.addresses += [value for name, value in attrs if name in ("href", "src")]


@pytest.mark.parametrize("markup", EVERYTHING)
def test_H01_what_is_shown_holds_only_elements_and_attributes_that_do_nothing(markup):
    shown = Elements(safe_html(markup))

    assert shown.tags <= TAGS
    assert shown.odd == []
    assert {urlsplit(address).scheme for address in shown.addresses} <= SCHEMES | {"cid"}


@pytest.mark.parametrize("markup", EVERYTHING)
def test_H02_cleaning_what_is_clean_changes_nothing(markup):
    once = safe_html(markup)

    assert safe_html(once) == once


@given(st.lists(st.sampled_from(EVERYTHING) | st.text("<>\"'/=-! \n&;x", max_size=8), max_size=6).map("".join))
def test_H02_however_the_pieces_are_put_together(markup):
    once = safe_html(markup)

    assert safe_html(once) == once
    assert Elements(once).odd == []


@pytest.mark.parametrize("markup", STYLES)
def test_H03_no_style_of_a_stranger_is_left(markup):
    shown = safe_html(markup)

    assert "style" not in shown
    assert "a.example" not in shown
    assert not {"class", "id", "bgcolor", "background", "size", "color", "hidden"} & {
        word.partition("=")[0] for word in shown.replace("<", " ").replace(">", " ").split() if "=" in word
    }


@pytest.mark.django_db
def test_H03_the_frame_of_a_mail_is_fenced_in_by_its_own_answer(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    message = MessageFactory(html=safe_html("".join(STYLES)))

    answer = client.get(f"/files/messages/{message.pk}/body/")

    rules = dict(rule.partition(" ")[::2] for rule in answer["Content-Security-Policy"].split("; "))
    assert (rules["default-src"], rules["base-uri"], rules["form-action"]) == ("'none'", "'none'", "'none'")
    assert (rules["frame-ancestors"], rules["sandbox"]) == ("'self'", "")
    assert "script-src" not in rules
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_H03_a_mail_stands_in_a_sandbox_of_limited_size_on_the_ticket(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    message = MessageFactory(html="<p>Halo</p>", full_text="Halo\n> dulu")

    page = client.get(f"/desk/t/{message.ticket.reference}/").content.decode()

    frame = page[page.index("<iframe") : page.index("</iframe>")]
    assert f'src="/files/messages/{message.pk}/body/"' in frame
    assert " sandbox\n" in frame
    assert 'referrerpolicy="no-referrer"' in frame


@pytest.mark.parametrize("markup", FORMS)
def test_H04_nothing_in_a_mail_asks_for_input_or_leads_away_by_itself(markup):
    shown = safe_html(markup)

    forbidden = {"form", "input", "button", "select", "textarea", "iframe", "object", "embed", "base", "meta", "link"}
    assert not Elements(shown).tags & forbidden
    assert not any(word in shown for word in ("formaction", "ping", "target", "srcdoc", "http-equiv"))


ACTING = {"action", "formaction", "src", "srcdoc", "href", "data", "ping", "content", "poster"}


class Acting(HTMLParser):
    """What on a page leads to, loads from or sends to the stranger's host."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found += [(tag, name) for name, value in attrs if name in ACTING and "a.example" in (value or "")]


@pytest.mark.django_db
def test_H04_notes_answers_signatures_and_automatic_answers_hold_words_alone():
    hostile = "\n".join(FORMS)
    channel = ChannelFactory(
        address="bantuan@toko.example", settings={"signature_id": hostile, "signature_en": hostile}
    )
    dewi = UserFactory(public_name=FORMS[1], role="administrator")
    receive(channel, raw_mail(hostile, subject=FORMS[3], sender=f"{FORMS[0]} <siti@mail.example>"))
    ticket = Ticket.objects.get()
    replies.note(ticket.pk, actor=dewi.actor(), text=hostile, now=NINE)
    replies.reply(ticket.pk, actor=dewi.actor(), text=hostile, now=NINE)
    staff = Client()
    staff.force_login(dewi, backend="django.contrib.auth.backends.ModelBackend")

    pages = [
        staff.get(f"/desk/t/{ticket.reference}/"),
        staff.get("/desk/?view=open"),
        staff.get("/desk/outbox/?state=queued"),
    ]
    pages += [Client().get(f"/c/{status_token(ticket.pk)}/")]

    for page in pages:
        assert page.status_code == 200
        assert Acting(page.content.decode()).found == []
    assert all("&lt;iframe src=https://a.example/&gt;" in page.content.decode() for page in (pages[0], pages[-1]))
    acknowledgement, answer = Dispatch.objects.order_by("id")
    for dispatch in (acknowledgement, answer):
        mail = message_from_bytes(compose(dispatch, list(dispatch.recipients.all())))
        assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]
    assert answer.text.count(FORMS[0]) == 4  # what was written, the signature, and below it who had written what


@pytest.mark.parametrize("address", LINKS)
def test_H07_a_link_that_runs_or_lies_about_its_host_leads_nowhere(address):
    shown = safe_html(f'<a href="{address}">https://bank.example/</a>')

    assert Elements(shown).addresses == []
    assert "https://bank.example/" in shown


@pytest.mark.parametrize("address", ["https://a.example/@budi?x=a@b", "mailto:a@b.example", "tel:+62215550134"])
def test_H07_honest_links_stay_and_tell_the_other_side_nothing(address):
    assert safe_html(f'<a href="{address}" target=_blank>x</a>') == (
        f'<a href="{address}" rel="noopener noreferrer nofollow">x</a>'
    )


@pytest.mark.django_db
def test_H01_nothing_of_a_stranger_is_ever_written_into_a_page_as_markup(client):
    """Without a browser: names, subjects and words of every kind of page hold no tag of theirs."""
    client.force_login(UserFactory(role="administrator"), backend="django.contrib.auth.backends.ModelBackend")
    broken = '"><img src=x onerror=alert(1)>{{ 7|add:7 }}'
    message = MessageFactory(
        text=broken,
        full_text=broken,
        subject=broken,
        from_name=broken,
        ticket__subject=broken,
        ticket__customer__name=broken,
    )
    Message.objects.filter(pk=message.pk).update(kind="inbound")
    ticket = message.ticket

    for address in (
        f"/desk/t/{ticket.reference}/",
        f"/desk/t/{ticket.reference}/?tab=history",
        f"/desk/t/{ticket.reference}/?tab=customer",
        "/desk/?view=open",
        f"/desk/c/{ticket.customer_id}/",
        "/desk/search/",
        f"/files/messages/{message.pk}/body/",
    ):
        answer = client.get(address, {"q": broken} if "search" in address else None)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert "onerror" in page, address
        assert "<img src=x" not in page, address
        assert "{{ 7|add:7 }}" in page, address
