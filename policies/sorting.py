"""Which query type the words of a new ticket speak for: somebody accepts it or not. Pure but for current().

Words are compared by their stems, so that *ditagih*, *tagihannya* and *menagih* are one word; a phrase is found where
its words stand side by side. See docs/rules.md, "Sorting".
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Subquery

from policies.models import PolicyHistory, QueryType

READ = 6000  # characters: what a ticket is about is said early
SHOWN = 5
SHORTEST_STEM = 4
WORD = re.compile(r"\w+")
ENDINGS = ("nya", "lah", "kah", "kan", "ku", "mu", "an", "s")
BEGINNINGS = ("di", "ter", "ber", "per", "se")
SOUNDS = (("ny", "s"), ("m", "p"), ("ng", ""), ("n", "t"))  # what me- and pe- become, and the letter that they eat
NASAL = (*(("me" + sound, first) for sound, first in SOUNDS), *(("pe" + sound, first) for sound, first in SOUNDS))
VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A type, and the words of the ticket that speak for it, as they were written."""

    query_type: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sorter:
    """The words of all types, by the first stem of each phrase. unsorted: the types that tickets must not keep."""

    phrases: Mapping[str, Sequence[tuple[tuple[str, ...], int]]] = field(default_factory=dict)
    ranks: Mapping[int, int] = field(default_factory=dict)
    unsorted: frozenset[int] = frozenset()

    def propose(self, text: str) -> Proposal | None:
        """The type for which most words speak, long phrases counting more; None where no word says anything."""
        found: dict[int, dict[tuple[str, ...], str]] = {}
        for stems, query_type, written in self._matches(text[:READ]):
            found.setdefault(query_type, {}).setdefault(stems, written)
        if not found:
            return None
        best = max(found, key=lambda pk: (sum(len(stems) for stems in found[pk]), -self.ranks[pk]))
        words = dict.fromkeys(" ".join(written.split()).casefold() for written in found[best].values())
        whole = [word for word in words if not any(word != other and word in other for other in words)]
        return Proposal(best, tuple(whole[:SHOWN]))

    def _matches(self, text: str) -> Iterator[tuple[tuple[str, ...], int, str]]:
        places = list(WORD.finditer(text))
        stems = [stem(place[0].casefold()) for place in places]
        for number, first in enumerate(stems):
            for phrase, query_type in self.phrases.get(first, ()):
                if tuple(stems[number : number + len(phrase)]) == phrase:
                    yield phrase, query_type, text[places[number].start() : places[number + len(phrase) - 1].end()]


@dataclass
class _Kept:
    stamp: tuple[int, int | None] | None = None
    sorter: Sorter = field(default_factory=Sorter)


_kept = _Kept()


def current() -> Sorter:
    """The words as they are now; one statement asks whether they changed."""
    changed = PolicyHistory.objects.order_by("-id").values("id")[:1]
    newest = QueryType.objects.order_by("-pk").annotate(changed=Subquery(changed))
    stamp = newest.values_list("pk", "changed").first()
    if stamp != _kept.stamp:
        _kept.sorter = compiled(QueryType.objects.all()) if stamp else Sorter()
        _kept.stamp = stamp
    return _kept.sorter


def forget() -> None:
    """Begin without what was cached: for tests, which take their rows back."""
    _kept.stamp, _kept.sorter = None, Sorter()


def compiled(types: Iterable[QueryType]) -> Sorter:
    """types: in the order in which they win where words speak for two of them alike."""
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    ranks: dict[int, int] = {}
    unsorted = set()
    for rank, query_type in enumerate(types):
        ranks[query_type.pk] = rank
        if query_type.unsorted:
            unsorted.add(query_type.pk)
        if query_type.unsorted or query_type.archived:
            continue
        for stems in {stems_of(words) for words in query_type.words} - {()}:
            phrases.setdefault(stems[0], []).append((stems, query_type.pk))
    return Sorter(phrases, ranks, frozenset(unsorted))


def stems_of(words: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in WORD.findall(words.casefold()))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word without the beginnings and endings that Indonesian puts on it, and without an English plural s.

    It need not be a word of any language: both sides of a comparison go through here.
    """
    for _once_more in range(2):  # tagihan-nya, tagih-an
        ending = next((each for each in ENDINGS if word.endswith(each) and not word.endswith("ss")), "")
        if ending and len(word) - len(ending) >= SHORTEST_STEM:
            word = word.removesuffix(ending)
    word = _without_beginning(word)
    return word[1:] if word[0] == "k" and len(word) > SHORTEST_STEM and word[1] in VOWELS else word  # me-ngirim, kirim


def _without_beginning(word: str) -> str:
    for beginning, instead in NASAL:
        rest = word.removeprefix(beginning)
        if rest != word and len(rest) >= SHORTEST_STEM - 1 and rest[0] in VOWELS:
            return instead + rest
    for beginning in (*(nasal for nasal, _instead in NASAL), "me", "pe", *BEGINNINGS):
        rest = word.removeprefix(beginning)
        if rest != word and len(rest) >= SHORTEST_STEM:
            return rest
    return word
