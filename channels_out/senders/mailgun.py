"""A transactional provider in the manner of Mailgun: `messages.mime`, which other providers offer alike
(https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages/post-v3--domain-name--messages-mime)."""

import base64
import secrets
from collections.abc import Mapping

from channels_out.senders.base import Parcel
from channels_out.senders.mail import address, compose
from channels_out.senders.web import WebSender, said
from core.web_client import Answer

URL = "https://api.mailgun.net"


class MailgunSender(WebSender):
    """The envelope is a field of its own, so the message may name everyone while it goes to those who still wait."""

    name = "Mailgun"

    def __init__(self, key: str, domain: str, *, url: str = "") -> None:
        self._key, self._domain, self._url = key, domain, url or URL

    def _request(self, parcel: Parcel) -> tuple[str, Mapping[str, str], bytes]:
        boundary = secrets.token_hex(16)
        to = ",".join(address("", recipient.address).addr_spec for recipient in parcel.pending)
        mail = compose(parcel.dispatch, parcel.everyone)
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="to"\r\n\r\n{to}\r\n'.encode(),
            f'--{boundary}\r\nContent-Disposition: form-data; name="message"; filename="message.eml"\r\n'
            "Content-Type: message/rfc822\r\n\r\n".encode(),
            mail,
            f"\r\n--{boundary}--\r\n".encode(),
        ]
        login = base64.b64encode(f"api:{self._key}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": f"multipart/form-data; boundary={boundary}"}
        return f"{self._url}/v3/{self._domain}/messages.mime", headers, b"".join(parts)

    def _provider_id(self, answer: Answer) -> str:
        return str(said(answer).get("id") or "").strip("<>")
