"""Secrets at rest and tokens in the open."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

MAC_BYTES = 16
ID_BYTES = 5


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


class SecretsField(models.BinaryField):  # type: ignore[type-arg]
    """A dictionary of credentials, encrypted with the first of ENCRYPTION_KEYS and readable with any of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value: Any) -> Any:
        return _box().encrypt(json.dumps(value or {}).encode())

    def from_db_value(self, value: Any, *_: object) -> dict[str, Any]:
        if value is None:  # an outer join that found no row
            return {}
        try:
            opened: dict[str, Any] = json.loads(_box().decrypt(bytes(value)))
        except InvalidToken as wrong:
            raise ValueError(
                "A stored credential cannot be read: put its old key back into ENCRYPTION_KEYS."
            ) from wrong
        return opened


def random_key(length: int = 24) -> str:
    """An unguessable address part in lower case, for webhook addresses and form tokens."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "".join(secrets.SystemRandom().choices(alphabet, k=length))


def _mac(purpose: str, payload: bytes, key: str) -> bytes:
    return hmac.new(key.encode(), purpose.encode() + b"\0" + payload, hashlib.sha256).digest()[:MAC_BYTES]


def sign_id(purpose: str, number: int) -> str:
    """A token that names a row and proves that we made it: 34 characters a-z 2-7, safe in any mail address."""
    return sign_ids(purpose, number)


def sign_ids(purpose: str, *numbers: int) -> str:
    """The same for several rows together: 42 characters for two."""
    payload = b"".join(number.to_bytes(ID_BYTES, "big") for number in numbers)
    return _written(payload + _mac(purpose, payload, settings.SECRET_KEY))


def mark_of(purpose: str, text: str) -> str:
    """A proof that we wrote this text for this purpose: 26 characters a-z 2-7."""
    return _written(_mac(purpose, text.encode(), settings.SECRET_KEY))


def is_marked(purpose: str, text: str, mark: str) -> bool:
    """Whether the proof is ours, also by one of the SECRET_KEY_FALLBACKS."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    proofs = [_written(_mac(purpose, text.encode(), key)) for key in keys]
    return any(hmac.compare_digest(proof.encode(), mark.encode()) for proof in proofs)


def _written(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def read_id(purpose: str, token: str) -> int | None:
    """The row that an intact token names, or None. Old SECRET_KEYs in SECRET_KEY_FALLBACKS still open theirs."""
    numbers = read_ids(purpose, token, 1)
    return numbers[0] if numbers else None


def read_ids(purpose: str, token: str, count: int) -> tuple[int, ...] | None:
    """The `count` rows that an intact token names together, or None."""
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:
        return None
    payload, given = raw[: ID_BYTES * count], raw[ID_BYTES * count :]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    whole = len(given) == MAC_BYTES and _written(raw) == token
    if not whole or not any(hmac.compare_digest(_mac(purpose, payload, key), given) for key in keys):
        return None
    return tuple(int.from_bytes(payload[at : at + ID_BYTES], "big") for at in range(0, len(payload), ID_BYTES))
