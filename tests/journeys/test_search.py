"""Searching a record: ITI-18, TD3.1 (xds-wire 6, DEC-7, DEC-12, DEC-25)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.record.codes import Code
from dmp.record.entry import ON_DEMAND, STABLE, EntryStatus, Relation
from dmp.record.query import (
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    FindSubmissionSets,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    StoredQuery,
    SubmissionSetCriteria,
    TimeRange,
)
from dmp.record.visibility import MASKED as MASKED_CODE
from dmp.record.visibility import NORMAL
from dmp.sandbox.maker import vaccination_note
from dmp.wire import soap
from dmp.wire.xds import iti18_request
from journey_builders import MASKED, UNKNOWN_UUID, Envelope, Sent, Story, a_search, post
from maker_builders import a_dose

RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
QUERY = "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}"
OTHER = frozenset({("x", "1.2.3")})


def pairs(*codes: Code) -> frozenset[tuple[str, str]]:
    return frozenset((code.code, code.system) for code in codes)


def found(story: Story, holder: str = "doctor", **criteria) -> list[str]:
    """The titles that FindDocuments gives for these parameters."""
    wanted = DocumentCriteria(story.patient, **{"statuses": frozenset({EntryStatus.APPROVED}), **criteria})
    answer = story.by(holder).search(StoredQuery(FindDocuments(wanted)), story.patient)
    return [entry.title for entry in answer.objects.entries]


def lots_of(story: Story, holder: str = "doctor", **criteria):
    wanted = SubmissionSetCriteria(story.patient, **{"statuses": frozenset({EntryStatus.APPROVED}), **criteria})
    return story.by(holder).search(StoredQuery(FindSubmissionSets(wanted)), story.patient).objects.submission_sets


def asked(story: Story, question, holder: str = "doctor", **how):
    return story.by(holder).search(StoredQuery(question, **how), story.patient)


def by_hand(story: Story, body, holder: str = "doctor") -> Sent:
    return post(story, holder, "registry", Envelope(soap.Action.STORED_QUERY, body))


@pytest.fixture
def two(story: Story) -> Story:
    """A consultation note of 2 November, and a vaccination note of 3 October by the nurse's doctor."""
    story.opened("doctor", "nurse")
    story.doctor.submit(story.patient, [story.note("Consultation")])
    earlier = datetime(2026, 10, 3, 8, 0, tzinfo=UTC)
    story.by("doctor2").submit(
        story.patient,
        [vaccination_note(story.context("doctor2", at=earlier, started=datetime(2026, 10, 2, tzinfo=UTC)), a_dose())],
    )
    return story


def entries(story: Story):
    newest, oldest = story.doctor.find(story.patient)
    return newest, oldest


# -- FindDocuments


def test_documents_come_newest_first(two):
    assert [entry.creation_time[:8] for entry in two.doctor.find(two.patient)] == ["20261102", "20261003"]


def test_each_parameter_chooses(two):
    note, vaccination = entries(two)
    cases = [
        {"class_codes": pairs(note.class_code)},
        {"type_codes": pairs(note.type_code)},
        {"formats": pairs(note.format_code)},
        {"authors": ("%ARNOUX-TEST%",)},
        {"authors": (f"{two.doctor.credentials.user[:-1]}_^ARNOUX-TEST^%",)},
        {"created": TimeRange("20261101", "20261103")},
        {"service_start": TimeRange("20261102")},
    ]
    for criteria in cases:
        assert found(two, **criteria) == [note.title], criteria
    assert found(two, type_codes=pairs(note.type_code, vaccination.type_code)) == [note.title, vaccination.title]


def test_parameters_that_both_answer_keep_both(two):
    note, vaccination = entries(two)
    both = [note.title, vaccination.title]
    assert found(two, confidentiality=(pairs(NORMAL),)) == both
    assert found(two, object_types=frozenset({STABLE})) == both
    assert found(two, created=TimeRange("20260101", "20270101")) == both


def test_parameters_that_nothing_answers_find_nothing(two):
    for criteria in (
        {"class_codes": OTHER},
        {"type_codes": OTHER},
        {"formats": OTHER},
        {"practice_settings": OTHER},
        {"facility_types": OTHER},
        {"event_codes": (OTHER,)},
        {"confidentiality": (OTHER,)},
        {"authors": ("ARNOUX-TEST",)},
        {"created": TimeRange(end="20200101")},
        {"service_stop": TimeRange("20300101")},
        {"object_types": frozenset({ON_DEMAND})},
        {"availabilities": frozenset({"urn:ihe:iti:2010:DocumentAvailability:Offline"})},
        {"statuses": frozenset({EntryStatus.DEPRECATED, EntryStatus.ARCHIVED})},
    ):
        assert found(two, **criteria) == [], criteria


def test_facility_and_practice_choose(two):
    note, vaccination = entries(two)
    assert note.facility_type.code != vaccination.facility_type.code
    assert found(two, facility_types=pairs(vaccination.facility_type)) == [vaccination.title]
    assert note.title in found(two, practice_settings=pairs(note.practice_setting))


def test_event_codes_are_any_of_a_slot_and_all_of_the_slots(two):
    note, _ = entries(two)
    (code,) = note.event_codes
    assert note.title in found(two, event_codes=(pairs(code) | OTHER,))
    assert found(two, event_codes=(pairs(code), OTHER)) == []


def test_a_lower_bound_is_in_and_an_upper_bound_is_out(two):
    note, _ = entries(two)
    at = note.creation_time
    assert found(two, created=TimeRange(at)) == [note.title]
    assert note.title not in found(two, created=TimeRange(end=at))


def test_the_mask_itself_can_be_searched_by_who_sees_it(story):
    story.opened("doctor", "nurse")
    story.fed("Masquée", visibility=MASKED)
    story.fed("Visible")
    assert found(story, confidentiality=(pairs(MASKED_CODE),)) == ["Masquée"]
    assert found(story, "nurse", confidentiality=(pairs(MASKED_CODE),)) == []


def test_object_refs_are_ids_alone(two):
    wanted = DocumentCriteria(two.patient, frozenset({EntryStatus.APPROVED}))
    answer = asked(two, FindDocuments(wanted), full_objects=False)

    assert answer.objects.entries == ()
    assert set(answer.refs) == {entry.uuid for entry in entries(two)}


def test_the_answer_counts_what_it_gives(two):
    sent = by_hand(two, a_search(two))
    assert (sent.body.get("totalResultCount"), sent.body.get("startIndex")) == ("2", "0")
    assert len(sent.body.findall(f".//{RIM}ExtrinsicObject")) == 2


# -- who finds what


def test_without_authorisation_nothing_is_found_and_the_trace_says_why(two):
    with two.one_trace() as seen:
        assert two.titles("pharmacist") == []
    assert (seen.trace.outcome, seen.said) == ("refused", "no-authorisation")


def test_without_a_record_nothing_is_found_either(story):
    with story.one_trace() as seen:
        assert story.titles("doctor") == []
    assert (seen.trace.outcome, seen.said) == ("refused", "no-such-record")


def test_an_insurer_finds_nothing_with_or_without_a_record(story):
    empty = by_hand(story, a_search(story), "insurer")
    story.opened("doctor")
    story.fed()
    full = by_hand(story, a_search(story), "insurer")
    assert (empty.status, empty.registry_status) == (200, "Success")
    assert empty.body.attrib == full.body.attrib
    assert len(full.body.findall(f".//{RIM}ExtrinsicObject")) == 0


def test_the_author_without_authorisation_finds_the_reference_of_his_own(story):
    story.opened()
    mine, other = story.note("Mienne"), story.note("Autre", author="doctor2")
    story.doctor.submit(story.patient, [mine])
    story.by("doctor2").submit(story.patient, [other])
    theirs = story.found("doctor2", other)

    assert story.titles("doctor") == []
    assert story.found("doctor", mine).title == "Mienne"
    assert story.entry("doctor", theirs.unique_id) is None
    wanted = DocumentCriteria(story.patient, frozenset({EntryStatus.APPROVED}))
    assert asked(story, FindDocuments(wanted), full_objects=False).refs == (story.found("doctor", mine).uuid,)


def test_a_structure_finds_the_reference_of_what_it_sent_alone(story):
    story.opened("doctor")
    hospital, at_home = story.by("hospital", standing_for="doctor2"), story.by("doctor2").credentials.facility.id
    sent = story.note("Sortie", author="doctor2").replace(at_home.encode(), hospital.credentials.facility.id.encode())
    hospital.submit(story.patient, [sent])
    letter = story.fed("Lettre")

    assert story.titles(hospital) == []
    assert story.found(hospital, sent).title == "Sortie"
    assert story.found(story.by("secretary"), sent).title == "Sortie"
    for client in (hospital, story.by("secretary"), story.by("laboratory")):
        assert story.entry(client, letter.unique_id) is None


def test_a_blocked_professional_finds_the_reference_of_his_own_alone(story):
    story.opened("doctor", "nurse")
    mine, letter = story.fed("Mienne", by="nurse"), story.fed("Lettre")
    story.block("nurse")

    assert story.titles("nurse") == []
    assert story.entry("nurse", mine.unique_id).title == "Mienne"
    assert story.entry("nurse", letter.unique_id) is None


def test_everything_hidden_hides_from_the_author_too(story):
    story.opened("doctor", "nurse")
    story.fed("Lettre")
    story.change(lambda record: replace(record, hide_everything=True))
    assert story.titles("doctor") == story.titles("nurse") == []


# -- a mask leaves no trace


def test_a_masked_document_is_nowhere_in_what_others_find(story):
    story.opened("doctor", "nurse")
    story.doctor.submit(story.patient, [story.note("Masquée"), story.note("Visible")])
    masked = next(entry for entry in story.doctor.find(story.patient) if entry.title == "Masquée")
    story.doctor.mask(story.patient, masked)
    masked = story.entry("doctor", masked.unique_id)

    (lot,) = lots_of(story, "nurse")
    links = asked(story, GetAssociations(frozenset({lot.uuid})), "nurse").objects.associations
    (visible,) = story.nurse.find(story.patient)

    assert visible.uuid in {link.target for link in links}
    assert masked.uuid not in {end for link in links for end in (link.source, link.target)}
    assert masked.logical_id not in {end for link in links for end in (link.source, link.target)}
    for ids in (
        DocumentIds(uuids=frozenset({masked.uuid, masked.logical_id})),
        DocumentIds(unique_ids=frozenset({masked.unique_id})),
        DocumentIds(logical_ids=frozenset({masked.logical_id})),
    ):
        assert asked(story, GetDocuments(ids), "nurse", all_versions=True).objects.entries == ()
    both = GetDocumentsAndAssociations(DocumentIds(uuids=frozenset({masked.uuid})))
    answer = asked(story, both, "nurse").objects
    assert (answer.entries, answer.associations) == ((), ())


def test_a_lot_whose_documents_are_all_masked_is_not_there(story):
    story.opened("doctor", "nurse")
    story.fed("Masquée", visibility=MASKED)
    story.fed("Visible")
    assert len(lots_of(story)) == 2
    assert len(lots_of(story, "nurse")) == 1


def test_the_status_of_a_lot_says_nothing_of_what_is_masked_in_it(story):
    story.opened("doctor", "nurse")
    story.doctor.submit(story.patient, [story.note("Masquée"), story.note("Visible")])
    for entry in story.doctor.find(story.patient):
        act = story.doctor.mask if entry.title == "Masquée" else story.doctor.archive
        act(story.patient, entry)

    archived = frozenset({EntryStatus.ARCHIVED})
    assert [lot.status for lot in lots_of(story, "nurse", statuses=archived)] == [EntryStatus.ARCHIVED]
    assert lots_of(story, statuses=archived) == ()


# -- signatures


def test_a_signature_is_never_listed_and_comes_with_its_lot(story):
    story.opened("doctor", "nurse")
    entry = story.fed("Lettre")
    (lot,) = lots_of(story, "nurse")
    assert story.titles("nurse", *EntryStatus) == ["Lettre"]

    links = asked(story, GetAssociations(frozenset({lot.uuid})), "nurse").objects.associations
    (signs,) = [link for link in links if link.type is Relation.SIGNS]
    assert signs.target == lot.uuid
    (signature,) = asked(story, GetDocuments(DocumentIds(uuids=frozenset({signs.source}))), "nurse").objects.entries

    assert signature.is_signature
    assert story.nurse.read(story.patient, signature.unique_id).startswith(b"<")
    story.doctor.mask(story.patient, entry)
    assert asked(story, GetDocuments(DocumentIds(uuids=frozenset({signs.source}))), "nurse").objects.entries == ()
    assert story.nurse.retrieve(story.patient, [signature.unique_id]).documents == ()


# -- the other queries


def test_lots_are_found_by_every_parameter(story):
    story.opened("doctor", "doctor2")
    submission = story.lot([story.note()])
    story.doctor.submit_lot(story.patient, submission)
    story.fed("Autre", by="doctor2")
    mine = submission.submission_set
    assert len(lots_of(story)) == 2
    for criteria in (
        {"source_ids": frozenset({mine.source_id})},
        {"author": "%ARNOUX-TEST%"},
        {"author": mine.authors[0].person, "content_types": pairs(mine.content_type)},
        {"submitted": TimeRange("20260101", "20990101"), "source_ids": frozenset({mine.source_id, "1.2.3"})},
    ):
        assert [lot.unique_id for lot in lots_of(story, **criteria)] == [mine.unique_id], criteria
    for criteria in (
        {"content_types": OTHER},
        {"submitted": TimeRange("20990101")},
        {"author": "ARNOUX-TEST"},
        {"statuses": frozenset({EntryStatus.ARCHIVED})},
    ):
        assert lots_of(story, **criteria) == (), criteria


def test_documents_are_got_by_each_kind_of_id(two):
    note, _ = entries(two)
    for ids in (
        DocumentIds(uuids=frozenset({note.uuid, UNKNOWN_UUID})),
        DocumentIds(unique_ids=frozenset({note.unique_id, "1.2.3.4"})),
        DocumentIds(logical_ids=frozenset({note.logical_id})),
    ):
        assert asked(two, GetDocuments(ids)).objects.entries == (note,)
        assert asked(two, GetDocuments(ids), full_objects=False).refs == (note.uuid,)


def test_documents_come_with_their_associations(story):
    story.opened("doctor")
    old = story.fed("Ancienne")
    story.doctor.submit(story.patient, [story.note("Nouvelle")], replaces=old.uuid)
    for ids in (DocumentIds(uuids=frozenset({old.uuid})), DocumentIds(unique_ids=frozenset({old.unique_id}))):
        answer = asked(story, GetDocumentsAndAssociations(ids)).objects
        assert [entry.title for entry in answer.entries] == ["Ancienne"]
        assert {link.type for link in answer.associations} == {Relation.HAS_MEMBER, Relation.REPLACES}


def test_every_version_is_shown_when_asked(story):
    story.opened("doctor")
    first = story.fed("Lettre")
    story.doctor.mask(story.patient, first)
    second = story.entry("doctor", first.unique_id)
    assert (first.version, second.version) == (1, 2)
    by_id = DocumentIds(logical_ids=frozenset({first.logical_id}))

    current = asked(story, GetDocuments(by_id)).objects.entries
    all_of_them = asked(story, GetDocuments(by_id), all_versions=True).objects.entries

    assert [(e.uuid, e.status) for e in current] == [(second.uuid, EntryStatus.APPROVED)]
    assert {(e.uuid, e.version, e.status) for e in all_of_them} == {
        (first.uuid, 1, EntryStatus.DEPRECATED),
        (second.uuid, 2, EntryStatus.APPROVED),
    }
    assert all(e.visibility.masked for e in all_of_them), "a former version carries the strictest mask (DEC-2)"
    assert story.titles("doctor", EntryStatus.DEPRECATED) == []


def test_one_search_may_name_several_statuses(story):
    story.opened("doctor")
    story.fed("Approuvée")
    story.doctor.archive(story.patient, story.fed("Archivée"))
    assert story.titles("doctor", EntryStatus.APPROVED, EntryStatus.ARCHIVED) == ["Approuvée", "Archivée"]
    assert story.titles("doctor", EntryStatus.ARCHIVED) == ["Archivée"]


def test_objects_of_another_patient_are_not_there(two, strict, child):
    other = Story(strict, child).opened("doctor").fed("D'un autre")
    ids = DocumentIds(uuids=frozenset({other.uuid}))
    assert asked(two, GetDocuments(ids)).objects.entries == ()
    assert asked(two, GetDocuments(ids), full_objects=False).refs == ()


# -- queries that are refused


def spoilt(story: Story, **attributes) -> Sent:
    body = a_search(story)
    query = body.find(f"{RIM}AdhocQuery")
    for name, value in attributes.items():
        query.set(name, value)
    return by_hand(story, body)


def test_another_query_is_unknown(two):
    for uuid in ("3d1bdb10-39a2-11de-89c2-2f44d94eaa9f", "f2072993-9478-41df-a603-8f016706efe8"):
        with two.one_trace() as seen:
            sent = spoilt(two, id=f"urn:uuid:{uuid}")
        assert (sent.status, sent.registry_status, sent.errors) == (200, "Failure", ["XDSUnknownStoredQuery"])
        assert "XDSUnknownStoredQuery" in seen.said
        assert sent.body.find(f"{RIM}RegistryObjectList") is not None


def test_a_missing_parameter_is_told(two):
    body = a_search(two)
    query = body.find(f"{RIM}AdhocQuery")
    query.remove(next(slot for slot in query if slot.get("name") == "$XDSDocumentEntryStatus"))
    with two.one_trace():
        sent = by_hand(two, body)
    assert sent.errors == ["XDSStoredQueryMissingParam"]


def test_two_values_for_one_are_too_many(two):
    body = iti18_request.write_request(
        StoredQuery(
            FindDocuments(DocumentCriteria(two.patient, frozenset({EntryStatus.APPROVED}), created=TimeRange("2026")))
        )
    )
    (slot,) = [slot for slot in body.iter(f"{RIM}Slot") if slot.get("name").endswith("CreationTimeFrom")]
    slot.find(f".//{RIM}Value").text = "(2026,2027)"
    assert by_hand(two, body).errors == ["XDSStoredQueryParamNumber"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("$XDSDocumentEntryClassCode", "('10')"),
        ("$XDSDocumentEntryStatus", "('Approved')"),
        ("$XDSDocumentEntryCreationTimeFrom", "20263131"),
        ("$XDSSubmissionSetSourceId", "('1.2.3')"),
        ("$MetadataLevel", "3"),
    ],
)
def test_a_value_that_means_nothing_is_an_error(two, name, value):
    body = a_search(two)
    query = body.find(f"{RIM}AdhocQuery")
    for slot in [slot for slot in query if slot.get("name") == name]:
        query.remove(slot)
    slot = query.makeelement(f"{RIM}Slot", {"name": name})
    listed = slot.makeelement(f"{RIM}ValueList", {})
    given = listed.makeelement(f"{RIM}Value", {})
    given.text = value
    listed.append(given)
    slot.append(listed)
    query.append(slot)

    sent = by_hand(two, body)

    assert (sent.status, sent.registry_status) == (200, "Failure")
    assert set(sent.errors) <= {"XDSRegistryError", "XDSStoredQueryMissingParam"}


def test_an_unknown_return_type_is_an_error(two):
    body = a_search(two)
    body.find(f"{QUERY}ResponseOption").set("returnType", "LeafClassWithRepositoryItem")
    assert by_hand(two, body).errors == ["XDSRegistryError"]


def test_a_search_for_somebody_else_than_the_assertion_says_is_a_fault(two, child):
    wanted = DocumentCriteria(child.patient, frozenset({EntryStatus.APPROVED}))
    with two.refused("dmp:DMPPatientMismatch"):
        two.doctor.search(StoredQuery(FindDocuments(wanted)), two.patient)


def test_a_wild_card_is_no_way_into_the_database(two):
    for pattern in ("%' OR '1'='1", "';--", "%\\", "[A-Z]%"):
        assert found(two, authors=(pattern,)) == []
