"""Channels as programs see them: secrets go in and never come out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from channels_in.health import Condition, Health, health_of
from policies.models import Channel, QueryType
from policies.services.channels import PLAIN, ChannelChanges
from staff.models import Team

SETTINGS = (
    "For e-mail: `imap` and `smtp` (`host port security user`, imap also `folder`), `auth`, `after_reading`, "
    "`moved_to`, `authserv_id`, `spam_header`, `reply_to_is_sender`, `signature_id`, `signature_en`, `oauth`; "
    "about sending `send_by` (smtp, graph, gmail, mailgun), `send_url`, `mailgun_domain`, `plain_return_path`, "
    "`max_per_minute`, `automatic_per_hour`, `quote_last`."
)


class HealthSerializer(serializers.Serializer[Health]):
    """How it does. `incoming` and `outgoing` are sentences in the language asked for, empty where nothing is wrong.

    `backlog`: how many mails were seen waiting on the server.
    """

    condition = serializers.ChoiceField([each.value for each in Condition])
    incoming = serializers.CharField()
    outgoing = serializers.CharField()
    failing_since = serializers.DateTimeField(allow_null=True)
    last_ok_at = serializers.DateTimeField(allow_null=True)
    last_received_at = serializers.DateTimeField(allow_null=True)
    backlog = serializers.IntegerField()


class ChannelSerializer(serializers.ModelSerializer[Channel]):
    """One way in and out. `key` is the part of its webhook address; `secrets_kept` names the secrets there are."""

    health = serializers.SerializerMethodField()
    settings = serializers.JSONField(read_only=True, help_text=SETTINGS)
    secrets_kept = serializers.SerializerMethodField()

    class Meta:
        model = Channel
        fields = (
            "id",
            "kind",
            "name",
            "address",
            "key",
            "state",
            "team",
            "query_type",
            "language",
            "settings",
            "secrets_kept",
            "health",
        )
        read_only_fields = fields

    @extend_schema_field(HealthSerializer)
    def get_health(self, channel: Channel) -> dict[str, Any]:
        known: dict[int, Health] = self.context.get("health") or health_of([channel])
        return dict(HealthSerializer(known[channel.pk]).data)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_secrets_kept(self, channel: Channel) -> list[str]:
        return sorted(name for name, value in channel.secrets.items() if value)


def _secret() -> serializers.CharField:
    return serializers.CharField(
        required=False, allow_blank=True, allow_null=True, trim_whitespace=False, max_length=4000
    )


class SecretsSerializer(StrictSerializer):
    """An empty one keeps what is there, null forgets it."""

    imap_password = _secret()
    smtp_password = _secret()
    client_secret = _secret()
    mailgun_key = _secret()


class ChangeChannelSerializer(StrictSerializer):
    """What shall be different; what is not named stays. Of `settings` each key that is named is replaced."""

    name = serializers.CharField(max_length=80, required=False)
    address = serializers.CharField(max_length=254, required=False, allow_blank=True)
    language = serializers.CharField(max_length=5, required=False)
    team = serializers.PrimaryKeyRelatedField(queryset=Team.objects.all(), required=False, allow_null=True)
    query_type = serializers.PrimaryKeyRelatedField(queryset=QueryType.objects.all(), required=False)
    settings = serializers.DictField(required=False, help_text=SETTINGS)
    secrets = SecretsSerializer(required=False)
    state = serializers.ChoiceField(Channel.State.choices, required=False)


class NewChannelSerializer(ChangeChannelSerializer):
    """A channel to be added."""

    kind = serializers.ChoiceField(Channel.Kind.choices)
    name = serializers.CharField(max_length=80)
    query_type = serializers.PrimaryKeyRelatedField(queryset=QueryType.objects.all())


def changes_of(given: dict[str, Any]) -> ChannelChanges:
    plain = {name: given[name] for name in PLAIN if name in given and name != "settings"}
    return ChannelChanges(plain, given.get("settings", {}), given.get("secrets", {}))
