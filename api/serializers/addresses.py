from typing import Any

from rest_framework import serializers

from channels_out.models import DispatchRecipient
from core.errors import Invalid
from tickets.addresses import MOST, read_addresses


class AddressesField(serializers.ListField):
    """Mailboxes, each as "name <address>" or the address alone; read as Recipients."""

    child = serializers.CharField(max_length=500)

    def __init__(self, *, kind: str = DispatchRecipient.Kind.TO, **more: Any) -> None:
        super().__init__(max_length=MOST, **more)
        self.recipient_kind = kind

    def to_internal_value(self, data: Any) -> Any:
        found = [self._one(each) for each in super().to_internal_value(data)]
        return [recipient for recipients in found for recipient in recipients]

    def _one(self, written: str) -> list[Any]:
        try:
            return list(read_addresses(written, kind=self.recipient_kind))
        except Invalid as refused:
            raise serializers.ValidationError(refused.message) from refused
