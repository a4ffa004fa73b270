"""Who else takes part in a conversation, and what was held back from the customer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.clock import now
from core.errors import DomainError
from desk.pages import staff_page
from desk.views.showing import address_of, ticket_of
from tickets.models import Message, Participant
from tickets.services.inward import letting
from tickets.services.inward import participants as people
from web.requests import PageRequest


@require_POST
@staff_page
def let_in(request: PageRequest, reference: str) -> HttpResponse:
    """The customer may read a message that was held back; whoever wrote it may take part."""
    found = ticket_of(request, reference)
    taking_part = bool(request.POST.get("as_participant"))
    try:
        letting.let_in(_number(request, "message"), actor=request.actor, now=now(), as_participant=taking_part)
    except DomainError as refused:
        messages.error(request, refused.message)
    except Message.DoesNotExist:
        messages.error(request, _("This message is gone."))
    else:
        messages.success(request, _("The customer can read it now."))
    return redirect(address_of(found.reference, request))


@require_POST
@staff_page
def participants(request: PageRequest, reference: str) -> HttpResponse:
    """Let somebody who was proposed take part, or take somebody out."""
    found = ticket_of(request, reference)
    decide = people.confirm if request.POST.get("act") == "confirm" else people.remove
    try:
        each = decide(_number(request, "participant"), actor=request.actor, now=now())
    except DomainError as refused:
        messages.error(request, refused.message)
    except Participant.DoesNotExist:
        messages.error(request, _("This person is not in the conversation any more."))
    else:
        said = {
            Participant.State.CONFIRMED: _("%(address)s takes part from now on."),
            Participant.State.REMOVED: _("%(address)s does not take part any more."),
        }
        messages.success(request, said[Participant.State(each.state)] % {"address": each.address})
    return redirect(address_of(found.reference, request))


def _number(request: PageRequest, name: str) -> int:
    given = request.POST.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 18 else 0
