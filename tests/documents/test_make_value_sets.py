"""Every code that our makers write: chosen from its published set, written by the published documents, or told so.

`coded_places.csv` says which, for each place of a document that carries a
code; a place that it does not name fails.
"""

import csv
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from importlib.resources import files
from typing import Any

import pytest
from coded_places import Written, codes_in, published, rules, value_set
from published_facts import facts, names, needs_published
from test_make_documents import FULL, WHOLE, every_document
from test_make_posology import FALLING
from test_make_published import summary_of

from dmp.documents.dispensation.make import dispensation
from dmp.documents.medical_summary.make import NONE_KNOWN, Summary, in_words, medical_summary, none_known
from dmp.documents.patient_summary.make import patient_summary
from dmp.documents.prescription.make import AT_HOME, EXCEPTIONAL, SECURED, URGENT, Order, prescription
from dmp.documents.vaccination_history.make import vaccination_history
from dmp.documents.vaccination_note.make import vaccination_note
from dmp.record.actor import Facility
from dmp.record.codes import Code
from dmp.record.facts import Concept, Facts, Problem, Qualifier
from dmp.record.patient import Contact, Guardian, Sex
from dmp.wire.cda.making.context import ATTENDING, EMERGENCY, INPATIENT
from dmp.wire.cda.making.files import File
from dmp.wire.cda.making.labels import codes_of
from dmp.wire.cda.making.vaccines import Dose
from file_builders import a_png
from maker_builders import a_context, a_doctor, parsed
from making_builders import (
    a_concept,
    a_source,
    a_told_allergy,
    a_told_line,
    a_told_problem,
    a_told_result,
    a_told_treatment,
    a_told_vaccine,
    needs_value_sets,
)

pytestmark = [needs_published, needs_value_sets]


def faults(octets: bytes, *told: Any) -> list[str]:
    """The codes of a document that are neither of their set, nor published there, nor told by these facts."""
    known = set(_told(told))
    return [f"{place}: {code}" for place, code in codes_in(parsed(octets)) if not _is_right(place, code, known)]


def _is_right(place: str, code: Written, told: set[Written]) -> bool:
    return any(_is_from(origin, place, code, told) for origin in rules().get(place, ()))


def _is_from(origin: str, place: str, code: Written, told: set[Written]) -> bool:
    if origin == "told":
        return code in told
    if origin == "published":
        return any((one.code, one.system) == (code.code, code.system) for one in published().get(place, ()))
    if not code.system:
        return code.code in {known for known, _ in value_set(origin)}
    label = value_set(origin).get((code.code, code.system))
    # Releases of one set differ by capitals and by accents on them.
    return label is not None and label.casefold() == code.label.casefold()


def _told(value: Any) -> Iterator[Written]:
    """Every code of some facts, with its system and its label."""
    if isinstance(value, Concept):
        yield from _written(Code(value.code, value.system, value.display))
    elif isinstance(value, Code):
        yield from _written(value)
    elif isinstance(value, Qualifier):
        yield from _written(Code(value.name, value.system, value.label))
    if isinstance(value, tuple | list):
        for one in value:
            yield from _told(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _told(getattr(value, field.name))


def _written(code: Code) -> Iterator[Written]:
    yield Written(code.code, code.system, code.display)


# -- our own facts, that tell everything


def test_documents_that_tell_everything_keep_every_code_from_its_set():
    for kind, octets in every_document(a_context()).items():
        lines = (a_told_line(), a_told_vaccine())
        assert faults(octets, FULL, WHOLE, lines) == [], kind


@pytest.mark.parametrize("section", sorted({*NONE_KNOWN, "history", "lifestyle", "family"}))
def test_what_a_doctor_writes_in_words_or_denies_keeps_every_code_from_its_set(section: str):
    said = [in_words(section, "Mots")] + ([none_known(section)] if section in NONE_KNOWN else [])
    kind = "problems" if section == "history" else section
    octets = medical_summary(a_context(), Summary(**{kind: tuple(said)}))

    assert faults(octets, *said) == []


@pytest.mark.parametrize("section", sorted(NONE_KNOWN))
def test_a_statement_of_absence_is_one_of_the_set_for_its_section(section: str):
    name = {"problems": "Problem", "procedures": "Procedure", "allergies": "Allergy", "medications": "Medication"}
    code = NONE_KNOWN[section]
    assert value_set(f"JDV_AbsentOrUnknown{name[section]}_CISIS")[code.code, code.system] == code.display


@pytest.mark.parametrize(
    "changes",
    [
        {"function": ATTENDING},
        {"encounter": INPATIENT},
        {"encounter": EMERGENCY},
        *({"traits": replace(a_context().traits, sex=sex)} for sex in Sex),
        {"guardians": (Guardian("MTH", "FICTIVE", "ANNE", Contact()),)},
        *({"author": a_doctor(profession=code, know_how="")} for code in ("21", "40", "50", "60", "70", "91")),
        {"author": a_doctor(profession="10", know_how="SM54")},
        *({"author": a_doctor(facility=Facility("1", "X", f"SA{number:02}"))} for number in (1, 4, 5, 7, 8, 9, 25, 33)),
    ],
)
def test_whoever_writes_for_whomever_the_header_keeps_every_code_from_its_set(changes: dict[str, Any]):
    assert faults(vaccination_note(a_context(**changes), Dose(a_told_vaccine())), a_told_vaccine()) == []


def test_flags_files_steps_and_germs_keep_every_code_from_its_set():
    order = Order((a_told_line(),), number="7KQ2", picture=a_png(), flags=(AT_HOME, URGENT, EXCEPTIONAL, SECURED))
    assert faults(prescription(a_context(), order), order) == []

    result = a_told_result(isolate=a_concept("112283007", "2.16.840.1.113883.6.96", "Escherichia coli"))
    told = Facts(results=(result,), medications=(a_told_treatment(steps=FALLING),))
    assert faults(patient_summary(a_context(), told, files=(File("x", a_png()),)), told) == []

    by_hand = Dose(a_told_vaccine(), a_doctor(), Code("R50.9", "2.16.840.1.113883.6.3", "Fièvre, sans précision"))
    assert faults(vaccination_history(a_context(), (by_hand,)), by_hand) == []


@pytest.mark.parametrize("status", ["completed", "normal", "nullified", "DROP TABLE", "", "Actif", "held"])
def test_a_status_that_is_none_of_the_set_is_not_written(status: str):
    told = Facts(procedures=tuple(replace(one, status=status) for one in WHOLE.procedures))
    assert faults(patient_summary(a_context(), told), told) == []


@pytest.mark.parametrize("label", [code.display for code in codes_of("severity")])
def test_a_severity_is_written_by_its_code(label: str):
    told = (a_told_problem(severity=label), a_told_allergy(severity=label, source=a_source(70)))
    octets = medical_summary(a_context(), Summary(problems=told[:1], allergies=told[1:]))

    assert faults(octets, told) == []
    assert label in {code.label for place, code in codes_in(parsed(octets)) if place == "observation[29]/value"}


def test_a_code_that_is_told_keeps_its_system_and_its_label():
    odd = a_concept("ZZ-9", "1.2.250.1.999", "Un libellé d’ailleurs")
    octets = medical_summary(a_context(), Summary(problems=(Problem(a_source(80), odd),)))

    assert ("observation[37]/value", Written(odd.code, odd.system, odd.display)) in list(codes_in(parsed(octets)))


def test_a_code_of_no_set_would_be_seen():
    octets = vaccination_note(a_context(), Dose(a_told_vaccine()))
    for right, wrong in (
        (b'code="AMB"', b'code="AMBU"'),
        (b'displayName="Normal"', b'displayName="Normale"'),
        (b'code="BOOSTER"', b'code="REBOOST"'),
        (b'code="completed"', b'code="done"'),
        (b'code="11369-6"', b'code="11369-7"'),
        (b'displayName="REVAXIS"', b'displayName="REVAXI"'),
    ):
        assert right in octets
        assert faults(octets.replace(right, wrong), a_told_vaccine()) != [], wrong


# -- what the published documents tell


@pytest.mark.parametrize("name", names())
def test_summaries_of_published_documents_keep_every_code_from_its_set(name: str):
    told = facts(name)
    summary = summary_of(told)

    assert faults(medical_summary(a_context(), summary), summary) == []
    assert faults(patient_summary(a_context(), told), told) == []


@pytest.mark.parametrize("name", [name for name in names() if facts(name).immunizations])
def test_vaccination_documents_of_published_ones_keep_every_code_from_its_set(name: str):
    told = facts(name).immunizations

    assert faults(vaccination_history(a_context(), [Dose(one) for one in told]), told) == []
    assert faults(vaccination_note(a_context(), Dose(told[0])), told) == []


@pytest.mark.parametrize("name", [name for name in names() if facts(name).prescriptions or facts(name).dispensations])
def test_prescriptions_and_deliveries_of_published_ones_keep_every_code_from_its_set(name: str):
    told = facts(name)

    if told.prescriptions:
        assert faults(prescription(a_context(), Order(told.prescriptions)), told) == []
    if told.dispensations:
        assert faults(dispensation(a_context(), told.dispensations), told) == []


# -- our own tables


def test_our_small_sets_say_the_same_as_the_published_ones():
    text = files("dmp.wire.cda.making").joinpath("labels.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert row["mark"] == "confirmed"
        if row["set"] == "former-status":
            assert Written(row["code"], row["system"], row["label"]) in published()["observation[30]/value"], row
        else:
            assert value_set(row["source"]).get((row["code"], row["system"])) == row["label"], row


def test_every_place_of_the_table_names_a_set_that_is_published():
    for place, origins in rules().items():
        assert origins, place
        assert all(origin in {"told", "published"} or value_set(origin) for origin in origins), place
