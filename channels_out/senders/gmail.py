"""Google mailboxes through the Gmail API: `users.messages.send` with the raw message as an upload
(https://developers.google.com/gmail/api/reference/rest/v1/users.messages/send)."""

from collections.abc import Mapping

from channels_out.senders.base import Parcel
from channels_out.senders.mail import compose
from channels_out.senders.web import TokenSender, said
from core.web_client import Answer

SEND = "/upload/gmail/v1/users/me/messages/send?uploadType=media"
LIMITS = ("ratelimitexceeded", "userratelimitexceeded", "quotaexceeded", "dailylimitexceeded")


class GmailSender(TokenSender):
    """Whom it goes to, Google reads in the message; so the message names only those it is still to reach."""

    name = "Gmail"
    usual_url = "https://gmail.googleapis.com"

    def _request(self, parcel: Parcel) -> tuple[str, Mapping[str, str], bytes]:
        headers = {"Authorization": f"Bearer {self._access.token()}", "Content-Type": "message/rfc822"}
        return f"{self._url}{SEND}", headers, compose(parcel.dispatch, parcel.pending)

    def _wants_a_pause(self, answer: Answer) -> bool:
        """Google says 403 both for a limit and for a missing right; the reason tells them apart."""
        error = said(answer).get("error")
        errors = error.get("errors") if isinstance(error, dict) else None
        reasons = [item.get("reason", "") for item in errors or [] if isinstance(item, dict)]
        limited = answer.status == 403 and any(str(found).lower() in LIMITS for found in reasons)
        return limited or super()._wants_a_pause(answer)
