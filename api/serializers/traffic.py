"""What came in and what goes out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.models import Upload
from api.serializers.strict import ListFilter, StrictSerializer
from api.serializers.tickets import LONGEST_UNDO_SECONDS, MOST_CHARACTERS
from channels_in.models import Arrival
from channels_out.models import Dispatch, DispatchRecipient


class ArrivalSerializer(serializers.ModelSerializer[Arrival]):
    """What a channel brought. `digest` is the sha256 of the bytes as received; `messages` are the ids made of it.

    `reason`: why it was parked, is a duplicate, or was discarded.
    """

    messages = serializers.PrimaryKeyRelatedField[Any](many=True, read_only=True)

    class Meta:
        model = Arrival
        fields = ("id", "channel", "digest", "state", "reason", "tries", "size", "received_at", "messages")
        read_only_fields = fields


class ArrivalFilter(ListFilter):
    digest = serializers.CharField(required=False)
    state = serializers.ListField(child=serializers.ChoiceField(Arrival.State.choices), required=False)
    channel = serializers.ListField(child=serializers.IntegerField(), required=False)


class DiscardSerializer(StrictSerializer):
    """Why nothing shall become of it; kept with the arrival."""

    reason = serializers.CharField(max_length=1000)


class RecipientSerializer(serializers.ModelSerializer[DispatchRecipient]):
    """One address and what became of the message there."""

    state = serializers.CharField(read_only=True)

    class Meta:
        model = DispatchRecipient
        fields = ("kind", "address", "name", "state", "error")
        read_only_fields = fields


class DispatchSerializer(serializers.ModelSerializer[Dispatch]):
    """One message on its way out. `next_try_at` is null where none is planned; `external_id` is our Message-ID.

    `doubtful`: it failed, and yet it may have left. `superseded_by`: the dispatch that was sent in its place.
    """

    message = serializers.IntegerField(source="message_id", allow_null=True, read_only=True)
    next_try_at = serializers.SerializerMethodField()
    recipients = serializers.SerializerMethodField()

    class Meta:
        model = Dispatch
        fields = (
            "id",
            "message",
            "channel",
            "state",
            "automatic",
            "tries",
            "next_try_at",
            "error",
            "doubtful",
            "superseded_by",
            "external_id",
            "provider_id",
            "created_at",
            "sent_at",
            "recipients",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_try_at(self, dispatch: Dispatch) -> str | None:
        planned = dispatch.send_after if dispatch.state == Dispatch.State.QUEUED else None
        return serializers.DateTimeField().to_representation(planned) if planned else None

    @extend_schema_field(RecipientSerializer(many=True))
    def get_recipients(self, dispatch: Dispatch) -> list[Any]:
        found = sorted(dispatch.recipients.all(), key=lambda recipient: recipient.pk)
        return list(RecipientSerializer(found, many=True).data)


class DispatchFilter(ListFilter):
    state = serializers.ListField(child=serializers.ChoiceField(Dispatch.State.choices), required=False)
    channel = serializers.ListField(child=serializers.IntegerField(), required=False)


class CorrectionSerializer(StrictSerializer):
    """What is different the second time; what is left out stays as it was.

    `attachments`: the ids of those of the failed message that still go along.
    """

    to = serializers.ListField(child=serializers.CharField(max_length=254), max_length=50, required=False)
    cc = serializers.ListField(child=serializers.CharField(max_length=254), max_length=50, required=False)
    subject = serializers.CharField(max_length=300, required=False)
    text = serializers.CharField(max_length=MOST_CHARACTERS, trim_whitespace=False, required=False)
    attachments = serializers.ListField(child=serializers.IntegerField(), max_length=50, required=False)
    undo_seconds = serializers.IntegerField(min_value=0, max_value=LONGEST_UNDO_SECONDS, default=0)


class OtherWaySerializer(StrictSerializer):
    """A mailbox of ours, and an address of the customer."""

    channel = serializers.IntegerField()
    address = serializers.CharField(max_length=254)


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """A file brought for a later reply; `id` is what `attachments` of a reply takes."""

    content_type = serializers.CharField(source="file.content_type", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)

    class Meta:
        model = Upload
        fields = ("id", "name", "content_type", "size")
        read_only_fields = fields


class UploadingSerializer(StrictSerializer):
    """One file, as multipart/form-data."""

    file = serializers.FileField(max_length=200, allow_empty_file=True)
