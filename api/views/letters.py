"""Messages of ours beyond the reply: the first of a ticket, and those to third parties."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api.models import Upload
from api.serializers.letters import FirstSerializer, ForwardSerializer
from api.serializers.messages import MessageSerializer
from api.serializers.tickets import TicketSerializer
from api.views.base import read
from api.views.once import once
from core.actor import Actor
from core.clock import database_now
from core.errors import Invalid
from customers.models import Customer
from policies.models import Channel
from tickets.services.outward import forwarding, writing
from tickets.services.outward.forwarding import Along


class LetterActions:
    """For the viewset of the tickets."""

    actor: Actor

    @extend_schema(request=FirstSerializer, responses={201: TicketSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Write to a customer first: the ticket, and our message at its beginning."""
        given = read(FirstSerializer, request.data)
        if len(given["to"]) != 1:
            raise Invalid(_("Give the one e-mail address of the customer you write to."), field="to")
        message = writing.write_first(
            actor=self.actor,
            channel=given.get("channel") or _first_mailbox(),
            to=given["to"][0],
            subject=given["subject"],
            text=given["text"],
            now=database_now(),
            query_type=given.get("query_type"),
            customer=_customer(given.get("customer"), self.actor),
            undo=timedelta(seconds=given["undo_seconds"]),
            then=given["then"],
            file_ids=brought(given.get("attachments", []), self.actor),
        )
        return Response(TicketSerializer(message.ticket).data, status=HTTP_201_CREATED)

    @extend_schema(request=ForwardSerializer, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"])
    @once
    def forward(self, request: Request, pk: str) -> Response:
        """Ask a vendor or technician, in a thread that the customer never sees."""
        given = read(ForwardSerializer, request.data)
        message = forwarding.forward(
            int(pk),
            actor=self.actor,
            text=given["text"],
            now=database_now(),
            undo=timedelta(seconds=given["undo_seconds"]),
            to=given.get("to", ()),
            cc=given.get("cc", ()),
            thread_id=given.get("thread"),
            along=Along(given.get("messages", ()), given.get("ticket_attachments", ())),
            file_ids=brought(given.get("attachments", []), self.actor),
            wait=given["wait"],
            version=given.get("version"),
        )
        return Response(MessageSerializer(message).data, status=HTTP_201_CREATED)


def _first_mailbox() -> Channel:
    mailbox = Channel.objects.active().filter(kind=Channel.Kind.EMAIL).first()
    if mailbox is None:
        raise Invalid(_("There is no mailbox to write from. An administrator can add one under Channels."))
    return mailbox


def _customer(pk: int | None, actor: Actor) -> Customer | None:
    if pk is None:
        return None
    found = Customer.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Invalid(_("There is no customer with this number."), field="customer")
    return found


def brought(attachments: list[dict[str, Any]], actor: Actor) -> list[tuple[int, str]]:
    """The stored files behind what the actor brought, with the names to show. Raises Invalid for one that is not."""
    brought = Upload.objects.visible_to(actor).in_bulk([one["file"] for one in attachments])
    if missing := [str(one["file"]) for one in attachments if one["file"] not in brought]:
        raise Invalid(
            _("You have brought no file with this number: %(numbers)s.") % {"numbers": ", ".join(missing)},
            field="attachments",
        )
    return [(brought[one["file"]].file_id, one.get("name") or brought[one["file"]].name) for one in attachments]
