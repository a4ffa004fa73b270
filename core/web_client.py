"""The one way to ask another host for something by HTTP: checked, pinned, capped.

An address given by a stranger or an administrator must not reach into our own network (threats.md A11, H05): the name
is resolved here, every address it resolves to must be public, and the connection goes to exactly the address that was
checked, so that a second answer of the name server changes nothing. Nothing is followed, nothing large is read.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 10
LARGEST_ANSWER = 1024 * 1024
SCHEMES = {"https": 443, "http": 80}
PORTS = frozenset({80, 443})
NOT_ASKED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.WriteError, httpx.WriteTimeout)


class FetchRefused(Exception):
    """Nothing usable came back; the message is one sentence: an address we may not ask, no answer, or too large a one.

    unreachable: the other side may do better later. asked: the whole request had left, so it may have been done.
    """

    def __init__(self, why: str, *, unreachable: bool = False, asked: bool = False) -> None:
        super().__init__(why)
        self.unreachable, self.asked = unreachable, asked


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other host said, whatever its status. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    largest: int = LARGEST_ANSWER,
    seconds: float = SECONDS,
    https_only: bool = True,
) -> Answer:
    """Ask once, without cookies and without following redirects.

    largest: bytes read of the answer at most. Raises FetchRefused. settings.PRIVATE_HOSTS_ALLOWED lists "host:port" of
    our own network that may be asked all the same (an installation's own provider; fakes in tests).
    """
    host, port = _checked(url, https_only=https_only)
    pinned = httpx.URL(url).copy_with(host=_address_of(host, port))
    told = {**(headers or {}), "Host": _host_header(url), "Accept-Encoding": "identity"}
    try:
        with (
            httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False) as client,
            client.stream(
                method, pinned, headers=told, content=body or None, extensions={"sni_hostname": host}
            ) as answer,
        ):
            content = _read(answer, largest, host, stop_at=time.monotonic() + seconds)
            return Answer(answer.status_code, dict(answer.headers), content)
    except httpx.HTTPError as problem:
        why = _("%(host)s did not answer: %(said)s") % {"host": host, "said": str(problem) or type(problem).__name__}
        raise FetchRefused(why, unreachable=True, asked=not isinstance(problem, NOT_ASKED)) from problem


def _host_header(url: str) -> str:
    return httpx.URL(url).netloc.decode("ascii")


def _checked(url: str, *, https_only: bool) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as broken:
        raise FetchRefused(_("This is not an address that can be asked.")) from broken
    allowed = f"{host}:{port}" in settings.PRIVATE_HOSTS_ALLOWED
    if parts.scheme not in SCHEMES or not host or parts.username or parts.password:
        raise FetchRefused(_("Only plain web addresses (https://host/...) can be asked."))
    if https_only and parts.scheme != "https" and not allowed:
        raise FetchRefused(_("%(host)s can only be asked by https.") % {"host": host})
    port = port or SCHEMES[parts.scheme]
    if port not in PORTS and not allowed:
        raise FetchRefused(_("Port %(port)s of %(host)s may not be asked.") % {"port": port, "host": host})
    return host, port


def _address_of(host: str, port: int) -> str:
    """The first address of the host, after all of them were found to be public."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as unknown:
        why = _("%(host)s is not known to the name server.") % {"host": host}
        raise FetchRefused(why, unreachable=True) from unknown
    if f"{host}:{port}" not in settings.PRIVATE_HOSTS_ALLOWED and not all(map(is_public, found)):
        raise FetchRefused(_("%(host)s lies in a private network and may not be asked.") % {"host": host})
    return found[0]


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet, also when IPv6 wraps a private IPv4 address."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        wrapped = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if wrapped:
            return found.is_global and wrapped.is_global
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.IPv4Address(found.packed[-4:]).is_global
    return found.is_global and not found.is_multicast


def _read(answer: httpx.Response, largest: int, host: str, *, stop_at: float) -> bytes:
    """The body as sent: an encoded one, which we did not ask for, could grow without end when it is unpacked."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        why = _("%(host)s answered in an encoding that was not asked for.") % {"host": host}
        raise FetchRefused(why, asked=True)
    content = bytearray()
    for piece in answer.iter_raw():
        content += piece
        if len(content) > largest:
            why = _("%(host)s answered with more than %(most)d bytes.") % {"host": host, "most": largest}
            raise FetchRefused(why, asked=True)
        if time.monotonic() > stop_at:
            why = _("%(host)s took too long to answer.") % {"host": host}
            raise FetchRefused(why, unreachable=True, asked=True)
    return bytes(content)
