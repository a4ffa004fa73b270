"""The shapes the demo's data files are read into."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

Speaker = Literal["customer", "agent", "note"]


@dataclass(frozen=True, slots=True)
class Team:
    slug: str
    name_id: str
    name_en: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works at the provider. teams: slugs; a supervisor leads all of theirs."""

    key: str
    name: str
    public_name: str
    email: str
    role: str
    teams: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """A way in and out. team: slug of the team that looks after it, empty when the query type decides."""

    key: str
    kind: str
    name: str
    address: str
    team: str


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    speed: int
    monthly: int
    share: int


@dataclass(frozen=True, slots=True)
class Area:
    name: str
    code: str
    zone: str
    share: int
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A customer: a household, a firm, or somebody new who has no line yet (`kind` home, firm, new).

    key: set for those who have a written story of their own, else empty. contact: the human behind the name.
    salutation: Bapak, Ibu, Mr, Ms or empty; familiar: Pak, Bu, Kak or empty; called: the name that follows it.
    service_number: empty while new. since: a household's first day, or a new one's first contact.
    """

    key: str
    kind: str
    name: str
    contact: str
    salutation: str
    familiar: str
    called: str
    language: str
    email: str
    phone: str
    instagram: str
    area: Area
    street: str
    package: Package
    since: date
    service_number: str
    order_number: str
    preferred_channel: str
    stage: str
    high_value: bool

    @property
    def time_zone(self) -> str:
        return self.area.zone

    @property
    def phone_e164(self) -> str:
        return self.phone.replace(" ", "").replace("-", "")


@dataclass(frozen=True, slots=True)
class Step:
    """One utterance of a scenario.

    after: minutes since the step before, least and most. on: "date" or "later_date" where it happens on the day that
    placeholder named, empty otherwise. texts: alternatives, one is said; render() makes it whole.
    call: spoken, by phone or at the counter; the text is what the staff wrote down, its first line the gist.
    channel: kind of channel from this step on, empty for the same as before. team: slug of the team it is handed to.
    staff: key of who must say it, empty for anybody of the team. status, outcome: what the ticket becomes by it.
    """

    by: Speaker
    after: tuple[int, int]
    on: str
    texts: tuple[str, ...]
    call: bool
    channel: str
    team: str
    staff: str
    status: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A conversation that can happen. weight: how often among its like; 0 for a story told once.

    audience: home, firm, new, or any (home and firm). channels: kind of channel to weight. areas: where alone it can
    happen (who comes to a counter lives near it), empty for everywhere.
    remedy: what the customer wishes (the form's values). fault: whose it turns out to be, empty where nobody's.
    customer, days_ago, opens: for a story told once, whose it is (Person.key), how many days ago it began, and when by
    that person's clock.
    """

    slug: str
    query_type: str
    language: str
    weight: int
    audience: str
    channels: Mapping[str, int]
    areas: tuple[str, ...]
    subjects: tuple[str, ...]
    remedy: str
    fault: str
    steps: tuple[Step, ...]
    customer: str
    days_ago: int
    opens: time | None

    def fits(self, person: Person) -> bool:
        """Whether this may happen to this person by chance; a story told once happens to nobody by chance."""
        who = person.kind == self.audience or (self.audience == "any" and person.kind != "new")
        where = not self.areas or person.area.name in self.areas
        return who and where and not self.customer and person.language == self.language
