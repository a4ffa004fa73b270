"""Who visits which pages: an agent who is logged in, and tickets of which some have very long histories. Inside."""

from collections.abc import Sequence
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Count

from staff.models import Team, User
from tickets.models import OPEN_STATUSES, Ticket

SOME, REGULARS = 60, 20


def main(_arguments: Sequence[str]) -> dict[str, Any]:
    """The cookie of an agent's session, and the addresses to visit by kind of page."""
    agent = User.objects.order_by("id")[0]
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(agent)}", "pages": pages(agent)}


def session_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def pages(agent: User) -> dict[str, list[str]]:
    team = Team.objects.filter(members=agent)[0]
    views = {"team": f"team-{team.slug}", "all": "open", "mine": "mine", "unassigned": "unassigned"}
    found = {f"queue, {name}": [f"/desk/?view={view}"] for name, view in views.items()}
    tickets = [f"/desk/t/{reference}/" for reference in references()]
    return found | {"ticket": tickets, "ticket, history": [f"{address}?tab=history" for address in tickets]}


def references() -> list[str]:
    """Tickets from all over the table, every fourth of a customer who wrote very often."""
    opened = Ticket.objects.filter(status__in=OPEN_STATUSES)
    ids = list(opened.order_by("id").values_list("pk", flat=True))
    often = Ticket.objects.values("customer").annotate(count=Count("id")).order_by("-count", "customer")[:REGULARS]
    theirs = [opened.filter(customer=each["customer"]).order_by("id")[:1] for each in often]
    some = opened.filter(pk__in=Random(7).sample(ids, SOME)).order_by("id")
    return [ticket.reference for tickets in [some, *theirs] for ticket in tickets]
