"""How the desk shows its own things: channels, changes, deliveries, days."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django import template
from django.conf import settings
from django.template.defaultfilters import date as date_words
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_out.models import Dispatch
from core.errors import Invalid
from desk.forms import WritingForm
from policies.models import Channel
from tickets.addresses import read_addresses
from tickets.models import Ticket
from tickets.services.outward.outgoing import Way
from web.templatetags.web import icon

register = template.Library()

CHANNEL_ICONS = {
    Channel.Kind.EMAIL: "mail",
    Channel.Kind.WEBFORM: "forms",
    Channel.Kind.CHAT: "message-circle",
    Channel.Kind.WHATSAPP: "brand-whatsapp",
    Channel.Kind.TELEGRAM: "brand-telegram",
    Channel.Kind.MESSENGER: "brand-messenger",
    Channel.Kind.INSTAGRAM: "brand-instagram",
    Channel.Kind.X: "brand-x",
    Channel.Kind.LINE: "brand-line",
    Channel.Kind.SMS: "device-mobile",
    Channel.Kind.PHONE: "phone",
    Channel.Kind.COUNTER: "building-store",
    Channel.Kind.LETTER: "file-text",
    Channel.Kind.API: "plug",
}
STATUS_ICONS = {
    Ticket.Status.NEW: "sparkles",
    Ticket.Status.OPEN: "mail-opened",
    Ticket.Status.WAITING_CUSTOMER: "player-pause",
    Ticket.Status.WAITING_THIRD_PARTY: "player-pause",
    Ticket.Status.WAITING_OWN_TEAM: "tools",
    Ticket.Status.RESOLVED: "circle-check",
    Ticket.Status.CLOSED: "archive",
    Ticket.Status.SPAM: "ban",
}
LOOK_ICONS = {"note": "note", "change": "transfer", "machine": "robot", "call": "phone-call"}
CHANGES = {
    "assigned": gettext_lazy("passed the ticket on"),
    "nudged": gettext_lazy("reminded the owner"),
    "taken_over": gettext_lazy("took the ticket over"),
    "waiting": gettext_lazy("let the ticket wait"),
    "classified": gettext_lazy("changed the type or the priority"),
    "resolved": gettext_lazy("resolved the ticket"),
    "reopened": gettext_lazy("opened the ticket again"),
    "just_thanks": gettext_lazy("found that these were just thanks"),
    "not_solved": gettext_lazy("found that it is not solved"),
    "wait_over": gettext_lazy("the time to wait is over"),
    "settled_unanswered": gettext_lazy("the customer did not answer: settled"),
    "called": gettext_lazy("wrote a call down"),
    "closed": gettext_lazy("closed the ticket"),
    "customer_answered": gettext_lazy("the customer answered"),
    "dispatch_failed": gettext_lazy("a message could not be sent"),
    "let_in": gettext_lazy("let the customer read what was held back"),
    "participant_confirmed": gettext_lazy("let somebody take part"),
    "participant_removed": gettext_lazy("took somebody out of the conversation"),
    "marked_spam": gettext_lazy("marked the ticket as spam"),
    "not_spam": gettext_lazy("found that it is no spam"),
    "mail_bounced": gettext_lazy("our mail came back"),
    "mail_delayed": gettext_lazy("our mail is late: their mail system keeps trying"),
    "mail_delivered": gettext_lazy("our mail was delivered"),
    "mail_read": gettext_lazy("our mail was read"),
    "mail_unread": gettext_lazy("our mail was deleted unread"),
    "mail_reported_as_spam": gettext_lazy("our mail was reported as spam"),
    "mail_challenged": gettext_lazy("their filter wants proof that a person writes"),
    "follow_up_added": gettext_lazy("set a follow-up"),
    "follow_up_dated": gettext_lazy("the fix is recorded, the follow-up has its date"),
    "follow_up_tried": gettext_lazy("tried to reach the customer"),
    "follow_up_moved": gettext_lazy("moved a follow-up"),
    "follow_up_missed": gettext_lazy("a follow-up was missed"),
    "follow_up_done": gettext_lazy("did a follow-up"),
    "escalated": gettext_lazy("escalated the ticket"),
    "priority_raised": gettext_lazy("raised the priority"),
    "first_response_missed": gettext_lazy("the first answer is late"),
    "next_response_missed": gettext_lazy("the next answer is late"),
    "update_missed": gettext_lazy("the progress report is late"),
    "resolution_missed": gettext_lazy("the solution is late"),
    "escalation_acknowledged": gettext_lazy("has seen the escalation"),
    "escalation_taken": gettext_lazy("took the escalation over"),
    "escalation_returned": gettext_lazy("gave the escalation back"),
    "priority_lifted": gettext_lazy("raised the priority by one"),
    "limit_extended": gettext_lazy("extended a legal limit and told the customer"),
    "documents_complete": gettext_lazy("found the documents complete"),
    "facts_noted": gettext_lazy("wrote down facts of the case"),
    "documents_corrected": gettext_lazy("corrected since when the documents are complete"),
    "documents_incomplete": gettext_lazy("found the documents not complete after all"),
    "put_in_writing": gettext_lazy("let the spoken complaint go on in writing"),
    "follow_up_dropped": gettext_lazy("a follow-up is not needed any more"),
}
DELIVERIES = {
    Dispatch.State.QUEUED: ("clock", gettext_lazy("waits to be sent")),
    Dispatch.State.SENDING: ("loader-2", gettext_lazy("is being sent")),
    Dispatch.State.SENT: ("check", gettext_lazy("sent")),
    Dispatch.State.DELIVERED: ("checks", gettext_lazy("delivered")),
    Dispatch.State.READ: ("eye", gettext_lazy("read")),
    Dispatch.State.FAILED: ("alert-triangle", gettext_lazy("could not be sent")),
    Dispatch.State.HELD: ("hand-stop", gettext_lazy("held back")),
}
REMARKS = {
    "encrypted": gettext_lazy("encrypted, we cannot read it"),
    "unopened": gettext_lazy("winmail.dat is damaged and attached as it came"),
    "not_whole": gettext_lazy("too large or too deep to be shown whole"),
    "not_the_agent": gettext_lazy("claims to be one of us, and is not proven"),
    "other_reply_to": gettext_lazy("wants the answer at another address"),
    "repeated_id": gettext_lazy("uses the Message-ID of another mail"),
    "several_tickets": gettext_lazy("answers several tickets"),
    "lost_thread": gettext_lazy("answers a thread that is no more"),
    "names_a_ticket": gettext_lazy("names a ticket that is not theirs"),
}


def remark_words(codes: Iterable[str]) -> list[str]:
    """What a reader must know about a message, in words; codes that mean nothing to a reader are passed over."""
    return [str(REMARKS[code]) for code in codes if code in REMARKS]


def kind_icon(kind: str, name: str) -> SafeString:
    """The picture of a kind of channel, with its words and the account's name for screen readers."""
    known = Channel.Kind(kind)
    return icon(CHANNEL_ICONS[known], f"{known.label}: {name}")


@register.simple_tag
def channel_icon(channel: Channel | None) -> SafeString:
    """The picture of a channel."""
    return kind_icon(channel.kind, channel.name) if channel else icon("point-filled")


def look_icon(look: str, channel: Channel | None) -> SafeString:
    """The picture of a line: of its kind where the kind matters more than the channel."""
    return icon(LOOK_ICONS[look]) if look in LOOK_ICONS else channel_icon(channel)


@register.simple_tag
def status_icon(status: str) -> SafeString:
    return icon(STATUS_ICONS.get(Ticket.Status(status), "circle-dashed"))


@register.simple_tag
def delivery_state(state: str) -> SafeString:
    """What became of a message at one address."""
    sign, words = DELIVERIES[Dispatch.State(state)]
    return format_html('<span class="delivery delivery-{}">{}{}</span>', state, icon(sign), words)


def change_words(title: str) -> str:
    """What somebody did, as the rest of a sentence that begins with their name."""
    return str(CHANGES.get(title, title))


@register.simple_tag
def day_word(moment: datetime, now: datetime) -> str:
    """A day as people say it: today, yesterday, Tuesday, 3 November."""
    day, today = timezone.localdate(moment), timezone.localdate(now)
    if day == today:
        return _("today")
    if day == today - timedelta(days=1):
        return _("yesterday")
    if today - day < timedelta(days=7):
        return date_words(day, "l")
    return date_words(day, "j F" if day.year == today.year else "j F Y")


@register.simple_tag
def seconds_left(until: datetime, now: datetime) -> int:
    return max(0, round((until - now).total_seconds()))


@register.inclusion_tag("desk/_address_lines.html")
def address_lines(form: WritingForm, way: Way | None, mode: str) -> dict[str, object]:
    """To and Cc of something that is being written, with who is known on this ticket."""
    names = {"to": gettext_lazy("To"), "cc": gettext_lazy("Cc")}
    fields = [
        {"name": name, "label": label, "text": form[name].value() or "", "errors": form[name].errors}
        for name, label in names.items()
    ]
    known = sorted(way.known) if way else []
    return {"fields": fields, "known": known, "mode": mode, "newcomers": form.newcomers}


@register.simple_tag
def first_address(form: WritingForm, way: Way | None) -> str:
    """Whom the send button names: the first of To, and how many more there are."""
    try:
        typed = read_addresses(str(form["to"].value() or "")) or list(way.to if way else ())
    except Invalid:
        typed = []
    if len(typed) > 1:
        return f"{typed[0].address} +{len(typed) - 1}"
    return typed[0].address if typed else "…"


@register.simple_tag
def file_limits(style: str = "") -> str:
    """What may be attached, said before somebody tries."""
    most = {"files": settings.UPLOAD_MAX_FILES, "size": settings.UPLOAD_MAX_BYTES // 2**20}
    if style == "short":
        return f"≤ {most['files']} × {most['size']} MB"
    return _("Attach files (at most %(files)d, %(size)d MB each)") % most
