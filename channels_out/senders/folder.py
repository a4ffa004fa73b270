from types import TracebackType
from typing import Self

from django.conf import settings

from channels_out.senders.base import Later, Parcel, Posted
from channels_out.senders.mail import compose


class FolderSender:
    """Writes each mail to var/sent instead of sending it: for the first try, when no mail server is set up."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def connect(self) -> None:
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)

    def send(self, parcel: Parcel) -> Posted:
        path = settings.MAIL_DIR / f"{parcel.dispatch.created_at:%Y%m%d-%H%M%S}-{parcel.dispatch.pk}.eml"
        mail = compose(parcel.dispatch, parcel.everyone)
        try:
            path.write_bytes(mail)
        except OSError as refused:
            raise Later(f"{path.name}: {refused.strerror}") from refused
        return Posted(path.name)
