"""The four people a visitor of the demo may be by one click."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from demo.content.company import MAIL_DOMAIN


@dataclass(frozen=True, slots=True)
class Part:
    """One role to play. key: names the member of the demo's staff in demo/content."""

    who: str
    key: str
    name: str
    words: Promise

    @property
    def email(self) -> str:
        return f"{self.key}@{MAIL_DOMAIN}"


PARTS = (
    Part("agent", "rangga", "Rangga", _("Agent, Network")),
    Part("other-agent", "maya", "Maya", _("Agent, Billing")),
    Part("supervisor", "dewi", "Dewi", _("Supervisor")),
    Part("administrator", "arif", "Arif", _("Administrator")),
)
