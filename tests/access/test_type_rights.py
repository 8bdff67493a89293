"""Which profession sees which types of documents, who may put them in, and tables that an operator got wrong."""

from dataclasses import replace
from importlib.resources import files

import pytest

from dmp.access.explain import explain
from dmp.access.policy import Switches, load_policy
from dmp.access.sentences import NOT_FOUND, told
from dmp.access.table import TABLES, InvalidPolicy
from dmp.access.type_rights import read_deposits, read_openings, read_sensitive
from dmp.record.actor import Mode
from dmp.record.codes import Code
from dmp.record.verb import Verb
from dmp.record.viewer import of_profession
from rights_builders import (
    CENTRE,
    DOCTOR,
    HOLDER,
    MOTHER,
    NOW,
    NURSE,
    POLICY,
    a_doctor,
    a_document,
    a_hospital,
    a_professional,
    a_record,
    ask,
    attended_by,
    calling,
)

PSYCHIATRY, PRESCRIPTION, WILL, IMAGING = "68599-0", "57833-6", "EXPPAT_3", "18748-4"
READS = (Verb.FIND, Verb.FIND_REFERENCE, Verb.READ)
OUTSIDE = "outside-the-type-matrix"


def shipped(name: str) -> str:
    return files("dmp.access").joinpath(f"{name}.csv").read_text(encoding="utf-8")


def reads(profession: str, type_code: str, **changes: object) -> bool:
    asked = ask(calling(a_professional("899900000777", profession=profession)), Verb.READ, **changes, **seen(type_code))
    return asked.allowed


def seen(type_code: str) -> dict[str, object]:
    """A record that lets the professional of these tests in, and a document of a type."""
    return {"entry": a_document(type_code=type_code), "record": a_record(authorisations=(LET_IN,))}


LET_IN = replace(a_record().authorisations[0], subject="899900000777")


# -- reading


@pytest.mark.parametrize(
    ("type_code", "readers"),
    [
        (PRESCRIPTION, "10 21 40 50 60 69 70 80 91 92 94 96"),
        (IMAGING, "10 40 50 60 69 70 80 86 98 32"),
        (PSYCHIATRY, "10 60 69"),
        ("ATTEST-RESID", "50 60 69"),
        ("15508-5", "10 50 60 69 21"),
        ("80788-3", "10 21 50 60 69 70 80 91 92 94 96 95"),
        (WILL, "10 60 69"),
        ("REMB", "10 21 40 50"),
    ],
)
def test_a_type_is_read_by_the_professions_of_its_lines_and_by_nobody_else(type_code, readers):
    assert {code for code in POLICY.professions if reads(code, type_code)} == set(readers.split())


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb.value.startswith("TD3") and "guardians" not in verb])
def test_a_document_outside_the_types_of_a_profession_is_as_one_that_does_not_exist(verb):
    decision = ask(calling(a_professional(profession="50")), verb, a_document(type_code=PSYCHIATRY))
    assert (decision.allowed, decision.conceal, told(decision)) == (False, True, NOT_FOUND)


def test_what_one_wrote_is_ones_own_whatever_its_type():
    midwife = calling(a_professional(profession="50"))
    for verb in (*READS, Verb.DELETE, Verb.REPLACE, Verb.MASK):
        assert ask(midwife, verb, a_document(NURSE, type_code=PSYCHIATRY)).allowed


def test_the_attending_doctor_and_emergencies_are_held_to_types_as_well():
    certificate = a_document(type_code="ATTEST-RESID")
    record = a_record(attending=attended_by(DOCTOR), emergency_reads_masked=True)
    here = (calling(a_doctor()), calling(a_doctor(), Mode.BREAK_GLASS))
    centre = calling(a_doctor(structure=CENTRE), Mode.EMERGENCY_DISPATCH)
    for caller in (*here, centre):
        assert ask(caller, Verb.READ, certificate, record=record).rule == OUTSIDE


def test_the_holder_and_who_represents_him_see_every_type():
    for actor in (HOLDER, MOTHER):
        assert ask(calling(actor), Verb.READ, a_document(type_code=PSYCHIATRY)).allowed


def test_the_class_of_a_type_is_that_of_the_tables_whatever_a_document_says():
    pretending = a_document(type_code=PSYCHIATRY, class_code=Code("42", "1.2.250.1.213.1.1.4.1"))
    assert ask(calling(a_professional(profession="21")), Verb.FIND, pretending).rule == OUTSIDE


def test_a_type_that_no_table_knows_is_refused_and_read_in_the_plain_profile():
    strange = a_document(type_code="Anything")
    plain = replace(POLICY, switches=Switches(unknown_types_read=True))
    assert ask(calling(a_doctor()), Verb.FIND, strange).rule == OUTSIDE
    assert ask(calling(a_doctor()), Verb.FIND, strange, policy=plain).allowed
    assert not ask(calling(a_professional(profession="50")), Verb.FIND, seen(PSYCHIATRY)["entry"], policy=plain).allowed


def test_the_holder_reads_why_his_pharmacist_does_not_see_a_document():
    (told,) = explain(of_profession("21"), a_record(), [a_document(type_code=IMAGING)], at=NOW, policy=POLICY)
    assert told.french == "Caché à votre pharmacien, parce que sa profession ne voit pas ce type de document."
    assert told.english == "Hidden from your pharmacist, because this profession does not see this type of document."


# -- putting in


@pytest.mark.parametrize(
    ("actor", "type_code", "allowed"),
    [
        (a_doctor(), PRESCRIPTION, True),
        (a_doctor(), "REMB", False),
        (a_hospital(), "REMB", False),
        (a_hospital(sector="SA24", role="ALIM_AM"), "REMB", True),
        (HOLDER, "REMB", False),
        (HOLDER, "DOCPAT03", True),
        (MOTHER, "DOCPAT03", True),
        (a_doctor(), "DOCPAT03", False),
        (HOLDER, WILL, True),
        (MOTHER, WILL, False),
        (a_doctor(), WILL, False),
    ],
)
def test_types_that_only_some_may_put_in(actor, type_code, allowed):
    decision = ask(calling(actor), Verb.SUBMIT, a_document(type_code=type_code))
    assert decision.allowed is allowed
    if not allowed:
        assert (decision.rule, decision.conceal) == ("type-put-in-by-others", False)


def test_the_attending_doctor_puts_in_the_will_of_the_holder_on_his_behalf():
    record = a_record(attending=attended_by(DOCTOR))
    assert ask(calling(a_doctor()), Verb.SUBMIT, a_document(type_code=WILL), record=record).allowed
    assert not ask(calling(a_doctor()), Verb.SUBMIT, a_document(type_code="EXPPAT_2"), record=record).allowed


def test_marks_on_a_document_to_come_keep_nobody_from_putting_it_in():
    assert ask(calling(a_hospital()), Verb.SUBMIT, a_document(masked=True)).allowed


def test_a_sandbox_that_is_fed_in_the_stead_of_others_takes_every_type():
    tolerant = replace(POLICY, switches=Switches(every_type_put_in=True))
    assert ask(calling(a_doctor()), Verb.SUBMIT, a_document(type_code="REMB"), policy=tolerant).allowed


# -- tables


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("\n21,90 95,P", "\n20,90 95,P", "line [0-9]+: 20 of professions"),
        ("\n21,90 95,P", "\n21,90 97,P", "line [0-9]+: 97 of classes"),
        ("\n21,90 95,P", "\n21,90 95,Q", "line [0-9]+: Q is no cell"),
        ("\n21,90 95,P,", "\n21,90 95,P,12345-6", "line [0-9]+: 12345-6 of types"),
        ("\n21,90 95,P,", "\n21,90 95,P,REMB", "line [0-9]+: type REMB is of class 60"),
        ("\n21,42 43 44 45 52 60,A,", "\n21,42 43 44 45 52 60,A,REMB", "A takes no types"),
        ("\n21,90 95,P", "\n21,90 31 95,P", "profession 21 and class 31 are there twice"),
        ("\n21,90 95,P", "\n21,90,P", "nothing is said of profession 21 and class 95"),
        ("functional 3.4; DEC-13,reconstructed", ",reconstructed", "line [0-9]+: no source"),
        (",reconstructed", ",rumoured", "line [0-9]+: evidence"),
        ("professions,classes,cell", "professions,class,cell", "columns"),
        ("\n21,90 95,P,", '\n21,90 95,"P,', "line [0-9]+"),
    ],
)
def test_a_table_of_classes_that_is_not_well_formed_is_refused_and_its_line_named(old, new, told):
    assert old in shipped("classes")
    with pytest.raises(InvalidPolicy, match=told):
        read_openings(shipped("classes").replace(old, new, 1), POLICY.professions)


def test_lists_of_readers_and_depositors_are_checked_too():
    with pytest.raises(InvalidPolicy, match=r"sensitive\.csv, line 2: 00 of readers"):
        read_sensitive("types,readers,source,evidence\nREMB,00,x,decided\n", POLICY.professions)
    with pytest.raises(InvalidPolicy, match="line 3: REMB is there twice"):
        read_sensitive("types,readers,source,evidence\nREMB,10,x,decided\nREMB,21,x,decided\n", POLICY.professions)
    with pytest.raises(InvalidPolicy, match="line 2: butler of depositors"):
        read_deposits("classes,types,depositors,source,evidence\n60,,butler,x,decided\n", POLICY.roles)
    with pytest.raises(InvalidPolicy, match="line 2: classes or types"):
        read_deposits("classes,types,depositors,source,evidence\n,,holder,x,decided\n", POLICY.roles)


def test_lists_of_selected_types_are_empty_until_the_operator_fills_them(tmp_path):
    assert not reads("70", "60593-1")
    table = shipped("classes").replace(
        "\n70,43 45 52 90 95,P,,functional 3.4; DEC-13,reconstructed",
        "\n70,45 52 90 95,P,,functional 3.4; DEC-13,reconstructed\n70,43,P,60593-1,our annex,decided",
    )
    (tmp_path / "classes.csv").write_text(table, encoding="utf-8")
    filled = load_policy(folder=tmp_path)
    assert reads("70", "60593-1", policy=filled)
    assert not reads("70", "DISP_AUT", policy=filled)
    assert filled.version != load_policy().version


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_was_cut_off_or_tampered_with_is_refused(name, tmp_path):
    *_, last = shipped(name).splitlines()
    (tmp_path / f"{name}.csv").write_text(shipped(name) + last[: len(last) // 2] + '"\n', encoding="utf-8")
    with pytest.raises(InvalidPolicy):
        load_policy(folder=tmp_path)


def test_a_file_that_is_no_table_and_a_folder_that_is_none_are_refused(tmp_path):
    (tmp_path / "class.csv").write_text("", encoding="utf-8")
    with pytest.raises(InvalidPolicy, match=r"class\.csv is none of the tables"):
        load_policy(folder=tmp_path)
    with pytest.raises(InvalidPolicy, match="no folder"):
        load_policy(folder=tmp_path / "elsewhere")
    (tmp_path / "class.csv").rename(tmp_path / "sectors.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidPolicy, match="UTF-8"):
        load_policy(folder=tmp_path)
