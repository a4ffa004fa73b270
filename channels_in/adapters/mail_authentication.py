"""Whether the sender of a mail is who they say, as our own mail server found it (Authentication-Results, RFC 8601).

Only what the configured server wrote counts: its name must stand in the field exactly, and no foreign field above it.
That server must remove fields that bear its name from what comes in (RFC 8601 5), as every usual one does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[()]|\\.|[^"()\\]+|.', re.DOTALL)
METHOD = re.compile(r"\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)(.*)", re.IGNORECASE | re.DOTALL)
PROPERTY = re.compile(r"\b(header|smtp|policy)\s*\.\s*([a-z0-9_-]+)\s*=\s*([^\s;]+)", re.IGNORECASE)
NAME = re.compile(r"\s*([^\s;]+)(?:\s+\d+)?\s*\Z")
CONCLUSIVE = ("pass", "fail")


class Proof(StrEnum):
    """verified: the domain of the sender vouches for the mail. failed: it disowns it. unchecked: nobody knows."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNCHECKED = "unverified"


@dataclass(frozen=True, slots=True)
class Result:
    """What one check said; `domain` is whose domain was checked, empty where it is not told."""

    method: str
    result: str
    domain: str = ""


@dataclass(slots=True)
class _Field:
    server: str
    results: list[Result] = field(default_factory=list)


def proof_of(written: str, *, server: str, sender: str) -> Proof:
    """What our own mail server found about the sender of a mail.

    written: the Authentication-Results fields from the top, one a line. server: our server's name, empty where none is
    believed. sender: the address in From.
    DMARC decides where the server has checked it. Else a signature or a sending host that passed counts when its domain
    is the sender's, or one above it: without the list of public suffixes a domain below proves nothing.
    """
    results = list(_believed(written, server.lower())) if server else []
    domain = sender.rpartition("@")[2].lower()
    aligned = [each for each in results if _speaks_for(each, domain)]
    for each in aligned:
        if each.method == "dmarc" and each.result in CONCLUSIVE:
            return Proof.VERIFIED if each.result == "pass" else Proof.FAILED
    checked = {(each.method, each.result) for each in aligned}
    if ("dkim", "pass") in checked or ("spf", "pass") in checked:
        return Proof.VERIFIED
    if ("spf", "fail") in checked or ("spf", "hardfail") in checked or ("dkim", "fail") in checked:
        return Proof.FAILED
    return Proof.UNCHECKED


def _believed(written: str, server: str) -> Iterator[Result]:
    """The results of the fields on top that bear our server's name; of several that speak of one method the first."""
    told: set[str] = set()
    for line in written.split("\n"):
        found = _read(line)
        if found is None or found.server != server:
            return
        yield from (each for each in found.results if each.method not in told)
        told |= {each.method for each in found.results}


def _speaks_for(each: Result, domain: str) -> bool:
    if not each.domain:
        return each.method == "dmarc"
    return domain == each.domain or ("." in each.domain and domain.endswith(f".{each.domain}"))


def _read(line: str) -> _Field | None:
    """A field without its comments; None where its quotes or brackets do not close, which may hide something."""
    plain = _plain(line)
    if plain is None:
        return None
    head, *statements = plain.split(";")
    name = NAME.match(head)
    if not name:
        return None
    found = _Field(name[1].lower())
    for statement in statements:
        method = METHOD.match(statement)
        if method:
            found.results.append(Result(method[1].lower(), method[2].lower(), _domain(method[1].lower(), method[3])))
    return found


def _plain(line: str) -> str | None:
    """Comments, which nest, go; what stands in quotes loses everything that could be read as structure."""
    kept: list[str] = []
    depth = 0
    for piece in PIECE.findall(line):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth -= 1
        elif depth == 0:
            if piece == '"':
                return None
            kept.append(re.sub(r'[;\s="\\]', "", piece) if piece.startswith('"') else piece)
        if depth < 0:
            return None
    return "".join(kept) if depth == 0 else None


WHOSE = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom", "smtp.helo")}


def _domain(method: str, rest: str) -> str:
    """Whose domain a check was about."""
    told = {f"{kind}.{name}".lower(): value for kind, name, value in PROPERTY.findall(rest)}
    for name in WHOSE.get(method, ()):
        if name in told:
            return str(told[name]).rpartition("@")[2].strip("<>.").lower()
    return ""
