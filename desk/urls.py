"""What lies under /desk/."""

from django.urls import include, path

from desk import traffic_urls
from desk.views import (
    calendars,
    call_lists,
    channels,
    deadlines,
    escalations,
    extending,
    follow_ups,
    marks,
    notices,
    participants,
    people,
    queue,
    recalculation,
    sorting,
    spam,
    thanks,
    ticket,
    work,
)

app_name = "desk"
TICKET = "t/<str:reference>/"
CHANNEL = "channels/<int:pk>/"
CALENDAR = "calendars/<slug:code>/"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("filters/", queue.filters, name="filters"),
    path(TICKET, ticket.ticket, name="ticket"),
    path(f"{TICKET}parts/", ticket.parts, name="parts"),
    path(f"{TICKET}reply/", ticket.reply, name="reply"),
    path(f"{TICKET}note/", ticket.note, name="note"),
    path(f"{TICKET}draft/", ticket.draft, name="draft"),
    path(f"{TICKET}draft/files/", ticket.draft_files, name="draft-files"),
    path(f"{TICKET}undo/", ticket.undo, name="undo"),
    path(f"{TICKET}take-over/", ticket.take_over, name="take-over"),
    path(f"{TICKET}accept-type/", sorting.accept_type, name="accept-type"),
    path(f"{TICKET}just-thanks/", thanks.just_thanks, name="just-thanks"),
    path(f"{TICKET}goes-on/", thanks.goes_on, name="goes-on"),
    *[path(f"{TICKET}{kind}/", work.change, {"kind": kind}, name=kind) for kind in work.CHANGES],
    path(f"{TICKET}spam/", spam.mark, name="spam"),
    path(f"{TICKET}not-spam/", spam.unmark, name="not-spam"),
    path("bulk/spam/", spam.mark_selected, name="bulk-spam"),
    path("bulk/undo/", spam.undo, name="spam-undo"),
    path(f"{TICKET}let-in/", participants.let_in, name="let-in"),
    path(f"{TICKET}participants/", participants.participants, name="participants"),
    path(f"{TICKET}deadlines/", deadlines.deadlines, name="deadlines"),
    path(f"{TICKET}deadlines/<int:pk>/extend/", extending.extend, name="extend"),
    path("c/<int:pk>/", people.customer, name="customer"),
    path("c/<int:pk>/marks/", marks.change, name="customer-marks"),
    *traffic_urls.urlpatterns,
    path("search/", people.find, name="search"),
    path("rules/", include("desk.rules_urls")),
    path("follow-ups/", follow_ups.overview, name="follow-ups"),
    path("follow-ups/write/", follow_ups.write_instead, name="follow-ups-write"),
    path("follow-ups/calls/<slug:slug>/", call_lists.calls, name="calls"),
    path("follow-ups/<int:pk>/", follow_ups.follow_up, name="follow-up"),
    *[
        path(f"escalations/<int:pk>/{deed}/", escalations.answer, {"deed": deed}, name=deed)
        for deed in escalations.DEEDS
    ],
    path("recalculations/", recalculation.overview, name="recalculations"),
    path("recalculations/<int:pk>/", recalculation.recalculation, name="recalculation"),
    path("calendars/", calendars.overview, name="calendars"),
    path("calendars/new/", calendars.new, name="calendar-new"),
    path(CALENDAR, calendars.calendar, name="calendar"),
    path(f"{CALENDAR}add/", calendars.add_days, name="calendar-add"),
    path(f"{CALENDAR}remove/", calendars.remove_days, name="calendar-remove"),
    path(f"{CALENDAR}import/", calendars.import_days, name="calendar-import"),
    path("channels/", channels.overview, name="channels"),
    path("channels/new/", channels.new, name="channel-new"),
    path("channels/connected/", channels.connected, name="channel-connected"),
    path(CHANNEL, channels.channel, name="channel"),
    path(f"{CHANNEL}state/", channels.set_state, name="channel-state"),
    path(f"{CHANNEL}test/", channels.test, name="channel-test"),
    path(f"{CHANNEL}test/state/", channels.test_state, name="channel-test-state"),
    path(f"{CHANNEL}connect/", channels.connect, name="channel-connect"),
    path("notices/", notices.notices, name="notices"),
    path("notices/bell/", notices.bell, name="bell"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/<int:pk>/", notices.open_notice, name="notice"),
    path("notices/<int:pk>/<slug:deed>/", escalations.answer_notice, name="notice-answer"),
]
