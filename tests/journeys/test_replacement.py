"""Replacing, completing and transforming documents: ITI-41 relationships (xds-wire 2.3, 2.7, 7.4; DEC-2, 7, 10)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.client import CallRefused
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Relation
from dmp.record.query import GetAssociations, StoredQuery
from dmp.record.record import ClosingReason
from dmp.record.visibility import Visibility
from journey_builders import MASKED, UNKNOWN_UUID, Story, problems

UNRESOLVED = "UnresolvedReferenceException"


def replaced_by(story: Story, old: DocumentEntry, title: str = "Nouvelle", *, by: str = "doctor") -> DocumentEntry:
    """A new version by somebody; gives its entry."""
    document = story.note(title, author=by, version=2, replaces=old.unique_id)
    story.by(by).submit(story.patient, [document], replaces=old.uuid)
    entry = story.found(by, document)
    story.documents[entry.unique_id] = document
    return entry


def linked(story: Story, relation: Relation, target: DocumentEntry, title: str) -> DocumentEntry:
    """A document that completes or transforms another one."""
    document = story.note(title)
    submission = story.lot([document], sign=False)
    link = Association("link-1", relation, "Document01", target.uuid)
    story.doctor.submit_lot(
        story.patient, story.signed(replace(submission, associations=(*submission.associations, link)))
    )
    return story.found("doctor", document)


def links_of(story: Story, holder: str, *uuids: str) -> set[tuple[str, str, str]]:
    query = StoredQuery(GetAssociations(frozenset(uuids)))
    found = story.by(holder).search(query, story.patient).objects.associations
    return {(link.type.name, link.source, link.target) for link in found if link.type is not Relation.HAS_MEMBER}


def told_about(story: Story, target: str, *, by: str = "doctor") -> str:
    """What a sender is told who replaces `target`, the ids of his own lot left out."""
    document = story.note("Remplaçante", author=by)
    with pytest.raises(CallRefused) as refusal:
        story.by(by).submit(story.patient, [document], replaces=target)
    (problem,) = refusal.value.problems
    return f"{problem.code} {problem.context}".replace(target, "TARGET")


def test_the_replaced_document_becomes_deprecated_and_stays_readable(story_on_both):
    story = story_on_both.opened("doctor", "nurse")
    old = story.fed("Ancienne")

    new = replaced_by(story, old)

    assert story.titles("nurse") == ["Nouvelle"]
    assert story.titles("nurse", EntryStatus.DEPRECATED) == ["Ancienne"]
    assert story.nurse.read(story.patient, old.unique_id) == story.documents[old.unique_id]
    assert links_of(story, "nurse", new.uuid) == {("REPLACES", new.uuid, old.uuid)}


def test_a_replacement_inherits_what_hides_the_first(story):
    story.opened("doctor", "nurse")
    old = story.fed("Ancienne", visibility=MASKED)

    new = replaced_by(story, old)

    assert story.titles("nurse") == []
    assert new.visibility.masked


def test_a_mask_on_the_new_version_hides_the_old_one_too(story):
    story.opened("doctor", "nurse")
    old = story.fed("Ancienne")
    new = replaced_by(story, old)

    story.doctor.mask(story.patient, new)

    assert story.titles("nurse", *EntryStatus) == []
    with pytest.raises(CallRefused, match="XDSDocumentUniqueIdError"):
        story.nurse.read(story.patient, old.unique_id)


def test_a_replacement_that_is_hidden_hides_the_whole_chain(story):
    story.opened("doctor", "nurse")
    old = story.fed("Ancienne")
    document = story.note("Nouvelle", replaces=old.unique_id, version=2)

    story.doctor.submit(story.patient, [document], replaces=old.uuid, visibility=MASKED)

    assert story.titles("nurse", *EntryStatus) == []
    assert story.titles("doctor", *EntryStatus) == ["Ancienne", "Nouvelle"]


def test_the_announcement_timer_keeps_its_start(story):
    story.opened("doctor")
    old = story.fed("Ancienne", visibility=Visibility(hidden_from_patient_since=datetime.now(UTC)))
    since = story.visibility_of(old).hidden_from_patient_since

    new = replaced_by(story, old)

    assert since is not None
    assert story.visibility_of(new) == Visibility(hidden_from_patient_since=since)


def test_addenda_and_transformations_go_with_what_is_replaced(story):
    story.opened("doctor")
    old = story.fed("Ancienne")
    addendum = linked(story, Relation.APPENDS, old, "Complément")
    linked(story, Relation.TRANSFORMS, old, "Traduction")
    assert story.titles("doctor") == ["Ancienne", "Complément", "Traduction"]
    assert links_of(story, "doctor", addendum.uuid) == {("APPENDS", addendum.uuid, old.uuid)}

    replaced_by(story, old)

    assert story.titles("doctor") == ["Nouvelle"]
    assert story.titles("doctor", EntryStatus.DEPRECATED) == ["Ancienne", "Complément", "Traduction"]


def test_replacing_an_addendum_leaves_its_parent(story):
    story.opened("doctor")
    parent = story.fed("Parent")
    replaced_by(story, linked(story, Relation.APPENDS, parent, "Complément"))

    assert story.titles("doctor") == ["Nouvelle", "Parent"]


def test_a_deprecated_document_is_not_replaced_again(story):
    story.opened("doctor")
    old = story.fed("Ancienne")
    replaced_by(story, old)

    with story.refused("XDSRegistryDeprecatedDocumentError") as seen:
        story.doctor.submit(story.patient, [story.note("Troisième")], replaces=old.uuid)

    assert old.uuid in seen.told
    assert story.titles("doctor") == ["Nouvelle"]


def test_an_archived_document_is_not_replaced(story):
    story.opened("doctor")
    old = story.fed("Ancienne")
    story.doctor.archive(story.patient, old)
    with story.refused("XDSRegistryDeprecatedDocumentError"):
        story.doctor.submit(story.patient, [story.note()], replaces=old.uuid)


def test_a_replacement_names_the_document_whose_metadata_changed_by_its_first_id(story):
    story.opened("doctor", "nurse")
    old = story.fed("Ancienne")
    story.doctor.mask(story.patient, old)
    current = story.entry("doctor", old.unique_id)
    assert (current.uuid != old.uuid, current.logical_id) == (True, old.uuid)

    new = replaced_by(story, old)

    assert story.titles("doctor") == ["Nouvelle"]
    assert new.visibility.masked
    assert ("REPLACES", new.uuid, current.uuid) in links_of(story, "doctor", new.uuid)


def test_a_second_version_of_metadata_is_named_by_its_own_id(story):
    story.opened("doctor")
    old = story.fed("Ancienne")
    story.doctor.mask(story.patient, old)
    second = story.entry("doctor", old.unique_id)
    story.doctor.unmask(story.patient, second)

    with story.refused("XDSRegistryDeprecatedDocumentError"):
        story.doctor.submit(story.patient, [story.note()], replaces=second.uuid)


def test_unknown_hidden_and_foreign_targets_are_told_word_for_word_alike(story, strict, child):
    story.opened("doctor", "nurse")
    hidden = story.fed("Cachée", visibility=MASKED)
    other = Story(strict, child).opened("doctor", "nurse").fed("D'un autre")

    unknown = told_about(story, UNKNOWN_UUID, by="nurse")

    assert unknown == f"{UNRESOLVED} TARGET: no such object in this record"
    assert told_about(story, hidden.uuid, by="nurse") == unknown
    assert told_about(story, other.uuid, by="nurse") == unknown
    assert story.titles("nurse") == []


def test_without_authorisation_the_document_of_somebody_else_is_unknown_too(story):
    story.opened("doctor")
    entry = story.fed("Lettre")
    assert told_about(story, entry.uuid, by="nurse") == f"{UNRESOLVED} TARGET: no such object in this record"


def test_the_trace_tells_hidden_from_unknown(story):
    story.opened("doctor", "nurse")
    hidden = story.fed("Cachée", visibility=MASKED)

    with story.refused(UNRESOLVED) as seen:
        story.nurse.submit(story.patient, [story.note(author="nurse")], replaces=hidden.uuid)
    assert seen.said == "masked-to-professionals"
    with story.refused(UNRESOLVED) as seen:
        story.nurse.submit(story.patient, [story.note(author="nurse")], replaces=UNKNOWN_UUID)
    assert seen.said == "no-such-document"


def test_a_visible_document_of_somebody_else_is_not_replaced(story):
    story.opened("doctor", "nurse")
    entry = story.fed("Lettre")

    with story.refused("LocalPolicyRestrictionError") as seen:
        story.nurse.submit(story.patient, [story.note(author="nurse")], replaces=entry.uuid)

    assert seen.said == "not-own-document"
    assert story.titles("nurse") == ["Lettre"]


def test_the_author_replaces_without_authorisation(story):
    story.opened()
    document = story.note("Ancienne")
    story.doctor.submit(story.patient, [document])
    old = story.found("doctor", document)

    replaced_by(story, old)

    assert story.entry("doctor", old.unique_id).status is EntryStatus.DEPRECATED


def test_a_structure_replaces_what_it_sent_and_nothing_else(story):
    story.opened("doctor")
    hospital, at_home = story.by("hospital", standing_for="doctor2"), story.by("doctor2").credentials.facility.id
    here = hospital.credentials.facility.id.encode()
    first = story.note("Sortie", author="doctor2").replace(at_home.encode(), here)
    hospital.submit(story.patient, [first])
    second = story.note("Sortie corrigée", author="doctor2").replace(at_home.encode(), here)

    hospital.submit(story.patient, [second], replaces=story.found("doctor", first).uuid)

    assert story.titles("doctor") == ["Sortie corrigée"]
    letter = story.fed("Lettre")
    third = story.note("Intruse", author="doctor2").replace(at_home.encode(), here)
    with pytest.raises(CallRefused) as refusal:
        hospital.submit(story.patient, [third], replaces=letter.uuid)
    assert problems(refusal) == [UNRESOLVED]


def test_a_retry_of_a_replacement_succeeds(story):
    story.opened("doctor")
    old = story.fed("Ancienne")
    submission = story.signed(story.lot([story.note("Nouvelle")], sign=False, replaces=old.uuid))
    story.doctor.submit_lot(story.patient, submission)

    assert story.doctor.submit_lot(story.patient, submission) == ()
    assert story.titles("doctor", *EntryStatus) == ["Ancienne", "Nouvelle"]


def test_a_closed_record_tells_nothing_of_the_target(story):
    story.opened("doctor")
    entry = story.fed()
    story.doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST)
    told = set()
    for target in (entry.uuid, UNKNOWN_UUID):
        with story.refused("XDSUnknownPatientId") as seen:
            story.doctor.submit(story.patient, [story.note()], replaces=target)
        told.add(seen.told)
    assert len(told) == 1
