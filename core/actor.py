"""Who does or reads something: every service and every `visible_to` takes an Actor."""

from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    STAFF = "staff"
    CUSTOMER = "customer"
    PROGRAM = "program"
    ANONYMOUS = "anonymous"
    SYSTEM = "system"


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """One acting party, cheap to pass around and safe to store.

    id: the staff user's id for staff and programs, the customer's root id for customers, else None.
    role and team_ids: only for staff and programs; a program acts with the rights of the user it belongs to.
    """

    kind: ActorKind
    id: int | None = None
    name: str = ""
    role: str = ""
    team_ids: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_staff(self) -> bool:
        """Works for the company: a person of the staff, a program with a token, or the system itself."""
        return self.kind in (ActorKind.STAFF, ActorKind.PROGRAM, ActorKind.SYSTEM)

    @property
    def sees_restricted(self) -> bool:
        """May read tickets of restricted teams without being a member."""
        return self.kind == ActorKind.SYSTEM or (self.is_staff and self.role == Role.ADMINISTRATOR)

    @property
    def leads(self) -> bool:
        """May act on tickets of every team."""
        return self.kind == ActorKind.SYSTEM or self.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)


SYSTEM = Actor(ActorKind.SYSTEM, name="Tanggap")
ANONYMOUS = Actor(ActorKind.ANONYMOUS)
