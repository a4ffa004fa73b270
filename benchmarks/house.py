"""The house a benchmark works in: three teams, eight people, a mailbox. Runs inside the product."""

from collections.abc import Sequence

from benchmarks.corpus import MAILBOX
from policies.models import Channel, QueryType
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
    unsorted = QueryType.objects.create(slug="unsorted", kind="complaint", name_id="Belum dipilah", name_en="Unsorted")
    mailbox = Channel.objects.create(
        kind=Channel.Kind.EMAIL, name="Bench", address=MAILBOX, query_type=unsorted, team=teams[-1]
    )
    return mailbox.pk
