from typing import Any

from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from api.serializers.tickets import LONGEST_UNDO_SECONDS, MOST_CHARACTERS, ChangeSerializer


class DocumentsSerializer(ChangeSerializer):
    """`at`: since when they are complete, now where it is left out. Correcting what was recorded needs a `reason`, and
    so does `complete: false`, which takes it back.
    """

    complete = serializers.BooleanField(default=True)
    at = serializers.DateTimeField(required=False)
    reason = serializers.CharField(max_length=2000, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["complete"]:
            attrs.pop("at", None)
            attrs.setdefault("reason", "")
        return attrs


class InWritingSerializer(ChangeSerializer):
    """`needed`: what the customer shall bring; with it they are asked for it by mail, in these words."""

    needed = serializers.CharField(max_length=MOST_CHARACTERS, required=False)


class RefuseSerializer(ChangeSerializer):
    """`reason`: what was missing, as the customer reads it. `undo_seconds`: how long the refusal waits before it
    leaves.
    """

    reason = serializers.CharField(max_length=MOST_CHARACTERS)
    undo_seconds = serializers.IntegerField(min_value=0, max_value=LONGEST_UNDO_SECONDS, default=0)


class ExtendSerializer(StrictSerializer):
    """`reason`: one of `extension_reasons` of the legal pack. `done`: what has been done so far. The customer is told
    both, with the new date.
    """

    reason = serializers.CharField(max_length=60)
    done = serializers.CharField(max_length=2000)
