"""Changing what is registered: ITI-57, TD3.3a to d (xds-wire 7, DEC-10, DEC-15 to DEC-17, DEC-23)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.client import CallRefused, DmpClient, lots
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.record.visibility import Visibility
from journey_builders import MASKED, UNKNOWN_UUID, Story, problems

UNRESOLVED, POLICY = "UnresolvedReferenceException", "LocalPolicyRestrictionError"


def a_set(story: Story, by: str | DmpClient = "doctor"):
    client = story.by(by) if isinstance(by, str) else by
    return lots.new_set(story.patient, client.credentials, at=datetime.now(UTC), new_oid=client.new_oid)


def a_version(entry: DocumentEntry, previous: int | None = None, **changes) -> UpdateEntry:
    """A new version of an entry, as a client writes it."""
    changed = replace(entry, uuid="Document01", **changes)
    return UpdateEntry(changed, entry.version if previous is None else previous)


def sent(story: Story, *operations, by: str = "doctor") -> None:
    story.by(by).update(story.patient, MetadataUpdate(a_set(story, by), operations))


def refused(story: Story, *operations, by: str = "doctor") -> list[str]:
    """The codes that an update meets, with one trace."""
    with story.one_trace() as seen, pytest.raises(CallRefused) as refusal:
        sent(story, *operations, by=by)
    assert seen.trace.outcome == "refused"
    return problems(refusal)


def told_about(story: Story, named: str, operation, *, by: str) -> str:
    """What a sender is told of an operation, the id he gave left out."""
    with pytest.raises(CallRefused) as refusal:
        sent(story, operation, by=by)
    return f"{refusal.value} {refusal.value.problems}".replace(named, "TARGET")


def now(story: Story, entry: DocumentEntry, holder: str = "doctor") -> DocumentEntry:
    current = story.entry(holder, entry.unique_id)
    assert current is not None
    return current


# -- mask, unmask (TD3.3a)


def test_a_mask_makes_a_new_version_and_touches_nothing_else(story_on_both):
    story = story_on_both.opened("doctor", "nurse")
    entry = story.fed("Lettre")

    with story.one_trace() as seen:
        story.doctor.mask(story.patient, entry)

    masked = now(story, entry)
    assert (masked.version, masked.logical_id, masked.status) == (2, entry.uuid, EntryStatus.APPROVED)
    assert masked == replace(entry, uuid=masked.uuid, version=2, visibility=masked.visibility)
    assert [code.code for code in masked.visibility.codes] == ["MASQUE_PS"]
    assert (seen.trace.verb, seen.trace.outcome) == ("TD3.3a-mask", "done")
    assert story.titles("nurse") == []
    assert story.doctor.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]

    with story.one_trace() as seen:
        story.doctor.unmask(story.patient, masked)

    assert seen.trace.verb == "TD3.3a-unmask"
    assert story.titles("nurse") == ["Lettre"]
    assert now(story, entry).version == 3


def test_any_professional_who_sees_a_document_masks_it_and_only_its_author_unmasks(story):
    story.opened("doctor", "nurse", "doctor2")
    entry = story.fed("Lettre")

    story.nurse.mask(story.patient, entry)

    masked = now(story, entry)
    assert masked.visibility.masked
    assert story.titles("nurse") == story.titles("doctor2") == []
    assert refused(story, a_version(masked, visibility=Visibility()), by="doctor2") == [UNRESOLVED]
    story.doctor.unmask(story.patient, masked)
    assert story.titles("nurse") == ["Lettre"]


def test_the_confirmed_attending_doctor_unmasks(story):
    story.opened("doctor", "doctor2")
    story.by("doctor2").become_attending(story.patient)
    entry = story.fed("Lettre")
    story.doctor.mask(story.patient, entry)
    masked = now(story, entry)
    assert refused(story, a_version(masked, visibility=Visibility()), by="doctor2") == [UNRESOLVED]

    story.confirm_attending("doctor2")
    story.by("doctor2").unmask(story.patient, masked)

    assert not now(story, entry).visibility.masked


def test_masking_what_is_masked_is_a_new_version_that_hides_as_much(story):
    story.opened("doctor")
    entry = story.fed(visibility=MASKED)
    story.doctor.mask(story.patient, entry)
    assert now(story, entry).visibility.masked


def test_the_author_masks_without_authorisation(story):
    story.opened("nurse")
    document = story.note("Lettre")
    story.doctor.submit(story.patient, [document])
    story.doctor.mask(story.patient, story.found("doctor", document))
    assert story.titles("nurse") == []


@pytest.mark.parametrize("holder", ["secretary", "hospital"])
def test_staff_and_structures_mask_nothing(story, holder):
    story.opened("doctor", "secretary")
    entry = story.fed("Lettre")
    assert refused(story, a_version(entry, visibility=MASKED), by=holder) == [UNRESOLVED]
    assert not now(story, entry).visibility.masked


# -- show (TD3.3b)


def test_a_doctor_shows_a_document_to_its_patient_for_good(story):
    story.opened("doctor", "doctor2", "nurse")
    entry = story.fed(visibility=Visibility(hidden_from_patient_since=datetime.now(UTC)))
    hidden = a_version(entry, visibility=Visibility(hidden_from_patient_since=datetime.now(UTC)))
    shown = a_version(entry, visibility=Visibility())
    assert refused(story, shown, by="nurse") == [POLICY]

    with story.one_trace() as seen:
        story.by("doctor2").show_to_patient(story.patient, entry)

    assert seen.trace.verb == "TD3.3b"
    assert now(story, entry).visibility == Visibility()
    assert refused(story, replace(hidden, previous_version=2)) == ["XDSMetadataUpdateError"]


def test_a_mask_does_not_join_what_is_hidden_from_the_patient(story):
    story.opened("doctor")
    entry = story.fed(visibility=Visibility(hidden_from_patient_since=datetime.now(UTC)))
    both = Visibility(masked=True, hidden_from_patient_since=datetime.now(UTC))
    assert refused(story, a_version(entry, visibility=both)) == ["XDSMetadataUpdateError"]


def test_an_update_that_keeps_the_announcement_keeps_its_start(story):
    story.opened("doctor")
    entry = story.fed(visibility=Visibility(hidden_from_patient_since=datetime.now(UTC)))
    since = story.visibility_of(entry).hidden_from_patient_since
    sent(story, a_version(entry, visibility=Visibility(hidden_from_patient_since=datetime.now(UTC))))
    assert story.visibility_of(now(story, entry)).hidden_from_patient_since == since


def test_hiding_from_guardians_is_done_in_secret_connection(story_of_a_child):
    story = story_of_a_child.opened("doctor", "doctor2")
    entry = story.fed()
    hidden = a_version(entry, visibility=Visibility(hidden_from_guardians=True))
    assert refused(story, hidden) == [POLICY]
    story.doctor.in_secret().update(story.patient, MetadataUpdate(a_set(story), (hidden,)))

    hidden_entry = now(story, entry)
    assert hidden_entry.visibility.hidden_from_guardians
    assert refused(story, a_version(hidden_entry, visibility=Visibility()), by="doctor2") == [POLICY]
    story.doctor.show_to_guardians(story.patient, hidden_entry)
    assert not now(story, entry).visibility.hidden_from_guardians


# -- archive, unarchive (TD3.3d), delete (TD3.3c)


def test_the_author_archives_and_brings_back(story):
    story.opened("doctor", "nurse")
    entry = story.fed("Lettre")

    with story.one_trace() as seen:
        story.doctor.archive(story.patient, entry)

    archived = now(story, entry)
    assert (archived.uuid, archived.version, archived.status) == (entry.uuid, 1, EntryStatus.ARCHIVED)
    assert seen.trace.verb == "TD3.3d-archive"
    assert story.titles("nurse") == []
    assert story.titles("nurse", EntryStatus.ARCHIVED) == ["Lettre"]
    with story.one_trace() as seen:
        story.doctor.unarchive(story.patient, archived)
    assert seen.trace.verb == "TD3.3d-unarchive"
    assert story.titles("nurse") == ["Lettre"]


def test_only_the_author_archives_and_deletes(story):
    story.opened("doctor", "doctor2")
    entry = story.fed("Lettre")
    for new in (EntryStatus.ARCHIVED, EntryStatus.DELETED):
        assert refused(story, UpdateStatus(entry.uuid, entry.status, new), by="doctor2") == [POLICY]


def test_the_attending_doctor_archives_everything_and_deletes_his_own(story):
    story.opened("doctor", "doctor2")
    entry = story.fed("Lettre")
    story.by("doctor2").become_attending(story.patient)
    delete = UpdateStatus(entry.uuid, EntryStatus.APPROVED, EntryStatus.DELETED)
    assert refused(story, delete, by="doctor2") == [POLICY]

    story.by("doctor2").archive(story.patient, entry)

    assert story.titles("doctor", EntryStatus.ARCHIVED) == ["Lettre"]


def test_a_doctor_in_air_archives_what_is_not_his(story):
    story.opened("doctor")
    entry = story.fed("Lettre")
    colleague = story.by("hospital", standing_for="doctor2", air=True)
    colleague.authorise(story.patient)

    colleague.archive(story.patient, entry)

    assert story.titles("doctor", EntryStatus.ARCHIVED) == ["Lettre"]


def test_the_author_deletes_without_authorisation_and_for_good(story):
    story.opened("nurse")
    document = story.note("Lettre")
    story.doctor.submit(story.patient, [document])
    entry = story.found("doctor", document)

    with story.one_trace() as seen:
        story.doctor.delete(story.patient, entry)

    assert seen.trace.verb == "TD3.3c"
    assert story.titles("nurse", *EntryStatus) == []
    for new in (EntryStatus.APPROVED, EntryStatus.ARCHIVED):
        assert refused(story, UpdateStatus(entry.uuid, EntryStatus.DELETED, new)) == ["XDSMetadataUpdateError"]


def test_an_archived_and_a_deprecated_document_may_be_deleted(story):
    story.opened("doctor")
    archived, old = story.fed("Archivée"), story.fed("Ancienne")
    story.doctor.archive(story.patient, archived)
    story.doctor.submit(story.patient, [story.note("Nouvelle")], replaces=old.uuid)

    for entry in (archived, old):
        story.doctor.delete(story.patient, now(story, entry))

    assert story.titles("doctor", EntryStatus.DELETED) == ["Ancienne", "Archivée"]
    assert story.titles("doctor") == ["Nouvelle"]


def test_a_structure_deletes_what_it_sent_and_its_staff_does_too(story):
    story.opened("doctor")
    hospital, at_home = story.by("hospital", standing_for="doctor2"), story.by("doctor2").credentials.facility.id
    here = hospital.credentials.facility.id.encode()
    notes = [story.note(title, author="doctor2").replace(at_home.encode(), here) for title in ("Une", "Deux")]
    hospital.submit(story.patient, notes)
    letter = story.fed("Lettre")

    hospital.delete(story.patient, story.found("doctor", notes[0]))
    story.by("secretary").delete(story.patient, story.found("doctor", notes[1]))

    assert story.titles("doctor") == ["Lettre"]
    for holder in ("hospital", "secretary", "laboratory"):
        delete = UpdateStatus(letter.uuid, EntryStatus.APPROVED, EntryStatus.DELETED)
        assert refused(story, delete, by=holder) == [UNRESOLVED]


# -- rules


def test_a_lost_update_is_refused(story):
    story.opened("doctor")
    entry = story.fed()
    assert refused(story, a_version(entry, 2, visibility=MASKED)) == ["XDSMetadataVersionError"]
    story.doctor.mask(story.patient, entry)
    assert refused(story, a_version(entry, 1, visibility=Visibility())) == ["XDSMetadataVersionError"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "Autre titre"}, "UnmodifiableMetadataError"),
        ({"hash": "0" * 40}, "UnmodifiableMetadataError"),
        ({"size": 12}, "UnmodifiableMetadataError"),
        ({"creation_time": "20200101"}, "UnmodifiableMetadataError"),
        ({"comments": "Ajout"}, "UnmodifiableMetadataError"),
        (
            {"practice_setting": Code("ETABLISSEMENT", "1.2.250.1.213.1.1.4.9", "x")},
            "UnmodifiableMetadataError",
        ),
        ({"confidentiality": (Code("R", "2.16.840.1.113883.5.25"),)}, "UnmodifiableMetadataError"),
        ({"legal_authenticator": "1^AUTRE^FICTIF^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"}, "UnmodifiableMetadataError"),
        ({"unique_id": "1.2.3.4"}, "XDSMetadataIdentifierError"),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else "",
)
def test_nothing_but_what_hides_a_document_may_change(story, changes, code):
    story.opened("doctor")
    entry = story.fed("Lettre")

    assert refused(story, a_version(entry, visibility=MASKED, **changes)) == [code]

    assert now(story, entry) == entry


def test_an_update_for_another_patient_is_refused(story):
    story.opened("doctor")
    entry = story.fed()
    other = entry.patient_cx.replace(story.patient.number, "279035121518989")
    assert refused(story, a_version(entry, patient_cx=other)) == ["XDSPatientIDReconciliationError"]


def test_labels_and_the_type_of_the_identifier_are_not_compared(story):
    story.opened("doctor")
    entry = story.fed()
    told = a_version(
        entry,
        visibility=MASKED,
        type_code=replace(entry.type_code, display="Autre libellé"),
        patient_cx=entry.patient_cx.removesuffix("^NH"),
        hash="",
        size=None,
    )
    sent(story, told)
    assert now(story, entry).type_code == entry.type_code
    assert now(story, entry).patient_cx == entry.patient_cx


def test_the_status_must_be_the_one_of_the_entry(story):
    story.opened("doctor")
    entry = story.fed()
    wrong = UpdateStatus(entry.uuid, EntryStatus.ARCHIVED, EntryStatus.APPROVED)
    assert refused(story, wrong) == ["XDSMetadataUpdateError"]


def test_only_a_replacement_makes_a_document_deprecated(story):
    story.opened("doctor")
    entry = story.fed()
    deprecate = UpdateStatus(entry.uuid, EntryStatus.APPROVED, EntryStatus.DEPRECATED)
    assert refused(story, deprecate) == ["XDSMetadataUpdateError"]


def test_a_former_version_of_the_metadata_has_no_status_to_change(story):
    story.opened("doctor")
    entry = story.fed()
    story.doctor.mask(story.patient, entry)
    former = UpdateStatus(entry.uuid, EntryStatus.DEPRECATED, EntryStatus.DELETED)
    assert refused(story, former) == ["XDSMetadataUpdateError"]
    assert now(story, entry).status is EntryStatus.APPROVED


def test_an_archived_document_is_not_masked(story):
    story.opened("doctor")
    entry = story.fed()
    story.doctor.archive(story.patient, entry)
    assert refused(story, a_version(entry, visibility=MASKED)) == ["XDSMetadataUpdateError"]


def test_the_author_of_an_update_is_the_caller(story):
    story.opened("doctor")
    entry = story.fed()
    update = MetadataUpdate(a_set(story, "doctor2"), (a_version(entry, visibility=MASKED),))
    with story.one_trace(), pytest.raises(CallRefused) as refusal:
        story.doctor.update(story.patient, update)
    assert set(problems(refusal)) == {POLICY}
    assert not now(story, entry).visibility.masked


def test_an_update_has_a_lot_of_its_own(story):
    story.opened("doctor")
    entry = story.fed()
    used = a_set(story)
    story.doctor.update(story.patient, MetadataUpdate(used, (a_version(entry, visibility=MASKED),)))
    again = MetadataUpdate(used, (a_version(now(story, entry), visibility=Visibility()),))
    with story.refused("XDSDuplicateUniqueIdInRegistry"):
        story.doctor.update(story.patient, again)


# -- several operations in one message


def test_two_operations_succeed_together(story):
    story.opened("doctor", "nurse")
    first, second = story.fed("Une"), story.fed("Deux")

    sent(
        story,
        a_version(first, visibility=MASKED),
        UpdateStatus(second.uuid, EntryStatus.APPROVED, EntryStatus.ARCHIVED),
    )

    assert story.titles("nurse", *EntryStatus) == ["Deux"]
    assert story.titles("doctor", EntryStatus.ARCHIVED) == ["Deux"]


def test_one_operation_that_fails_undoes_the_others(story_on_both):
    story = story_on_both.opened("doctor", "nurse")
    first, second = story.fed("Une"), story.fed("Deux")

    codes = refused(
        story,
        a_version(first, visibility=MASKED),
        UpdateStatus(second.uuid, EntryStatus.ARCHIVED, EntryStatus.APPROVED),
    )

    assert codes == ["XDSMetadataUpdateError"]
    assert story.titles("nurse") == ["Deux", "Une"]
    assert now(story, first) == first


def test_a_document_is_masked_and_archived_in_one_message(story):
    story.opened("doctor", "nurse")
    entry = story.fed("Lettre")

    sent(
        story,
        a_version(entry, visibility=MASKED),
        UpdateStatus(entry.uuid, EntryStatus.APPROVED, EntryStatus.ARCHIVED),
    )

    current = now(story, entry)
    assert (current.version, current.status, current.visibility.masked) == (2, EntryStatus.ARCHIVED, True)
    assert story.titles("nurse", *EntryStatus) == []


# -- targets that are not to be known


def test_unknown_masked_and_foreign_targets_are_told_word_for_word_alike(story, strict, child):
    story.opened("doctor", "nurse")
    hidden = story.fed("Cachée")
    story.doctor.mask(story.patient, hidden)
    current = now(story, hidden)
    foreign = Story(strict, child).opened("doctor", "nurse").fed("D'un autre")
    unknown = replace(hidden, uuid=UNKNOWN_UUID, logical_id=UNKNOWN_UUID)

    def by_version(entry: DocumentEntry) -> str:
        cx = hidden.patient_cx
        operation = a_version(entry, 2, patient_cx=cx, visibility=Visibility())
        return told_about(story, entry.logical_id, operation, by="nurse")

    def by_status(entry: DocumentEntry) -> str:
        operation = UpdateStatus(entry.uuid, EntryStatus.APPROVED, EntryStatus.DELETED)
        return told_about(story, entry.uuid, operation, by="nurse")

    for ask in (by_version, by_status):
        assert UNRESOLVED in ask(unknown)
        assert ask(current) == ask(foreign) == ask(unknown)


def test_the_insurer_learns_nothing_of_a_target(story):
    story.opened("doctor")
    entry = story.fed()
    unknown = replace(entry, uuid=UNKNOWN_UUID, logical_id=UNKNOWN_UUID)
    told = {
        told_about(story, one.uuid, UpdateStatus(one.uuid, EntryStatus.APPROVED, EntryStatus.DELETED), by="insurer")
        for one in (entry, unknown)
    }
    assert len(told) == 1
    assert POLICY in told.pop()


def test_an_update_without_record_or_for_somebody_else_is_refused(story, child):
    operation = UpdateStatus(UNKNOWN_UUID, EntryStatus.APPROVED, EntryStatus.DELETED)
    assert refused(story, operation) == ["XDSUnknownPatientId"]
    somebody = replace(a_set(story), patient_cx=lots.patient_cx(child.patient))
    with story.refused("dmp:DMPPatientMismatch"):
        story.doctor.update(story.patient, MetadataUpdate(somebody, (operation,)))
