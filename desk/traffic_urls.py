"""Under /desk/: what came in and is no message, what goes out, what is forwarded."""

from django.urls import path

from desk.views import blocked, forwarding, incoming, outbox, writing

urlpatterns = [
    path("new/", writing.new, name="new"),
    path("t/<str:reference>/forward/", forwarding.forward, name="forward"),
    path("incoming/", incoming.incoming, name="incoming"),
    path("incoming/all/", incoming.decide_all, name="incoming-all"),
    path("incoming/behind/<int:pk>/", incoming.behind, name="arrival-behind"),
    path("incoming/<int:pk>/", incoming.arrival, name="arrival"),
    path("incoming/<int:pk>/decide/", incoming.decide, name="arrival-decide"),
    path("incoming/<int:pk>/original/", incoming.original, name="arrival-original"),
    path("blocked/", blocked.overview, name="blocked"),
    path("blocked/<int:pk>/lift/", blocked.lift, name="blocked-lift"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:pk>/retry/", outbox.retry, name="dispatch-retry"),
    path("outbox/<int:pk>/cancel/", outbox.cancel, name="dispatch-cancel"),
    path("outbox/<int:pk>/edit/", outbox.edit, name="dispatch-edit"),
    path("outbox/<int:pk>/other-way/", outbox.other_way, name="dispatch-other-way"),
]
