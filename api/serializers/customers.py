from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.messages import AttachmentSerializer
from api.serializers.strict import ListFilter
from customers.models import Customer, Identity
from tickets.models import TimelineEntry


class IdentitySerializer(serializers.ModelSerializer[Identity]):
    """An address of a customer, claimed or verified."""

    class Meta:
        model = Identity
        fields = ("kind", "value", "verified")
        read_only_fields = fields


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """A person or firm. `root` is the customer this one was merged into, itself when unmerged.

    `identities` are those of everybody with the same root.
    """

    identities = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = (
            "id",
            "root",
            "name",
            "language",
            "time_zone",
            "preferred_channel",
            "identities",
            "stage",
            "tier",
            "high_value",
            "vulnerable",
            "since",
        )
        read_only_fields = fields

    @extend_schema_field(IdentitySerializer(many=True))
    def get_identities(self, customer: Customer) -> list[Any]:
        members = customer.root.members.all() if customer.root else []
        found = sorted((identity for member in members for identity in member.identities.all()), key=lambda one: one.pk)
        return list(IdentitySerializer(found, many=True).data)


class CustomerFilter(ListFilter):
    """`identity`: `kind:value`, such as `email:sari@example.com` or `phone:+628123456789`."""

    identity = serializers.CharField(required=False, trim_whitespace=False)

    def validate_identity(self, given: str) -> tuple[str, str]:
        kind, _colon, value = given.partition(":")
        if kind not in Identity.Kind.values or not value.strip():
            kinds = ", ".join(Identity.Kind.values)
            raise serializers.ValidationError(_("Write kind:value; kinds are %(kinds)s.") % {"kinds": kinds})
        return kind, as_kept(kind, value)


def as_kept(kind: str, value: str) -> str:
    """The address as identities keep it. A plus sign that was not escaped in a query arrives as a space."""
    if kind == Identity.Kind.EMAIL:
        return value.strip().lower()
    if kind in (Identity.Kind.PHONE, Identity.Kind.WHATSAPP):
        digits = "".join(character for character in value if character.isdigit())
        return f"+{digits}" if value[0] in "+ " else digits
    return value.strip()


class TimelineFilter(ListFilter):
    """`kind`: only entries of these kinds."""

    kind = serializers.ListField(child=serializers.ChoiceField(TimelineEntry.Kind.choices), required=False)


class TimelineEntrySerializer(serializers.Serializer[Any]):
    """One thing that happened with a customer. `object_id` is that of the message, for messages, notes and calls."""

    id = serializers.IntegerField(source="entry.pk")
    at = serializers.DateTimeField(source="entry.at")
    kind = serializers.ChoiceField(TimelineEntry.Kind.choices, source="entry.kind")
    ticket = serializers.IntegerField(source="entry.ticket_id", allow_null=True)
    channel = serializers.IntegerField(source="entry.channel_id", allow_null=True)
    direction = serializers.ChoiceField(TimelineEntry.Direction.choices, source="entry.direction")
    author = serializers.CharField(source="entry.actor_name")
    author_kind = serializers.CharField(source="entry.actor_kind")
    title = serializers.CharField(source="entry.title")
    text = serializers.CharField(source="entry.text")
    object_id = serializers.IntegerField(source="entry.object_id", allow_null=True)
    attachments = AttachmentSerializer(many=True)


class TimelinePageSerializer(serializers.Serializer[Any]):
    """The newest first. `previous` is always null. `hidden`: entries of this page that belong to a restricted team."""

    results = TimelineEntrySerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    hidden = serializers.IntegerField()
