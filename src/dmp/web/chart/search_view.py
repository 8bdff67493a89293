"""The page that searches inside the documents: what was typed, what was found, and what to try when nothing was.

Everything is made of the papers that the visitor may read: counts, filters and
suggestions too. Words come by POST and go back into the form, never into an
address.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dmp.documents.text import DocumentText
from dmp.record.entry import Author, DocumentEntry
from dmp.record.hl7text import Xcn, Xon
from dmp.services.days import digits_of_care
from dmp.services.duplicates import Thresholds
from dmp.services.lookup.find import Found, Hit, Paper, find
from dmp.services.lookup.lexicon import Lexicon, shipped
from dmp.services.lookup.query import LONGEST, Query, Wish, parse
from dmp.services.lookup.snippets import Piece, Snippet, marked, snippets, word_of
from dmp.services.lookup.typos import Near
from dmp.services.lookup.words import tokens
from dmp.web.chart.room import Room
from dmp.web.days import day_of
from dmp.web.portal.forms import Form, number_in
from dmp.web.shelf.copies import Copies, copies_of
from dmp.web.shelf.families import FAMILY_WORDS, Family, family_of, kind_of, short_of

ON_A_PAGE = 10
Words = tuple[str, str]
"""In French and in English."""


@dataclass(frozen=True)
class Choice:
    """What the form says: words, a family, a year, the newest first or not, and which page."""

    words: str = ""
    family: str = ""
    year: str = ""
    newest: bool = False
    page: int = 1


@dataclass(frozen=True)
class Option:
    """Something to choose, with how many of the documents that were found it leaves."""

    value: str
    words: Words
    count: int


@dataclass(frozen=True)
class Correction:
    """The words as they were typed, one of them put right."""

    words: str
    word: str


@dataclass(frozen=True)
class ShownHit:
    """A document that was found; `title` and the pieces of the snippets say what to mark."""

    address: str
    title: tuple[Piece, ...]
    day: str
    kind: str
    author: str
    structure: str
    snippets: tuple[Snippet, ...]
    has_words: bool
    copies: Copies = ()
    """What seems to be the same document, itself included; empty where it is the only one."""


@dataclass(frozen=True)
class SearchView:
    """The page. `asked` when something was looked for; `total` are the documents that are left by the filters."""

    choice: Choice
    asked: bool = False
    hits: tuple[ShownHit, ...] = ()
    total: int = 0
    partly: bool = False
    missing: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    families: tuple[Option, ...] = ()
    years: tuple[Option, ...] = ()
    newest: bool = False
    cut: bool = False
    more: bool = False
    looked_at: int = 0
    without_words: int = 0
    waiting: int = 0
    too_long: int = 0
    """Documents that are too long to be searched whole."""

    @property
    def first(self) -> int:
        """The number of the first hit that is shown."""
        return (self.choice.page - 1) * ON_A_PAGE + 1


def choice_of(form: Form) -> Choice:
    """What the form asks for; what no form of ours says is left out."""
    family, year = form.line("family"), form.line("year")
    return Choice(
        words=form.line("words")[: 4 * LONGEST],
        family=family if family in Family.__members__.values() else "",
        year=year if number_in(year) is not None else "",
        # Not `order`: the lists of documents, whose form leads here too, mean their own by that.
        newest=form.text("ranking") == "newest",
        page=max(number_in(form.line("page"), 3) or 1, 1),
    )


def view(
    papers: Sequence[Paper],
    choice: Choice,
    *,
    today: date,
    room: Room,
    lexicon: Lexicon | None = None,
    alike: Thresholds | None = None,
) -> SearchView:
    """What to show of a search among the papers that the visitor may read."""
    query = parse(choice.words, lexicon or shipped())
    found = find(replace(query, newest=query.newest or choice.newest), papers, today)
    texts = {paper.uuid: paper for paper in papers}
    same = copies_of((paper.entry for paper in papers), alike) if found.hits else {}
    left = _once((hit for hit in found.hits if _is_kept(hit.entry, choice)), same)
    last = max((len(left) + ON_A_PAGE - 1) // ON_A_PAGE, 1)
    choice = replace(choice, page=min(choice.page, last))
    start = (choice.page - 1) * ON_A_PAGE
    return SearchView(
        choice=choice,
        asked=bool(query.wishes),
        hits=tuple(
            _shown(hit, texts[hit.entry.uuid], found.wishes, room, same.get(hit.entry.uuid, ()))
            for hit in left[start : start + ON_A_PAGE]
        ),
        total=len(left),
        partly=found.partly,
        missing=found.missing,
        corrections=tuple(_corrections(query, found.near, texts)),
        families=tuple(_families(found, choice, same)),
        years=tuple(_years(found, choice, same)),
        newest=found.query.newest,
        cut=query.cut,
        more=len(left) > start + ON_A_PAGE,
        looked_at=found.looked_at,
        without_words=found.without_words,
        waiting=found.waiting,
        too_long=found.cut,
    )


def _is_kept(entry: DocumentEntry, choice: Choice) -> bool:
    return choice.family in ("", family_of(entry)) and digits_of_care(entry).startswith(choice.year)


def _once(hits: Iterable[Hit], same: Mapping[str, Copies]) -> list[Hit]:
    """The best hit of each document, which stands for its copies."""
    best: dict[str, Hit] = {}
    for hit in hits:
        copies = same.get(hit.entry.uuid)
        best.setdefault(copies[0].id if copies else hit.entry.uuid, hit)
    return list(best.values())


def _shown(hit: Hit, paper: Paper, wishes: Sequence[Wish], room: Room, copies: Copies) -> ShownHit:
    entry = hit.entry
    author = entry.authors[0] if entry.authors else Author()
    kind = kind_of(entry.type_code.code, entry.type_code.system, entry.type_code.display)
    title = " ".join(entry.title.split()) or kind
    text = paper.terms.text
    return ShownHit(
        address=room.document(entry.uuid),
        title=marked(title, wishes),
        day=day_of(entry.service_start or entry.creation_time),
        kind=short_of(entry.type_code.code, kind, title),
        author=Xcn.parse(author.person).name,
        structure=Xon.parse(author.institutions[0]).name if author.institutions else "",
        snippets=snippets(text, wishes),
        has_words=text != DocumentText(),
        copies=copies,
    )


def _corrections(query: Query, near: Sequence[Near], papers: Mapping[str, Paper]) -> list[Correction]:
    """Each near word as a document writes it, in the place of what was typed."""
    corrections: list[Correction] = []
    for one in near:
        paper = papers[one.uuid]
        title = " ".join(paper.entry.title.split())
        word = word_of(paper.terms.text, one.term) or _in_title(title, one.term) or one.term
        words = query.written.replace(one.written, word, 1)
        corrections.append(Correction(words, word))
    return corrections


def _in_title(title: str, term: str) -> str:
    return next((title[token.start : token.end].lower() for token in tokens(title) if token.term == term), "")


def _families(found: Found, choice: Choice, same: Mapping[str, Copies]) -> list[Option]:
    """The families of what was found in the year that is chosen, copies once in each."""
    kept = (hit for hit in found.hits if _is_kept(hit.entry, replace(choice, family="")))
    counts = _counted(((family_of(hit.entry), hit) for hit in kept), same)
    wanted = [family for family in Family if counts[family] or family == choice.family]
    return [Option(family, FAMILY_WORDS[family], counts[family]) for family in wanted]


def _years(found: Found, choice: Choice, same: Mapping[str, Copies]) -> list[Option]:
    """The years of what was found in the family that is chosen, newest first, copies once in each."""
    kept = (hit for hit in found.hits if _is_kept(hit.entry, replace(choice, year="")))
    counts = _counted(((digits_of_care(hit.entry)[:4], hit) for hit in kept), same)
    if choice.year:
        counts[choice.year] += 0
    return [Option(year, (year, year), counts[year]) for year in sorted(counts, reverse=True) if year]


def _counted(pairs: Iterable[tuple[str, Hit]], same: Mapping[str, Copies]) -> Counter[str]:
    """How many lines each value would leave: what the list shows once counts once."""
    hits: dict[str, list[Hit]] = {}
    for value, hit in pairs:
        hits.setdefault(value, []).append(hit)
    return Counter({value: len(_once(those, same)) for value, those in hits.items()})
