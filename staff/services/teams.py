"""Teams as administrators set them up."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid, NotAllowed
from core.history import by
from staff.models import Team, TeamHistory, User

MOST_CALLS = 5000


@transaction.atomic
def set_calls(team_id: int, *, calls_per_day: int | None, actor: Actor, now: datetime) -> Team:
    """How many customers the team can call in a day; None: as many as there are.

    Raises NotAllowed, Invalid, Team.DoesNotExist.
    """
    if not actor.is_staff or actor.role != User.Role.ADMINISTRATOR:
        raise NotAllowed(_("Only administrators say how many calls a team can make."))
    if calls_per_day is not None and not 0 <= calls_per_day <= MOST_CALLS:
        sentence = _("A team makes between 0 and %(most)d calls a day.") % {"most": MOST_CALLS}
        raise Invalid(sentence, field="calls_per_day")
    team = Team.objects.select_for_update().get(pk=team_id)
    before, team.calls_per_day = team.calls_per_day, calls_per_day
    if before != calls_per_day:
        team.save(update_fields=["calls_per_day"])
        values = {"before": {"calls_per_day": before}, "after": {"calls_per_day": calls_per_day}}
        TeamHistory.objects.create(team=team, at=now, change="calls_set", **values, **by(actor))
    return team
