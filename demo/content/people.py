"""Customers: the few with a written story first, then as many as asked for, drawn from lists of names and places."""

import random
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from demo.content.company import DATA
from demo.content.shapes import Area, Package, Person

SHARE_ENGLISH, SHARE_FIRMS, SHARE_NEW, SHARE_FIRMS_ENGLISH = 0.12, 0.11, 0.16, 0.03
SHARE_HIGH_VALUE = {"firm": 0.4, "home": 0.05, "new": 0.0}
FIRST_DAY, LAST_DAY, NEW_SINCE = date(2016, 2, 1), date(2026, 5, 31), date(2026, 6, 1)


@dataclass(frozen=True, slots=True)
class _Human:
    name: str
    salutation: str
    familiar: str
    called: str


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads((DATA / "people.toml").read_text(encoding="utf-8"))


@cache
def packages() -> dict[str, Package]:
    return {row["name"]: Package(**row) for row in _lists()["package"]}


@cache
def areas() -> dict[str, Area]:
    return {row["name"]: Area(**{**row, "streets": tuple(row["streets"])}) for row in _lists()["area"]}


def technicians() -> list[str]:
    return list(_lists()["technicians"])


def customers(rng: random.Random, count: int) -> list[Person]:
    """`count` different people and firms, those with a written story first; no two share a name, address or number."""
    cast = [_from_cast(row, rng) for row in _lists()["cast"]][:count]
    makers = _Makers(rng, taken={person.name for person in cast} | {person.email for person in cast})
    wanted = _composition(count, cast)
    rng.shuffle(wanted)
    numbers = iter(rng.sample(range(1000, 10_000), len(wanted)))
    return cast + [makers.person(kind, language, number=next(numbers)) for kind, language in wanted]


def _composition(count: int, cast: list[Person]) -> list[tuple[str, str]]:
    """What is missing beside the cast so that the shares come out right."""
    firms_english = round(count * SHARE_FIRMS_ENGLISH)
    english = round(count * SHARE_ENGLISH) - firms_english
    new_english = round(english * SHARE_NEW)
    rows = [("firm", "en")] * firms_english + [("new", "en")] * new_english + [("home", "en")] * (english - new_english)
    rows += [("firm", "id")] * (round(count * SHARE_FIRMS) - firms_english)
    rows += [("new", "id")] * (round(count * SHARE_NEW) - new_english)
    rows += [("home", "id")] * (count - len(rows))
    for person in cast:
        rows.remove((person.kind, person.language) if (person.kind, person.language) in rows else rows[-1])
    return rows[: count - len(cast)]


class _Makers:
    """Draws people until they differ from all before."""

    def __init__(self, rng: random.Random, *, taken: set[str]) -> None:
        self.rng = rng
        self.taken = taken
        self.firm_names = {
            "id": self._shuffled(_lists()["firms"]["indonesian"]),
            "en": self._shuffled(_lists()["firms"]["english"]),
        }

    def person(self, kind: str, language: str, *, number: int) -> Person:
        rng = self.rng
        human = self._human(language)
        name = self._firm_name(language, human) if kind == "firm" else human.name
        area = rng.choices(list(areas().values()), weights=[area.share for area in areas().values()])[0]
        since = _since(kind, rng)
        return Person(
            key="",
            kind=kind,
            name=name,
            contact=human.name,
            salutation=human.salutation,
            familiar=human.familiar,
            called=human.called,
            language=language,
            email=self._email(kind, name, human),
            phone=f"+62 812-5550-{number}",
            instagram="@" + _plain(human.name, ".") if kind != "firm" else "@" + _plain(name, ""),
            area=area,
            street=f"{rng.choice(area.streets)} No. {rng.randint(1, 120)}",
            package=_package(kind, rng),
            since=since,
            service_number="" if kind == "new" else f"NF{rng.randint(20, 89)}{number}{rng.randint(10, 99)}",
            order_number=f"PSB-{rng.randint(1, 9)}{number}",
            preferred_channel=_preferred(kind, rng),
            stage=_stage(kind, since, rng),
            high_value=rng.random() < SHARE_HIGH_VALUE[kind],
        )

    def _human(self, language: str) -> _Human:
        draw = _from_abroad if language == "en" else _from_here
        return self._fresh(draw)

    def _fresh(self, draw: Callable[[random.Random], _Human]) -> _Human:
        """The first human not met before; when the lists run out, told apart by a middle initial."""
        for _ in range(40):
            human = draw(self.rng)
            if human.name not in self.taken:
                self.taken.add(human.name)
                return human
        first, *rest = human.name.split()
        for initial in self._initials():
            name = " ".join([first, initial, *rest])
            if name not in self.taken:
                break
        self.taken.add(name)
        return _Human(name, human.salutation, human.familiar, human.called)

    def _initials(self) -> Iterator[str]:
        letters = "ABCDEFGHIJKLMNOPRSTWYZ"
        yield from (f"{self.rng.choice(letters)}." for _ in range(40))
        yield from (f"{one}.{two}." for one in letters for two in letters)

    def _firm_name(self, language: str, human: _Human) -> str:
        names = self.firm_names[language]
        name = names.pop() if names else f"CV {human.called} Bersaudara"
        while name in self.taken:
            name += f" {self.rng.choice(list(areas()))}"
        self.taken.add(name)
        return name

    def _email(self, kind: str, name: str, human: _Human) -> str:
        box = _plain(human.name, self.rng.choice([".", ".", "", "_"]))
        host = f"{_plain(name, '')}.example" if kind == "firm" else self.rng.choice(_lists()["mail_hosts"])
        email = f"{box}@{host}"
        while email in self.taken:
            email = f"{box}{self.rng.randint(2, 99)}@{host}"
        self.taken.add(email)
        return email

    def _shuffled(self, names: list[str]) -> list[str]:
        return self.rng.sample(names, len(names))


def _from_cast(row: dict[str, Any], rng: random.Random) -> Person:
    number = rng.randint(100_000, 999_999)
    return Person(
        **{
            "contact": row["name"],
            "high_value": False,
            "instagram": "@" + row["key"].replace("-", "."),
            "service_number": "" if row["kind"] == "new" else f"NF{rng.randint(20, 89)}{number}",
            "order_number": f"PSB-{number // 10}",
            **row,
            "area": areas()[row["area"]],
            "package": packages()[row["package"]],
        }
    )


def _from_abroad(rng: random.Random) -> _Human:
    mr, ms, unknown = (_lists()["abroad"][kind] for kind in ("mr", "ms", "unknown"))
    name = rng.choice(mr + ms + unknown)
    salutation = "Mr" if name in mr else "Ms" if name in ms else ""
    return _Human(name, salutation, "", name.split()[0])


def _from_here(rng: random.Random) -> _Human:
    origins = _lists()["origin"]
    origin = rng.choices(origins, weights=[row["share"] for row in origins])[0]
    woman = rng.random() < 0.5
    first = rng.choice(origin["women" if woman else "men"])
    last = rng.choice(origin["women_last" if woman else "men_last"])
    words = first.split()
    called = words[-1] if len(words[0]) <= 2 else words[0]  # "I Wayan" and "Ni Luh" are called by the second word
    if rng.random() < 0.06:
        return _Human(f"{first} {last}".strip(), "", "Kak", called)
    familiar = "Kak" if origin.get("young") else "Bu" if woman else "Pak"
    return _Human(f"{first} {last}".strip(), "Ibu" if woman else "Bapak", familiar, called)


def _plain(name: str, joint: str) -> str:
    """A name as it stands in an address: lower case, letters and figures only."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = ("".join(sign for sign in word if sign.isalnum()) for word in folded.split())
    return joint.join(word for word in words if word)


def _package(kind: str, rng: random.Random) -> Package:
    if kind == "firm":
        return packages()["Bisnis"]
    on_sale = list(packages().values())
    return rng.choices(on_sale, weights=[package.share for package in on_sale])[0]


def _since(kind: str, rng: random.Random) -> date:
    if kind == "new":
        return NEW_SINCE + timedelta(days=rng.randint(0, 60))
    span = (LAST_DAY - FIRST_DAY).days
    return FIRST_DAY + timedelta(days=round(span * rng.random() ** 0.7))  # more came lately than long ago


def _stage(kind: str, since: date, rng: random.Random) -> str:
    if kind == "new":
        return rng.choice(["prospect", "prospect", "first"])
    if rng.random() < 0.03:
        return "defector"
    years = (LAST_DAY - since).days / 365
    return "first" if years < 1 else "early" if years < 3 else "core"


def _preferred(kind: str, rng: random.Random) -> str:
    if kind == "firm":
        return rng.choice(["email", "email", "whatsapp"])
    return rng.choices(["whatsapp", "email", "phone", ""], weights=[50, 25, 10, 15])[0]
