"""Where the mailboxes of common providers are, so that an administrator need not look it up."""

from dataclasses import dataclass
from typing import Any

from policies.mailboxes import Auth, Security


@dataclass(frozen=True, slots=True)
class Preset:
    """What a form is filled in with. auth: how the provider wants to be logged in to."""

    imap: dict[str, Any]
    smtp: dict[str, Any]
    auth: str = Auth.PASSWORD

    def settings(self, address: str) -> dict[str, Any]:
        """As `Channel.settings` has it, with the address as the user."""
        return {"imap": self.imap | {"user": address}, "smtp": self.smtp | {"user": address}, "auth": str(self.auth)}


def _preset(imap: str, smtp: str, *, security: Security = Security.STARTTLS, auth: Auth = Auth.PASSWORD) -> Preset:
    port = 587 if security == Security.STARTTLS else 465
    return Preset(
        {"host": imap, "port": 993, "security": str(Security.TLS), "folder": "INBOX"},
        {"host": smtp, "port": port, "security": str(security)},
        auth,
    )


MICROSOFT = _preset("outlook.office365.com", "smtp.office365.com", auth=Auth.MICROSOFT)
GOOGLE = _preset("imap.gmail.com", "smtp.gmail.com")
YAHOO = _preset("imap.mail.yahoo.com", "smtp.mail.yahoo.com", security=Security.TLS)
ZOHO = _preset("imap.zoho.com", "smtp.zoho.com", security=Security.TLS)
KNOWN = {
    "gmail.com": GOOGLE,
    "googlemail.com": GOOGLE,
    "outlook.com": MICROSOFT,
    "hotmail.com": MICROSOFT,
    "live.com": MICROSOFT,
    "zoho.com": ZOHO,
    "zohomail.com": ZOHO,
    "icloud.com": _preset("imap.mail.me.com", "smtp.mail.me.com"),
}


def preset_for(address: str) -> Preset:
    """By the domain of an address; of an unknown one the names that most mail servers have."""
    domain = address.rpartition("@")[2].strip().lower()
    if domain in KNOWN:
        return KNOWN[domain]
    if domain.endswith((".onmicrosoft.com", "office365.com")):
        return MICROSOFT
    if domain.startswith(("yahoo.", "ymail.")):
        return YAHOO
    return _preset(f"imap.{domain}", f"smtp.{domain}") if domain else _preset("", "")
