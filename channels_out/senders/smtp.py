import smtplib
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from django.conf import settings

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.senders.base import SendingFailed
from channels_out.senders.mail import compose

SECONDS = 30
PERMANENT = 500


class SmtpSender:
    """Hands mails to the server that EMAIL_URL names, over one connection for a batch."""

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, dispatch: Dispatch, recipients: Sequence[DispatchRecipient]) -> str:
        try:
            mail = compose(dispatch, recipients)
        except ValueError as wrong:
            raise SendingFailed(str(wrong), final=True) from wrong
        addresses = [item.address for item in recipients]
        try:
            self._connected().send_message(mail, from_addr=dispatch.channel.address, to_addrs=addresses)
        except smtplib.SMTPResponseException as refused:
            raise SendingFailed(_sentence(refused), final=refused.smtp_code >= PERMANENT) from refused
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise SendingFailed(str(refused.recipients), final=min(codes) >= PERMANENT) from refused
        except (smtplib.SMTPException, OSError) as unreachable:
            self._hang_up()
            raise SendingFailed(f"The mail server cannot be reached: {unreachable}") from unreachable
        return ""

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
            server = kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=SECONDS)
            if settings.EMAIL_USE_TLS:
                server.starttls()
            if settings.EMAIL_HOST_USER:
                server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            self._server = server
        return self._server

    def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _sentence(refused: smtplib.SMTPResponseException) -> str:
    said = refused.smtp_error
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return f"The mail server answered {refused.smtp_code} {words}"
