"""The papers that answer a query, best first, weighed by the papers that the viewer may read and by nothing else.

A term weighs the more the fewer of these papers hold it (BM25), in a title
more than in a text, and what is recent a little more. What is equal stands by
day, then by id: the same papers always give the same order.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dmp.documents.text import TextState
from dmp.record.entry import DocumentEntry
from dmp.services.days import day_of_care, digits_of_care
from dmp.services.lookup.heads import Heads
from dmp.services.lookup.lexicon import Expression
from dmp.services.lookup.query import BEGUN, Query, Way, Wish
from dmp.services.lookup.terms import Terms
from dmp.services.lookup.typos import Near, differences, near

SATURATION, LENGTH = 1.2, 0.5
"""Of BM25: how soon a term said again adds nothing, and how much a long paper loses."""
IN_HEAD = 4.0
"""What a word of the title, the kind or the author weighs beside one of the text."""
NEWNESS, HALVED = 0.25, 3 * 365
"""What a paper of today gains, and after how many days half of it."""
MOST_BEGINNINGS = 20
MOST_SUGGESTIONS = 3


@dataclass(frozen=True)
class Paper:
    """A document that the viewer may read, with the terms that were kept of it."""

    entry: DocumentEntry
    terms: Terms

    @property
    def uuid(self) -> str:
        """The entryUUID."""
        return self.entry.uuid


@dataclass(frozen=True)
class Hit:
    """A paper that answers, and how well."""

    entry: DocumentEntry
    score: float


@dataclass(frozen=True)
class Found:
    """The answer to a query. `partly` when no paper holds all that was asked for: each holds some of it.

    `missing` are the words, as they were typed, that no paper holds; `near`
    words of these papers that look like them. `wishes` are those of the query
    with what was added to find something: what is to be marked in a text.
    """

    query: Query
    hits: tuple[Hit, ...] = ()
    partly: bool = False
    missing: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()
    wishes: tuple[Wish, ...] = ()
    looked_at: int = 0
    without_words: int = 0
    """Of those: scans and pictures."""
    waiting: int = 0
    """Of those: with a PDF whose words will be read soon."""
    cut: int = 0
    """Of those: too long to be kept whole."""


def find(query: Query, papers: Iterable[Paper], today: date) -> Found:
    """Look through what one viewer may read; nothing else is known here."""
    search = _Search(sorted(papers, key=lambda paper: paper.uuid))
    wishes = tuple(map(search.widened, query.wishes))
    counted = [search.counts(wish) for wish in wishes]
    missing = [number for number, counts in enumerate(counted) if not any(counts)]
    whole = [place for place in range(len(search.papers)) if all(counts[place] for counts in counted)]
    some = [place for place in range(len(search.papers)) if any(counts[place] for counts in counted)]
    chosen = whole or some
    scores = search.scores(chosen, counted, today) if wishes else {}
    states = [paper.terms.state for paper in search.papers]
    return Found(
        query=query,
        hits=tuple(Hit(search.papers[place].entry, scores[place]) for place in search.in_order(scores, query)),
        partly=bool(scores) and not whole,
        missing=tuple(wishes[number].written for number in missing),
        near=tuple(search.near([wishes[number] for number in missing])),
        wishes=wishes,
        looked_at=len(states),
        without_words=states.count(TextState.NONE),
        waiting=sum(paper.terms.waiting for paper in search.papers),
        cut=sum(paper.terms.cut for paper in search.papers),
    )


class _Search:
    """The papers of one search, with their heads."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        heads = Heads()
        self.papers = papers
        self._heads = [heads.of(paper.entry) for paper in papers]
        self._counted: dict[Wish, list[float]] = {}
        self._average = sum(paper.terms.length for paper in papers) / (len(papers) or 1) or 1.0

    def widened(self, wish: Wish) -> Wish:
        """A wish that nothing answers, with the words that begin as it does."""
        if not wish.beginning or any(self.counts(wish)):
            return wish
        begun = {term for paper in self.papers for term in paper.terms.starting(wish.beginning)}
        begun |= {term for head in self._heads for term in head if term.startswith(wish.beginning)}
        shortest = sorted(begun, key=lambda term: (len(term), term))[:MOST_BEGINNINGS]
        return replace(wish, ways=(*wish.ways, *(Way((term,), BEGUN) for term in shortest)))

    def counts(self, wish: Wish) -> list[float]:
        """How often each paper says it, weighed by the way and the place."""
        if wish not in self._counted:
            self._counted[wish] = self._count(wish)
        return self._counted[wish]

    def _count(self, wish: Wish) -> list[float]:
        counts = [0.0] * len(self.papers)
        for way in wish.ways:
            is_date = way.is_date
            in_text, in_head = (_times_of_date, _heads_of_date) if is_date else (_times, _times_in_head)
            first = way.terms[0]
            needle = f"\n{first}{'' if is_date else ' '}".encode()
            for place, (paper, head) in enumerate(zip(self.papers, self._heads, strict=True)):
                # Most papers do not hold most words: nothing is called for those.
                if needle in paper.terms.lines:
                    counts[place] += way.weight * in_text(way, paper.terms)
                if is_date or first in head:
                    counts[place] += way.weight * IN_HEAD * in_head(way, head)
        return counts

    def scores(self, chosen: Sequence[int], counted: Sequence[Sequence[float]], today: date) -> dict[int, float]:
        """How well papers answer: BM25, times the part of what was asked for that each holds, and its newness."""
        rare = [_rarity(sum(map(bool, counts)), len(counts)) for counts in counted]
        scores: dict[int, float] = {}
        for place in chosen:
            paper = self.papers[place]
            most = SATURATION * (1 - LENGTH + LENGTH * paper.terms.length / self._average)
            held = [(weight, counts[place]) for weight, counts in zip(rare, counted, strict=True) if counts[place]]
            score = sum(weight * count * (SATURATION + 1) / (count + most) for weight, count in held)
            scores[place] = round(score * (len(held) / len(counted)) ** 2 * _newness(paper.entry, today), 4)
        return scores

    def in_order(self, scores: dict[int, float], query: Query) -> list[int]:
        """Best first, or newest where that was asked for; what is equal by day, newest first, then by id."""
        days = {place: digits_of_care(self.papers[place].entry) for place in scores}
        by_day = sorted(sorted(scores), key=days.__getitem__, reverse=True)
        return by_day if query.newest else sorted(by_day, key=scores.__getitem__, reverse=True)

    def near(self, missing: Sequence[Wish]) -> list[Near]:
        """Words of these papers that look like those that none of them holds."""
        wanted = [(wish.written, wish.ways[0].terms[0]) for wish in missing if len(wish.ways[0].terms) == 1]
        wanted = [(written, term) for written, term in wanted if differences(term)]
        if not wanted:
            return []
        both = zip(self.papers, self._heads, strict=True)
        held = [(paper.uuid, {*paper.terms.words(), *head}) for paper, head in both]
        return [one for written, term in wanted for one in near(written, term, held)][:MOST_SUGGESTIONS]


def _rarity(holding: int, papers: int) -> float:
    """What a wish weighs that so many of the papers answer."""
    return math.log(1 + (papers - holding + 0.5) / (holding + 0.5))


def _times(way: Way, terms: Terms) -> int:
    """How often the text of a paper says it."""
    first = terms.places(way.terms[0])
    if len(way.terms) == 1 or not first:
        return len(first)
    rest = [terms.places(term) for term in way.terms[1:]]
    return sum(_follows(place, rest, way.slack) for place in first) if all(rest) else 0


def _times_of_date(way: Way, terms: Terms) -> int:
    """How often the text of a paper says a date, or a day of it."""
    return sum(len(terms.places(term)) for term in terms.starting(way.terms[0]))


def _heads_of_date(way: Way, head: Expression) -> int:
    return sum(term.startswith(way.terms[0]) for term in head)


def _follows(place: int, rest: Sequence[Sequence[int]], slack: int) -> bool:
    """Whether the other terms follow in their order, with no more than `slack` other words among them all."""
    for places in rest:
        after = next((other for other in places if other > place), None)
        if after is None or after - place - 1 > slack:
            return False
        slack, place = slack - (after - place - 1), after
    return True


def _times_in_head(way: Way, head: Expression) -> int:
    """How often the head of a paper says it."""
    if len(way.terms) == 1:
        return head.count(way.terms[0])
    places = {term: [at for at, one in enumerate(head) if one == term] for term in way.terms}
    rest = [places[term] for term in way.terms[1:]]
    return sum(_follows(place, rest, way.slack) for place in places[way.terms[0]])


def _newness(entry: DocumentEntry, today: date) -> float:
    """A little more for what is recent; nothing for a day that nobody can read."""
    day = day_of_care(entry)
    return 1.0 if day is None else 1.0 + NEWNESS * 0.5 ** (max((today - day).days, 0) / HALVED)
