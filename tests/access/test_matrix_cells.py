"""Every cell of the published matrix, typed from functional 3.3 and xds-wire 9.5, against the decision."""

from dataclasses import replace

import pytest

from dmp.access.column import PUBLISHED, column_of
from dmp.access.matrix import Cell
from dmp.record.actor import Authentication, Caller, Mode
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.record import Record
from dmp.record.verb import SIMULATIONS, Verb
from rights_builders import (
    CENTRE,
    DOCTOR,
    HOSPITAL,
    NOW,
    NURSE,
    a_doctor,
    a_document,
    a_hospital,
    a_professional,
    a_record,
    a_secretary,
    an_occupational_doctor,
    ask,
    attended_by,
    calling,
    given,
    sent_by,
)

DIRECT = "PSn PSr PSb Mn Mr Mb MdT MTn MTb CPE ESn ESr"
TABLE = """
TD0.2                   y  y  y  y  y  y  y  y  y  y  y  y
TD0.3-authorise         y  -  -  y  -  -  -  y  -  y1 -  -
TD0.3-renounce          y  -  -  y  -  -  -  y  -  -  -  -
TD0.3-become-attending  -  -  -  y  -  -  -  y  -  -  -  -
TD0.3-leave-attending   -  -  -  -  -  -  -  y  -  -  -  -
TD0.4                   y  y  y  y  y  y  y  y  y  y2 y3 -
TD0.5                   -  y  -  -  y  -  -  -  -  -  -  y
TD1.1                   y  -  -  y  -  -  -  y  -  y  y  -
TD1.2                   y  -  -  y  -  -  -  y  -  y  y  -
TD1.3a                  y  y  y  y  y  y  y  y  y  y  y  y
TD1.3b                  y  -  -  y  -  -  -  y  -  y  y  -
TD1.4                   y  -  -  y  -  -  -  y  -  y  -  -
TD1.5a                  y  -  -  y  -  -  -  y  -  y  -  -
TD1.5b                  y  -  -  y  -  -  -  y  -  y  -  -
TD1.5d                  y  -  -  y  -  -  -  y  -  y  -  -
TD1.6                   y  -  -  y  -  -  y  y  -  -  -  -
authorise-other         y  -  -  y  -  -  -  y  -  -  -  -
block                   -  -  -  -  -  -  -  y  -  -  -  -
care-team-declare       y  -  -  y  -  -  -  y  -  y  -  -
directory-search        y  -  -  y  -  -  y  y  -  y  -  -
log                     y  -  -  y  -  -  y  y  -  y  -  -
TD2.1                   y  y  y  y  y  y  y  y  y  y4 y4 y4
TD2.1-replace           y8 y8 y8 y8 y8 y8 y8 y8 y8 y9 y9 y9
TD3.1                   y  y  y  y  y  y  y  y  y  -  -  -
TD3.1-reference         y  y  y  y  y  y  y  y  y  y5 y5 y5
TD3.2                   y  y  y  y  y  y  -  y  y  -  -  -
TD3.2-masked            y6 y7 y7 y6 y7 y7 -  y  y7 -  -  -
TD3.2-set-aside         y  y  y  y  y  y  -  y  y  -  -  -
TD3.3a-mask             y  -  -  y  -  -  y  y  -  -  -  -
TD3.3a-unmask           y8 -  -  y8 -  -  y8 y  -  -  -  -
TD3.3b                  y  -  -  y  -  -  y  y  -  -  -  -
TD3.3d-archive          y8 -  -  y8 y  y  y8 y  y  -  -  -
TD3.3d-unarchive        y8 -  -  y8 y  y  y8 y  y  -  -  -
TD3.3c                  y8 y8 y8 y8 y8 y8 y8 y8 y8 y9 y9 y9
"""
PORTAL = ("authorise-other", "block", "care-team-declare")
"""Acts of the portal, where everybody is authenticated himself (DEC-26)."""
AIR_DIFFERENCES = {
    ("TD0.3-leave-attending", "MTn"): "-",
    ("TD3.3d-archive", "Mn"): "y",
    ("TD3.3d-unarchive", "Mn"): "y",
    **{(row, column): "-" for row in ("TD2.1", "TD2.1-replace", *PORTAL) for column in DIRECT.split()},
}


def expectations() -> dict[tuple[str, str], str]:
    cells: dict[tuple[str, str], str] = {}
    for line in TABLE.strip().splitlines():
        row, *values = line.split()
        for column, value in zip(DIRECT.split(), values, strict=True):
            cells[row, column] = value
            if not column.startswith("ES"):
                air = "AIR_PE" if column == "CPE" else f"AIR_{column}"
                cells[row, air] = AIR_DIFFERENCES.get((row, column), value)
    return cells


EXPECTED = expectations()


def caller_in(column: str) -> Caller:
    via = Authentication.REINFORCED if column.startswith("AIR_") else Authentication.DIRECT
    name = column.removeprefix("AIR_")
    mode = {"r": Mode.EMERGENCY_DISPATCH, "b": Mode.BREAK_GLASS}.get(name[-1], Mode.NORMAL)
    structure = CENTRE if mode is Mode.EMERGENCY_DISPATCH else HOSPITAL
    match name[:-1] if name[-1] in "nrb" else name:
        case "PS":
            actor = a_professional(NURSE, structure=structure, via=via)
        case "M" | "MT":
            actor = a_doctor(structure=structure, via=via)
        case "MdT":
            actor = an_occupational_doctor(via=via)
        case "CPE" | "PE":
            actor = a_secretary(structure, via=via)
        case "ES":
            actor = a_hospital(structure)
        case other:
            raise AssertionError(other)
    return calling(actor, mode)


def record_for(column: str) -> Record:
    return a_record(attending=attended_by(DOCTOR) if "MT" in column else (), emergency_reads_masked=False)


def documents(row: str, column: str) -> tuple[DocumentEntry | None, DocumentEntry | None]:
    """The document of somebody else, and one of the caller's own; none for acts on the record."""
    if not row.startswith("TD3") and row != "TD2.1-replace":
        return None, None
    actor = caller_in(column).actor
    facility = actor.facility.id
    marks = {"masked": row == "TD3.2-masked"}
    aside = EntryStatus.ARCHIVED if row in ("TD3.2-set-aside", "TD3.3d-unarchive") else EntryStatus.APPROVED
    foreign = a_document(status=aside, **marks)
    person = getattr(actor, "id", "")
    own = a_document(person, status=aside, deposit=sent_by(facility), **marks)
    return foreign, own


def verb_of(row: str) -> Verb:
    return Verb.READ if row.startswith("TD3.2") else Verb(row)


CASES = sorted(EXPECTED)
HOLDERS_ALONE = {
    Verb.WITHDRAW,
    Verb.UNBLOCK,
    Verb.CONFIRM_ATTENDING,
    Verb.REMOVE_ATTENDING,
    Verb.CHOOSE_FOR_EMERGENCIES,
    Verb.HIDE_EVERYTHING,
    Verb.OPPOSE_CARE,
    Verb.OPPOSE_OPENING,
}
"""What nobody decides but the holder, who acts for him, and the desk."""
AROUND_THE_HOLDER = {
    Verb.CLOSE_ALERT,
    Verb.PROPOSE_CLEARANCE,
    Verb.CONFIRM_CLEARANCE,
    Verb.ASK_ABOUT_ACCESS,
    Verb.ANSWER_QUESTION,
    Verb.LIST_CASES,
    Verb.REVIEW_CASE,
    Verb.NAME_DELEGATE,
    Verb.REVOKE_DELEGATE,
    Verb.LEAVE_DELEGATION,
    Verb.LIST_PEOPLE,
    Verb.DECLARE_REPRESENTATIVE,
    Verb.END_REPRESENTATIVE,
    Verb.OPPOSE_HEIRS,
    Verb.ASK_AS_HEIR,
    Verb.LIST_HEIRS,
    Verb.DECIDE_ON_HEIR,
    Verb.KEEP_NOTES,
    Verb.KEEP_PROFILE,
    Verb.VIEW_SETTINGS,
    Verb.COPY_RECORD,
    Verb.ASK_DESTRUCTION,
}
OF_THE_SERVICE = {
    Verb.REMOVE_METADATA,
    Verb.REMOVE_DOCUMENTS,
    Verb.HOLD_RECORD,
    Verb.LIFT_HOLD,
    Verb.PROPOSE_MERGE,
    Verb.CONFIRM_MERGE,
    Verb.PROPOSE_SPLIT,
    Verb.CONFIRM_SPLIT,
    Verb.LIST_RETENTION,
    Verb.DESTROY_RECORD,
    Verb.CLOSE_ACCOUNT,
    Verb.REMIND,
    Verb.INVITE,
    *HOLDERS_ALONE,
    *AROUND_THE_HOLDER,
}
"""What the operator, the administrator and the people around the holder do: they stand in no published table."""


def test_the_typed_table_covers_every_column_of_the_data_and_every_verb_of_it():
    assert {column for _, column in EXPECTED} == set(PUBLISHED)
    decided_elsewhere = {Verb.HIDE_FROM_GUARDIANS, Verb.RELEASE_TO_GUARDIANS, *SIMULATIONS, *OF_THE_SERVICE}
    assert {verb_of(row) for row, _ in EXPECTED} == set(Verb) - decided_elsewhere
    assert len(CASES) == 34 * 22


@pytest.mark.parametrize("column", sorted({column for _, column in EXPECTED}))
def test_each_caller_stands_in_his_column(column):
    assert column_of(caller_in(column), record_for(column), NOW) == column


@pytest.mark.parametrize(("row", "column"), CASES)
def test_a_cell_says_the_same_in_the_decision_as_in_the_published_table(row, column):
    cell, verb = EXPECTED[row, column], verb_of(row)
    caller, record = caller_in(column), record_for(column)
    if row.startswith("TD1.5"):
        # The reception acts where its structure was let in.
        record = replace(record, authorisations=(*record.authorisations, given(HOSPITAL)))
    foreign, own = documents(row, column)
    if row == "TD3.3b" and "PS" in column:
        caller = replace(caller, actor=replace(caller.actor, profession="50"))
    allowed_foreign = ask(caller, verb, foreign, record=record).allowed
    allowed_own = ask(caller, verb, own, record=record).allowed
    expected = {
        Cell.YES: (True, True),
        Cell.FOR_THE_STRUCTURE: (True, True),
        Cell.SAME_STRUCTURE: (True, True),
        Cell.NEW_AUTHORISATIONS: (True, True),
        Cell.STRUCTURE_LIABLE: (True, True),
        Cell.NO: (False, False),
        Cell.TO_DELETE_OR_REPLACE: (False, True),
        Cell.OWN_MASKED: (False, True),
        Cell.MASKED_IF_HOLDER_ALLOWS: (False, True),
        Cell.OWN: (False, True),
        Cell.OF_THE_STRUCTURE: (False, True),
    }[Cell(cell)]
    assert (allowed_foreign, allowed_own) == expected


@pytest.mark.parametrize(
    "column", sorted(c for (row, c), cell in EXPECTED.items() if row == "TD3.2-masked" and cell == "y7")
)
def test_y7_opens_masked_documents_when_the_holder_allowed_it_beforehand(column):
    record = a_record(emergency_reads_masked=True, attending=record_for(column).attending)
    foreign, _ = documents("TD3.2-masked", column)
    assert ask(caller_in(column), Verb.READ, foreign, record=record).allowed


@pytest.mark.parametrize("column", ["PSn", "Mn", "AIR_PSn", "AIR_Mn", "MdT"])
def test_y6_stays_closed_whatever_the_holder_allowed_for_emergencies(column):
    record = a_record(emergency_reads_masked=True)
    foreign, _ = documents("TD3.2-masked", column)
    assert not ask(caller_in(column), Verb.READ, foreign, record=record).allowed
