"""The tables of the page «Qui peut voir quoi», written from the tables of rights by `dmp who` (docs/guide)."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from dmp.access.explain_cases import CENTRE, PEOPLE, READING, WRITING, Act, Answers, answers
from dmp.access.explain_types import (
    RECONSTRUCTED,
    how_complete,
    rows_of_deposits,
    rows_of_sensitive,
    rows_of_types,
)
from dmp.access.matrix import READ_MASKED, Cell, comment, lines
from dmp.access.policy import Policy, load_policy
from dmp.access.sentences_explain import table
from dmp.record.actor import FacilitySoftware, Holder, Representative, Staff
from dmp.record.nomenclature import Nomenclature, value_set

BEGIN, END = "<!-- rights: made by `./dev who` -->", "<!-- end of the rights -->"
_TABLES = ("matrix", "citizens", "sectors", "professions", "classes", "sensitive", "deposits")
_CONFIRMED, _DECIDED = "confirmed", "decided"
_MARKS = {_CONFIRMED: "", _DECIDED: "†"}
_LABELS = {act.row: act.label.lower() for act in (*READING, *WRITING)}


@dataclass(frozen=True)
class Tables:
    """The tables of rights as texts, for what they say of themselves: source, version, evidence."""

    texts: Mapping[str, str]

    @cached_property
    def evidence(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """Source and evidence by table and row of the matrix."""
        return {
            (name, line["row"]): (line["source"], line["evidence"])
            for name in ("matrix", "citizens")
            for line in csv.DictReader(lines(self.texts[name]))
        }

    @cached_property
    def professions(self) -> Mapping[str, tuple[bool, str]]:
        """Whether documents are opened to a profession, and who says so."""
        rows = csv.DictReader(lines(self.texts["professions"]))
        return {row["code"]: (row["documents"] == "yes", row["source"]) for row in rows}

    @cached_property
    def sectors(self) -> tuple[Mapping[str, str], ...]:
        """The lines on the sectors that are shut out."""
        return tuple(csv.DictReader(lines(self.texts["sectors"])))


def shipped() -> Tables:
    """The tables that come with this release."""
    return Tables({name: files("dmp.access").joinpath(f"{name}.csv").read_text(encoding="utf-8") for name in _TABLES})


def written(page: str, tables: Tables | None = None) -> str:
    """The page with its tables made anew, between its two marks.

    Raises:
        ValueError: the page has no place for them.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks its marks: {BEGIN} and {END}")
    parts = "\n".join(_parts(tables or shipped(), load_policy(regulation_centres=[CENTRE])))
    return f"{before}{begin}\n\n{parts}\n{end}{after}"


def _parts(tables: Tables, policy: Policy) -> Iterator[str]:
    yield "### Lire\n"
    yield _rights(READING, tables, policy)
    yield "### Écrire, ranger, fermer\n"
    yield _rights(WRITING, tables, policy)
    yield "### Les professions\n"
    yield _professions(tables)
    yield "### Les types de documents\n"
    yield from _types(tables)
    yield "### Les secteurs que la loi exclut\n"
    yield _sectors(tables)
    yield "### D'où viennent ces réponses\n"
    yield _sources(tables)


def _rights(acts: tuple[Act, ...], tables: Tables, policy: Policy) -> str:
    rows = [
        (who.label, *(_box(answers(who.viewer, act, policy), act, tables, policy) for act in acts)) for who in PEOPLE
    ]
    return _table(("Qui", *(act.label for act in acts)), rows)


def _box(told: Answers, act: Act, tables: Tables, policy: Policy) -> str:
    return f"{_word(told)}{_mark(told, act, tables, policy)}"


def _word(told: Answers) -> str:
    if told.others.allowed:
        return "oui"
    if told.others_with_leave.allowed:
        return "les siens ; les autres si vous l'avez permis d'avance"
    if not told.own.allowed:
        return "non"
    match told.question.caller.actor:
        case Holder():
            return "les vôtres"
        case Staff() | FacilitySoftware():
            return "ceux de sa structure"
        case _:
            return "les siens"


def _mark(told: Answers, act: Act, tables: Tables, policy: Policy) -> str:
    """What no published text says is marked: decided by this project, or put together again from parts."""
    question, rule = told.question, told.others.rule
    row = READ_MASKED if act.row == READ_MASKED else question.row
    citizen = isinstance(question.caller.actor, Holder | Representative)
    evidence = tables.evidence.get(("citizens" if citizen else "matrix", row), ("", _DECIDED))[1]
    narrowed = policy.matrix.cell(row, question.column) is Cell.YES and not told.others.allowed
    of_ours = narrowed and rule != "blocked-by-the-holder"
    if rule in ("sector-shut-out", "no-right-published") or (of_ours and evidence == _CONFIRMED):
        evidence = _DECIDED
    return _MARKS.get(evidence, RECONSTRUCTED)


def _professions(tables: Tables) -> str:
    names = table("professions")
    opened = sorted(names[code].french for code, (is_open, _) in tables.professions.items() if is_open)
    shut = sorted(
        f"{names[code].french} ({source.partition(':')[0]})"
        for code, (is_open, source) in tables.professions.items()
        if not is_open
    )
    return (
        f"Peuvent lire, avec votre autorisation ({len(opened)}) : {', '.join(opened)}.\n\n"
        f"Peuvent ajouter des documents et retrouver les leurs, sans rien lire d'autre, parce qu'aucun texte publié ne "
        f"leur ouvre la lecture ({len(shut)}) : {', '.join(shut)}.\n"
    )


def _types(tables: Tables) -> Iterator[str]:
    """What each profession reads, by class of documents, and how sure it is (functional 3.4, DEC-13)."""
    opened = {code: is_open for code, (is_open, _) in tables.professions.items()}
    yield f"{how_complete(tables.texts, opened)}\n"
    texts = tables.texts
    for head, *rows in (rows_of_types(texts, opened), rows_of_sensitive(texts), rows_of_deposits(texts)):
        yield _table(head, rows)


def _sectors(tables: Tables) -> str:
    labels = value_set(Nomenclature.FACILITY_TYPES)
    rows = [(line["sector"], labels.label(line["sector"]), _left(line), line["source"]) for line in tables.sectors]
    return _table(("Code", "Secteur d'activité", "Ce qui reste permis", "Texte ou décision"), rows)


def _left(line: Mapping[str, str]) -> str:
    """What a line of the sectors leaves, in words."""
    if not line["actor"]:
        return "rien"
    who = {"professional": "professionnel", "staff": "employé", "software": "logiciel"}[line["actor"]]
    who = f"{who} ({line['code']})" if line["code"] else who
    verbs = {"*": "ce que dit la matrice", "": "rien"}.get(line["verbs"])
    return f"{who} : {verbs or ', '.join(_LABELS.get(verb, verb) for verb in line['verbs'].split())}"


def _sources(tables: Tables) -> str:
    """The row behind each column of the page, with its source and how sure it is; then the tables themselves."""
    rows = []
    for act in (*READING, *WRITING):
        for name, people in (("matrix", "professionnels"), ("citizens", "vous et vos représentants")):
            found = tables.evidence.get((name, act.row))
            if found is not None:
                rows.append((act.label, people, f"`{act.row}`", _sure(found[1]), found[0]))
    versions = [f"- `{name}.csv` : version du {comment(tables.texts[name], 'version')}" for name in _TABLES]
    table_ = _table(("Action", "Pour", "Ligne", "Valeur", "Source"), rows)
    return f"{table_}\n" + "\n".join(versions) + "\n"


def _sure(evidence: str) -> str:
    return {_CONFIRMED: "publié", _DECIDED: "décidé †"}.get(evidence, f"reconstitué {RECONSTRUCTED}")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)) + "\n"
