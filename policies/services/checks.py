"""What is wrong with the rules as they are edited now."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from policies.checking import Context, Problem, problems
from policies.hours import Hours
from policies.matching import RuleSet
from policies.models import Calendar, Channel, Ladder, LadderStep, Priority, QueryType
from policies.rules import compile_document
from policies.services import calendars, publishing
from staff.models import User

LEADING = (User.Role.SUPERVISOR, User.Role.ADMINISTRATOR)
STAGES = ("", "prospect", "first", "early", "core", "defector")
GOAL_NAMES = {
    "first_response": gettext_lazy("First answer"),
    "next_response": gettext_lazy("Next answer"),
    "update": gettext_lazy("Progress update"),
    "resolution": gettext_lazy("Resolution"),
}


def draft() -> RuleSet:
    """The rules as they are edited now, ready to match; not in force."""
    return compile_document(publishing.document(), version=0)


def of_draft(now: datetime, *, only: Collection[int] | None = None) -> list[Problem]:
    """All that is wrong with them, one sentence each; or with some of them, by their ids."""
    return problems(draft(), context(now), only=only)


def context(now: datetime) -> Context:
    """What rules are checked against, in six statements."""
    both: frozenset[object] = frozenset([True, False])
    flags = dict.fromkeys(("public", "high_value", "restricted", "oral", "loss_claimed"), both)
    return Context(
        now=now,
        hours=calendar_hours(),
        domains={
            **flags,
            "kind": frozenset(QueryType.Kind.values),
            "priority": frozenset(Priority.values),
            "channel_kind": frozenset(Channel.Kind.values),
            "stage": frozenset(STAGES),
        },
        channel_kinds=dict(Channel.objects.values_list("pk", "kind")),
        ladders={ladder.code: reaches_nobody(ladder) for ladder in _ladders()},
        names={goal: str(name) for goal, name in GOAL_NAMES.items()},
    )


def calendar_hours() -> dict[str, Hours]:
    """Every calendar as it is now, by its code."""
    codes = list(Calendar.objects.values_list("code", flat=True))
    return {code: version.hours for code, version in calendars.in_force(codes).items()}


def _ladders() -> list[Ladder]:
    return list(Ladder.objects.prefetch_related("steps__team"))


def reaches_nobody(ladder: Ladder) -> str:
    """Why nobody would hear of a late ticket, else nothing."""
    steps = list(ladder.steps.all())
    if not any(step.actions for step in steps):
        return _("The ladder %(code)s tells nobody: it has no steps.") % {"code": ladder.code}
    for step in steps:
        if step.team_id and step.team_id not in _teams_with_people():
            team = step.team.name_in(get_language() or "id") if step.team else ""
            return _("The ladder %(code)s tells nobody at one step: there is nobody in the team %(team)s.") % {
                "code": ladder.code,
                "team": team,
            }
    above = any(step.level > LadderStep.Level.OWNER for step in steps)
    if above and not User.objects.filter(is_active=True, role__in=LEADING).exists():
        return _("The ladder %(code)s tells nobody: there is no active supervisor.") % {"code": ladder.code}
    return ""


def _teams_with_people() -> set[int]:
    active = Count("members", filter=Q(members__is_active=True))
    teams = User.teams.field.related_model._default_manager
    return set(teams.annotate(active=active).filter(active__gt=0).values_list("pk", flat=True))
