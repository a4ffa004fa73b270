"""Threat H11: too large, too many, too often. Each door names its limit, and a mail keeps its words."""

import io
import struct
import zipfile
import zlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from channels_in.models import Arrival
from channels_in.services import ledger
from core.actor import SYSTEM
from files.pictures import NotAPicture, redrawn
from staff.services import people
from tests.factories import ChannelFactory, UserFactory
from tests.mails import mail_with_file
from tests.receiving import NINE, receive, received
from tests.web.threats.test_h_files import mail_with
from tickets.models import Attachment, Message

pytestmark = pytest.mark.django_db
MEGABYTE = 2**20
PIECE = b"--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=a.csv\n\n1;2\n"


def test_H11_a_bomb_in_an_archive_is_kept_as_it_came_and_never_unpacked(doors):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bom.txt", bytes(50_000_000))

    door = doors("bom.zip", packed.getvalue(), "application/zip")

    assert door.attachment.file.size == len(packed.getvalue()) < 100_000
    assert door.desk().content == packed.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (60_000, 500), (1, 26_000_000)])
def test_H11_the_pixels_of_a_picture_are_counted_before_it_is_unpacked(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    huge = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"nothing to unpack") + chunk(b"IEND", b"")

    with pytest.raises(NotAPicture, match=r"too many"):
        redrawn(huge)


def test_H11_a_mail_with_many_files_keeps_its_text_and_all_of_them():
    mail = mail_with("awal.csv", b"1").replace(b"\n--b--\n", b"\n" + PIECE * 400 + b"--b--\n")

    receive(ChannelFactory(), mail)

    assert Message.objects.get(kind="inbound").text == "Lihat lampiran."
    assert Attachment.objects.count() == 401


def test_H11_too_many_parts_are_parked_with_the_limit_in_the_reason():
    receive(ChannelFactory(), mail_with("a.csv", b"1").replace(b"\n--b--\n", b"\n" + PIECE * 600 + b"--b--\n"))

    arrival = Arrival.objects.get()
    assert (arrival.state, arrival.reason) == ("parked", "mime_limits")
    assert "500 parts" in arrival.detail


def bring(token: str, size: int, name: str = "film.mp4"):
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    return Client().post("/api/v1/files/", {"file": SimpleUploadedFile(name, bytes(size))}, headers=headers)


def test_H11_too_large_for_the_api_is_answered_with_the_limit(doors, settings):
    settings.UPLOAD_MAX_BYTES = 2 * MEGABYTE

    answer = bring(doors().token, 2 * MEGABYTE + 1)

    assert answer.status_code == 413
    assert answer.json()["detail"] == "film.mp4 is too large: a file may have 2 MB."


@pytest.fixture
def three_megabytes_a_day(settings):
    settings.FILES_A_DAY_BYTES = 3 * MEGABYTE


@pytest.mark.usefixtures("three_megabytes_a_day")
def test_H11_a_program_that_brings_more_than_a_day_allows_is_told_to_come_back(doors, time_machine):
    token = doors().token
    time_machine.move_to(NINE, tick=False)
    assert [bring(token, size).status_code for size in (MEGABYTE, 2 * MEGABYTE)] == [201, 201]

    answer = bring(token, 1)

    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (429, "3600", "too_much")
    assert "up to 3 MB" in answer.json()["detail"]
    another = people.issue_token(UserFactory(), name="Gudang", actor=SYSTEM, now=NINE)
    assert bring(another, 1).status_code == 201


def photos(*sizes: int, sender: str, number: int) -> bytes:
    contents = [b"\xff\xd8\xff\xe0" + bytes(size - 4) for size in sizes]
    return mail_with_file(
        *contents, name="foto.jpg", content_type="image/jpeg", sender=sender, message_id=f"<{number}@mail.example>"
    )


def kept(message: Message) -> list[bool]:
    return [each.file.scan != "left_out" for each in message.attachments.order_by("id").select_related("file")]


@pytest.mark.usefixtures("three_megabytes_a_day")
def test_H11_a_sender_who_floods_us_with_files_is_heard_and_told_which_were_not_kept(doors):
    channel = ChannelFactory(address="bantuan@toko.example")
    flood = photos(MEGABYTE, 2 * MEGABYTE, MEGABYTE, sender="Siti <siti@mail.example>", number=1)
    once_more = photos(MEGABYTE // 2, sender="Siti <siti@mail.example>", number=2)

    receive(channel, flood, once_more, photos(MEGABYTE, sender="Budi <budi@mail.example>", number=3))

    first, second, other = received()[-3:]
    assert [kept(message) for message in (first, second, other)] == [[True, True, False], [False], [True]]
    assert {message.text for message in (first, second, other)} == {"Lihat bukti."}
    assert ledger.body_of(Arrival.objects.get(messages=first)) == flood
    door = doors()
    door.attachment = second.attachments.get()
    reason = "This file was not kept: its sender had sent more than 3 MB of files within a day."
    assert (door.desk().status_code, door.program().status_code, door.customer().status_code) == (403, 403, 403)
    assert reason in door.desk().content.decode()
    page = door.agent.get(f"/desk/t/{second.ticket.reference}/").content.decode()
    assert ("foto.jpg" in page, reason in page) == (True, True)


@pytest.mark.usefixtures("three_megabytes_a_day")
def test_H11_the_limit_is_one_of_each_day_whoevers_thread_they_write_in_and_small_files_count_too():
    channel = ChannelFactory(address="bantuan@toko.example")
    many = photos(*[10] * 31, sender="Siti <siti@mail.example>", number=1)
    receive(channel, many)
    assert kept(received()[0]) == [True] * 31

    receive(channel, photos(10, sender="Siti <siti@mail.example>", number=2), now=NINE + timedelta(hours=23))
    receive(channel, photos(10, sender="Siti <siti@mail.example>", number=3), now=NINE + timedelta(hours=25))

    assert [kept(message) for message in received()[1:]] == [[False], [True]]
