"""Rules in the words of whoever reads them: for whom, how long, what else."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.models import Customer
from policies.matching import TIGHTENS
from policies.models import Channel, Priority, PriorityLift, QueryType
from policies.services.checks import GOAL_NAMES
from policies.targets import CALENDAR, DAYS, GOALS, Target
from tickets.services.escalation.lifts import COMPLAINT

DAY, HOUR = 1440, 60
CONDITION_NAMES = {
    "kind": gettext_lazy("Kind"),
    "priority": gettext_lazy("Priority"),
    "channel_kind": gettext_lazy("Channel"),
    "channel": gettext_lazy("One channel"),
    "stage": gettext_lazy("Customer’s stage"),
    "tier": gettext_lazy("Customer’s tier"),
    "area": gettext_lazy("Area"),
    "sector": gettext_lazy("Sector"),
}
FLAGS = {
    "high_value": (gettext_lazy("high value"), gettext_lazy("not high value")),
    "public": (gettext_lazy("said in public"), gettext_lazy("said in private")),
    "restricted": (gettext_lazy("restricted team"), gettext_lazy("team not restricted")),
    "oral": (gettext_lazy("spoken"), gettext_lazy("written")),
    "loss_claimed": (gettext_lazy("loss claimed"), gettext_lazy("no loss claimed")),
}
LABELS: dict[str, Mapping[Any, Any]] = {
    "kind": dict(QueryType.Kind.choices),
    "priority": dict(Priority.choices),
    "channel_kind": dict(Channel.Kind.choices),
    "stage": dict(Customer.Stage.choices),
    "sector": dict(QueryType.Sector.choices),
}


def spoken() -> str:
    return translation.get_language() or "id"


def for_whom(conditions: Mapping[str, list[Any]], channels: Mapping[int, str]) -> str:
    """The conditions of a rule on one line. channels: names by id."""
    if not conditions:
        return _("all others")
    return ", ".join(_condition(name, allowed, channels) for name, allowed in conditions.items())


def _condition(name: str, allowed: list[Any], channels: Mapping[int, str]) -> str:
    if name in FLAGS:
        yes, no = FLAGS[name]
        said = [str(yes if each else no) for each in allowed]
    elif name == "channel":
        said = [channels.get(each, str(each)) for each in allowed]
    else:
        said = [str(LABELS.get(name, {}).get(each, each)) for each in allowed]
        if len(said) == 1 and name in ("stage", "tier", "area", "sector", "kind"):
            return f"{CONDITION_NAMES[name]}: {said[0]}"
    return f" {_('or')} ".join(said)


def duration(target: Target | None) -> str:
    """How long, as short as it is exact: 45 min, 2 h, 1 h 30 min, 3 calendar days, 5 working days."""
    if target is None:
        return "–"
    if target.unit == DAYS:
        if not target.amount:
            return _("the same day")
        said = ngettext("%(count)d working day", "%(count)d working days", target.amount)
        return said % {"count": target.amount}
    if target.unit == CALENDAR and target.amount >= 2 * DAY and target.amount % DAY == 0:
        return _("%(count)d calendar days") % {"count": target.amount // DAY}
    hours, minutes = divmod(target.amount, HOUR)
    parts = [_("%(count)d h") % {"count": hours}] if hours else []
    parts += [_("%(count)d min") % {"count": minutes}] if minutes or not hours else []
    return " ".join(parts)


def cells(rule: Mapping[str, Any]) -> list[str]:
    """How long each goal may take. rule: as a publication keeps it, or the columns of a TatRule."""
    targets = {goal: Target(each["amount"], each["unit"], rule["calendar"]) for goal, each in rule["targets"].items()}
    share = f"{rule['percent']} %" if rule.get("effect") == TIGHTENS and rule["percent"] < 100 else ""
    return [duration(targets[goal]) if goal in targets else share or "–" for goal in GOALS]


def goal_names() -> list[str]:
    return [str(GOAL_NAMES[goal]) for goal in GOALS]


def lift_words(codes: str) -> str:
    """Why a priority was raised, from the codes that the history keeps."""
    known = {**dict(PriorityLift.Code.choices), COMPLAINT: _("A complaint is never of low priority")}
    return " · ".join(str(known.get(code, code)) for code in codes.split(", "))
