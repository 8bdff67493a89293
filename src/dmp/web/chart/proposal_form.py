"""What a doctor chose of a proposal and wrote himself, as the summary that it makes, or what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dmp.documents.medical_summary.make import NONE_KNOWN, Summary, in_words, none_known
from dmp.record.facts import Device, Fact
from dmp.services.synthesis.proposal import Part, Proposal, Proposed
from dmp.services.words import day_words
from dmp.web.portal.page import Visit

LINE, NONE, WORDS = "line-", "none-", "words-"
"""What begins the names of fields: a line by its key, a statement of absence and free lines by their section."""
REMARKS, OCCUPATION = "remarks", "occupation"
LONGEST, MOST_LINES = 300, 30
"""Characters of a free line, and how many of them a section takes."""
IN_WORDS = ("problems", "history", "procedures", "allergies", "lifestyle", "family", "medications")
"""Sections that take free lines; devices are told among the points to watch."""


@dataclass(frozen=True)
class Choice:
    """What a form says: the lines that were ticked, and the summary that they make."""

    ticked: tuple[Proposed, ...] = ()
    summary: Summary = Summary()
    errors: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def unmasks(self) -> bool:
        """Whether a line comes from a masked document."""
        return any(line.masked for line in self.ticked)


def read_choice(visit: Visit, proposal: Proposal) -> Choice:
    """Read the form; nothing is in the summary that was neither ticked nor typed."""
    keys = [name.removeprefix(LINE) for name in visit.form.fields if name.startswith(LINE)]
    try:
        ticked = proposal.chosen(keys)
    except LookupError:
        told = "Le dossier a changé depuis : vérifiez les lignes proposées, puis recommencez."
        return Choice(errors={"": visit.says(told, "The record changed meanwhile: check the lines, then try again.")})
    errors = dict(_contradictions(visit, proposal.parts, ticked))
    summary = _summary(visit, proposal.parts, ticked)
    if summary == Summary():
        errors[""] = visit.says(
            "Cochez ou écrivez au moins une ligne : rien n’est écrit à votre place.",
            "Tick or write at least one line: nothing is written for you.",
        )
    return Choice(ticked, summary, errors)


def free_lines(visit: Visit, name: str) -> tuple[str, ...]:
    """The lines that were typed in a field, without what is no sign."""
    typed = visit.form.text(name)[: LONGEST * MOST_LINES].splitlines()
    clean = (" ".join("".join(sign if sign.isprintable() else " " for sign in line).split()) for line in typed)
    return tuple(line[:LONGEST] for line in clean if line)[:MOST_LINES]


def states_none(visit: Visit, part: Part) -> bool:
    """Whether the doctor states that there is nothing to tell in a section."""
    return part.name in NONE_KNOWN and visit.form.ticked(NONE + part.name)


def _contradictions(visit: Visit, parts: tuple[Part, ...], ticked: tuple[Proposed, ...]) -> Iterator[tuple[str, str]]:
    for part in parts:
        lines = set(part.lines) & set(ticked)
        if states_none(visit, part) and (lines or free_lines(visit, WORDS + part.name)):
            told = f"« {part.none_known[0]} » et une ligne de la même rubrique sont cochées : choisissez."
            english = f"“{part.none_known[1]}” and a line of the same section are ticked: choose one."
            yield NONE + part.name, visit.says(told, english)


def _summary(visit: Visit, parts: tuple[Part, ...], ticked: tuple[Proposed, ...]) -> Summary:
    made = {part.name: tuple(_facts(visit, part, ticked)) for part in parts}
    devices = tuple(_device(line) for line in ticked if isinstance(line.fact, Device))
    told: dict[str, Any] = {name: made.get(name, ()) for name in IN_WORDS if name != "history"}
    told["problems"] = (*made.get("problems", ()), *made.get("history", ()))
    remarks, occupation = free_lines(visit, REMARKS), free_lines(visit, OCCUPATION)
    return Summary(**told, remarks=(*devices, *remarks), occupation=occupation)


def _facts(visit: Visit, part: Part, ticked: tuple[Proposed, ...]) -> Iterator[Fact]:
    """The facts of a section: those ticked, those written, or the statement that there is none."""
    if part.name not in IN_WORDS:
        return
    yield from (line.fact for line in part.lines if line in ticked)
    yield from (in_words(part.name, words) for words in free_lines(visit, WORDS + part.name))
    if states_none(visit, part):
        yield none_known(part.name)


def _device(line: Proposed) -> str:
    """A device in words, among the points to watch: the model of 2013 has no section for it."""
    day = day_words(line.fact.start)
    return f"{line.fact.concept.words} (depuis {day})" if day else line.fact.concept.words
