"""Addresses of the API, with and without the last slash: a redirect would lose what a program posts."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from api.views.arrivals import ArrivalViewSet
from api.views.base import NoSuchAddress
from api.views.blocked import BlockedSenderViewSet
from api.views.calendars import CalendarViewSet
from api.views.channels import ChannelViewSet
from api.views.customers import CustomerTimelineView, CustomerViewSet
from api.views.deadlines import DeadlineViewSet
from api.views.dispatches import DispatchViewSet
from api.views.escalations import EscalationViewSet
from api.views.files import AttachmentView, FileViewSet
from api.views.follow_ups import FollowUpViewSet
from api.views.messages import MessageViewSet, TicketMessagesView
from api.views.notices import NoticeViewSet
from api.views.participants import ParticipantViewSet, TicketParticipantsView
from api.views.recalculations import RecalculationLinesView, RecalculationViewSet
from api.views.rules import QueryTypeViewSet, SimulateView, TatRuleViewSet
from api.views.teams import TeamViewSet
from api.views.tickets import TicketHistoryView, TicketViewSet

app_name = "api"
router = SimpleRouter()
router.trailing_slash = "/?"
router.register("tickets", TicketViewSet, basename="ticket")
router.register("messages", MessageViewSet, basename="message")
router.register("participants", ParticipantViewSet, basename="participant")
router.register("customers", CustomerViewSet, basename="customer")
router.register("arrivals", ArrivalViewSet, basename="arrival")
router.register("blocked-senders", BlockedSenderViewSet, basename="blocked-sender")
router.register("dispatches", DispatchViewSet, basename="dispatch")
router.register("escalations", EscalationViewSet, basename="escalation")
router.register("follow-ups", FollowUpViewSet, basename="follow-up")
router.register("notices", NoticeViewSet, basename="notice")
router.register("deadlines", DeadlineViewSet, basename="deadline")
router.register("recalculations", RecalculationViewSet, basename="recalculation")
router.register("calendars", CalendarViewSet, basename="calendar")
router.register("channels", ChannelViewSet, basename="channel")
router.register("query-types", QueryTypeViewSet, basename="query-type")
router.register("tat-rules", TatRuleViewSet, basename="tat-rule")
router.register("teams", TeamViewSet, basename="team")
router.register("files", FileViewSet, basename="file")

urlpatterns = [
    re_path(r"^schema/?$", SpectacularAPIView.as_view(), name="schema"),
    re_path(r"^tickets/(?P<pk>[0-9]+)/messages/?$", TicketMessagesView.as_view(), name="ticket-messages"),
    re_path(r"^tickets/(?P<pk>[0-9]+)/participants/?$", TicketParticipantsView.as_view(), name="ticket-participants"),
    re_path(r"^tickets/(?P<pk>[0-9]+)/history/?$", TicketHistoryView.as_view(), name="ticket-history"),
    re_path(r"^recalculations/(?P<pk>[0-9]+)/lines/?$", RecalculationLinesView.as_view(), name="recalculation-lines"),
    re_path(r"^customers/(?P<pk>[0-9]+)/timeline/?$", CustomerTimelineView.as_view(), name="customer-timeline"),
    re_path(r"^attachments/(?P<pk>[0-9]+)/?$", AttachmentView.as_view(), name="attachment"),
    re_path(r"^simulate/?$", SimulateView.as_view(), name="simulate"),
    path("", include(router.urls)),
    re_path(r"", NoSuchAddress.as_view(), name="no-such-address"),
]
