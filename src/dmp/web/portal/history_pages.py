"""«Qui a consulté mon dossier»: the access history, its search, and what of it can be taken away (PT-8)."""

import csv
import io
from dataclasses import dataclass, replace
from datetime import datetime, time

from dmp.actions.view_log import LogFile, TakeLog, ViewLog
from dmp.record import history_words as words
from dmp.record.alert import Check
from dmp.record.dtm import PARIS
from dmp.record.history import Kind, LogLine, LogPage, LogQuery, Proof, Sequel
from dmp.record.history_words import ToldLine
from dmp.web.days import after, day, read_day
from dmp.web.portal.forms import Form, number_in
from dmp.web.portal.page import Answer, Download, Language, Needs, Page, PageRoute, Visit

HISTORY, TABLE, PROOFS = "/historique", "/historique/tableau", "/historique/preuves"
_TITLE = ("Qui a consulté mon dossier", "Who consulted my record")
_PROFESSIONAL_TITLE = ("Historique des accès au dossier", "Access history of the record")
_KINDS = {
    Kind.READING: ("Consultations", "Reading"),
    Kind.WRITING: ("Dépôts et modifications de documents", "Deposits and changes of documents"),
    Kind.RIGHTS: ("Autorisations et blocages", "Authorisations and blocks"),
    Kind.RECORD: ("Ouverture, fermeture, identité", "Opening, closing, identity"),
    Kind.OTHER: ("Autres", "Others"),
}
_WRONG_DAY = (
    "Cette date n’existe pas : écrivez-la comme 31/01/2026.",
    "There is no such date: write it as 31/01/2026.",
)
_HEADINGS = {
    Language.FRENCH: ("Quand", "Qui", "Profession", "Structure", "Quoi", "Comment", "Preuve"),
    Language.ENGLISH: ("When", "Who", "Profession", "Organisation", "What", "How", "Proof"),
}
_FIRST = LogQuery(others=True)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run, at the start of a cell."""


@dataclass(frozen=True)
class ToldSequel:
    """What came of an access, with its days in words; what has not happened is empty."""

    checked: bool
    may_ask: bool
    asked: str = ""
    asked_on: str = ""
    due: str = ""
    answer: str = ""
    answered_on: str = ""


@dataclass(frozen=True)
class ShownLine:
    """A line, its place on the page, and what came of it where the reader may know."""

    told: ToldLine
    access: str = ""
    place: str = ""
    sequel: ToldSequel | None = None


@dataclass(frozen=True)
class HistoryView:
    """What the page shows; `below` asks for the lines before these."""

    lines: tuple[ShownLine, ...]
    kinds: tuple[tuple[str, str], ...]
    below: int | None = None
    searched: bool = False


def history(visit: Visit) -> Answer:
    """The last year, or the last hundred lines (LOG-3): what others did, until the holder asks for his own acts too."""
    return _page(visit, _FIRST)


def searched(visit: Visit) -> Answer:
    """The lines that were looked for; sent by a form, so that no name stands in an address."""
    query, errors = read_query(visit.form)
    if errors:
        told = {name: visit.says(*sentence) for name, sentence in errors.items()}
        return replace(_shown(visit, LogPage(()), query), errors=told, status=422)
    return _page(visit, query)


def table(visit: Visit) -> Answer:
    """Every line as a table for a spreadsheet; each one says whether the receipt proves it."""
    file = visit.perform(TakeLog(visit.patient))
    return Download(table_of(file, visit.language), "text/csv; charset=utf-8", "historique.csv")


def proofs(visit: Visit) -> Answer:
    """The receipt, for the stand-alone program that checks it (security 11.5); what is not sealed waits a minute."""
    file = visit.perform(TakeLog(visit.patient))
    if not file.receipt:
        told = (
            "Les preuves sont prêtes une minute après chaque accès.",
            "Proofs are ready a minute after each access.",
        )
        return replace(_shown(visit, LogPage(()), _FIRST), errors={"": visit.says(*told)}, status=503, retry_after=60)
    return Download(file.receipt, "application/jsonl", "preuves.jsonl")


def read_query(form: Form) -> tuple[LogQuery, dict[str, tuple[str, str]]]:
    """What is looked for, and what cannot be understood of it, by field."""
    days: dict[str, datetime | None] = {}
    errors: dict[str, tuple[str, str]] = {}
    for name, read in (("since", _day), ("until", after)):
        try:
            days[name] = read(form.line(name))
        except ValueError:
            errors[name] = _WRONG_DAY
    kind, below = form.line("kind"), form.line("below")
    query = LogQuery(
        who=form.line("who")[:100],
        kind=Kind(kind) if kind in Kind.__members__.values() else None,
        since=days.get("since"),
        until=days.get("until"),
        emergencies=form.ticked("emergencies"),
        others=not form.ticked("mine"),
        below=number_in(below, 9),
    )
    return query, errors


def table_of(file: LogFile, language: Language) -> bytes:
    """The lines as CSV, UTF-8 with the mark that spreadsheets look for; nothing in a cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(_HEADINGS[language])
    for line in file.lines:
        told = words.told(line, words.Language(language.value))
        cells = (told.when, told.who, told.role, told.structure, told.what, told.how, _proof(line, file, language))
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _proof(line: LogLine, file: LogFile, language: Language) -> str:
    french = language is Language.FRENCH
    if line.act is None or line.proof is Proof.NONE:
        return "sans : document à annoncer" if french else "none: document to be announced"
    place = file.sequences.get(line.act.id)
    if place is None:
        return "dans la minute" if french else "within a minute"
    return f"trace {place}"


def _page(visit: Visit, query: LogQuery) -> Page:
    return _shown(visit, visit.perform(ViewLog(visit.patient, query)), query)


def _shown(visit: Visit, page: LogPage, query: LogQuery) -> Page:
    kinds = tuple((kind.value, visit.says(*label)) for kind, label in _KINDS.items())
    lines = tuple(shown(line, visit.language) for line in page.lines)
    title = _TITLE if visit.signed_in.professional is None else _PROFESSIONAL_TITLE
    return Page("history.html", title, HistoryView(lines, kinds, page.below, query != _FIRST))


def shown(line: LogLine, language: Language) -> ShownLine:
    """A line in words, and what came of it."""
    said = words.told(line, words.Language(language.value))
    told = replace(said, role=words.plain_role(said.role))
    if line.act is None or line.sequel is None:
        return ShownLine(told)
    return ShownLine(told, line.act.id, place_of(line.act.id), _told(line.sequel))


def place_of(access: str) -> str:
    """Where the line of an access stands on the page."""
    return f"acces-{access}"


def _told(sequel: Sequel) -> ToldSequel:
    question, checked = sequel.question, sequel.check is Check.CHECKED
    if question is None:
        return ToldSequel(checked, sequel.may_ask)
    answered_on = day(question.answered_at) if question.answered_at is not None else ""
    asked, due = day(question.at), day(question.due)
    return ToldSequel(checked, sequel.may_ask, question.asked, asked, due, question.answer, answered_on)


def _day(text: str) -> datetime | None:
    """Midnight in France of a day, as a browser sends it or as people write it.

    Raises:
        ValueError: it is neither.
    """
    return datetime.combine(read_day(text), time.min, PARIS) if text else None


ROUTES = (
    PageRoute(HISTORY, history, searched, Needs.RECORD),
    PageRoute(TABLE, table, needs=Needs.RECORD),
    PageRoute(PROOFS, proofs, needs=Needs.RECORD),
)
