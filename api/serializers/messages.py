from datetime import datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tickets.models import Attachment, Message


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """A file that came with, or went with, a message. `url` is where its bytes are: an address of this API."""

    content_type = serializers.CharField(source="file.content_type", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ("id", "name", "content_type", "size", "inline", "content_id", "url")
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.URI_REF)
    def get_url(self, attachment: Attachment) -> str:
        return reverse("api:attachment", args=[attachment.pk])


class MessageSerializer(serializers.ModelSerializer[Message]):
    """One utterance: inbound, outbound or internal note.

    `text` is what was newly said, `full_text` all that the mail held, `html` sanitised. `automatic`: a machine wrote
    it, `automatic_reason` says how we know. `sent_at` is the sender's claim for inbound, the moment of leaving for
    outbound (null while it waits). `threaded_by`: why it stands on this ticket. `held_back`: only the staff reads it
    until it is let in. `remarks`: codes of what is odd about it.
    """

    automatic = serializers.SerializerMethodField()
    held_back = serializers.BooleanField(source="is_held_back", read_only=True)
    remarks = serializers.ListField(child=serializers.CharField(), read_only=True)
    automatic_reason = serializers.CharField(source="automatic", read_only=True)
    to = serializers.ListField(child=serializers.CharField(), read_only=True)
    cc = serializers.ListField(child=serializers.CharField(), read_only=True)
    full_text = serializers.SerializerMethodField()
    sent_at = serializers.SerializerMethodField()
    attachments = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = (
            "id",
            "ticket",
            "conversation",
            "customer",
            "channel",
            "kind",
            "automatic",
            "automatic_reason",
            "trust",
            "held_back",
            "from_address",
            "from_name",
            "to",
            "cc",
            "subject",
            "text",
            "full_text",
            "html",
            "external_id",
            "threaded_by",
            "remarks",
            "sent_at",
            "received_at",
            "dispatch",
            "attachments",
        )
        read_only_fields = fields

    def get_automatic(self, message: Message) -> bool:
        return bool(message.automatic)

    def get_full_text(self, message: Message) -> str:
        return message.full_text or message.text

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_sent_at(self, message: Message) -> str | None:
        left_at = message.dispatch.sent_at if message.dispatch else None
        return moment_as_text(left_at or message.sent_at)

    @extend_schema_field(AttachmentSerializer(many=True))
    def get_attachments(self, message: Message) -> list[Any]:
        files = sorted(message.attachments.all(), key=lambda attachment: attachment.pk)
        return list(AttachmentSerializer(files, many=True).data)


def moment_as_text(moment: datetime | None) -> str | None:
    """A moment as all others are written: ISO 8601 with the offset of the installation's zone."""
    return serializers.DateTimeField().to_representation(moment) if moment else None
