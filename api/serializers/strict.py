"""What programs send: names that we do not know are refused, since ignoring one would do something else than asked."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """A body or query. also_known: names that somebody else reads."""

    also_known: tuple[str, ...] = ()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = [*self.fields, *self.also_known]
            if unknown := [str(name) for name in data if name not in known]:
                sentence = _("There is no such name here. Known are: %(names)s.") % {"names": ", ".join(known)}
                raise serializers.ValidationError({name: [sentence] for name in unknown})
        return super().to_internal_value(data)


class ListFilter(StrictSerializer):
    """The query of a list. Several values of one name mean any of them."""

    also_known = ("cursor", "page_size")


class NoBody(StrictSerializer):
    """A change that needs nothing said."""
