from collections.abc import Sequence
from types import TracebackType
from typing import Self

from django.conf import settings

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.senders.base import SendingFailed
from channels_out.senders.mail import compose


class FolderSender:
    """Writes each mail to var/sent instead of sending it: for the first try, when no mail server is set up."""

    def __enter__(self) -> Self:
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def send(self, dispatch: Dispatch, recipients: Sequence[DispatchRecipient]) -> str:
        path = settings.MAIL_DIR / f"{dispatch.created_at:%Y%m%d-%H%M%S}-{dispatch.pk}.eml"
        try:
            path.write_bytes(bytes(compose(dispatch, recipients)))
        except ValueError as wrong:
            raise SendingFailed(str(wrong), final=True) from wrong
        except OSError as refused:
            raise SendingFailed(f"{path.name}: {refused.strerror}") from refused
        return path.name
