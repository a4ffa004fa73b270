"""Turns a written text into what one person says in one ticket.

`{name}` stands for a word from a closed list (WORDS); `[one|two]` for any one of the alternatives.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from demo.content.company import lead_of
from demo.content.people import packages, technicians
from demo.content.shapes import Package, Person, StaffMember

ALTERNATIVES = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
DATE_IN, LATER_DATE_IN = 1, 4  # days: {date} counts from the moment of saying it, {later_date} from the opening
SLOTS = ((9, 12), (13, 16), (15, 18))
ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


@dataclass(frozen=True, slots=True)
class Details:
    """What stays the same through one ticket, so that the answer names the amount and the day the question named."""

    ticket: str
    opened_at: datetime | None
    weekday: int
    clock: time
    technician: str
    slot: tuple[int, int]
    minutes: int
    days: int
    measured: int
    extra: int
    new_street: str
    port: str
    invoice: str


@dataclass(frozen=True, slots=True)
class _Scene:
    person: Person
    agent: StaffMember
    details: Details
    at: datetime | None

    @property
    def english(self) -> bool:
        return self.person.language == "en"


def draw_details(rng: random.Random, person: Person, *, ticket: str = "", opened_at: datetime | None = None) -> Details:
    """Draw one ticket's details, to be given to every render() of that ticket.

    ticket: its public reference. opened_at: aware; without it days are named by weekday only.
    """
    clock = time(rng.randint(6, 20), rng.randint(0, 59))
    before = timedelta(minutes=rng.randint(25, 150))
    if opened_at is not None:
        clock = (local(opened_at, person) - before).time()
    return Details(
        ticket=ticket or "KLH-2611-" + "".join(rng.choices(SIGNS, k=7)),
        opened_at=opened_at,
        weekday=rng.randint(0, 6),
        clock=clock,
        technician=rng.choice(technicians()),
        slot=rng.choice(SLOTS),
        minutes=rng.randrange(30, 95, 5),
        days=rng.randint(2, 6),
        measured=max(2, round(person.package.speed * rng.uniform(0.05, 0.2))),
        extra=rng.randrange(35_000, 125_000, 5_000),
        new_street=f"{rng.choice(person.area.streets)} No. {rng.randint(121, 240)}",
        port=f"ODP-{person.area.code}-{rng.randint(2, 48):02}/{rng.randint(1, 16):02}",
        invoice=f"INV-{rng.randint(2609, 2612)}-{rng.randint(10_000, 99_999)}",
    )


def render(
    step_text: str,
    person: Person,
    agent: StaffMember,
    rng: random.Random,
    *,
    details: Details | None = None,
    at: datetime | None = None,
) -> str:
    """The text as it is said.

    details: what the whole ticket shares; drawn anew when missing. at: aware, the moment of saying it; the opening
    when missing. Raises KeyError for a placeholder outside the list.
    """
    details = details or draw_details(rng, person)
    scene = _Scene(person, agent, details, at or details.opened_at)
    chosen = ALTERNATIVES.sub(lambda match: rng.choice(match[1].split("|")), step_text)
    return PLACEHOLDER.sub(lambda match: WORDS[match[1]](scene), chosen)


def local(moment: datetime, person: Person) -> datetime:
    """The moment as this person's clock shows it."""
    return moment.astimezone(ZoneInfo(person.time_zone))


def _greeting(scene: _Scene) -> str:
    person = scene.person
    if scene.english:
        return f"{person.salutation} {person.contact.split()[-1]}" if person.salutation else person.contact
    return f"{person.salutation or 'Bapak/Ibu'} {person.contact}"


def _daypart(scene: _Scene) -> str:
    if scene.at is None:
        return "day" if scene.english else "siang"
    hour = local(scene.at, scene.person).hour
    if scene.english:
        return "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
    return "pagi" if 3 <= hour < 11 else "siang" if hour < 15 else "sore" if hour < 18 else "malam"


def _money(scene: _Scene, amount: int) -> str:
    figures = f"{amount:,}"
    return f"Rp{figures}" if scene.english else "Rp" + figures.replace(",", ".")


def _credit(scene: _Scene) -> int:
    """The share of a month's bill for the days without service, in whole hundreds."""
    return round(scene.person.package.monthly * scene.details.days / 3000) * 100


def _clock(scene: _Scene, clock: time) -> str:
    return clock.strftime("%H:%M" if scene.english else "%H.%M")


def _day(scene: _Scene, base: datetime | None, offset: int) -> str:
    names = DAYS[scene.person.language]
    if base is None:
        name = names[(scene.details.weekday + offset) % 7]
        return name if scene.english or offset >= 0 else f"{name} lalu"
    day = local(base, scene.person) + timedelta(days=offset)
    return f"{names[day.weekday()]}, {day.day} {MONTHS[scene.person.language][day.month - 1]}"


def _month(scene: _Scene) -> str:
    if scene.details.opened_at is None:
        return "this month" if scene.english else "bulan ini"
    return MONTHS[scene.person.language][local(scene.details.opened_at, scene.person).month - 1]


def _slot(scene: _Scene) -> str:
    begin, end = (_clock(scene, time(hour)) for hour in scene.details.slot)
    zone = ZONES[scene.person.time_zone]
    return f"{begin}–{end} {zone}" if scene.english else f"pukul {begin}–{end} {zone}"


def _just_now(scene: _Scene) -> str:
    if scene.at is None:
        return _clock(scene, scene.details.clock)
    return _clock(scene, (local(scene.at, scene.person) - timedelta(minutes=6)).time())


def _neighbour(scene: _Scene, step: int) -> Package:
    """The package one size up or down from the person's."""
    ladder = list(packages().values())
    place = ladder.index(scene.person.package) + step
    return ladder[min(max(place, 0), len(ladder) - 1)]


WORDS: dict[str, Callable[[_Scene], str]] = {
    "name": lambda scene: scene.person.name,
    "firm": lambda scene: scene.person.name,
    "contact": lambda scene: scene.person.contact,
    "first": lambda scene: scene.person.called,
    "pak": lambda scene: f"{scene.person.familiar} {scene.person.called}".strip(),
    "greeting": _greeting,
    "daypart": _daypart,
    "agent": lambda scene: scene.agent.public_name,
    "lead": lambda scene: lead_of(scene.agent).public_name,
    "area": lambda scene: scene.person.area.name,
    "street": lambda scene: scene.person.street,
    "new_street": lambda scene: scene.details.new_street,
    "odp": lambda scene: scene.details.port,
    "package": lambda scene: scene.person.package.name,
    "speed": lambda scene: str(scene.person.package.speed),
    "measured": lambda scene: str(scene.details.measured),
    "amount": lambda scene: _money(scene, scene.person.package.monthly),
    "extra": lambda scene: _money(scene, scene.details.extra),
    "wrong_amount": lambda scene: _money(scene, scene.person.package.monthly + scene.details.extra),
    "credit": lambda scene: _money(scene, _credit(scene)),
    "bigger_package": lambda scene: _neighbour(scene, 1).name,
    "bigger_amount": lambda scene: _money(scene, _neighbour(scene, 1).monthly),
    "smaller_package": lambda scene: _neighbour(scene, -1).name,
    "smaller_amount": lambda scene: _money(scene, _neighbour(scene, -1).monthly),
    "service_number": lambda scene: scene.person.service_number or scene.person.order_number,
    "order_number": lambda scene: scene.person.order_number,
    "since": lambda scene: str(scene.person.since.year),
    "email": lambda scene: scene.person.email,
    "phone": lambda scene: scene.person.phone,
    "ticket": lambda scene: scene.details.ticket,
    "invoice": lambda scene: scene.details.invoice,
    "technician": lambda scene: scene.details.technician,
    "minutes": lambda scene: str(scene.details.minutes),
    "days": lambda scene: str(scene.details.days),
    "clock": lambda scene: _clock(scene, scene.details.clock),
    "just_now": _just_now,
    "slot": _slot,
    "date": lambda scene: _day(scene, scene.at, DATE_IN),
    "later_date": lambda scene: _day(scene, scene.details.opened_at, LATER_DATE_IN),
    "past_date": lambda scene: _day(scene, scene.details.opened_at, -scene.details.days),
    "month": _month,
}
