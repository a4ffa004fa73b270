"""The access token of a channel as senders need it: fetched when it is wanted, forgotten when a server refuses it."""

from dataclasses import dataclass
from datetime import datetime

from channels_out import oauth
from channels_out.senders.base import NoAccess, Unreachable
from policies.models import Channel


@dataclass(frozen=True, slots=True)
class Access:
    """purpose: which of the provider's doors it opens, oauth.MAIL or oauth.GRAPH."""

    channel: Channel
    purpose: str
    now: datetime

    def token(self) -> str:
        """Raises NoAccess where a person must connect the account again, Unreachable where it may pass by itself."""
        try:
            return oauth.access_token(self.channel, now=self.now, purpose=self.purpose)
        except oauth.TokenRefused as refused:
            raise (NoAccess if refused.revoked else Unreachable)(refused.message) from refused

    def forget(self) -> None:
        """The next token is a new one."""
        oauth.forget_token(self.channel.pk, self.purpose)
        self.channel.refresh_from_db(fields=["secrets"])
