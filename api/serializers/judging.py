"""Spam, held back messages and participants, as programs read and decide them."""

from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from api.serializers.tickets import ChangeSerializer
from channels_in.models import BlockedSender
from channels_in.services.blocking import ADDRESS, DOMAIN
from tickets.models import Participant


class SpamSerializer(ChangeSerializer):
    """`block`: from now on nothing becomes a ticket that comes from the sender's address, or from its whole domain."""

    block = serializers.ChoiceField([ADDRESS, DOMAIN], required=False)


class LetInSerializer(StrictSerializer):
    """`as_participant`: who wrote it also takes part in the conversation from now on, and gets our answers."""

    as_participant = serializers.BooleanField(default=False)


class NewParticipantSerializer(StrictSerializer):
    """Somebody who gets a copy of our answers from now on."""

    address = serializers.CharField(max_length=254)
    name = serializers.CharField(max_length=200, required=False, default="")


class ParticipantSerializer(serializers.ModelSerializer[Participant]):
    """Somebody besides the customer. `proposed` gets nothing before it is confirmed, then only what is written later.

    `since`: the message that named them, null where somebody of the staff added them.
    """

    ticket = serializers.IntegerField(source="conversation.ticket_id", read_only=True)

    class Meta:
        model = Participant
        fields = (
            *("id", "ticket", "conversation", "address", "name", "kind", "state", "since"),
            *("added_at", "added_by", "decided_at", "decided_by"),
        )
        read_only_fields = fields


class BlockedSenderSerializer(serializers.ModelSerializer[BlockedSender]):
    """`value`: an address, or "@" and a domain, which blocks its subdomains too."""

    class Meta:
        model = BlockedSender
        fields = ("id", "value", "reason", "blocked_at", "actor_name")
        read_only_fields = fields


class BlockingSerializer(StrictSerializer):
    """Whom to block: an e-mail address or a domain."""

    value = serializers.CharField(max_length=254)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class LiftingSerializer(StrictSerializer):
    """`again`: what they sent meanwhile is read again."""

    again = serializers.BooleanField(default=False)


class LiftedSerializer(serializers.Serializer[dict[str, int]]):
    """`retried`: how many arrivals are being read again."""

    retried = serializers.IntegerField()
