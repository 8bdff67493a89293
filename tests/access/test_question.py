"""A question keeps what it is made of; the rules look at nothing of a document but its facets."""

from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from itertools import islice

import pytest

from dmp.access.column import Column
from dmp.access.decide import decide
from dmp.access.policy import load_policy
from dmp.access.question import Question
from dmp.assure.matrix_space import PRODUCTS, Scene
from dmp.assure.matrix_values import AT, caller, document, record_for, structure_of
from dmp.assure.oracle.situation import Attending, Given, Kind, Paper, Person, Standing, Whose
from dmp.record.entry import DocumentEntry
from dmp.record.verb import Verb

POLICY = load_policy()
DOCTOR = Person(Kind.PROFESSIONAL, "10", "SM26")
LOOKED_AT: set[str] = set()


@dataclass(frozen=True)
class Watched(DocumentEntry):
    """A document that writes down what is looked at in it."""

    def __getattribute__(self, name: str) -> object:
        LOOKED_AT.add(name)
        return super().__getattribute__(name)


def looked_at(work: Callable[[Question], object], questions: list[Question]) -> set[str]:
    """What some work on each of the questions looks at in their documents."""
    LOOKED_AT.clear()
    for question in questions:
        work(question)
    return set(LOOKED_AT)


def facets(question: Question) -> object:
    assert question.entry is not None
    return question.facet_values(question.entry)


def watched(entry: DocumentEntry) -> Watched:
    return Watched(**{each.name: getattr(entry, each.name) for each in fields(entry)})


def scenes() -> list[Scene]:
    return [scene for product in PRODUCTS.values() for scene in islice(product(), 0, None, 997)]


def asked() -> Iterator[Question]:
    """A question of each verb about watched documents, in some scenes of every product."""
    for scene in scenes():
        record, who = record_for(scene.standing, scene.person), caller(scene.person)
        for paper in scene.papers[:4]:
            entry = watched(document(paper, structure_of(scene.person)))
            yield from (Question(who, verb, record, entry, AT) for verb in scene.verbs)


def about(standing: Standing, verb: Verb = Verb.READ) -> Question:
    return Question(caller(DOCTOR), verb, record_for(standing, DOCTOR), document(Paper()), AT)


def test_the_rules_look_at_nothing_of_a_document_but_its_facets():
    questions = list(asked())
    decided = looked_at(lambda question: decide(question, POLICY), questions)
    assert decided
    assert decided <= looked_at(facets, questions)


def test_a_question_is_never_altered():
    question = about(Standing())
    with pytest.raises(FrozenInstanceError):
        question.verb = Verb.MASK  # pyrefly: ignore


def test_questions_are_equal_by_what_they_are_made_of():
    question = about(Standing())
    decide(question, POLICY)
    assert question == about(Standing())
    assert question != about(Standing(), Verb.FIND)


def test_an_altered_question_has_the_column_of_its_own_record():
    question = about(Standing(attending=Attending.CONFIRMED))
    assert question.column is Column.ATTENDING_NORMAL
    assert replace(question, record=None).column is Column.DOCTOR_NORMAL
    assert question.asking(Verb.MASK).column is Column.ATTENDING_NORMAL


def test_a_question_about_a_document_keeps_nothing_of_another_one():
    question = about(Standing(given=Given.TO_HIM))
    assert (question.own, question.visibility.masked) == (False, False)
    his = document(Paper(Whose.HE_WROTE, masked=True))
    other = question.about(his)
    assert (other.own, other.visibility.masked) == (True, True)
