"""What lies under /desk/rules/."""

from django.urls import path

from desk.views import ladders, publishing, rules

TYPE = "types/<slug:slug>/"
STEP = "ladders/<slug:code>/steps/<int:position>/"
urlpatterns = [
    path("", rules.overview, name="rules"),
    path("new-type/", rules.new_type, name="rule-type-new"),
    path(TYPE, rules.query_type, name="rule-type"),
    path(f"{TYPE}rules/new/", rules.rule, name="rule-new"),
    path(f"{TYPE}rules/<int:pk>/", rules.rule, name="rule"),
    *[
        path(f"{TYPE}rules/<int:pk>/{what}/", rules.change_rule, {"what": what}, name=f"rule-{what}")
        for what in ("up", "down", "remove")
    ],
    path("lifts/<slug:code>/", rules.switch_lift, name="rule-lift"),
    path("ladders/", ladders.overview, name="ladders"),
    path("ladders/new/", ladders.new, name="ladder-new"),
    path("ladders/<slug:code>/", ladders.ladder, name="ladder"),
    path(STEP, ladders.step, name="ladder-step"),
    *[
        path(f"{STEP}{what}/", ladders.change, {"what": what}, name=f"ladder-{what}")
        for what in ("up", "down", "remove")
    ],
    path("publish/", publishing.publish, name="rules-publish"),
    path("history/", publishing.history, name="rules-history"),
    path("history/<int:pk>/", publishing.publication, name="rules-publication"),
    path("packs/", publishing.pack_list, name="rule-packs"),
    path("packs/<slug:name>/", publishing.pack, name="rule-pack"),
    path("legal/<slug:code>/", publishing.legal, name="rule-legal"),
    path("legal/<slug:code>/bind/", publishing.bind, name="rule-legal-bind"),
]
