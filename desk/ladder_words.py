"""The steps of ladders in the words of whoever reads them, from rows and from what a publication keeps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from desk import rule_words
from policies.models import LadderStep
from policies.targets import Target
from staff.models import Team
from web.templatetags.web import named

Action = LadderStep.Action


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step. when: at what share or after how long. who: the level or the team. what: all that is done."""

    position: int
    when: str
    who: str
    what: str
    note: str


def team_names() -> dict[int, str]:
    return {team.pk: named(team) for team in Team.objects.all()}


def step_lines(steps: Iterable[Mapping[str, Any]], teams: Mapping[int, str]) -> list[StepLine]:
    """steps: as a publication keeps them."""
    return [_line(step, teams) for step in steps]


def _line(step: Mapping[str, Any], teams: Mapping[int, str]) -> StepLine:
    note = step[f"note_{rule_words.spoken()}"] if f"note_{rule_words.spoken()}" in step else step["note_en"]
    who = str(LadderStep.Level(step["level"]).label)
    if step["team"]:
        who = _("team %(team)s, else %(level)s") % {"team": teams.get(step["team"], "?"), "level": who.lower()}
    did = ", ".join(_deed(each, step["ask_minutes"]) for each in step["actions"])
    return StepLine(step["position"], moment(step), who, did, note)


def moment(step: Mapping[str, Any]) -> str:
    if step["at_percent"] is not None:
        return f"{step['at_percent']} %"
    if not step["after_minutes"]:
        return _("at once")
    return _("after %(time)s") % {"time": rule_words.duration(Target(step["after_minutes"]))}


def _deed(action: str, minutes: int) -> str:
    known = str(Action(action).label)
    if action != Action.ASK_ACK:
        return known
    return _("%(ask)s within %(minutes)d min") % {"ask": known, "minutes": minutes}


def whole(steps: Iterable[Mapping[str, Any]], teams: Mapping[int, str]) -> str:
    """All steps of a ladder on one line."""
    lines = step_lines(steps, teams)
    return " → ".join(f"{line.when}: {line.who} ({line.what})" for line in lines) or _("no steps")
