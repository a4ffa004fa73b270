"""What lies under /board/."""

from django.urls import path

from desk.views import board

app_name = "board"
urlpatterns = [
    path("", board.overview, name="board"),
    path("csv/<slug:table>/", board.table, name="csv"),
    path("escalations/<int:pk>/acknowledge/", board.acknowledge, name="acknowledge"),
    path("t/<str:reference>/", board.acts, name="acts"),
    path("t/<str:reference>/assign/", board.act, {"deed": "assign"}, name="assign"),
    path("t/<str:reference>/nudge/", board.act, {"deed": "nudge"}, name="nudge"),
    path("t/<str:reference>/take-over/", board.act, {"deed": "take-over"}, name="take-over"),
]
