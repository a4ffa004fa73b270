"""Threats H08-H10, H12 and H13: files that come with messages, at every door through which they can be fetched.

H14 lies with the tables that can be taken away (tests/reports, tests/desk/test_board.py). H15 is about imports and
prints of customers' words, of which there are none yet.
"""

import pytest
from django.test import Client

from files.models import StoredFile
from tests.factories import ChannelFactory, TeamFactory, UserFactory
from tests.receiving import MAILS, receive
from tickets.models import Attachment, Message

pytestmark = pytest.mark.django_db
HOSTILE = [
    ("halaman.html", b"<script>alert(1)</script>", "text/html"),
    ("gambar.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
    ("data.xml", b"<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>1</x:script>", "text/xml"),
    ("halaman.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "application/xhtml+xml"),
    ("tagihan.pdf", b"%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>", "application/pdf"),
    ("foto.jpg", b"GIF89a/*<script>alert(1)</script>*/=1;", "image/jpeg"),
]


@pytest.mark.parametrize(("name", "content", "claimed"), HOSTILE, ids=[each[0] for each in HOSTILE])
def test_H08_at_every_door_a_file_is_a_download_that_can_do_nothing(doors, name, content, claimed):
    for answer in doors(name, content, claimed).all():
        assert (answer.status_code, answer.content) == (200, content)
        assert answer["Content-Disposition"].startswith("attachment; filename=")
        assert answer["X-Content-Type-Options"] == "nosniff"
        rules = answer["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'"} <= set(rules)
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("wish", ["?inline=1", "?disposition=inline", "?download=0&content_type=text/html"])
def test_H08_nobody_can_ask_for_a_file_to_be_opened_instead(doors, wish):
    door = doors("halaman.html", b"<p>x", "text/html")

    answer = door.agent.get(f"/files/attachments/{door.attachment.pk}/{wish}")

    assert answer["Content-Disposition"] == 'attachment; filename="halaman.html"'


def test_H09_names_that_mislead_are_cleaned_before_they_are_judged_and_break_no_header(doors):
    receive(ChannelFactory(), (MAILS / "hostile_names.eml").read_bytes())

    names = list(Attachment.objects.order_by("id").values_list("name", flat=True))
    assert names[:3] == ["passwd", "system.ini", "faktxt.exe"]
    assert all(len(name) <= 200 and name.isprintable() and not set(name) & set("/\\") for name in names)
    door = doors()
    for attachment in Attachment.objects.exclude(pk=door.attachment.pk):
        door.attachment = attachment
        answer = door.desk()
        assert answer.status_code == (403 if attachment.name == "faktxt.exe" else 200)
        assert not set(answer.get("Content-Disposition", "")) & set("\r\n")


def test_H09_where_a_file_lies_says_nothing_of_its_name_and_two_of_one_name_are_two(doors):
    first, second = doors("../../sama.pdf").attachment.file, doors("../../sama.pdf").attachment.file

    assert first.key != second.key
    assert "sama" not in first.key + second.key


def mail_with(name, content, kind="application/octet-stream"):
    head = (
        b"From: Budi <budi@mail.example>\nSubject: Bukti\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b"
    )
    part = b"Content-Type: %s\nContent-Disposition: attachment; filename=%s" % (kind.encode(), name.encode())
    return head + b"\n\n--b\n\nLihat lampiran.\n--b\n" + part + b"\n\n" + content + b"\n--b--\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [("tagihan.pdf.exe", b"x"), ("tagihan.pdf", b"MZ\x90\0program"), ("foto.js", b"alert(1)"), ("a.lnk", b"L\0\0\0")],
)
def test_H10_a_message_with_a_program_is_kept_and_the_program_is_not_handed_out(doors, name, content):
    receive(ChannelFactory(), mail_with(name, content))

    message = Message.objects.get(text="Lihat lampiran.")
    door = doors()
    door.attachment = message.attachments.get()
    answer = door.desk()
    assert answer.status_code == 403
    assert "This file is a program" in answer.content.decode()
    page = door.agent.get(f"/desk/t/{message.ticket.reference}/").content.decode()
    assert (name in page, "This file is a program" in page) == (True, True)
    assert f"/files/attachments/{door.attachment.pk}/" not in page


@pytest.mark.parametrize(("name", "content"), [("tagihan.pdf.exe", b"x"), ("tagihan.pdf", b"\x7fELF\2")])
def test_H10_a_program_cannot_be_brought_by_the_api(doors, name, content):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    headers = {"authorization": f"Bearer {doors().token}", "accept-language": "en"}
    answer = Client().post("/api/v1/files/", {"file": file}, headers=headers)

    assert (answer.status_code, answer.json()["detail"]) == (415, f"{name} is a program: it is not taken.")


def test_H10_a_declared_type_does_not_make_a_picture_of_something_else(doors):
    assert doors("foto.jpg", b"%PDF-1.4 x", "image/jpeg").attachment.file.content_type == "application/pdf"


@pytest.mark.parametrize(
    ("scan", "note", "reason"),
    [
        ("infected", "Eicar-Signature", "This file carries something harmful (Eicar-Signature)"),
        ("pending", "", "This file is still being checked."),
    ],
)
def test_H12_no_door_hands_out_a_file_that_is_harmful_or_not_yet_judged(doors, scan, note, reason):
    door = doors()
    StoredFile.objects.update(scan=scan, scan_note=note)

    answers = door.all()

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert all(reason in answer.content.decode() for answer in answers)
    assert all(b"%PDF" not in answer.content for answer in answers)
    page = door.agent.get(f"/desk/t/{door.attachment.message.ticket.reference}/").content.decode()
    assert (reason in page, door.attachment.message.text in page) == (True, True)


def test_H13_every_fetch_asks_for_the_right_that_holds_now(doors):
    door = doors()
    assert [answer.status_code for answer in door.all()] == [200, 200, 200]

    ticket = door.attachment.message.ticket
    ticket.team = TeamFactory(restricted=True)
    ticket.save(update_fields=["team"])

    assert (door.desk().status_code, door.program().status_code) == (404, 404)


def test_H13_guessing_without_logging_in_finds_nothing(doors):
    door = doors()

    assert Client().get(f"/files/attachments/{door.attachment.pk}/").status_code == 404
    assert Client().get(f"/api/v1/attachments/{door.attachment.pk}/").status_code == 401
    assert Client().get(f"/c/AAAA-wrong/files/{door.attachment.pk}/").status_code == 404
    assert door.agent.get("/files/attachments/987654321/").status_code == 404


def test_H13_who_logged_out_or_left_the_company_fetches_nothing(doors):
    door = doors()
    user = UserFactory(teams=[door.attachment.message.ticket.team])
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/files/attachments/{door.attachment.pk}/"
    assert client.get(address).status_code == 200

    user.is_active = False
    user.save(update_fields=["is_active"])

    assert client.get(address).status_code == 404


def test_H13_what_the_customer_may_not_read_they_cannot_fetch_with_their_link(doors):
    door = doors()
    Message.objects.filter(pk=door.attachment.message_id).update(kind="note")

    assert door.customer().status_code == 404
    assert door.desk().status_code == 200


def test_H13_when_the_message_is_gone_its_file_is(doors):
    door = doors()
    door.attachment.delete()
    door.attachment.pk = 1

    assert [answer.status_code for answer in door.all()] == [404, 404, 404]
