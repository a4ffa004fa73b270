"""Asking other hosts: only public ones, once, and never for more than a little."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.utils import translation

from core.web_client import FetchRefused, fetch, is_public


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            return self.say(302, b"", Location="http://127.0.0.1:1/secret")
        if self.path == "/packed":
            return self.say(200, b"\x1f\x8b", **{"Content-Encoding": "gzip"})
        return self.say(200, b"x" * int(self.path.rpartition("/")[2]), Seen=self.headers["Host"])

    def do_POST(self) -> None:
        self.say(201, self.rfile.read(int(self.headers["Content-Length"])))

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def provider(settings) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.PRIVATE_HOSTS_ALLOWED = [f"localhost:{server.server_port}"]
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_allowed_host_is_asked_under_its_own_name(provider):
    answer = fetch(f"{provider}/bytes/12")

    assert (answer.status, answer.body, answer.headers["seen"]) == (200, b"x" * 12, provider.removeprefix("http://"))


def test_a_body_is_posted_as_it_is(provider):
    assert fetch(f"{provider}/send", method="POST", body=b'{"to": "Siti"}').body == b'{"to": "Siti"}'


def test_a_redirect_is_told_and_not_followed(provider):
    assert fetch(f"{provider}/elsewhere").status == 302


def test_an_answer_larger_than_asked_for_is_refused(provider):
    with pytest.raises(FetchRefused, match="more than 100 bytes"):
        fetch(f"{provider}/bytes/101", largest=100)


def test_an_answer_that_would_have_to_be_unpacked_is_refused(provider):
    with pytest.raises(FetchRefused, match="encoding"):
        fetch(f"{provider}/packed")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.1.2.3/admin",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:192.168.1.1]/",
        "https://0x7f.1/",
        "https://2130706433/",
    ],
)
def test_our_own_network_cannot_be_asked(url):
    with pytest.raises(FetchRefused, match="private network"):
        fetch(url)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/", "https"),
        ("https://example.com:6379/", "Port 6379"),
        ("file:///etc/passwd", "plain web addresses"),
        ("gopher://example.com/", "plain web addresses"),
        ("https://user:secret@example.com/", "plain web addresses"),
        ("https://example.com:99999/", "not an address"),
        ("https://[::1/", "not an address"),
    ],
)
def test_anything_but_a_plain_web_address_is_refused(url, why):
    with pytest.raises(FetchRefused, match=why):
        fetch(url)


def test_another_port_of_an_allowed_host_stays_closed(provider, settings):
    with pytest.raises(FetchRefused, match="may not be asked"):
        fetch("http://localhost:1/", https_only=False)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("192.168.0.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("64:ff9b::a01:203", False),
        ("2002:7f00:1::1", False),
        ("fe80::1%eth0", False),
    ],
)
def test_what_counts_as_public(address, public):
    assert is_public(address) is public


def test_what_is_wrong_is_said_in_the_language_of_whoever_asks():
    with translation.override("id"), pytest.raises(FetchRefused, match="hanya dapat dihubungi lewat https"):
        fetch("http://host.example/")
