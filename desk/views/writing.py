"""Writing to a customer first: a page of its own, reached from the menu and from the customer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from channels_out.services.outbox import Recipient
from core.clock import now
from core.errors import Invalid
from customers.models import Customer
from desk.forms import WritingForm
from desk.incoming import number
from desk.keys import KEYS
from desk.pages import leads_to, staff_page, submit, user_of
from desk.sending import check_count, stored
from desk.work_forms import NamedChoice
from policies.models import Channel, QueryType
from tickets.addresses import written
from tickets.models import Message, Ticket
from tickets.services.outward import replies, writing
from web.requests import PageRequest


class NewForm(WritingForm):
    """A first message. to: one address, perhaps with the customer's name."""

    channel = forms.ModelChoiceField(
        Channel.objects.active().filter(kind=Channel.Kind.EMAIL), label=gettext_lazy("From"), empty_label=None
    )
    query_type = NamedChoice(
        QueryType.objects.all(), label=gettext_lazy("Type"), required=False, empty_label=gettext_lazy("Not sorted yet")
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300, required=False)
    then = forms.ChoiceField(
        choices=[
            (Ticket.Status.WAITING_CUSTOMER, gettext_lazy("then: waits for customer")),
            (Ticket.Status.OPEN, gettext_lazy("then: stays open")),
        ]
    )

    def recipient(self) -> Recipient:
        """Whom it goes to. Raises Invalid where that is nobody or several."""
        to = self.cleaned_data["to"]
        if len(to) != 1:
            raise Invalid(_("Give the one e-mail address of the customer you write to."), field="to")
        found: Recipient = to[0]
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: PageRequest) -> HttpResponse:
    customer = _customer(request)
    user = user_of(request)
    if request.method != "POST":
        initial = {"to": _first_address(request, customer), "then": Ticket.Status.WAITING_CUSTOMER}
        return _show(request, NewForm(initial=initial, author_id=user.pk), customer)
    form = NewForm(request.POST, request.FILES, author_id=user.pk)
    message, status = submit(form, lambda: _send(request, form, customer))
    if message:
        messages.success(request, _("The ticket is open, and your message is on its way."))
        return redirect(leads_to(message.ticket.reference))
    return _show(request, form, customer, status=status)


def _send(request: PageRequest, form: NewForm, customer: Customer | None) -> Message:
    given = form.cleaned_data
    form.kept = [*form.kept, *stored(given["attachments"], actor=request.actor, now=now())]
    check_count(form.kept)
    return writing.write_first(
        actor=request.actor,
        channel=given["channel"],
        to=form.recipient(),
        subject=given["subject"],
        text=given["text"],
        now=now(),
        query_type=given["query_type"],
        customer=customer,
        undo=replies.UNDO_WINDOW,
        then=given["then"],
        file_ids=[(file.file_id, file.name) for file in form.kept],
    )


def _customer(request: PageRequest) -> Customer | None:
    """Whom one came from, if anybody."""
    pk = number(request.POST.get("customer") or request.GET.get("customer"))
    return Customer.objects.visible_to(request.actor).filter(pk=pk).first() if pk else None


def _first_address(request: PageRequest, customer: Customer | None) -> str:
    if customer is None:
        return ""
    known = Customer.objects.visible_to(request.actor).members([customer.root_id or customer.pk])
    address = (
        known.filter(identities__kind="email").order_by("identities__pk").values_list("identities__value", flat=True)
    )
    return written([Recipient(address[0], customer.name)]) if address else ""


def _show(request: PageRequest, form: NewForm, customer: Customer | None, *, status: int = 200) -> HttpResponse:
    field: Any = form.fields["channel"]
    mailboxes = list(field.queryset)
    context = {
        "form": form,
        "customer": customer,
        "mailboxes": mailboxes,
        "keys": KEYS,
    }
    return render(request, "desk/new.html", context, status=status)
