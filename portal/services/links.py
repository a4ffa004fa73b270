"""The link to a ticket's own page, for who knows its number and an address of its customer (threats.md P04)."""

import re
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from channels_out.services import outbox
from channels_out.services.outbox import Outgoing, Recipient
from core.actor import SYSTEM
from core.hints import nudge
from core.services import errands
from customers.models import Identity
from portal.models import LinkRequest
from portal.phones import e164
from portal.services import budgets
from tickets.links import status_url
from tickets.models import Conversation, Ticket
from tickets.references import PREFIX
from tickets.services.outward.outgoing import headers, mailbox_for, recipient_for

STATUS_LINK = "status_link"
REACHED_BY_PHONE = (Identity.Kind.PHONE, Identity.Kind.WHATSAPP)


@transaction.atomic
def ask(reference: str, address: str, *, caller: str, language: str, now: datetime) -> None:
    """Note that somebody asks for a link. Nothing is judged here, so right and wrong take the same time.

    Raises budgets.TooMany.
    """
    budgets.spend_on_looking_up(caller, now=now)
    request = LinkRequest.objects.create(
        reference=as_reference(reference)[:40], address=address[:254], language=language, caller=caller, asked_at=now
    )
    errands.ask(STATUS_LINK, request.pk, now=now)
    nudge("helpdesk.tasks.run_errands")


def as_reference(typed: str) -> str:
    """A reference however it was typed: in lower case, with spaces, without its prefix."""
    signs = re.sub(r"[^0-9A-Z]", "", typed.upper()).removeprefix(PREFIX)
    return f"{PREFIX}-{signs[:4]}-{signs[4:]}"


@transaction.atomic
def answer(request_id: int, *, now: datetime) -> None:
    """Send the link if the number and the address belong together, else do nothing. Done twice, it sends once."""
    request = LinkRequest.objects.select_for_update().filter(pk=request_id).exclude(address="").first()
    if request is None:
        return
    ticket = Ticket.objects.visible_to(SYSTEM).select_related("customer", "channel")
    found = ticket.filter(reference=request.reference).exclude(status=Ticket.Status.SPAM).first()
    recipient = _recipient(found, request.address) if found else None
    if found and recipient and outbox.within_budget({recipient.address}, now=now):
        _send(found, recipient, language=request.language, now=now)
    request.address = ""  # not needed any more; the row goes on to count for the caller's budget
    request.save(update_fields=["address"])


def _recipient(ticket: Ticket, address: str) -> Recipient | None:
    """Where the link goes: only to an address that is on file for the customer of this ticket."""
    on_file = Identity.objects.filter(customer__root_id=ticket.customer.root_id)
    email = address.strip().lower()
    if "@" in email:
        is_known = on_file.filter(kind=Identity.Kind.EMAIL, value=email).exists()
        return Recipient(email, ticket.customer.name) if is_known else None
    number = e164(address)
    is_known = bool(number) and on_file.filter(kind__in=REACHED_BY_PHONE, value=number).exists()
    return recipient_for(ticket) if is_known else None


def _send(ticket: Ticket, recipient: Recipient, *, language: str, now: datetime) -> None:
    mailbox = mailbox_for(ticket.channel)
    if mailbox is None:
        return
    with translation.override(language):
        subject = _("The link to your complaint %(reference)s") % {"reference": ticket.reference}
        text = _(
            "Hello,\n\n"
            "somebody, probably you, asked for the link to %(reference)s. Here you see how it stands, and can write "
            "to us:\n\n"
            "%(link)s\n\n"
            "The link works for 30 days. Whoever has it can read this complaint, so do not pass it on. "
            "If it was not you, you need not do anything."
        ) % {"reference": ticket.reference, "link": status_url(ticket.pk)}
    thread = Conversation.objects.filter(ticket=ticket).order_by("-id").first()
    letter = Outgoing(
        channel=mailbox,
        recipients=[recipient],
        subject=subject,
        text=text,
        headers=headers(mailbox, thread.pk, [], automatic=True) if thread else {"Auto-Submitted": "auto-replied"},
        automatic=True,
    )
    outbox.queue([letter], now=now)
    nudge("channels_out.tasks.send_dispatches")
