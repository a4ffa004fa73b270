"""Reads what the complaint form and the status page send: JSON that our own portal wrote."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from channels_in.adapters.mail_charsets import one_line, without_controls
from channels_in.events import Facts, IdentityKey, InboundFile, InboundMessage, UnreadableArrival

TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
PHONE = re.compile(r"\+[0-9]{5,15}")
MOST_FILES = 20
LARGEST_ID = 2**63 - 1


class WebformAdapter:
    """Touches no database and knows no ticket. The form's one-time token is the id of its message."""

    def identify(self, body: bytes) -> tuple[str, str]:
        """The form's token, empty where the bytes are not a form, and a digest of all it says."""
        try:
            token = _token(_opened(body))
        except UnreadableArrival:
            token = ""
        return token, hashlib.sha256(body).hexdigest()

    def parse(self, body: bytes) -> Iterator[InboundMessage]:
        """One form is one message. Raises UnreadableArrival("not_a_form") for anything else."""
        form = _opened(body)
        text = _words(form, "text", 20_000)
        conversation = _words(form, "conversation", 100)
        yield InboundMessage(
            external_id=_token(form),
            sender=_sender(form),
            sender_name=_line(form, "name", 200),
            subject=_line(form, "subject", 300),
            text=text,
            full_text=text,
            tokens=(conversation,) if conversation else (),
            files=_files(form),
            facts=_facts(form),
        )


def _not_a_form(why: str) -> UnreadableArrival:
    return UnreadableArrival("not_a_form", why)


def _opened(body: bytes) -> dict[str, Any]:
    try:
        form = json.loads(body.decode())
    except (ValueError, RecursionError) as broken:
        raise _not_a_form("it is not JSON") from broken
    if not isinstance(form, dict):
        raise _not_a_form("it is not a JSON object")
    return form


def _words(form: Mapping[str, Any], name: str, most: int) -> str:
    """A text of the form, empty where it is missing, cut to what its column takes; no control stays in it (E06)."""
    value = form.get(name, "")
    if not isinstance(value, str):
        raise _not_a_form(f"{name} is not text")
    return without_controls(value)[:most]


def _line(form: Mapping[str, Any], name: str, most: int) -> str:
    return one_line(_words(form, name, 10 * most), limit=most)


def _token(form: Mapping[str, Any]) -> str:
    token = _words(form, "token", 100)
    if not TOKEN.fullmatch(token):
        raise _not_a_form("it has no token")
    return token


def _sender(form: Mapping[str, Any]) -> IdentityKey:
    """The identity the portal already knows, else the e-mail address, else the phone number."""
    known = form.get("identity")
    if isinstance(known, dict):
        kind, value = _words(known, "kind", 10), _words(known, "value", 254)
        if kind and value:
            return IdentityKey(kind, value)
    email, phone = _email(form), _phone(form)
    if not email and not phone:
        raise _not_a_form("it has neither an e-mail address nor a phone number")
    return IdentityKey("email", email) if email else IdentityKey("phone", phone)


def _email(form: Mapping[str, Any]) -> str:
    email = _words(form, "email", 255).strip().lower()
    if email and (len(email) > 254 or not EMAIL.fullmatch(email)):
        raise _not_a_form("email is not an address")
    return email


def _phone(form: Mapping[str, Any]) -> str:
    phone = _words(form, "phone", 40)
    if phone and not PHONE.fullmatch(phone):
        raise _not_a_form("phone is not a number like +6281234567890")
    return phone


def _files(form: Mapping[str, Any]) -> tuple[InboundFile, ...]:
    listed = form.get("files", [])
    if not isinstance(listed, list) or len(listed) > MOST_FILES:
        raise _not_a_form("files is not a short list")
    return tuple(_file(each) for each in listed)


def _file(listed: object) -> InboundFile:
    if not isinstance(listed, dict):
        raise _not_a_form("a file is not an object")
    stored_id = listed.get("id")
    if type(stored_id) is not int or not 0 < stored_id <= LARGEST_ID:
        raise _not_a_form("a file has no id")
    return InboundFile(name=_words(listed, "name", 200), content_type="", stored_id=stored_id)


def _facts(form: Mapping[str, Any]) -> Facts:
    return Facts(
        reference=_words(form, "reference", 20),
        query_type=_words(form, "query_type", 50),
        desired_remedy=_words(form, "desired_remedy", 2000),
        language=_words(form, "language", 5),
        preferred_channel=_words(form, "answer_by", 10),
        phone=_phone(form),
        email=_email(form),
        occurred_on=_day(form),
        service_number=_words(form, "service_number", 60),
        area=_words(form, "area", 120),
        impact=_words(form, "impact", 5000),
    )


def _day(form: Mapping[str, Any]) -> str:
    day = _words(form, "occurred_on", 10)
    if day:
        try:
            date.fromisoformat(day)
        except ValueError as wrong:
            raise _not_a_form("occurred_on is not a date") from wrong
    return day
