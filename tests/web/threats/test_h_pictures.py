"""Threats H05 and H06: pictures of mails are shown by us, drawn anew; other hosts learn nothing before a click."""

import io
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest
from django.core import signing
from django.test import Client
from PIL import Image

from tests.channels_in.threats.test_h_mail import mail, picture
from tests.factories import ChannelFactory, TeamFactory, UserFactory
from tests.receiving import receive, received
from tickets.models import Picture, TicketHistory

pytestmark = pytest.mark.django_db


def drawn(kind: str, size=(8, 6), colour="red", **options) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind, **options)
    return target.getvalue()


class Elsewhere(BaseHTTPRequestHandler):
    """Another host; asked: what it was asked for, with which headers."""

    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []
    answers: ClassVar[dict[str, tuple[int, str, bytes]]] = {}

    def do_GET(self) -> None:
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        status, content_type, body = self.answers.get(self.path, (404, "text/plain", b"no"))
        self.send_response(status)
        self.send_header("Location" if status == 302 else "Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def elsewhere(settings) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.PRIVATE_HOSTS_ALLOWED = [f"localhost:{server.server_port}"]
    Elsewhere.asked.clear()
    Elsewhere.answers = {
        "/logo.png": (200, "image/png", drawn("PNG")),
        "/page": (200, "text/html", b"<script>alert(1)</script>"),
        "/lie.png": (200, "image/png", b"<script>alert(1)</script>"),
        "/huge.png": (200, "image/png", drawn("PNG", (6_000, 6_000))),
        "/moved.png": (302, "/logo.png", b""),
        "/inside.png": (302, "http://127.0.0.1:1/secret", b""),
        "/round.png": (302, "/round.png", b""),
        "/drawn.svg": (200, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
    }
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def dewi():
    return UserFactory()


@pytest.fixture
def staff(dewi) -> Client:
    client = Client()
    client.force_login(dewi, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def channel():
    return ChannelFactory(address="bantuan@toko.example")


def shown(html: str, channel, *pictures: str):
    receive(channel, mail(html, *pictures))
    return received()[-1]


def sources(client: Client, message) -> list[str]:
    page = client.get(f"/files/messages/{message.pk}/body/").content.decode()
    return re.findall(r'<img src="([^"]*)"', page)


def ask(client: Client, message):
    return client.post(f"/files/messages/{message.pk}/pictures/")


def test_H05_no_host_learns_that_a_mail_came_or_was_read(elsewhere, staff, channel):
    message = shown(f'<p>Halo <img src="{elsewhere}/logo.png" alt="Logo"></p>', channel)

    page = staff.get(f"/files/messages/{message.pk}/body/")
    staff.get(f"/desk/t/{message.ticket.reference}/")

    assert Elsewhere.asked == []
    assert "<img" not in page.content.decode()
    assert '<span class="no-picture">Logo · localhost</span>' in page.content.decode()
    assert "img-src 'self'" in page["Content-Security-Policy"]


def test_H05_whoever_asks_sees_the_pictures_and_the_ticket_remembers_it(elsewhere, staff, dewi, channel):
    message = shown(f'<img src="{elsewhere}/logo.png"><img src="{elsewhere}/logo.png?b=1">', channel)
    ticket = staff.get(f"/desk/t/{message.ticket.reference}/").content.decode()
    assert "Show pictures from other hosts (2)" in ticket

    answer = ask(staff, message)

    assert (answer.status_code, answer["Location"]) == (302, f"/files/messages/{message.pk}/body/")
    assert Elsewhere.asked == []
    [entry] = TicketHistory.objects.filter(change="pictures_asked_for")
    assert (entry.actor_id, entry.after) == (dewi.pk, {"message": message.pk, "hosts": ["localhost"]})
    first, _second = sources(staff, message)
    seen = Client().get(first)
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(seen.content)).size == (8, 6)
    assert "Show pictures" not in staff.get(f"/desk/t/{message.ticket.reference}/").content.decode()


def test_H05_a_host_is_asked_once_and_told_nothing_of_us(elsewhere, staff, channel):
    message = shown(f'<img src="{elsewhere}/logo.png">', channel)
    ask(staff, message)
    [address] = sources(staff, message)

    first, second = staff.get(address), staff.get(address)

    assert first.content == second.content
    [(path, headers)] = Elsewhere.asked
    assert path == "/logo.png"
    assert not {"cookie", "referer", "authorization", "origin"} & set(headers)
    ask(staff, message)
    assert TicketHistory.objects.filter(change="pictures_asked_for").count() == 1


@pytest.mark.parametrize("path", ["/page", "/lie.png", "/huge.png", "/inside.png", "/round.png", "/drawn.svg", "/none"])
def test_H05_what_is_no_picture_of_a_public_host_is_replaced_by_words(elsewhere, staff, channel, path):
    message = shown(f'<img src="{elsewhere}{path}" alt="Peta">', channel)
    ask(staff, message)
    [address] = sources(staff, message)

    seen = staff.get(address)

    assert (seen.status_code, seen["Content-Type"]) == (404, "image/svg+xml")
    assert "This picture cannot be shown." in seen.content.decode()
    assert "script" not in seen.content.decode()
    assert Picture.objects.get().trouble != ""
    assert sources(staff, message) == []
    ticket = staff.get(f"/desk/t/{message.ticket.reference}/").content.decode()
    assert "Try the missing pictures again (1)" in ticket


def test_H05_a_picture_behind_a_redirect_is_fetched_and_one_in_our_own_network_is_not(elsewhere, staff, channel):
    message = shown(f'<img src="{elsewhere}/moved.png"><img src="http://127.0.0.1/metadata.png">', channel)
    ask(staff, message)

    moved, inside = (staff.get(address).status_code for address in sources(staff, message))

    assert (moved, inside) == (200, 404)
    assert "private network" in Picture.objects.get(number=1).trouble


def test_H05_a_picture_that_failed_is_tried_again_when_somebody_asks_again(elsewhere, staff, channel):
    message = shown(f'<img src="{elsewhere}/later.png">', channel)
    ask(staff, message)
    staff.get(sources(staff, message)[0])
    Elsewhere.answers["/later.png"] = (200, "image/gif", drawn("GIF"))

    ask(staff, message)

    assert staff.get(sources(staff, message)[0]).status_code == 200


def test_H05_only_the_staff_may_ask_and_only_who_may_read_the_mail(elsewhere, channel):
    message = shown(f'<img src="{elsewhere}/logo.png">', channel)
    message.ticket.team = TeamFactory(restricted=True)
    message.ticket.save()
    other = Client()
    other.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")

    assert [ask(client, message).status_code for client in (Client(), other)] == [404, 404]
    assert Picture.objects.count() == 0


def test_H05_the_address_of_a_picture_is_no_use_once_the_right_is_gone(elsewhere, staff, dewi, channel):
    message = shown(f'<img src="{elsewhere}/logo.png">', channel)
    ask(staff, message)
    [address] = sources(staff, message)
    forged = address.replace("/pictures/", "/pictures/x")
    of_nobody = signing.dumps(["elsewhere", Picture.objects.get().pk, 0, "en"], salt="web.pictures")

    message.ticket.team = TeamFactory(restricted=True)
    message.ticket.save()

    addresses = [address, forged, f"/files/pictures/{of_nobody}/"]
    assert [Client().get(each).status_code for each in addresses] == [404, 404, 404]
    assert Elsewhere.asked == []


def test_H06_a_picture_of_the_mail_is_drawn_anew_and_shown(staff, channel):
    photo = Image.new("RGB", (8, 6), "blue")
    exif = photo.getexif()
    exif[0x010E] = "<script>alert(1)</script>"
    message = shown('<p><img src="cid:satu@x" alt="Foto"></p>', channel, picture(drawn("PNG", exif=exif), cid="satu@x"))

    [address] = sources(staff, message)

    seen = Client().get(address)
    assert (seen.status_code, seen["Content-Type"], seen["X-Content-Type-Options"]) == (200, "image/jpeg", "nosniff")
    assert b"script" not in seen.content
    assert seen["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"


@pytest.mark.parametrize(
    "pictures",
    [
        [],
        [picture(b"<html><script>alert(1)</script></html>", cid="satu@x")],
        [picture(b"<svg xmlns='http://www.w3.org/2000/svg'/>", cid="dua@x", content_type="image/svg+xml")],
    ],
    ids=["missing", "HTML as a picture", "of another id"],
)
def test_H06_what_is_no_picture_of_this_mail_stands_there_in_words(staff, channel, pictures):
    receive(
        channel, mail('<img src="cid:satu@x">', picture(drawn("PNG"), cid="satu@x"), message_id="<z9@mail.example>")
    )

    message = shown('<p>x <img src="cid:satu@x" alt="Foto"></p>', channel, *pictures)

    page = staff.get(f"/files/messages/{message.pk}/body/").content.decode()
    assert "<img" not in page
    assert '<span class="no-picture">Foto · not in this mail</span>' in page


def test_H06_a_picture_that_moves_is_shown_by_its_first_frame(staff, channel):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "green", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    message = shown(
        '<img src="cid:satu@x">', channel, picture(target.getvalue(), cid="satu@x", content_type="image/gif")
    )

    seen = staff.get(sources(staff, message)[0])

    still = Image.open(io.BytesIO(seen.content))
    assert (seen["Content-Type"], getattr(still, "n_frames", 1)) == ("image/png", 1)
    assert still.convert("RGB").getpixel((0, 0)) == (255, 0, 0)
