"""What the API reads: the rows an actor may see, with all that their wire form needs, in few statements."""

from collections.abc import Sequence

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from channels_in.models import Arrival
from channels_out.models import Dispatch
from core.actor import Actor
from core.errors import Invalid
from customers.models import Customer
from policies.models import Calendar, CalendarVersion
from staff.models import User
from tickets.models import Attachment, Deadline, Escalation, FollowUp, Message, Ticket


def tickets(actor: Actor) -> QuerySet[Ticket]:
    return (
        Ticket.objects.visible_to(actor)
        .select_related("query_type")
        .prefetch_related(Prefetch("deadlines", _deadlines()))
    )


def messages(actor: Actor) -> QuerySet[Message]:
    unread = [f"dispatch__{name}" for name in ("text", "html", "headers", "attachments", "subject", "error")]
    seen = Message.objects.visible_to(actor).select_related("dispatch").defer(*unread)
    return seen.prefetch_related("attachments__file")


def customers(actor: Actor) -> QuerySet[Customer]:
    return Customer.objects.visible_to(actor).prefetch_related("root__members__identities")


def arrivals(actor: Actor) -> QuerySet[Arrival]:
    readable = Message.objects.visible_to(actor).only("pk").order_by("pk")
    return Arrival.objects.visible_to(actor).defer("body", "detail").prefetch_related(Prefetch("messages", readable))


def dispatches(actor: Actor) -> QuerySet[Dispatch]:
    """What goes out, each with its message_id, unless the message belongs to a ticket the actor may not see."""
    # one row each by its index: as a condition PostgreSQL would first collect all messages that may be seen
    readable = Message.objects.visible_to(actor).filter(dispatch=OuterRef("pk")).values("pk")[:1]
    found = Dispatch.objects.visible_to(actor).annotate(message_id=Subquery(readable))
    lean = found.defer("text", "html", "headers", "attachments")
    return lean.filter(Q(message=None) | Q(message_id__isnull=False)).prefetch_related("recipients")


def files_of(dispatch_id: int, attachment_ids: Sequence[int], *, actor: Actor) -> list[int]:
    """The stored files behind attachments of the message that was to leave. Raises Invalid where one is not its own."""
    own = Attachment.objects.visible_to(actor).filter(message__dispatch=dispatch_id, pk__in=attachment_ids)
    found = dict(own.values_list("pk", "file"))
    if set(found) != set(attachment_ids):
        raise Invalid(_("Only files of this message can go along."), field="attachments")
    return list(found.values())


def _deadlines() -> QuerySet[Deadline]:
    return Deadline.objects.select_related("terms", "calendar__calendar").order_by("id")


def deadlines(actor: Actor) -> QuerySet[Deadline]:
    seen = Deadline.objects.visible_to(actor)
    return seen.select_related("terms", "calendar__calendar")


def escalations(actor: Actor) -> QuerySet[Escalation]:
    people = User.objects.only("pk").order_by("pk")
    return Escalation.objects.visible_to(actor).prefetch_related(Prefetch("told", people))


def follow_ups(actor: Actor) -> QuerySet[FollowUp]:
    return FollowUp.objects.visible_to(actor).prefetch_related("tries")


def calendars() -> QuerySet[Calendar]:
    """All of them, each with the version that holds as its `held`."""
    return Calendar.objects.prefetch_related(Prefetch("versions", CalendarVersion.objects.in_force(), to_attr="held"))
