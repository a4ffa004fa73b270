"""Sending through the HTTP interface of a provider: what all of them have in common."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

from django.utils.translation import gettext as _

from channels_out.senders.access import Access
from channels_out.senders.base import (
    Busy,
    InDoubt,
    Later,
    NoAccess,
    Parcel,
    Posted,
    Refused,
    SendingFailed,
    Unreachable,
)
from core.clock import now
from core.web_client import Answer, FetchRefused, fetch

SECONDS = 25
PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
UNKNOWN_TOKEN, TOO_MANY, SERVER_ERROR, UNAVAILABLE = 401, 429, 500, 503
NO_ACCESS, PASSING = (401, 402, 403, 404), (408, 425)


class WebSender(ABC):
    """Hands each message over by one request of its own. A provider says how in `_request` and `_provider_id`."""

    name: str

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def connect(self) -> None:  # noqa: B027 (there is nothing to connect to beforehand)
        """Each request connects by itself."""

    def send(self, parcel: Parcel) -> Posted:
        answer = self._post(parcel)
        if answer.status == UNKNOWN_TOKEN and self._renew():
            answer = self._post(parcel)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        return Posted(self._provider_id(answer)[:255])

    def _post(self, parcel: Parcel) -> Answer:
        url, headers, body = self._request(parcel)
        try:
            return fetch(url, method="POST", headers=headers, body=body, seconds=SECONDS)
        except FetchRefused as problem:
            raise self._no_answer(problem) from problem

    @abstractmethod
    def _request(self, parcel: Parcel) -> tuple[str, Mapping[str, str], bytes]:
        """Where to, with which headers, and the body. Raises Refused where the message cannot go this way."""

    def _renew(self) -> bool:
        """Get another token where there are tokens; whether it is worth asking again."""
        return False

    def _provider_id(self, answer: Answer) -> str:
        return str(said(answer).get("id") or "")

    def _no_answer(self, problem: FetchRefused) -> SendingFailed:
        if problem.asked:
            why = _("%(name)s took the message and then gave no answer: it may or may not have left.")
            return InDoubt(why % {"name": self.name})
        return Unreachable(str(problem)) if problem.unreachable else NoAccess(str(problem))

    def _refusal(self, answer: Answer) -> SendingFailed:
        told = f"{answer.status} {reason(answer)}".strip()
        why = _("%(name)s answered %(said)s") % {"name": self.name, "said": told}
        pause = retry_after(answer)
        if self._wants_a_pause(answer) or (answer.status == UNAVAILABLE and pause):
            return Busy(why, after=pause or PAUSE)
        if answer.status in NO_ACCESS:
            return NoAccess(why)
        return Later(why, after=pause) if answer.status in PASSING or answer.status >= SERVER_ERROR else Refused(why)

    def _wants_a_pause(self, answer: Answer) -> bool:
        """Whether all that we send is to wait."""
        return answer.status == TOO_MANY


class TokenSender(WebSender):
    """Proves itself by an access token."""

    usual_url = ""

    def __init__(self, access: Access, *, url: str = "") -> None:
        self._access, self._url = access, url or self.usual_url

    def _renew(self) -> bool:
        self._access.forget()
        return True


def said(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer; empty where it is none."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def reason(answer: Answer) -> str:
    """The sentence that a provider gives with a refusal: `{"error": {"message"}}`, `{"message"}`, else its text."""
    found = said(answer)
    error = found.get("error")
    words = error.get("message") if isinstance(error, dict) else found.get("message") or error
    return " ".join(str(words or answer.body[:200].decode(errors="replace")).split())[:300]


def retry_after(answer: Answer) -> timedelta | None:
    """When the provider wants to be asked again: seconds or a date (RFC 9110 10.2.3), an hour at most."""
    written = answer.headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return min(timedelta(seconds=int(written[:9])), LONGEST_PAUSE)
    try:
        moment: datetime = parsedate_to_datetime(written)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(0), min(aware - now(), LONGEST_PAUSE))
