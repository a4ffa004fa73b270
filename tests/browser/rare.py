"""Run inside a demo by `manage.py shell`: what pages are about that a demo has none of, and where the rest lies."""

import json
from datetime import datetime, timedelta

from channels_in.models import Arrival
from channels_out.models import Dispatch, DispatchRecipient
from core.clock import now
from policies.models import Channel, LegalPack, QueryType, TatRule
from policies.services import publishing
from staff.models import Team, User
from tests.factories import IdentityFactory, MessageFactory, TicketFactory
from tickets.models import FollowUp, Message, Ticket
from tickets.services.clocks import deadlines, documents, recalculating

BANK, AREA = "ID-BANK", "Bank Nusantara"  # no other ticket is under this law
WHY = "The mail server answered 550 no such user"


def write() -> None:
    """Prints keys: of a ticket with its legal limit that may be extended, of a message that could not be sent, of
    a look at the dates of open tickets, and of what the demo has already.
    """
    at, leader = now(), User.objects.filter(role=User.Role.ADMINISTRATOR)[0]
    _bind(leader, at)
    ticket = _begin(at)
    documents.complete(ticket.pk, actor=leader.actor(), now=at)
    keys = {
        "ticket": ticket.reference,
        "limit": ticket.deadlines.get(pack=BANK, goal="resolution").pk,
        "dispatch": _fail_to_send(ticket, at).pk,
        "recalculation": recalculating.look(actor=leader.actor(), now=at).pk,
        "arrival": Arrival.objects.filter(state=Arrival.State.PARKED)[0].pk,
        "channel": ticket.channel.pk,
        "follow_up": _owe_an_apology(ticket, at).pk,
        "rule": TatRule.objects.filter(query_type=ticket.query_type)[0].pk,
    }
    print(json.dumps(keys))  # noqa: T201


def _bind(leader: User, at: datetime) -> None:
    """A law that asks for complete documents, and whose limit may be put off once."""
    LegalPack.objects.create(
        code=BANK,
        title_id="Pengaduan nasabah bank",
        title_en="Complaints of a bank's customers",
        conditions={"area": [AREA]},
        targets={"resolution": {"amount": 10, "unit": "days"}},
        calendar="id-bank",
        clock_start=LegalPack.ClockStart.DOCUMENTS,
        documents_days=10,
        extension={"amount": 10, "unit": "days"},
        extension_times=1,
        extension_reasons=["branch_communication", "external_factor"],
    )
    publishing.publish(actor=leader.actor(), now=at, reason="A bank joined us")


def _begin(at: datetime) -> Ticket:
    """A ticket under it with its clocks, as intake makes it."""
    ticket = TicketFactory(
        subject="Biaya administrasi dipotong dua kali",
        team=Team.objects.get(slug="network"),
        query_type=QueryType.objects.get(slug="tagihan-salah"),
        channel=Channel.objects.filter(kind=Channel.Kind.EMAIL)[0],
        customer=IdentityFactory(value="hartono@mail.example", customer__name="Hartono").customer,
        area=AREA,
        created_at=at,
    )
    begun = deadlines.begin([ticket], now=at)
    ticket.save()
    deadlines.write(begun)
    MessageFactory(ticket=ticket, from_address="hartono@mail.example", from_name="Hartono")
    return ticket


def _owe_an_apology(ticket: Ticket, at: datetime) -> FollowUp:
    """An apology call that is due tomorrow; those of the demo are there only once its workers have come to them."""
    due = at + timedelta(days=1)
    dates = {"created_at": at, "due_at": due, "first_due_at": due}
    same = {"ticket": ticket, "customer": ticket.customer, "team": ticket.team}
    return FollowUp.objects.create(kind=FollowUp.Kind.APOLOGY, level=2, reasons=["type"], **same, **dates)


def _fail_to_send(ticket: Ticket, at: datetime) -> Dispatch:
    """An answer of ours that the customer's mail server refused."""
    told = {"state": Dispatch.State.FAILED, "error": WHY, "created_at": at}
    dispatch = Dispatch.objects.create(
        channel=ticket.channel,
        external_id="refused@nusanet.example",
        subject=f"Re: {ticket.subject} [{ticket.reference}]",
        text="Kami periksa dahulu.",
        send_after=at,
        **told,
    )
    DispatchRecipient.objects.create(dispatch=dispatch, address="hartono@mail.example", **told)
    MessageFactory(
        ticket=ticket,
        conversation=ticket.conversations.get(),
        kind=Message.Kind.OUTBOUND,
        to=["hartono@mail.example"],
        text=dispatch.text,
        dispatch=dispatch,
    )
    return dispatch
