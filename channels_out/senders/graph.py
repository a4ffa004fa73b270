"""Microsoft 365 through Graph: `sendMail` with the whole message as MIME
(https://learn.microsoft.com/graph/api/user-sendmail, "Send a mail in MIME format")."""

import base64
from collections.abc import Mapping
from urllib.parse import quote

from django.utils.translation import gettext as _

from channels_out.senders.base import Parcel, Refused
from channels_out.senders.mail import compose
from channels_out.senders.web import TokenSender
from core.web_client import Answer

LARGEST = 4 * 1024 * 1024  # of a request; what is larger would need an upload session, which takes no MIME


class GraphSender(TokenSender):
    """Whom it goes to, Graph reads in the message; so the message names only those it is still to reach."""

    name = "Microsoft 365"
    usual_url = "https://graph.microsoft.com/v1.0"

    def _request(self, parcel: Parcel) -> tuple[str, Mapping[str, str], bytes]:
        body = base64.b64encode(compose(parcel.dispatch, parcel.pending))
        if len(body) > LARGEST:
            raise Refused(
                _("Microsoft 365 takes messages of up to 3 MB this way: send less, or set the channel to SMTP.")
            )
        mailbox = quote(parcel.dispatch.channel.address, safe="@")
        headers = {"Authorization": f"Bearer {self._access.token()}", "Content-Type": "text/plain"}
        return f"{self._url}/users/{mailbox}/sendMail", headers, body

    def _provider_id(self, answer: Answer) -> str:
        return answer.headers.get("request-id", "")
