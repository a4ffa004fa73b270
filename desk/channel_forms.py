"""What administrators fill in to set a channel up. The rules stand in policies.services.channels."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from desk.work_forms import NamedChoice
from policies.mailboxes import MOST_MAILS, SECRETS, AfterReading, Auth, By, Security
from policies.models import Channel, QueryType
from policies.services.channels import ChannelChanges
from staff.models import Team

SECURITIES = [(Security.TLS, "TLS"), (Security.STARTTLS, "STARTTLS"), (Security.NONE, _("Not protected"))]
AUTHS = [
    (Auth.PASSWORD, _("Password")),
    (Auth.MICROSOFT, _("Microsoft 365 account")),
    (Auth.GOOGLE, _("Google account")),
]
AFTER = [
    (AfterReading.SEEN, _("mark as read")),
    (AfterReading.MOVE, _("move to a folder")),
    (AfterReading.DELETE, _("delete")),
]
WAYS = [
    (By.SMTP, _("An SMTP server")),
    (By.GRAPH, _("Microsoft 365 (Graph)")),
    (By.GMAIL, _("Gmail API")),
    (By.MAILGUN, _("Mailgun, or a provider that offers the same")),
]
PLAIN = ("name", "address", "language", "team", "query_type")
WRITTEN = (
    *("auth", "after_reading", "moved_to", "authserv_id", "spam_header", "reply_to_is_sender"),
    *("send_by", "send_url", "mailgun_domain", "plain_return_path"),
    *("max_per_minute", "automatic_per_hour", "quote_last"),
)
SERVERS = {"imap": ("host", "port", "security", "user", "folder"), "smtp": ("host", "port", "security", "user")}
DEFAULTS: dict[str, Any] = {
    "auth": Auth.PASSWORD,
    "after_reading": AfterReading.SEEN,
    "imap_security": Security.TLS,
    "smtp_security": Security.STARTTLS,
    "send_by": By.SMTP,
    "quote_last": True,
}
OWN_APP = ("client_id", "tenant")
PROVIDER = ("mailgun_domain", "mailgun_key", "send_url")


def _secret(label: Any) -> forms.CharField:
    """Never filled in with what is kept, since the page would show it."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False)
    return forms.CharField(label=label, required=False, max_length=4000, strip=False, widget=widget)


def _text(label: Any, hint: Any = "", most: int = 254) -> forms.CharField:
    attributes = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(
        label=label, required=False, max_length=most, help_text=hint, widget=forms.TextInput(attributes)
    )


def _number(label: Any, hint: Any) -> forms.IntegerField:
    """Zero stands for what is usual, and is shown as nothing."""
    return forms.IntegerField(label=label, help_text=hint, required=False, min_value=0, max_value=MOST_MAILS)


class ChannelForm(forms.Form):
    """What every channel has."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Customers read it as the sender."))
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("In which we write to customers we do not know.")
    )
    team = NamedChoice(Team.objects.all(), label=_("Team"), required=False, empty_label=_("No team"))
    query_type = NamedChoice(QueryType.objects.all(), label=_("Tickets begin as"), empty_label=None)

    def changes(self) -> ChannelChanges:
        given = self.cleaned_data
        return ChannelChanges({name: given[name] for name in PLAIN if name in given})


class MailboxForm(ChannelForm):
    """A mailbox: what comes in, what goes out, and whom to believe."""

    address = forms.EmailField(label=_("E-mail address"), max_length=254)
    auth = forms.ChoiceField(label=_("How do we log in?"), choices=AUTHS, widget=forms.RadioSelect)
    client_id = _text(_("Application (client) ID"))
    tenant = _text(_("Directory (tenant) ID"), _("Microsoft only. Empty: any organisation."))
    client_secret = _secret(_("Client secret"))
    imap_host = _text(
        _("IMAP server"), _("Empty: nothing is fetched; your mail server's pipe brings the mail (receive_mail).")
    )
    imap_port = forms.IntegerField(label=_("Port"), required=False)
    imap_security = forms.ChoiceField(label=_("Protection"), choices=SECURITIES)
    imap_user = _text(_("User"))
    imap_password = _secret(_("Password"))
    imap_folder = _text(_("Folder"), _("Usually INBOX."))
    after_reading = forms.ChoiceField(label=_("After a mail is stored"), choices=AFTER)
    moved_to = _text(_("Folder to move it to"))
    smtp_host = _text(_("SMTP server"), _("Empty: the server that EMAIL_URL names."))
    smtp_port = forms.IntegerField(label=_("Port"), required=False)
    smtp_security = forms.ChoiceField(label=_("Protection"), choices=SECURITIES)
    smtp_user = _text(_("User"))
    smtp_password = _secret(_("Password"))
    send_by = forms.ChoiceField(label=_("Mail leaves by"), choices=WAYS)
    mailgun_domain = _text(_("Sending domain"), _("Mailgun only. Empty: the domain of the mailbox."))
    mailgun_key = _secret(_("API key (Mailgun)"))
    send_url = _text(_("Address of the interface"), _("Empty: the provider's usual one."))
    plain_return_path = forms.BooleanField(
        label=_("Answers and bounces come to the bare address (for mail servers that deliver no address+something)"),
        required=False,
    )
    max_per_minute = _number(_("Mails a minute at most"), _("What your provider allows. Empty: no limit."))
    automatic_per_hour = _number(
        _("Automatic mails an hour at most"),
        _("Confirmations and the like. Empty: 1,000. More wait, and administrators are told."),
    )
    quote_last = forms.BooleanField(
        label=_("An answer ends with the message it answers, as mail programs do"), required=False
    )
    signature_id = forms.CharField(
        label=_("Signature in Indonesian"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    signature_en = forms.CharField(
        label=_("Signature in English"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    authserv_id = _text(
        _("Your mail server's name in Authentication-Results"),
        _("Only what this server says about a sender is believed. Empty: nobody is."),
    )
    spam_header = _text(_("Header by which it marks spam"), _("Such as X-Spam-Flag: YES. Empty: none."))
    reply_to_is_sender = forms.BooleanField(
        label=_("Whoever stands in Reply-To wrote the mail (for forms of other systems)"), required=False
    )
    field_order = ("address", "name", "language", "team", "query_type")

    def __init__(self, data: Any = None, *, channel: Channel, **kwargs: Any) -> None:
        super().__init__(data, initial=known(channel), **kwargs)
        for name in SECRETS:
            if channel.secrets.get(name):
                self.fields[name].help_text = _("Kept. Fill in only to change it.")

    def changes(self) -> ChannelChanges:
        given = self.cleaned_data
        written = {name: given[name] for name in (*WRITTEN, "signature_id", "signature_en")}
        for server, names in SERVERS.items():
            written[server] = {name: given[f"{server}_{name}"] for name in names}
        written["oauth"] = self.initial.get("oauth", {}) | {name: given[name] for name in OWN_APP}
        secrets = {name: given[name] for name in SECRETS}
        return ChannelChanges({name: given[name] for name in PLAIN}, written, secrets)

    def group(self, prefix: str) -> list[forms.BoundField]:
        return [self[f"{prefix}_{name}"] for name in (*SERVERS[prefix][:4], "password", *SERVERS[prefix][4:])]

    def incoming(self) -> list[forms.BoundField]:
        return [*self.group("imap"), self["after_reading"], self["moved_to"]]

    def outgoing(self) -> list[forms.BoundField]:
        return [*self.group("smtp"), self["max_per_minute"], self["automatic_per_hour"]]

    def provider(self) -> list[forms.BoundField]:
        return [self[name] for name in PROVIDER]

    @property
    def by_provider(self) -> bool:
        """Whether the part about providers is to be seen at once."""
        return self["send_by"].value() != By.SMTP or any(self[name].errors for name in ("send_by", *PROVIDER))

    def basics(self) -> list[forms.BoundField]:
        return [self[name] for name in ("address", "name", "language", "team", "query_type")]

    def own_app(self) -> list[forms.BoundField]:
        return [self[name] for name in (*OWN_APP, "client_secret")]

    def trust(self) -> list[forms.BoundField]:
        return [self[name] for name in ("authserv_id", "spam_header")]

    def words(self) -> list[forms.BoundField]:
        return [self[name] for name in ("signature_id", "signature_en")]


def known(channel: Channel) -> dict[str, Any]:
    """What the channel says now, by the names of the form; no secret."""
    written = channel.settings
    found = {name: getattr(channel, name) for name in ("name", "address", "language")}
    found |= {"team": channel.team_id, "query_type": channel.query_type_id}
    found |= {name: written.get(name) for name in (*WRITTEN, "signature_id", "signature_en", *OWN_APP)}
    for server, names in SERVERS.items():
        found |= {f"{server}_{name}": (written.get(server) or {}).get(name) for name in names}
    own = written.get("oauth") or {}
    found |= {name: own.get(name) for name in OWN_APP} | {"oauth": own}
    found |= {name: written.get(name) or None for name in ("max_per_minute", "automatic_per_hour")}
    return DEFAULTS | {name: value for name, value in found.items() if value is not None}
