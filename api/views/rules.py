from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from api.serializers.rules import (
    ChangeQueryTypeSerializer,
    ChangeTatRuleSerializer,
    NewQueryTypeSerializer,
    NewTatRuleSerializer,
    PublicationSerializer,
    PublishSerializer,
    QueryTypeFilter,
    QueryTypeSerializer,
    SimulateSerializer,
    SimulationSerializer,
    TatRuleFilter,
    TatRuleSerializer,
    values_of,
    written,
)
from api.views.base import ApiView, ApiViewSet, narrowed, read
from api.views.once import once
from core.clock import database_now
from policies import rules
from policies.matching import TicketFacts
from policies.models import QueryType, TatRule
from policies.services import checks, editing, tat_rules
from policies.services.tat_rules import RuleValues
from policies.simulation import Coming, simulate


@extend_schema_view(list=extend_schema(parameters=[QueryTypeFilter]))
class QueryTypeViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[QueryType]):
    serializer_class = QueryTypeSerializer
    filter_class = QueryTypeFilter

    def keyset(self) -> tuple[str, ...]:
        return ("id",)

    def get_queryset(self) -> QuerySet[QueryType]:
        rows = QueryType.objects.all()
        if self.action != "list":
            return rows
        asked = self.asked()
        rows = rows.filter(**narrowed(asked, ["sector", "kind"]))
        return rows if asked["archived"] is None else rows.filter(archived=asked["archived"])

    @extend_schema(request=NewQueryTypeSerializer, responses={201: QueryTypeSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Make a type; only administrators may."""
        given = read(NewQueryTypeSerializer, request.data)
        made = editing.create_type(actor=self.actor, now=database_now(), **given)
        return Response(QueryTypeSerializer(made).data, status=HTTP_201_CREATED)

    @extend_schema(request=ChangeQueryTypeSerializer, responses={200: QueryTypeSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change some of what a type says; only administrators may."""
        given = read(ChangeQueryTypeSerializer, request.data)
        changed = editing.change_type(self.get_object().slug, actor=self.actor, now=database_now(), **given)
        return Response(QueryTypeSerializer(changed).data)


@extend_schema_view(list=extend_schema(parameters=[TatRuleFilter]))
class TatRuleViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[TatRule]):
    serializer_class = TatRuleSerializer
    filter_class = TatRuleFilter

    def keyset(self) -> tuple[str, ...]:
        return ("id",)

    def get_queryset(self) -> QuerySet[TatRule]:
        rows = TatRule.objects.select_related("ladder", "query_type")
        return rows.filter(**narrowed(self.asked(), ["query_type"])) if self.action == "list" else rows

    @extend_schema(request=NewTatRuleSerializer, responses={201: TatRuleSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Make a rule; only administrators may. It holds once it is published."""
        given = read(NewTatRuleSerializer, request.data)
        made = tat_rules.create(values_of(given, RuleValues()), actor=self.actor, now=database_now())
        return Response(TatRuleSerializer(made).data, status=HTTP_201_CREATED)

    @extend_schema(request=ChangeTatRuleSerializer, responses={200: TatRuleSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change some of what a rule says; only administrators may. It holds once it is published."""
        given = read(ChangeTatRuleSerializer, request.data)
        former = RuleValues.of(self.get_object())
        changed = tat_rules.change(int(pk), values_of(given, former), actor=self.actor, now=database_now())
        return Response(TatRuleSerializer(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take a rule away; only administrators may. It holds until that is published."""
        tat_rules.remove(self.get_object().pk, actor=self.actor, now=database_now())
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=PublishSerializer, responses={201: PublicationSerializer})
    @action(detail=False, methods=["post"])
    @once
    def publish(self, request: Request) -> Response:
        """Put what was edited in force; only administrators may. Open tickets keep the rules they have."""
        given = read(PublishSerializer, request.data)
        made = tat_rules.publish(actor=self.actor, now=database_now(), **given)
        return Response(PublicationSerializer(made).data, status=HTTP_201_CREATED)


class SimulateView(ApiView[TatRule]):
    """Which rule would hold for a ticket, and when each of its clocks would run out."""

    @extend_schema(request=SimulateSerializer, responses={200: SimulationSerializer})
    def post(self, request: Request) -> Response:
        given = read(SimulateSerializer, request.data)
        ruleset = checks.draft() if given.pop("draft") else rules.current(database_now())
        coming = Coming(**{name: given.pop(name) for name in Coming.__dataclass_fields__ if name in given})
        facts = TicketFacts(given.pop("query_type").pk, **given)
        return Response(written(simulate(facts, coming, ruleset, checks.calendar_hours())))
