from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.serializers.addresses import AddressesField
from api.serializers.deadlines import DeadlineSerializer
from api.serializers.strict import ListFilter, StrictSerializer
from channels_out.models import DispatchRecipient
from policies.models import Priority, QueryType
from staff.models import Team, User
from tickets.models import Ticket, TicketHistory
from tickets.services.handling.work import WAITING

MOST_CHARACTERS = 100_000
LONGEST_UNDO_SECONDS = 600
AFTER_REPLY = (Ticket.Status.OPEN.value, Ticket.Status.WAITING_CUSTOMER.value)


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    """One matter to be settled. A moment that has not come is null, a text that is not known is empty.

    `kind` is that of the query type. `version` counts the changes: send it along with a change to be told when
    somebody was faster. `deadlines` lists the ticket's clocks, past ones too; it is empty where no TAT rule holds.
    """

    kind = serializers.ChoiceField(source="query_type.kind", choices=QueryType.Kind.choices, read_only=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    proposed_words = serializers.ListField(child=serializers.CharField(), read_only=True)
    deadlines = DeadlineSerializer(many=True, read_only=True)

    class Meta:
        model = Ticket
        fields = (
            "id",
            "reference",
            "subject",
            "status",
            "priority",
            "kind",
            "query_type",
            "proposed_type",
            "proposed_words",
            "team",
            "owner",
            "customer",
            "channel",
            "tags",
            "version",
            "created_at",
            "received_at",
            "last_message_at",
            "first_response_at",
            "resolved_at",
            "closed_at",
            "outcome",
            "fault",
            "cause",
            "deadlines",
            "occurred_at",
            "product",
            "service_number",
            "area",
            "impact",
            "loss_amount",
            "loss_currency",
            "desired_remedy",
            "reach",
            "written_at",
            "documents_at",
        )
        read_only_fields = fields


class TicketFilter(ListFilter):
    """`order`: `newest` by when the ticket was made, `updated` by its latest message; both from the top down.

    `customer`: also of those who were found to be the same person.
    """

    status = serializers.ListField(child=serializers.ChoiceField(Ticket.Status.choices), required=False)
    team = serializers.ListField(child=serializers.IntegerField(), required=False)
    owner = serializers.ListField(child=serializers.IntegerField(), required=False)
    query_type = serializers.ListField(child=serializers.IntegerField(), required=False)
    channel = serializers.ListField(child=serializers.IntegerField(), required=False)
    customer = serializers.IntegerField(required=False)
    reference = serializers.CharField(required=False)
    order = serializers.ChoiceField(["newest", "updated"], default="newest")


class AttachingSerializer(StrictSerializer):
    """A file brought to `files` before, and the name that the customer sees; its own when none is given."""

    file = serializers.IntegerField()
    name = serializers.RegexField(
        r"\A[^/\\\x00-\x1f\x7f]+\Z",
        max_length=200,
        required=False,
        error_messages={"invalid": _("A file name has no slashes and no control characters.")},
    )


class ChangeSerializer(StrictSerializer):
    """`version`: what the caller last saw; an older one than holds is refused with 409."""

    version = serializers.IntegerField(required=False)


class ReplySerializer(ChangeSerializer):
    """`undo_seconds`: how long the reply waits before it leaves. `then`: the status of the ticket afterwards.

    `seen`: the id of the last message that the caller has read; a newer one of the customer's stops the reply with 409
    and is listed in `newer`. `to`, `cc`: whom it goes to; when not given, the customer and those who take part.
    """

    text = serializers.CharField(max_length=MOST_CHARACTERS, trim_whitespace=False)
    attachments = serializers.ListField(
        child=AttachingSerializer(), required=False, max_length=settings.UPLOAD_MAX_FILES
    )
    undo_seconds = serializers.IntegerField(min_value=0, max_value=LONGEST_UNDO_SECONDS, default=0)
    then = serializers.ChoiceField(AFTER_REPLY, default=Ticket.Status.OPEN.value)
    seen = serializers.IntegerField(required=False)
    to = AddressesField(required=False)
    cc = AddressesField(kind=DispatchRecipient.Kind.CC, required=False)


class NoteSerializer(StrictSerializer):
    """Read by the staff only. A note changes nothing that somebody else could have changed, so it takes no version."""

    text = serializers.CharField(max_length=MOST_CHARACTERS, trim_whitespace=False)


class AssignSerializer(ChangeSerializer):
    """A person, a team, or both; a team alone leaves the ticket without an owner. Another team needs a `note`."""

    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), required=False)
    team = serializers.PrimaryKeyRelatedField(queryset=Team.objects.all(), required=False)
    note = serializers.CharField(max_length=MOST_CHARACTERS, required=False)


class EscalateSerializer(ChangeSerializer):
    """Asks for help: of a `team` of specialists, of a `person` who leads, else of the team's lead.

    `reason`: why; `tried`: what was tried already.
    """

    reason = serializers.CharField(max_length=MOST_CHARACTERS)
    tried = serializers.CharField(max_length=MOST_CHARACTERS, required=False)
    team = serializers.PrimaryKeyRelatedField(queryset=Team.objects.all(), required=False)
    person = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), required=False)


class WaitSerializer(ChangeSerializer):
    """`for`: whom the ticket waits for. A customer is waited for only after they were asked; what is awaited is the
    last question of ours unless `awaited` says otherwise. `until`: then the ticket is open again.
    """

    awaited = serializers.CharField(max_length=300, required=False)
    until = serializers.DateTimeField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return super().get_fields() | {"for": serializers.ChoiceField(WAITING, source="status")}


class ReasonSerializer(ChangeSerializer):
    """Why the ticket is opened again."""

    reason = serializers.CharField(max_length=2000)


class ResolveSerializer(ChangeSerializer):
    """A complaint needs its outcome; anything else is answered when none is given. `cause`: in few words."""

    cause = serializers.CharField(max_length=200, required=False, allow_blank=True)

    outcome = serializers.ChoiceField(Ticket.Outcome.choices, required=False)
    fault = serializers.ChoiceField(Ticket.Fault.choices, required=False)


class ReclassifySerializer(ChangeSerializer):
    """`priority`: that of the type when none is given."""

    query_type = serializers.PrimaryKeyRelatedField(queryset=QueryType.objects.in_use())
    priority = serializers.ChoiceField(Priority.choices, required=False)


class FactsSerializer(ChangeSerializer):
    """What shall change; the rest stays. `reach`: the followers of whoever said it in public, null where it was not."""

    occurred_at = serializers.DateTimeField(allow_null=True, required=False)
    product = serializers.CharField(max_length=120, allow_blank=True, required=False)
    service_number = serializers.CharField(max_length=60, allow_blank=True, required=False)
    area = serializers.CharField(max_length=120, allow_blank=True, required=False)
    impact = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    loss_amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True, required=False)
    desired_remedy = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    reach = serializers.IntegerField(min_value=0, max_value=2_000_000_000, allow_null=True, required=False)


class TicketHistorySerializer(serializers.ModelSerializer[TicketHistory]):
    """One change of a ticket: who, when, what, from what to what, and why."""

    before = serializers.DictField(read_only=True)
    after = serializers.DictField(read_only=True)

    class Meta:
        model = TicketHistory
        fields = ("id", "at", "actor_kind", "actor_id", "actor_name", "change", "before", "after", "reason")
        read_only_fields = fields
