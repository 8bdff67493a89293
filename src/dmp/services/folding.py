"""One fact from several documents is one line with its sources; what they disagree on is said (cda 3.4).

Nothing is deleted and nothing merged silently: a fold keeps every fact, shows
the one that leads, and tells a conflict in words.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from dmp.record.facts import Fact
from dmp.services.chart import Evidence, Sheet, evidence_of

F = TypeVar("F", bound=Fact)
BY_THE_PATIENT = "90"
"""Class of what patients put in themselves (functional 5.1)."""


@dataclass(frozen=True)
class Fold(Generic[F]):
    """Facts that are one: `lead` is shown, `all` holds every one of them with its document, the lead first."""

    lead: F
    all: tuple[tuple[Sheet, F], ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The documents that say it, each once."""
        found = {sheet.uuid: evidence_of(sheet, fact) for sheet, fact in reversed(self.all)}
        return tuple(reversed(found.values()))

    @property
    def is_declared(self) -> bool:
        """Whether the patient alone says it."""
        return all(is_declared(sheet) for sheet, _ in self.all)

    def values(self, of: Callable[[F], str]) -> tuple[str, ...]:
        """What they say about one thing, each once, silence left out: more than one is a conflict."""
        return tuple(dict.fromkeys(said for _, fact in self.all if (said := of(fact))))


def is_declared(sheet: Sheet) -> bool:
    """Whether a document is the patient's own."""
    return sheet.entry.class_code.code == BY_THE_PATIENT


def folded(found: Iterable[tuple[Sheet, F]], key: Callable[[F], Hashable]) -> Iterator[Fold[F]]:
    """Group by key, in the order of the first of each.

    A professional's document leads over the patient's own, what is coded over
    words, a newer clinical date over a newer document.
    """
    groups: dict[Hashable, list[tuple[Sheet, F]]] = {}
    for sheet, fact in found:
        groups.setdefault(key(fact), []).append((sheet, fact))
    for group in groups.values():
        ordered = sorted(group, key=_rank, reverse=True)
        yield Fold(ordered[0][1], tuple(ordered))


def _rank(pair: tuple[Sheet, Fact]) -> tuple[bool, bool, str, str, str]:
    sheet, fact = pair
    entry = sheet.entry
    return (not is_declared(sheet), bool(fact.concept.code), fact.start, entry.creation_time, entry.uuid)
