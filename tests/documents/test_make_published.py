"""Whatever the published documents say is written again by our makers, and read back as the same facts (cda 6-3)."""

from dataclasses import fields, replace
from typing import Any

import pytest
from published_facts import facts, names, needs_published

from dmp.documents.dispensation.make import dispensation
from dmp.documents.medical_summary.make import Summary, medical_summary
from dmp.documents.patient_summary.make import patient_summary
from dmp.documents.prescription.make import Order, prescription
from dmp.documents.vaccination_history.make import vaccination_history
from dmp.documents.vaccination_note.make import vaccination_note
from dmp.record.facts import Facts
from dmp.wire.cda.making.vaccines import Dose
from maker_builders import a_context
from making_builders import anonymous, kept, told_by

pytestmark = needs_published


def same(told: tuple[Any, ...] | list[Any], read: tuple[Any, ...]) -> bool:
    """The same facts, in their order."""
    return [anonymous(fact) for fact in told] == [anonymous(fact) for fact in read]


def summary_of(told: Facts) -> Summary:
    family = tuple(one for one in told.family if one.concept.words and not one.value.words and not one.quantity.value)
    current = [one for one in told.problems if not one.history]
    problems = (*current, *(one for one in told.problems if one.history))
    return Summary(problems, told.procedures, told.allergies, told.lifestyle, family, told.medications)


@pytest.mark.parametrize("name", names())
def test_a_medical_summary_says_them(name: str):
    summary = summary_of(facts(name))

    read = told_by(medical_summary(a_context(), summary))

    for kind in ("problems", "procedures", "allergies", "lifestyle", "family", "medications"):
        assert same(getattr(summary.facts, kind), getattr(read, kind)), kind


@pytest.mark.parametrize("name", names())
def test_a_patient_summary_says_them(name: str):
    told = facts(name)

    read = told_by(patient_summary(a_context(), told))

    for kind in ("measurements", "immunizations", "pregnancies", "directives", "results", "plan"):
        planned = kind == "immunizations" and sorted(getattr(told, kind), key=lambda one: one.mood != "EVN")
        assert same(planned or getattr(told, kind), getattr(read, kind)), kind
    assert same([one for one in told.devices if one.mood == "EVN"], read.devices)
    assert same([one for one in told.encounters if one.mood != "EVN"], read.encounters)


@pytest.mark.parametrize("name", [name for name in names() if facts(name).immunizations])
def test_vaccination_documents_say_them(name: str):
    told = facts(name).immunizations

    history = told_by(vaccination_history(a_context(), [Dose(one) for one in told]))
    note = told_by(vaccination_note(a_context(), Dose(told[0])))

    assert same(told, history.immunizations)
    assert same(told[:1], note.immunizations)


@pytest.mark.parametrize("name", [name for name in names() if facts(name).prescriptions])
def test_a_prescription_says_them(name: str):
    told = facts(name)
    devices = tuple(one for one in told.devices if one.mood == "INT")

    read = told_by(prescription(a_context(), Order(told.prescriptions, devices, told.measurements)))

    assert same(told.prescriptions, read.prescriptions)
    assert same(devices, read.devices)
    assert same(told.measurements, read.measurements)


@pytest.mark.parametrize("name", [name for name in names() if facts(name).dispensations])
def test_a_dispensation_says_them(name: str):
    told = facts(name).dispensations

    assert same(told, told_by(dispensation(a_context(), told)).dispensations)


# -- what a summary cannot say

LOST = {
    "problems": {"kind"},
    "medications": {"status"},
    "procedures": {"status"},
    "family": {"status"},
    "results": {"specialty", "panel", "panel_ident"},
    "observations": {"group"},
}
"""By kind, what a patient summary does not keep as it was told.

The kind of a problem loses the words beside its code; a status that was not
told is written as the model asks; a chapter of the laboratory becomes the
battery where there is none; a group that is null of an observation.
"""


@pytest.mark.parametrize("name", names())
def test_a_patient_summary_loses_nothing_else(name: str):
    told = facts(name)
    read = told_by(patient_summary(a_context(), told))

    for kind in ("problems", "allergies", "medications", "immunizations", "results", "procedures", "observations"):
        waiting = list(getattr(read, kind))
        for fact in getattr(told, kind):
            found = next((one for one in waiting if _is_about(one, fact)), None)
            if found is None:
                assert kind == "observations", fact
                continue
            waiting.remove(found)
            assert _differences(fact, found) <= LOST.get(kind, set()), fact


def _is_about(one: Any, fact: Any) -> bool:
    return (one.concept.code, one.concept.words, one.start) == (fact.concept.code, fact.concept.words, fact.start)


def _differences(told: Any, read: Any) -> set[str]:
    """The fields that differ; who says it, where the entry tells it."""
    said = (replace(told.source, ident="", section="", path=""), replace(read.source, ident="", section="", path=""))
    whose = {"source"} if said[0] != said[1] else set()
    one, other = kept(told), kept(read)
    names = {field.name for field in fields(one)} - {"source"}
    return whose | {name for name in names if getattr(one, name) != getattr(other, name)}
