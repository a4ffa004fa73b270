"""What comes with messages reaches only those who may read them, and cannot act inside our pages."""

import pytest
from django.test import Client

from files.services import store
from tests.factories import NOW, MessageFactory, TeamFactory, TicketFactory, UserFactory
from tickets.models import Attachment, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def message():
    return MessageFactory(ticket=TicketFactory(team=TeamFactory()))


def attach(message, name="tagihan.pdf", content=b"%PDF-1.4 tagihan", claimed="application/pdf"):
    stored = store.put([store.NewFile(content, claimed)], now=NOW)[0]
    return Attachment.objects.create(message=message, file=stored, name=name)


@pytest.fixture
def staff():
    return logged_in(UserFactory())


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_file_is_always_a_download_that_cannot_run_here(staff, message):
    page = attach(message, "bukti.html", b"<script>alert(1)</script>", "text/html")

    response = staff.get(f"/files/attachments/{page.pk}/")

    assert response.content == b"<script>alert(1)</script>"
    assert response["Content-Disposition"] == 'attachment; filename="bukti.html"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("tagihan.pdf", 'attachment; filename="tagihan.pdf"'),
        ("tagihan “baru” é.pdf", "attachment; filename*=utf-8''tagihan%20%E2%80%9Cbaru%E2%80%9D%20%C3%A9.pdf"),
        ('a"b\\c.pdf', 'attachment; filename="a\\"b\\\\c.pdf"'),
    ],
)
def test_the_name_of_a_file_survives_in_every_script_and_breaks_no_header(staff, message, name, header):
    assert staff.get(f"/files/attachments/{attach(message, name).pk}/")["Content-Disposition"] == header


def test_strangers_and_restricted_teams_have_no_such_file(message):
    attachment = attach(message)
    message.ticket.team.restricted = True
    message.ticket.team.save()
    address = f"/files/attachments/{attachment.pk}/"

    assert Client().get(address).status_code == 404
    assert logged_in(UserFactory()).get(address).status_code == 404
    assert logged_in(UserFactory(teams=[message.ticket.team])).get(address).status_code == 200


def test_a_mail_is_shown_with_its_formatting_in_a_frame_that_may_nothing(staff, message):
    Message.objects.update(html="<p>Lampu <b>merah</b></p>")

    response = staff.get(f"/files/messages/{message.pk}/body/")

    assert "<p>Lampu <b>merah</b></p>" in response.content.decode()
    policy = response["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "base-uri 'none'", "frame-ancestors 'self'"} <= set(policy)
    assert not [rule for rule in policy if rule.startswith("script-src") or "unsafe" in rule]
    assert (response["X-Frame-Options"], response["Referrer-Policy"]) == ("SAMEORIGIN", "no-referrer")


def test_a_mail_without_formatting_is_shown_whole_as_text(staff, message):
    Message.objects.update(full_text="Halo\n> <b>dulu</b>")

    assert (
        "<pre>Halo\n&gt; &lt;b&gt;dulu&lt;/b&gt;</pre>"
        in staff.get(f"/files/messages/{message.pk}/body/").content.decode()
    )


def test_nobody_reads_a_mail_who_may_not_read_its_ticket(message):
    message.ticket.team.restricted = True
    message.ticket.team.save()

    assert Client().get(f"/files/messages/{message.pk}/body/").status_code == 404
    assert logged_in(UserFactory()).get(f"/files/messages/{message.pk}/body/").status_code == 404
