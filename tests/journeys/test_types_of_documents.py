"""Types of documents over the wire and through the gate: who finds them, who may put them in, tables of an operator."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from dmp.client import CallRefused
from dmp.main import rights_of
from dmp.record.actor import Facility, Professional
from dmp.record.codes import Code
from dmp.record.profile import ProfileName
from dmp.settings import InvalidSetting, Settings, from_environment, to_environment
from journey_builders import Story, errors

LOCAL, LOINC = "1.2.250.1.213.1.1.4.12", "2.16.840.1.113883.6.1"
REIMBURSEMENT = Code("REMB", LOCAL, "Données de remboursement")
PSYCHIATRY = Code("68599-0", LOINC, "Synthèse psychiatrique")
NOWHERE = Path("/nowhere")
DOCTOR = Professional("899900012345", "Anne DUPONT", "10", "SM26", Facility("499900012345001", "Cabinet", "SA07"))
SETTINGS = Settings("", NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, production=False)


def shipped(name: str) -> str:
    return files("dmp.access").joinpath(f"{name}.csv").read_text(encoding="utf-8")


# -- over the wire


def test_a_pharmacist_does_not_find_a_type_that_his_profession_does_not_see(story: Story):
    story.opened("doctor", "pharmacist")
    letter, report = story.note("Lettre", kind=None), story.note("Psychiatrie", kind=PSYCHIATRY)
    story.doctor.submit(story.patient, [letter, report])
    unique_id = story.found("doctor", report).unique_id

    assert story.titles("doctor") == ["Lettre", "Psychiatrie"]
    assert story.titles("pharmacist") == ["Lettre"]
    assert story.entry("pharmacist", unique_id) is None
    with pytest.raises(CallRefused, match="XDSDocumentUniqueIdError"):
        story.by("pharmacist").read(story.patient, unique_id)


def test_reimbursement_data_by_a_doctor_are_refused_with_the_reason_and_nothing_is_stored(story: Story):
    story.opened("doctor")
    blobs = story.blobs()
    with story.one_trace() as seen, pytest.raises(CallRefused) as refusal:
        story.doctor.submit(story.patient, [story.note("Lettre"), story.note("REMB", kind=REIMBURSEMENT)])

    assert seen.trace.outcome == "refused"
    assert seen.trace.rules == ("type-put-in-by-others",)
    (problem,) = errors(refusal)
    assert problem.code == "LocalPolicyRestrictionError"
    assert "Ce type de document n'est déposé que par d'autres" in problem.context
    assert story.blobs() == blobs
    assert story.titles("doctor") == []


# -- tables of an operator


def test_a_table_of_the_operator_decides_in_place_of_the_shipped_one(tmp_path):
    table = shipped("classes").replace("\n10,95,A-,ATTEST-RESID,", "\n10,95,A-,ATTEST-RESID ATTEST-HEBGT,")
    (tmp_path / "classes.csv").write_text(table, encoding="utf-8")
    ours, theirs = rights_of(replace_rights(tmp_path)), rights_of(SETTINGS)
    assert not ours.opens("10", "95", "ATTEST-HEBGT")
    assert theirs.opens("10", "95", "ATTEST-HEBGT")
    assert ours.version.partition("+")[0] == theirs.version.partition("+")[0]
    assert ours.version != theirs.version


def replace_rights(folder: Path) -> Settings:
    """The settings with that folder, as another process reads them."""
    given = {**to_environment(SETTINGS), "DMP_RIGHTS": str(folder)}
    return from_environment(given)


def test_a_service_does_not_start_with_a_table_that_it_does_not_understand(tmp_path):
    (tmp_path / "sensitive.csv").write_text(shipped("sensitive") + "REMB,butler,ours,decided\n", encoding="utf-8")
    with pytest.raises(InvalidSetting, match=r"DMP_RIGHTS: sensitive\.csv, line [0-9]+: butler of readers is unknown"):
        rights_of(replace_rights(tmp_path))


def test_the_plain_profile_reads_and_takes_types_that_no_table_knows():
    plain = rights_of(replace(SETTINGS, profile=ProfileName.IHE))
    french = rights_of(SETTINGS)
    assert plain.opens("60", "Anything", "Anything")
    assert not french.opens("60", "Anything", "Anything")
    assert plain.takes(DOCTOR, "60", "REMB", attending=False)
    assert not french.takes(DOCTOR, "60", "REMB", attending=False)
    assert rights_of(replace(SETTINGS, tolerant=True)).takes(DOCTOR, "60", "REMB", attending=False)
