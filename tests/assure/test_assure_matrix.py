"""The rights against the oracle: a slice of the space, and a service whose rights are altered by one cell."""

import ast
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

import dmp.assure.oracle
from dmp.access.column import Column
from dmp.access.matrix import READ_MASKED, Cell
from dmp.access.policy import Policy, load_policy
from dmp.access.type_rights import Opening, TypeCell
from dmp.assure.claim import Tally
from dmp.assure.matrix import CLAIM, judge
from dmp.assure.matrix_compare import Comparison
from dmp.assure.matrix_space import BY_CARD, CONSENTS, FEW_PAPERS, ON_THE_RECORD, Scene, by_types, drawn
from dmp.assure.matrix_values import REGULATION_CENTRE
from dmp.assure.matrix_wire import over_soap
from dmp.assure.oracle.ask import advise
from dmp.assure.oracle.rules import Carer
from dmp.assure.oracle.sectors import FEED
from dmp.assure.oracle.situation import Answer, Attending, Given, Kind, Paper, Person, Standing, Whose
from dmp.assure.oracle.transactions import CONTENTS
from dmp.assure.oracle.types import may_open
from dmp.record.actor import Mode
from dmp.record.verb import Verb

DOCTOR = Person(Kind.PROFESSIONAL, "10", "SM26")
AT_A_CENTRE = Person(Kind.PROFESSIONAL, "60", mode=Mode.EMERGENCY_DISPATCH, regulation=True)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(regulation_centres=[REGULATION_CENTRE])


def compared(policy: Policy, *scenes: Scene) -> Comparison:
    comparison = Comparison(policy)
    for scene in scenes:
        comparison.scene(scene)
    return comparison


def small_slice() -> list[Scene]:
    """Doctors and nurses in every mode, towards some of all that a holder may decide."""
    people = [person for person in BY_CARD if person.code in ("10", "60")]
    unopposed = [each for each in CONSENTS if not each.opposed_break_glass and not each.opposed_dispatch]
    given = [each for each in unopposed if each.given in (Given.TO_HIM, Given.LAPSED) and not each.hide_everything]
    pairs = [(person, standing) for person in people for standing in given]
    on_records = [Scene(person, standing, ON_THE_RECORD) for person, standing in pairs]
    return on_records + [Scene(person, standing, CONTENTS, FEW_PAPERS) for person, standing in pairs]


def test_a_slice_of_the_space_equals_the_oracle(policy):
    comparison = compared(policy, *small_slice())
    assert comparison.cells > 3_000
    assert comparison.notes(5) == ()


def test_draws_are_asked_one_by_one_and_replay_from_their_seed(policy):
    once, again = Comparison(policy), Comparison(policy)
    for comparison in (once, again):
        for scene in drawn(Random("7/0"), 200, BY_CARD):  # noqa: S311 - replayed, no secret
            comparison.drawn(scene)
    assert once.draws == 200
    assert once == again


@pytest.mark.parametrize(
    ("verb", "column"),
    [
        (Verb.READ, Column.DOCTOR_NORMAL),
        (Verb.MASK, Column.PS_NORMAL),
        (Verb.ARCHIVE, Column.DOCTOR_BREAK_GLASS),
        (Verb.SUBMIT, Column.ATTENDING_NORMAL),
        (Verb.UNMASK, Column.PS_BREAK_GLASS),
        (READ_MASKED, Column.DOCTOR_DISPATCH),
    ],
)
def test_one_altered_cell_of_the_policy_is_found(policy, verb, column):
    altered = alter(policy, verb, column)
    assert compared(altered, *small_slice()).differing.total() > 0


def alter(policy: Policy, row: str, column: Column) -> Policy:
    """The same rights, but for one cell of the matrix that says the contrary."""
    cells = {name: dict(of) for name, of in policy.matrix.cells.items()}
    cells[row][column] = Cell.YES if cells[row].get(column, Cell.NO) is Cell.NO else Cell.NO
    return replace(policy, matrix=replace(policy.matrix, cells=cells))


def by_type(*professions: str) -> list[Scene]:
    return [scene for scene in by_types() if scene.person.code in professions]


def test_types_by_profession_and_by_depositor_equal_the_oracle(policy):
    assert compared(policy, *by_type("10", "21", "40", "93", "72", FEED)).notes(5) == ()


def test_one_altered_cell_of_types_or_one_depositor_more_is_found(policy):
    types = policy.types
    imaging = replace(types, openings={**types.openings, ("21", "31"): Opening(TypeCell.ALL)})
    sensitive = replace(types, sensitive={code: who for code, who in types.sensitive.items() if code != "15508-5"})
    deposits = replace(types, depositors={**types.depositors, "60": frozenset({"ALIM_AM", "21"})})
    for altered in (imaging, sensitive, deposits):
        found = compared(replace(policy, types=altered), *by_type("21", "40"))
        assert found.differing.total() > 0


def test_differences_are_told_by_kind_with_one_of_their_cells():
    comparison = compared(load_policy(), Scene(AT_A_CENTRE, Standing(), (Verb.SUBMIT,)))
    (note,) = comparison.notes(20)
    assert "1 x the rules allow, the service refuses" in note
    assert "functional 3.3 TD2.1, TD2.2, y4 / not-a-regulation-centre" in note
    assert "TD2.1; professional 60 SA07 DIRECTE centre_15 regulation centre; ACTIF, nothing given" in note


def test_the_claim_holds_only_when_every_cell_equals():
    equal = Tally({"cells": 2_500_000, "draws": 100_000, "by soap": 20_000})
    assert all(figure.held for figure in judge(equal))
    assert not all(figure.held for figure in judge(equal + Tally({"differing": 1, "kinds": 1})))
    assert not all(figure.held for figure in judge(Tally({"cells": 1_999_999})))
    assert CLAIM.source.startswith("T-MATRIX")


def test_the_oracle_knows_the_values_of_the_record_and_nothing_else_of_the_service():
    allowed = ("dmp.record.", "dmp.assure.oracle.")
    for path in Path(dmp.assure.oracle.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            ours = [name for name in names if name.startswith("dmp")]
            assert all(name.startswith(allowed) for name in ours), (path.name, ours)


@pytest.mark.parametrize(
    ("person", "standing", "verb", "paper", "allowed", "hidden"),
    [
        (DOCTOR, Standing(given=Given.TO_HIM), Verb.READ, Paper(), True, None),
        (DOCTOR, Standing(given=Given.LAPSED), Verb.READ, Paper(), False, None),
        (DOCTOR, Standing(given=Given.TO_HIM), Verb.READ, Paper(masked=True), False, True),
        (
            DOCTOR,
            Standing(attending=Attending.DECLARED, given=Given.TO_HIM),
            Verb.READ,
            Paper(masked=True),
            False,
            True,
        ),
        (DOCTOR, Standing(attending=Attending.CONFIRMED), Verb.READ, Paper(masked=True), True, None),
        (DOCTOR, Standing(), Verb.DELETE, Paper(Whose.HE_WROTE), True, None),
        (DOCTOR, Standing(given=Given.TO_HIM), Verb.DELETE, Paper(), False, False),
        (DOCTOR, Standing(), Verb.DELETE, Paper(), False, True),
        (Person(Kind.HOLDER), Standing(), Verb.READ, Paper(masked=True), True, None),
    ],
)
def test_the_oracle_says_what_the_rules_say(person, standing, verb, paper, allowed, hidden):  # noqa: PLR0917 - one cell
    told = advise(person, standing).paper(verb, paper)
    assert (told.allowed, told.hidden) == (allowed, hidden)


def test_types_are_opened_by_profession():
    assert may_open("10", "11", "68599-0")
    assert not may_open("10", "95", "ATTEST-RESID")
    assert not may_open("50", "11", "68599-0"), "the list wins over the sentence"
    assert may_open("69", "11", "68599-0"), "69 goes wherever 60 stands"
    assert not may_open("70", "43", "60593-1"), "some types, none listed yet"


def test_cells_asked_over_soap_equal_the_oracle(tmp_path: Path):
    comparison = over_soap(tmp_path, seed="a few", cells=300)
    assert comparison.by_soap == comparison.cells >= 300
    assert comparison.notes(5) == ()


def test_a_service_that_shows_too_much_is_found_over_soap(tmp_path: Path, monkeypatch):
    """The oracle is told that nobody finds anything: what the service shows must differ."""
    monkeypatch.setattr(Carer, "paper", lambda *_: Answer(allowed=False, clause="nothing is shown"))
    comparison = over_soap(tmp_path, seed="a few", cells=300)
    assert any("the service allows" in note for note in comparison.notes(5))
