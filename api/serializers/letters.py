"""Messages of ours as programs write them: whom they go to, and what goes along."""

from django.conf import settings
from rest_framework import serializers

from api.serializers.addresses import AddressesField
from api.serializers.strict import StrictSerializer
from api.serializers.tickets import (
    AFTER_REPLY,
    LONGEST_UNDO_SECONDS,
    MOST_CHARACTERS,
    AttachingSerializer,
    ChangeSerializer,
)
from channels_out.models import DispatchRecipient
from policies.models import Channel, QueryType
from tickets.models import Ticket


class LetterSerializer(StrictSerializer):
    """`undo_seconds`: how long it waits before it leaves."""

    text = serializers.CharField(max_length=MOST_CHARACTERS, trim_whitespace=False)
    attachments = serializers.ListField(
        child=AttachingSerializer(), required=False, max_length=settings.UPLOAD_MAX_FILES
    )
    undo_seconds = serializers.IntegerField(min_value=0, max_value=LONGEST_UNDO_SECONDS, default=0)


class FirstSerializer(LetterSerializer):
    """A ticket that begins with our message. `to`: one address, perhaps with a name.

    `customer`: whom the address belongs to, else whoever has it or somebody new. `then`: the status afterwards.
    """

    to = AddressesField()
    subject = serializers.CharField(max_length=300)
    channel = serializers.PrimaryKeyRelatedField(queryset=Channel.objects.all(), required=False)
    query_type = serializers.PrimaryKeyRelatedField(queryset=QueryType.objects.all(), required=False)
    customer = serializers.IntegerField(required=False)
    then = serializers.ChoiceField(AFTER_REPLY, default=Ticket.Status.WAITING_CUSTOMER.value)


class ForwardSerializer(ChangeSerializer, LetterSerializer):
    """To somebody who is not the customer. `thread`: the conversation that goes on, else a new one begins with `to`.

    `messages` and `ticket_attachments`: ids of what goes along from the ticket. `wait`: the ticket waits for an answer.
    """

    to = AddressesField(required=False)
    cc = AddressesField(kind=DispatchRecipient.Kind.CC, required=False)
    thread = serializers.IntegerField(required=False)
    messages = serializers.ListField(child=serializers.IntegerField(), required=False)
    ticket_attachments = serializers.ListField(child=serializers.IntegerField(), required=False)
    wait = serializers.BooleanField(default=False)
