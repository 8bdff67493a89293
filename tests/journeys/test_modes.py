"""Access modes: break-glass, regulation centre, blocks (functional 3.1, 3.3; DEC-8, DEC-18, DEC-20, DEC-21, DEC-27)."""

import re
from dataclasses import replace

import pytest

from dmp.client import CallRefused, DmpClient
from dmp.desk.lookout import Lookout
from dmp.record.actor import Mode
from dmp.record.entry import EntryStatus
from dmp.record.management import AuthorisationStatus
from dmp.record.record import Oppositions, Record, RecordState
from journey_builders import MASKED, Story

NOT_FOUND, POLICY, DENIED = "XDSDocumentUniqueIdError", "LocalPolicyRestrictionError", "DMPAccessDeniedByRightsService"
REASON = "Personne inconsciente, risque immédiat"


def in_glass(story: Story, holder: str, reason: str = REASON) -> DmpClient:
    return story.by(holder).in_mode(Mode.BREAK_GLASS, reason)


def centre(story: Story, structure: str = "regulation_centre", doctor: str = "doctor2") -> DmpClient:
    """A regulating doctor, proven by his centre."""
    return story.by(structure, standing_for=doctor, air=True).in_mode(Mode.EMERGENCY_DISPATCH)


def oppose(story: Story, *, break_glass: bool = False, dispatch: bool = False) -> None:
    story.change(lambda record: replace(record, oppositions=Oppositions(break_glass, dispatch)))


# -- break-glass


@pytest.mark.parametrize("holder", ["doctor2", "nurse"])
def test_breaking_the_glass_reads_without_authorisation_and_keeps_the_reason(story, holder):
    story.opened("doctor")
    entry = story.fed("Lettre")

    with story.one_trace() as seen:
        assert story.titles(in_glass(story, holder)) == ["Lettre"]

    assert (seen.trace.who.mode, seen.trace.who.reason) == ("bris_de_glace", REASON)
    assert "break-glass" in seen.trace.rules
    assert in_glass(story, holder).read(story.patient, entry.unique_id) == story.documents[entry.unique_id]
    assert story.titles(holder) == [], "the authorisation itself was not given"


def test_without_a_reason_nothing_is_read(story):
    story.opened("doctor")
    entry = story.fed("Lettre")
    with story.one_trace() as seen, pytest.raises(CallRefused) as refusal:
        in_glass(story, "nurse", "").read(story.patient, entry.unique_id)

    assert refusal.value.code == "dmp:DMPInvalidVIHF"
    assert seen.trace.outcome == "refused"
    assert "Mode_Acces_Raison" in seen.said


def test_a_reason_made_of_blanks_is_none(story):
    story.opened("doctor")
    story.fed("Lettre")
    with story.refused("dmp:DMPInvalidVIHF"):
        in_glass(story, "nurse", "   ").find(story.patient)


def test_the_opposition_of_the_holder_stops_what_reads(story):
    story.opened("doctor")
    entry = story.fed("Lettre")
    oppose(story, break_glass=True)

    with story.one_trace() as seen:
        assert story.titles(in_glass(story, "nurse")) == []
    assert (seen.trace.outcome, seen.said) == ("refused", "emergency-opposed")
    with story.refused(NOT_FOUND):
        in_glass(story, "nurse").read(story.patient, entry.unique_id)
    with story.refused(DENIED):
        in_glass(story, "nurse").read_identity(story.patient)


def test_acts_that_read_nothing_pass_an_opposition(story):
    story.opened("doctor")
    oppose(story, break_glass=True)
    glass = in_glass(story, "doctor")
    document = story.note("Urgence")

    glass.submit(story.patient, [document])
    assert glass.test_record(story.patient).found
    glass.delete(story.patient, story.found("doctor", document))

    assert story.titles("doctor", EntryStatus.DELETED) == ["Urgence"]


def test_masked_documents_open_only_if_the_holder_allowed_it(story):
    story.opened("doctor")
    entry = story.fed("Masquée", visibility=MASKED)
    assert story.titles(in_glass(story, "doctor2")) == []

    story.change(lambda record: replace(record, emergency_reads_masked=True))

    assert story.titles(in_glass(story, "doctor2")) == ["Masquée"]
    assert in_glass(story, "doctor2").read(story.patient, entry.unique_id) == story.documents[entry.unique_id]
    assert story.titles("doctor2") == []


def test_the_author_reads_his_own_masked_document_through_the_glass(story):
    story.opened("doctor")
    entry = story.fed("Masquée", visibility=MASKED)
    assert in_glass(story, "doctor").read(story.patient, entry.unique_id) == story.documents[entry.unique_id]


def test_everything_hidden_stays_hidden_in_an_emergency(story):
    story.opened("doctor")
    story.fed("Lettre")
    story.change(lambda record: replace(record, hide_everything=True, emergency_reads_masked=True))
    assert story.titles(in_glass(story, "doctor")) == []


def test_nothing_is_declared_masked_or_closed_through_the_glass(story):
    story.opened("doctor")
    entry = story.fed("Lettre")
    glass = in_glass(story, "doctor")
    with story.refused(DENIED):
        glass.authorise(story.patient)
    with story.refused(POLICY) as seen:
        glass.mask(story.patient, entry)
    assert seen.said == "outside-matrix"


@pytest.mark.parametrize("holder", ["secretary", "occupational_doctor", "hospital"])
def test_there_is_no_glass_for_staff_structures_and_occupational_doctors(story, holder):
    story.opened("doctor")
    story.fed("Lettre")
    with story.one_trace() as seen:
        assert story.titles(in_glass(story, holder)) == []
    assert (seen.trace.outcome, seen.said) == ("refused", "mode-not-open")


# -- regulation centre


def test_a_regulation_centre_reads_without_authorisation(story):
    story.opened("doctor")
    entry = story.fed("Lettre")

    with story.one_trace() as seen:
        assert story.titles(centre(story)) == ["Lettre"]

    assert seen.trace.who.mode == "centre_15"
    assert "emergency-dispatch" in seen.trace.rules
    assert centre(story).read(story.patient, entry.unique_id) == story.documents[entry.unique_id]
    assert centre(story).test_record(story.patient).authorisation is None, "not tested there (functional 4)"


@pytest.mark.parametrize("structure", ["hospital", "laboratory"])
def test_another_structure_is_no_regulation_centre(story, structure):
    story.opened("doctor")
    story.fed("Lettre")
    with story.one_trace() as seen:
        assert story.titles(centre(story, structure)) == []
    assert (seen.trace.outcome, seen.said) == ("refused", "not-a-regulation-centre")


def test_a_doctor_alone_is_no_regulation_centre(story):
    story.opened("doctor")
    story.fed("Lettre")
    assert story.titles(story.doctor.in_mode(Mode.EMERGENCY_DISPATCH)) == []


def test_the_opposition_to_regulation_is_one_of_its_own(story):
    story.opened("doctor")
    story.fed("Lettre")
    oppose(story, break_glass=True)
    assert story.titles(centre(story)) == ["Lettre"]

    oppose(story, dispatch=True)

    assert story.titles(centre(story)) == []
    assert story.titles(in_glass(story, "nurse")) == ["Lettre"]


def test_the_centre_reads_masked_documents_only_if_allowed(story):
    story.opened("doctor")
    story.fed("Masquée", visibility=MASKED)
    assert story.titles(centre(story)) == []
    story.change(lambda record: replace(record, emergency_reads_masked=True))
    assert story.titles(centre(story)) == ["Masquée"]


# -- what a test of the record says of them


def let_in(story: Story, holder: str, *, by_holder: bool) -> None:
    """As if somebody else had let him in: the holder, or a professional with his consent."""
    subject = story.by(holder).credentials.user

    def how(record: Record) -> Record:
        given = replace(record.authorisations[0], subject=subject, by_holder=by_holder)
        others = tuple(one for one in record.authorisations if one.subject != subject)
        return replace(record, authorisations=(*others, given))

    story.change(how)


def test_the_test_of_a_record_says_valid_to_nobody_whom_a_search_refuses(story):
    """What a professional declared lets no occupational doctor in: the holder's own word does (DEC-21)."""
    story.opened("doctor")
    story.fed("Lettre")
    doctor = story.by("occupational_doctor")
    let_in(story, "occupational_doctor", by_holder=False)
    assert story.titles(doctor) == []
    assert doctor.test_record(story.patient).authorisation is AuthorisationStatus.NEVER_GIVEN

    let_in(story, "occupational_doctor", by_holder=True)

    assert story.titles(doctor) == ["Lettre"]
    assert doctor.test_record(story.patient).authorisation is AuthorisationStatus.VALID


def test_the_test_of_a_record_says_the_same_of_who_was_never_let_in_whatever_the_mode(story):
    story.opened("doctor")
    for nurse in (story.nurse, in_glass(story, "nurse")):
        assert nurse.test_record(story.patient).authorisation is AuthorisationStatus.NEVER_GIVEN
    assert in_glass(story, "doctor").test_record(story.patient).authorisation is AuthorisationStatus.VALID

    oppose(story, break_glass=True)

    assert in_glass(story, "doctor").test_record(story.patient).authorisation is AuthorisationStatus.NEVER_GIVEN
    assert story.doctor.test_record(story.patient).authorisation is AuthorisationStatus.VALID


def test_the_test_of_a_closed_record_still_says_what_was_given(story):
    story.opened("doctor")
    story.change(lambda record: replace(record, state=RecordState.CLOSED))
    assert story.doctor.test_record(story.patient).authorisation is AuthorisationStatus.VALID


# -- the ledger


def test_an_emergency_over_the_wire_is_one_case_and_the_operator_sees_neither_record_nor_person(story):
    story.opened("doctor")
    entry = story.fed("Lettre")
    nurse = in_glass(story, "nurse")
    assert story.titles(nurse) == ["Lettre"]
    nurse.read(story.patient, entry.unique_id)
    assert story.titles("doctor") == ["Lettre"]

    with story.store() as store, store.begin() as tx:
        record = tx.records.of(story.patient)
        assert record is not None
        (case,) = tx.cases.of(record.key)
    assert (case.mode, case.acts, case.reasons) == (Mode.BREAK_GLASS, 2, (REASON,))
    told = "\n".join(Lookout(story.sandbox.operations.settings).emergencies())
    assert re.search(rf"^{case.structure}  \d+ to review, 0 overdue, the oldest 0 h old$", told, re.MULTILINE)
    for hidden in (case.person, case.name, record.key, story.patient.number, REASON):
        assert hidden not in told


# -- blocks


def test_a_blocked_professional_reads_in_no_mode(story):
    story.opened("doctor", "nurse")
    entry = story.fed("Lettre")
    story.block("nurse")

    for nurse in (story.nurse, in_glass(story, "nurse")):
        with story.one_trace() as seen:
            assert story.titles(nurse) == []
        assert (seen.trace.outcome, seen.said) == ("refused", "blocked-by-the-holder")
        with story.refused(NOT_FOUND):
            nurse.read(story.patient, entry.unique_id)
    story.nurse.submit(story.patient, [story.note("Déposée", author="nurse")])


def test_a_doctor_blocked_by_name_does_not_regulate(story):
    story.opened("doctor")
    story.fed("Lettre")
    story.block("doctor2")
    assert story.titles(centre(story)) == []


def test_the_block_of_a_structure_does_not_stop_regulation(story):
    story.opened("doctor")
    story.fed("Lettre")
    story.block("regulation_centre", structure=True)
    assert story.titles(centre(story)) == ["Lettre"]


def test_what_a_blocked_professional_may_not_change(story):
    story.opened("doctor", "nurse")
    letter, mine = story.fed("Lettre"), story.fed("Mienne", by="nurse")
    story.block("nurse")

    with story.refused("UnresolvedReferenceException"):
        story.nurse.mask(story.patient, letter)
    with story.refused(POLICY) as seen:
        story.nurse.mask(story.patient, mine)
    assert seen.said == "blocked-by-the-holder"
    with story.refused(POLICY):
        story.nurse.archive(story.patient, mine)
    story.nurse.delete(story.patient, mine)
    assert story.titles("doctor") == ["Lettre"]
