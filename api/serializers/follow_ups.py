from rest_framework import serializers

from api.serializers.strict import ListFilter, StrictSerializer
from customers.models import Identity
from staff.models import User
from tickets.models import FollowUp, FollowUpTry
from tickets.services.promises.reaching import REACHED

BY_HAND = [(kind, label) for kind, label in FollowUp.Kind.choices if kind != FollowUp.Kind.APOLOGY]

OUTCOMES = [(each.value, each.label) for each in REACHED]


class FollowUpTrySerializer(serializers.ModelSerializer[FollowUpTry]):
    """One time that somebody tried to reach the customer."""

    class Meta:
        model = FollowUpTry
        fields = ("at", "channel", "reached", "note", "made_by")
        read_only_fields = fields


class FollowUpSerializer(serializers.ModelSerializer[FollowUp]):
    """A dated task towards a customer; it is never deleted.

    `state`: waiting has no date until the fix is recorded; missed is past its date and must still be done.
    `episode`: which failure of the ticket an apology makes up for; `level`: of the apology; `reasons`: why it is owed.
    `first_due_at`: the date before it was ever moved. `told_in`: the message in which the customer was told;
    `written_in`: the apology in writing that took the place of a call.
    """

    reasons = serializers.ListField(child=serializers.CharField(), read_only=True)
    tries = FollowUpTrySerializer(many=True, read_only=True)

    class Meta:
        model = FollowUp
        fields = (
            "id",
            "ticket",
            "customer",
            "kind",
            "state",
            "what",
            "owner",
            "team",
            "due_at",
            "first_due_at",
            "missed_at",
            "done_at",
            "outcome",
            "note",
            "episode",
            "level",
            "reasons",
            "told_in",
            "written_in",
            "tries",
            "created_at",
            "created_by",
        )
        read_only_fields = fields


class FollowUpFilter(ListFilter):
    """`mine`: only those whose owner the caller is."""

    ticket = serializers.ListField(child=serializers.IntegerField(), required=False)
    kind = serializers.ListField(child=serializers.ChoiceField(FollowUp.Kind.choices), required=False)
    state = serializers.ListField(child=serializers.ChoiceField(FollowUp.State.choices), required=False)
    owner = serializers.ListField(child=serializers.IntegerField(), required=False)
    team = serializers.ListField(child=serializers.IntegerField(), required=False)
    mine = serializers.ChoiceField(["true", "false"], required=False)


class NewFollowUpSerializer(StrictSerializer):
    """`what` the customer can expect and by when. `owner`: the caller where none is named. `told_in`: the id of the
    message in which the customer was told; only then they see it.
    """

    ticket = serializers.IntegerField()
    kind = serializers.ChoiceField(BY_HAND)
    what = serializers.CharField(max_length=300)
    due_at = serializers.DateTimeField()
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), required=False)
    told_in = serializers.IntegerField(required=False)


class ReachedSerializer(StrictSerializer):
    """How the customer took it. Not satisfied needs a `note`: the ticket is opened again, and its lead reads it."""

    channel = serializers.ChoiceField(Identity.Kind.choices)
    outcome = serializers.ChoiceField(OUTCOMES)
    note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)


class NotReachedSerializer(StrictSerializer):
    """After three tries on two channels an apology is written instead, once."""

    channel = serializers.ChoiceField(Identity.Kind.choices)
    note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)


class MoveSerializer(StrictSerializer):
    """A customer who was told the first date reads the new one and the `reason`."""

    due_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=2000)


class HandOverSerializer(StrictSerializer):
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all())
