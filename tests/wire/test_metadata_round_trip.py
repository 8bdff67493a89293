"""What is written is read back as it was, for any value."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dmp.record.codes import Code
from dmp.record.entry import Association, Author, EntryStatus, RegistryObjects, Relation
from dmp.record.profile import ihe
from dmp.record.submission import MetadataUpdate, Submission, UpdateEntry
from dmp.record.visibility import CONFIDENTIALITY_SYSTEM, Visibility
from dmp.wire.xds import iti18, iti41, iti57
from dmp.wire.xds.schemes import ENTRY_SLOTS, FOLDER_SLOTS, LOT_SLOTS
from xds_builders import AT, LETTER, a_folder, a_lot, a_member, a_placement, an_entry, inline, reparsed

TEXT = st.text("aé€𝄞<>&\"'|^~\\ \t\n", max_size=8)
WORD = st.text("aZ09é€𝄞<>&\"'|~", min_size=1, max_size=8)
CODES = st.builds(Code, WORD, WORD, TEXT)
OIDS = st.lists(st.integers(0, 10**9), min_size=1, max_size=5).map(lambda arcs: "1." + ".".join(map(str, arcs)))
CXS = st.builds(lambda number, oid: f"{number}^^^&{oid}&ISO", st.from_regex(r"[A-Z0-9]{1,20}", fullmatch=True), OIDS)
UUIDS = st.uuids().map(lambda uuid: f"urn:uuid:{uuid}")
TIMES = st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8)) | st.sampled_from(["2026", "202611", "20261122093059"])
PERSONS = st.builds(lambda number, name: f"{number}^{name}", WORD, WORD)
AUTHORS = st.builds(Author, PERSONS, *[st.lists(PERSONS, max_size=2).map(tuple)] * 4)
STATUSES = st.sampled_from(EntryStatus)
VISIBILITIES = st.builds(Visibility, st.booleans(), st.none() | st.just(AT), st.booleans())
LEVELS = st.sampled_from(["N", "R", "V"]).map(lambda code: Code(code, CONFIDENTIALITY_SYSTEM))


def tuples(strategy, least: int = 0):
    return st.lists(strategy, min_size=least, max_size=3).map(tuple)


def extras(known):
    names = WORD.filter(lambda name: name not in known and name != "SubmissionSetStatus")
    slots = st.lists(st.tuples(names, tuples(TEXT)), max_size=3, unique_by=lambda slot: slot[0])
    return slots.map(tuple)


HOMES = st.just("") | OIDS.map(lambda oid: f"urn:oid:{oid}")
ENTRIES = st.builds(
    replace,
    st.just(an_entry()),
    uuid=UUIDS,
    unique_id=OIDS,
    patient_cx=CXS,
    mime_type=st.sampled_from(["text/xml", "application/dicom", "application/xslt+xml"]),
    class_code=CODES,
    type_code=CODES,
    format_code=CODES,
    facility_type=CODES,
    practice_setting=CODES,
    creation_time=TIMES,
    language=st.sampled_from(["fr-FR", "art", "en-us"]),
    source_patient_cx=CXS,
    confidentiality=tuples(LEVELS, 1),
    authors=tuples(AUTHORS),
    title=TEXT,
    comments=TEXT,
    event_codes=tuples(CODES),
    legal_authenticator=st.just("") | PERSONS,
    service_start=st.just("") | TIMES,
    source_patient_info=tuples(WORD.map(lambda value: f"PID-5|{value}")),
    reference_ids=tuples(CXS.map(lambda cx: f"{cx}^urn:ihe:iti:xds:2013:order")),
    hash=st.just("") | st.just(LETTER.sha1),
    size=st.none() | st.integers(0, 10**9),
    repository_unique_id=st.just("") | OIDS,
    uri=st.just("") | WORD,
    availability=st.sampled_from(["", "urn:ihe:iti:2010:DocumentAvailability:Online"]),
    extra=extras(ENTRY_SLOTS),
    visibility=VISIBILITIES,
)
LOTS = st.builds(
    replace,
    st.just(a_lot()),
    uuid=UUIDS,
    unique_id=OIDS.map(lambda oid: f"2.{oid}"),
    patient_cx=CXS,
    source_id=OIDS,
    submission_time=TIMES,
    content_type=CODES,
    authors=tuples(AUTHORS),
    title=TEXT,
    comments=TEXT,
    intended_recipients=tuples(WORD),
    extra=extras(LOT_SLOTS),
)
FOLDERS = st.builds(
    replace,
    st.just(a_folder()),
    uuid=UUIDS,
    unique_id=OIDS.map(lambda oid: f"1.7.{oid}"),
    patient_cx=CXS,
    codes=tuples(CODES, 1),
    title=TEXT.filter(str.strip),
    comments=TEXT,
    last_update=st.just("") | TIMES,
    extra=extras(FOLDER_SLOTS),
)
RELATIONSHIPS = (Relation.REPLACES, Relation.APPENDS, Relation.TRANSFORMS, Relation.SIGNS)
LINKS = st.builds(
    Association,
    UUIDS,
    st.sampled_from(RELATIONSHIPS),
    UUIDS,
    UUIDS,
    reason=st.none() | CODES,
    extra=extras(frozenset()),
)


@st.composite
def submissions(draw) -> Submission:
    lot = draw(LOTS)
    entries = draw(st.lists(ENTRIES, max_size=3, unique_by=(lambda e: e.uuid, lambda e: e.unique_id)))
    entries = tuple(replace(entry, patient_cx=lot.patient_cx, home=draw(HOMES)) for entry in entries)
    folders = draw(st.lists(FOLDERS, max_size=2, unique_by=(lambda f: f.uuid, lambda f: f.unique_id)))
    folders = tuple(replace(folder, patient_cx=lot.patient_cx, home=draw(HOMES)) for folder in folders)
    members = [a_member(e.uuid, uuid=f"member-{n}", source=lot.uuid) for n, e in enumerate(entries)]
    links = [replace(draw(LINKS), source=entry.uuid) for entry in entries]
    placed = [a_placement(f.uuid, e.uuid, uuid=f"{f.uuid[9:]} {n}") for f in folders for n, e in enumerate(entries)]
    held = [(f"holds {held.uuid}", held.uuid) for held in (*folders, *placed)]
    links += [*placed, *[a_member(target, uuid=uuid, source=lot.uuid, membership="") for uuid, target in held]]
    documents = {entry.uuid: LETTER for entry in entries}
    return Submission(lot, entries, (*members, *links), documents, folders=folders)


@settings(max_examples=40, deadline=None)
@given(submissions())
def test_a_submission_is_read_as_it_was_written(submission):
    cids = {entry.uuid: f"part {number}" for number, entry in enumerate(submission.entries)}
    request = iti41.write_request(submission, cids=cids)
    read = iti41.read(reparsed(request), resolve=inline, profile=ihe(), at=AT)
    assert read == submission
    again = iti41.write_request(read, cids=cids)
    assert etree.tostring(again, method="c14n") == etree.tostring(request, method="c14n")


@settings(max_examples=40, deadline=None)
@given(
    tuples(st.tuples(ENTRIES, UUIDS, STATUSES, st.integers(1, 10**8))),
    tuples(LOTS),
    tuples(LINKS),
    tuples(FOLDERS),
    STATUSES,
)
def test_what_a_query_found_is_read_as_it_was_written(found, lots, links, folders, status):
    entries = tuple(replace(e, logical_id=lid, status=kept, version=version) for e, lid, kept, version in found)
    lots = tuple(replace(lot, status=status) for lot in lots)
    links = tuple(replace(link, status=status) for link in links)
    folders = tuple(replace(folder, logical_id=folder.uuid, version=2, status=status) for folder in folders)
    objects = RegistryObjects(entries, lots, links, folders)
    response = iti18.write_response(objects, full_objects=True)
    assert iti18.read_response(reparsed(response), at=AT).objects == objects


@settings(max_examples=30, deadline=None)
@given(ENTRIES, UUIDS, st.integers(1, 10**8))
def test_an_update_is_read_as_it_was_written(entry, lid, previous):
    entry = replace(entry, logical_id=lid)
    update = MetadataUpdate(a_lot(patient_cx=entry.patient_cx), (UpdateEntry(entry, previous),))
    assert iti57.read(reparsed(iti57.write_request(update)), profile=ihe(), at=AT) == update
