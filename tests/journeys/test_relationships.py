"""Addenda, transformations and replacements, and the queries that follow them (xds-wire 2.3, 2.7, 6.3)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dmp.client import CallRefused, lots
from dmp.record.codes import Code
from dmp.record.criteria import Exclusions
from dmp.record.entry import Association, DocumentEntry, EntryStatus, RegistryObjects, Relation
from dmp.record.patient import PatientId
from dmp.record.query import (
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    GetAll,
    GetAssociations,
    GetDocumentsAndAssociations,
    GetRelatedDocuments,
    GetSubmissionSetAndContents,
    GetSubmissionSets,
    LotIds,
    Question,
    RecordCriteria,
    StoredQuery,
)
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.record.visibility import Visibility
from journey_builders import Story, problems
from plain_builders import CODE, OCTETS, ROOT, a_set, current, described, fed, opened, urn

ALL = frozenset(EntryStatus)
APPROVED, DEPRECATED = EntryStatus.APPROVED, EntryStatus.DEPRECATED
RPLC, APND, XFRM, XFRM_RPLC = (
    Relation.REPLACES,
    Relation.APPENDS,
    Relation.TRANSFORMS,
    Relation.TRANSFORMS_AND_REPLACES,
)
EVERY = frozenset({RPLC, APND, XFRM, XFRM_RPLC})


@pytest.fixture
def story(plain, person) -> Story:
    return opened(Story(plain, replace(person, patient=PatientId(f"R-{person.patient.number}", ROOT))))


def tied(story: Story, title: str, *ties: tuple[Relation, DocumentEntry], **changes) -> DocumentEntry:
    """A new document, tied to others of the record."""
    entry = described(story, title, **changes)
    links = [Association(f"link-{n}", kind, entry.uuid, other.uuid) for n, (kind, other) in enumerate(ties)]
    send(story, [entry], links)
    return current(story, entry)


def send(story: Story, entries: Sequence[DocumentEntry], links: Sequence[Association] = ()) -> None:
    built = lots.build(a_set(story), [(entry, OCTETS) for entry in entries])
    assert story.doctor.submit_lot(story.patient, replace(built, associations=(*built.associations, *links))) == ()


def asked(story: Story, question: Question, *, by: str = "doctor", **how) -> RegistryObjects:
    return story.by(by).search(StoredQuery(question, **how), story.patient).objects


def statuses(story: Story) -> dict[str, str]:
    found = asked(story, FindDocuments(DocumentCriteria(story.patient, ALL))).entries
    return {entry.title: entry.status.name for entry in found}


def by_uuid(*entries: DocumentEntry) -> DocumentIds:
    return DocumentIds(uuids=frozenset(entry.uuid for entry in entries))


def related(story: Story, entry: DocumentEntry, *relations: Relation, by: str = "doctor") -> tuple[list[str], int]:
    found = asked(story, GetRelatedDocuments(by_uuid(entry), frozenset(relations or EVERY)), by=by)
    return sorted(e.title for e in found.entries), len(found.associations)


@pytest.mark.parametrize("relation", [APND, XFRM])
def test_an_addendum_or_a_transformation_leaves_its_document_approved(story, relation):
    first = fed(story, "First")
    tied(story, "Second", (relation, first))
    assert statuses(story) == {"First": "APPROVED", "Second": "APPROVED"}
    assert related(story, first) == (["First", "Second"], 1)


@pytest.mark.parametrize("relation", [RPLC, XFRM_RPLC])
def test_what_is_replaced_ends_with_all_that_depends_on_it_however_far(story, relation):
    first = fed(story, "First")
    addendum = tied(story, "Addendum", (APND, first))
    tied(story, "Of the addendum", (XFRM, addendum))
    tied(story, "New", (relation, first))
    assert statuses(story) == {
        "First": "DEPRECATED",
        "Addendum": "DEPRECATED",
        "Of the addendum": "DEPRECATED",
        "New": "APPROVED",
    }


def test_to_replace_an_addendum_ends_the_addendum_alone(story):
    first = fed(story, "First")
    addendum = tied(story, "Addendum", (APND, first))
    tied(story, "Corrected", (RPLC, addendum))
    assert statuses(story) == {"First": "APPROVED", "Addendum": "DEPRECATED", "Corrected": "APPROVED"}


def test_an_addendum_that_was_deleted_stays_so_when_its_document_is_replaced(story):
    first = fed(story, "First")
    addendum = tied(story, "Addendum", (APND, first))
    gone = UpdateStatus(addendum.uuid, APPROVED, EntryStatus.DELETED)
    story.doctor.update(story.patient, MetadataUpdate(a_set(story), (gone,)))
    tied(story, "New", (RPLC, first))
    assert statuses(story) == {"First": "DEPRECATED", "Addendum": "DELETED", "New": "APPROVED"}


def test_one_document_replaces_two_and_shares_what_hides_either(story):
    masked = fed_hidden(story, "Masked")
    plain = fed(story, "Plain")
    new = tied(story, "Both", (RPLC, plain), (RPLC, masked))
    assert statuses(story) == {"Masked": "DEPRECATED", "Plain": "DEPRECATED", "Both": "APPROVED"}
    assert new.visibility.masked
    assert story.titles("nurse", APPROVED, DEPRECATED) == []


def fed_hidden(story: Story, title: str) -> DocumentEntry:
    entry = described(story, title, visibility=Visibility(masked=True))
    send(story, [entry])
    return current(story, entry)


@pytest.mark.parametrize("relation", [RPLC, APND, XFRM, XFRM_RPLC, Relation.SIGNS])
def test_nothing_is_tied_to_what_is_no_longer_approved(story, relation):
    first = fed(story, "First")
    tied(story, "Second", (RPLC, first))
    with pytest.raises(CallRefused) as refusal:
        tied(story, "Third", (relation, first))
    assert problems(refusal) == ["XDSRegistryDeprecatedDocumentError"]
    assert statuses(story) == {"First": "DEPRECATED", "Second": "APPROVED"}


def test_one_document_cannot_be_replaced_by_two_of_one_lot(story):
    old = fed(story, "Ancienne")
    entries = [described(story, "Une nouvelle"), described(story, "Une autre", uuid="Document02")]
    links = [Association(f"link-{n}", RPLC, entry.uuid, old.uuid) for n, entry in enumerate(entries)]

    with pytest.raises(CallRefused) as refused:
        send(story, entries, links)

    assert problems(refused) == ["XDSRegistryMetadataError"]
    assert current(story, old).status is APPROVED


def test_two_new_documents_of_one_lot_may_be_tied(story):
    report, image = described(story, "Report"), described(story, "Image", uuid="Document02")
    send(story, [report, image], [Association("link-1", APND, image.uuid, report.uuid)])
    assert related(story, current(story, report), APND) == (["Image", "Report"], 1)


def test_a_reason_is_kept_and_given_back(story):
    first, second = fed(story, "First"), described(story, "Second")
    reason = Code("correction", "1.2.3", "Correction")
    send(story, [second], [Association("link-1", RPLC, second.uuid, first.uuid, reason=reason)])
    links = asked(story, GetAssociations(frozenset({first.uuid}))).associations
    assert [link.reason for link in links if link.type is RPLC] == [reason]


def test_what_is_related_to_nothing_is_not_returned_itself(story):
    first = fed(story, "First")
    tied(story, "Second", (APND, first))
    assert related(story, first, XFRM, RPLC) == ([], 0)
    assert related(story, first, Relation.HAS_MEMBER) == ([], 0)


def test_what_is_related_to_a_hidden_document_says_nothing_of_it(story):
    first = fed(story, "First")
    tied(story, "Masked", (APND, first), visibility=Visibility(masked=True))
    assert related(story, first, by="nurse") == ([], 0)
    found = asked(story, GetDocumentsAndAssociations(by_uuid(first)), by="nurse")
    assert ([entry.title for entry in found.entries], [link.type for link in found.associations]) == (
        ["First"],
        [Relation.HAS_MEMBER],
    )


def test_everything_is_given_with_what_ties_it(story):
    first = fed(story, "First")
    tied(story, "Second", (RPLC, first))

    def everything(**wanted) -> tuple[list[str], int, int]:
        criteria = RecordCriteria(story.patient, **{"entries": ALL, "submission_sets": ALL, "folders": ALL, **wanted})
        found = asked(story, GetAll(criteria))
        return sorted(e.title for e in found.entries), len(found.submission_sets), len(found.associations)

    assert everything() == (["First", "Second"], 2, 3)
    assert everything(entries=frozenset({APPROVED})) == (["Second"], 2, 1)
    assert everything(submission_sets=frozenset({DEPRECATED})) == (["First", "Second"], 0, 1)


def test_documents_are_found_by_the_ids_they_refer_to(story):
    order, visit = "1^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:order", "2^^^&1.2.3&ISO^urn:ihe:iti:xds:2015:encounterId"
    tied(story, "Both", reference_ids=(order, visit))
    tied(story, "Order", reference_ids=(order,))

    def found(*slots: frozenset[str]) -> list[str]:
        criteria = DocumentCriteria(story.patient, ALL, reference_ids=slots)
        return sorted(entry.title for entry in asked(story, FindDocuments(criteria)).entries)

    assert found(frozenset({order})) == ["Both", "Order"]
    assert found(frozenset({order}), frozenset({visit})) == ["Both"]
    assert found(frozenset({"1^^^&9.9&ISO^urn:ihe:iti:xds:2013:order"})) == []


def test_documents_are_found_by_what_they_are_not(story):
    other = Code("y", CODE.system)
    fed(story, "X")
    tied(story, "Y", class_code=other)
    excluded = Exclusions(class_codes=frozenset({(other.code, other.system)}))
    criteria = DocumentCriteria(story.patient, ALL, excluded=excluded)
    assert [entry.title for entry in asked(story, FindDocuments(criteria)).entries] == ["X"]


def test_an_old_version_and_its_links_are_shown_to_who_asks_for_every_version(story):
    first = fed(story, "First")
    addendum = tied(story, "Addendum", (APND, first))
    changed = replace(first, uuid=urn(), title="Renamed")
    story.doctor.update(story.patient, MetadataUpdate(a_set(story), (UpdateEntry(changed, 1),)))

    def ends(**how) -> set[str]:
        links = asked(story, GetAssociations(frozenset({addendum.uuid})), association_statuses=ALL, **how).associations
        return {link.target for link in links if link.type is APND}

    assert ends() == {changed.uuid}
    assert ends(all_versions=True) == {first.uuid, changed.uuid}
    (lot,) = asked(story, GetSubmissionSets(frozenset({first.uuid})), all_versions=True).submission_sets
    contents = GetSubmissionSetAndContents(LotIds(uuids=frozenset({lot.uuid})))
    assert [entry.title for entry in asked(story, contents, all_versions=True).entries] == ["First"]
    assert asked(story, contents).entries == ()
