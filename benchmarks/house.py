"""The house a benchmark works in: three teams, eight people, a mailbox, a TAT rule. Runs inside the product."""

from collections.abc import Sequence

from benchmarks.corpus import MAILBOX
from core.actor import SYSTEM
from core.clock import database_now
from policies.models import Channel, QueryType, TatRule
from policies.services import calendars, publishing
from staff.models import Team, User

TEAMS = {"network": "Jaringan", "billing": "Tagihan", "care": "Layanan"}
PEOPLE = ("Dewi", "Budi", "Sari", "Agus", "Rina", "Joko", "Maya", "Eko")
TYPES = {"no-service": "Internet mati total", "slow": "Internet lambat", "billing": "Tagihan tidak sesuai"}


def main(_arguments: Sequence[str]) -> int:
    """Furnish an empty database; returns the id of the mailbox."""
    teams = [Team.objects.create(slug=slug, name_id=name, name_en=slug) for slug, name in TEAMS.items()]
    for place, name in enumerate(PEOPLE):
        email = f"{name.lower()}@bench.example"
        person = User.objects.create_user(email, None, name=f"{name} Pratama", public_name=name)
        person.teams.set([teams[place % len(teams)]])
    for (slug, name), team in zip(TYPES.items(), teams, strict=True):
        QueryType.objects.create(slug=slug, kind="complaint", name_id=name, name_en=slug, team=team)
    names = {"name_id": "Belum dipilah", "name_en": "Unsorted"}
    unsorted = QueryType.objects.create(slug="unsorted", kind="complaint", unsorted=True, **names)
    mailbox = Channel.objects.create(
        kind=Channel.Kind.EMAIL, name="Bench", address=MAILBOX, query_type=unsorted, team=teams[-1]
    )
    _rule()
    return mailbox.pk


def _rule() -> None:
    """Clocks on every ticket: first and next answer, progress report and solution in office hours."""
    now = database_now()
    calendars.ship(now=now)
    minutes = {"first_response": 60, "next_response": 120, "update": 540, "resolution": 1620}
    targets = {goal: {"amount": amount, "unit": "working"} for goal, amount in minutes.items()}
    TatRule.objects.create(targets=targets, calendar="B", pauses=["waiting_customer"])
    publishing.publish(actor=SYSTEM, now=now, reason="benchmark")
