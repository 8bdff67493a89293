"""Ask the service and the oracle about one cell, and keep those on which they differ (`matrix`)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product

from dmp.access.decide import decide, decide_each
from dmp.access.policy import Policy
from dmp.access.question import Decision, Question
from dmp.assure.claim import Tally
from dmp.assure.matrix_space import ON_THE_RECORD, Scene
from dmp.assure.matrix_values import AT, caller, document, record_for, structure_of
from dmp.assure.oracle.announcement import shown_from
from dmp.assure.oracle.ask import advise
from dmp.assure.oracle.sectors import SHUT_OUT, left_in_sector
from dmp.assure.oracle.situation import Announced, Answer, Given, Kind, Paper, Person, Standing
from dmp.record.entry import DocumentEntry
from dmp.record.record import Record, RecordState
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility

SIGNATURE = Paper(masked=True, announced=Announced.UNDER_A_FORTNIGHT, type_code="E1762", class_code="E1762")
"""What every signature of a lot looks like: it bears marks that count for nothing (xds-wire 4.6, DEC-12)."""


@dataclass
class Comparison:
    """Cells compared so far, and those that differ: how many of each kind, and an example of each."""

    policy: Policy
    cells: int = 0
    draws: int = 0
    by_soap: int = 0
    """Of the cells, those that were asked with messages."""
    untold: int = 0
    """Cells on which the rules are silent."""
    differing: Counter[str] = field(default_factory=Counter[str])
    examples: dict[str, str] = field(default_factory=dict[str, str])

    def __add__(self, other: "Comparison") -> "Comparison":
        """Both in one."""
        return Comparison(
            self.policy,
            self.cells + other.cells,
            self.draws + other.draws,
            self.by_soap + other.by_soap,
            self.untold + other.untold,
            self.differing + other.differing,
            {**other.examples, **self.examples},
        )

    def tally(self) -> Tally:
        """The counts."""
        counts = {"cells": self.cells, "draws": self.draws, "by soap": self.by_soap, "untold": self.untold}
        return Tally({**counts, "differing": self.differing.total(), "kinds": len(self.differing)})

    def notes(self, most: int) -> tuple[str, ...]:
        """The kinds of difference, the commonest first, each with one of its cells."""
        return tuple(
            f"{count:,} x {kind}; such as: {self.examples[kind]}" for kind, count in self.differing.most_common(most)
        )

    # -- whole products

    def scene(self, scene: Scene) -> None:
        """Ask about every act of a scene: the documents of a list together, as a search does."""
        advice, record = advise(scene.person, scene.standing), record_for(scene.standing, scene.person)
        for verb in scene.verbs:
            question = Question(caller(scene.person), verb, record, None, AT)
            if scene.lots:
                for lot in scene.lots:
                    got = self._signature(question, scene, lot)
                    self.cell(scene, verb, got, advice.signature(verb, lot), ("signature of", *lot))
            elif scene.papers:
                answers = decide_each(question, _entries(scene), self.policy)
                for paper, got in zip(scene.papers, answers, strict=True):
                    self.cell(scene, verb, got, advice.paper(verb, paper), (paper,))
            else:
                self.cell(scene, verb, decide(question, self.policy), advice.record(verb))

    def drawn(self, scene: Scene) -> None:
        """Ask about each document by itself, as an act on one does."""
        advice, record = advise(scene.person, scene.standing), record_for(scene.standing, scene.person)
        for (paper, entry), verb in product(zip(scene.papers, _entries(scene), strict=True), scene.verbs):
            got = decide(Question(caller(scene.person), verb, record, entry, AT), self.policy)
            self.cell(scene, verb, got, advice.paper(verb, paper), (paper,))
            self.draws += 1

    def _signature(self, question: Question, scene: Scene, lot: Sequence[Paper]) -> Decision:
        structure = structure_of(scene.person)
        companions = tuple(document(paper, structure) for paper in lot)
        return decide(replace(question, entry=document(SIGNATURE, structure), lot=companions), self.policy)

    # -- what does not depend on, or only on, one thing

    def one_refusal_for_every_record(self, people: Iterable[Person]) -> None:
        """A sector that is shut out gets one answer for every record, there or not (DEC-9)."""
        towards = [Standing(None), Standing(given=Given.TO_HIM), Standing(RecordState.CLOSED)]
        for person in people:
            if person.sector not in SHUT_OUT or left_in_sector(person) != frozenset():
                continue
            for verb in ON_THE_RECORD:
                records = [record_for(standing, person) for standing in towards]
                answers = {decide(Question(caller(person), verb, each, None, AT), self.policy) for each in records}
                self.cells += len(records)
                if len(answers) > 1:
                    self._differ("refusals of a sector shut out depend on the record (DEC-9)", f"{verb}; {person}")

    def announcements(self) -> None:
        """A document hidden from the patient shows a month after the first deposit of its chain (AR-19, DEC-24)."""
        for person, day in product((Person(Kind.HOLDER), Person(Kind.REPRESENTATIVE)), range(3 * 365)):
            first = datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
            if first.day > 28:
                continue
            for late, allowed in ((-HOURS, False), (HOURS, True)):
                got = self._announced(person, first, shown_from(first) + late)
                self.cell(
                    Scene(person, MINORS, ()), Verb.READ, got, Answer(allowed, "DEC-24"), (f"of {first}, {late} off",)
                )

    def _announced(self, person: Person, first: datetime, at: datetime) -> Decision:
        """The document came in ten days after the first one of its chain."""
        record, entry = record_for(MINORS, person), document(Paper(), structure_of(person))
        assert isinstance(record, Record)  # noqa: S101 - an active one
        marked = replace(record, visibility={entry.chain: Visibility(hidden_from_patient_since=first)})
        later = replace(entry, visibility=Visibility(hidden_from_patient_since=first + timedelta(days=10)))
        return decide(Question(caller(person), Verb.READ, marked, later, at), self.policy)

    # -- one cell

    def cell(self, scene: Scene, verb: Verb, got: Decision, told: Answer, about: Sequence[object] = ()) -> None:
        """Compare what came of an act of a scene with what the rules tell; `about` says more of the case."""
        self.cells += 1
        how = ""
        if told.allowed is None:
            self.untold += 1
        elif got.allowed is not told.allowed:
            how = "the rules allow, the service refuses" if told.allowed else "the rules refuse, the service allows"
        elif not got.allowed and told.hidden not in (None, got.conceal):
            how = "the rules hide it, the service tells" if told.hidden else "the rules tell, the service hides it"
        if how:
            cell = "; ".join(map(str, (scene.person, scene.standing, *about)))
            self._differ(f"{how} ({told.clause} / {got.rule})", f"{verb}; {cell}")

    def _differ(self, kind: str, cell: str) -> None:
        self.differing[kind] += 1
        self.examples.setdefault(kind, cell)


HOURS = timedelta(hours=2)
"""On either side: the rules do not say at which hour of the day, nor in summer or winter time."""
MINORS = Standing(minor=True)


def _entries(scene: Scene) -> list[DocumentEntry]:
    return [document(paper, structure_of(scene.person)) for paper in scene.papers]
