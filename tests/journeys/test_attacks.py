"""What somebody tried who knows the protocol, the ids and the octets, and should not get (security 4, 6, 7)."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from dmp.actions.consult_record import CheckRecord
from dmp.assure.two_worlds.hiding import MASKED as HIDDEN
from dmp.assure.two_worlds.hiding import UNSAID
from dmp.assure.two_worlds.scene import Scene
from dmp.assure.two_worlds.world import START, Worlds, worlds
from dmp.client import CallRefused, DmpClient
from dmp.client.header import Saying, security_header
from dmp.record.entry import Association, EntryStatus, Relation
from dmp.record.errors import Refused, StorageUnavailable, XdsCode
from dmp.record.patient import PatientId
from dmp.record.query import FindSubmissionSets, GetAssociations, StoredQuery, SubmissionSetCriteria
from dmp.record.submission import Submission
from dmp.record.visibility import Visibility
from dmp.sandbox.maker import plain_text
from dmp.sandbox.population import people
from dmp.store import schema
from dmp.store.traces import NO_RECORD
from dmp.wire import soap
from dmp.wire.content import MemoryContent
from journey_builders import MASKED, Envelope, Story, a_search, post, problems, with_entry, with_lot

UNRESOLVED = "UnresolvedReferenceException"


# -- under the ids of what is hidden


def _under(story: Story, unique_id: str, by: str = "nurse", **how) -> Submission:
    """A lot of somebody's own, with a document under an id that is in use."""
    return story.lot([story.note("A moi", author=by, id=unique_id)], by=story.by(by), **how)


def test_a_document_deposited_under_the_id_of_a_masked_one_gives_no_right_to_unmask_it(story):
    story.opened("doctor", "nurse", "doctor2")
    hidden = story.fed("Lettre", visibility=MASKED)
    story.nurse.submit_lot(story.patient, _under(story, hidden.unique_id))
    (own,) = story.nurse.find(story.patient)

    with pytest.raises(CallRefused) as refusal:
        story.nurse.unmask(story.patient, own)

    assert problems(refusal) == [UNRESOLVED]
    assert story.titles("doctor2") == []
    story.doctor.mask(story.patient, story.fed("Autre"))
    with pytest.raises(CallRefused):
        story.by("doctor2").read(story.patient, hidden.unique_id)


def test_the_lot_id_of_a_hidden_lot_is_taken_and_that_of_a_known_one_is_not(story):
    story.opened("doctor", "nurse")
    hidden = story.lot([story.note()], visibility=MASKED)
    shown = story.lot([story.note()])
    for lot in (hidden, shown):
        story.doctor.submit_lot(story.patient, lot)
    own = story.lot([story.note(author="nurse")], by=story.nurse)

    used = with_lot(own, unique_id=shown.submission_set.unique_id)
    with pytest.raises(CallRefused) as refusal:
        story.nurse.submit_lot(story.patient, resigned(story, used))
    assert problems(refusal) == ["XDSDuplicateUniqueIdInRegistry"]

    unknown = with_lot(own, unique_id=hidden.submission_set.unique_id)
    assert story.nurse.submit_lot(story.patient, resigned(story, unknown)) == ()
    assert len(story.nurse.find(story.patient)) == 2
    criteria = SubmissionSetCriteria(story.patient, frozenset({EntryStatus.APPROVED}))
    sets = story.doctor.search(StoredQuery(FindSubmissionSets(criteria)), story.patient).objects.submission_sets
    assert sorted(lot.unique_id for lot in sets) == sorted(
        [hidden.submission_set.unique_id, hidden.submission_set.unique_id, shown.submission_set.unique_id]
    )


def resigned(story: Story, submission: Submission, by: str = "nurse") -> Submission:
    """The same lot with a signature that holds for it."""
    entries = tuple(entry for entry in submission.entries if not entry.is_signature)
    kept = {entry.uuid for entry in entries} | {submission.submission_set.uuid}
    links = tuple(a for a in submission.associations if a.source in kept and a.target in kept)
    documents = {entry.uuid: submission.documents[entry.uuid] for entry in entries}
    plain = replace(submission, entries=entries, associations=links, documents=documents)
    return story.signed(plain, story.by(by))


def test_the_entry_id_of_a_hidden_document_is_taken_under_another_one(story):
    story.opened("doctor", "nurse")
    hidden, shown = story.fed("Lettre", visibility=MASKED), story.fed("Note")
    own = story.lot([story.note("A moi", author="nurse")], by=story.nurse)

    with pytest.raises(CallRefused) as refusal:
        story.nurse.submit_lot(story.patient, _named(own, shown.uuid))
    assert problems(refusal) == ["XDSRegistryMetadataError"]

    assert story.nurse.submit_lot(story.patient, _named(own, hidden.uuid)) == ()
    mine = next(entry for entry in story.nurse.find(story.patient) if entry.title == "A moi")
    assert mine.uuid != hidden.uuid
    assert story.kept(hidden).title == "Lettre"


def _named(submission: Submission, uuid: str) -> Submission:
    links = (replace(a, target=uuid) if a.target == "Document01" else a for a in submission.associations)
    documents = {uuid if name == "Document01" else name: c for name, c in submission.documents.items()}
    return replace(with_entry(submission, uuid=uuid), associations=tuple(links), documents=documents)


def test_the_ids_of_a_lot_and_of_a_link_that_are_taken_are_renewed(story_on_both):
    """They are keys of the store: a clash must not look like a service that is busy."""
    story = story_on_both.opened("doctor", "nurse")
    hidden = story.fed("Lettre", visibility=MASKED)
    links = story.doctor.search(StoredQuery(GetAssociations(frozenset({hidden.uuid}))), story.patient)
    (member,) = links.objects.associations
    own = story.lot([story.note("A moi", author="nurse")], by=story.nurse)

    assert story.nurse.submit_lot(story.patient, _in_place_of(own, member)) == ()

    assert story.titles("nurse") == ["A moi"]
    assert story.doctor.search(StoredQuery(GetAssociations(frozenset({hidden.uuid}))), story.patient) == links


def _in_place_of(submission: Submission, member: Association) -> Submission:
    """The same lot, under the ids of another lot and of the link to its document."""
    old = submission.submission_set.uuid
    first, *others = (
        replace(
            link,
            source=member.source if link.source == old else link.source,
            target=member.source if link.target == old else link.target,
        )
        for link in submission.associations
    )
    changed = with_lot(submission, uuid=member.source)
    return replace(changed, associations=(replace(first, uuid=member.uuid), *others))


def test_a_uuid_in_the_other_case_is_the_same_document(story):
    story.opened("doctor", "nurse")
    name = "0b2f7d6e-1111-4222-8333-44445555aaaa"
    note = story.note("Lettre", id=name)
    story.doctor.submit(story.patient, [note], visibility=MASKED)

    story.nurse.submit_lot(story.patient, _under(story, name.upper()))

    (mine,) = story.nurse.find(story.patient)
    assert mine.visibility.masked
    assert story.doctor.read(story.patient, name) == story.doctor.read(story.patient, name.upper()) == note


# -- claims


def _claiming(client: DmpClient, patient: PatientId, **claims) -> object:
    claimed = replace(client.credentials, **claims)
    return security_header(claimed, patient, Saying(), at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("holder", "claims", "reason"),
    [
        ("pharmacist", {"profession": "10", "know_how": "SM26"}, "the user is known in another profession"),
        ("nurse", {"profession": "10", "know_how": "SM26"}, "the user is known in another profession"),
        ("occupational_doctor", {"know_how": "SM26"}, "the user is not known for this know-how"),
    ],
)
def test_a_profession_or_know_how_that_is_not_ones_own_is_refused(story, holder, claims, reason):
    story.opened("doctor")
    security = _claiming(story.by(holder), story.patient, **claims)

    with story.one_trace() as seen:
        sent = post(story, holder, "registry", Envelope(soap.Action.STORED_QUERY, a_search(story), security))

    assert (sent.status, sent.fault, sent.reason) == (400, "dmp:DMPInvalidVIHF", "DMPInvalidVIHF")
    assert seen.said == f"directory: {reason}"


def test_an_insurer_in_the_sector_of_a_practice_is_refused(story):
    story.opened("doctor")
    insurer = story.by("insurer", standing_for="doctor3")
    facility = replace(insurer.credentials.facility, sector="SA07")
    security = _claiming(insurer, story.patient, facility=facility)

    with story.one_trace() as seen:
        sent = post(story, "insurer", "registry", Envelope(soap.Action.STORED_QUERY, a_search(story), security))

    assert (sent.fault, seen.said) == ("dmp:DMPInvalidVIHF", "directory: the structure is known in another sector")


def test_a_structure_cannot_make_a_doctor_of_a_nurse(story):
    story.opened("doctor")
    client = story.by("hospital", standing_for="nurse", air=True)
    security = _claiming(client, story.patient, profession="10", know_how="SM26")

    with story.one_trace() as seen:
        sent = post(story, "hospital", "registry", Envelope(soap.Action.STORED_QUERY, a_search(story), security))

    assert (sent.fault, seen.said) == ("dmp:DMPInvalidVIHF", "directory: the user is known in another profession")


def test_the_ins_of_somebody_else_does_not_lead_to_a_record_of_ones_own(story, child):
    with story.refused("DMPIdentityCertificationFailure"):
        story.doctor.open_record(story.patient, story.person.traits, others=(child.patient,))

    assert not story.doctor.test_record(story.patient).found
    assert not story.doctor.test_record(child.patient).found


# -- too much


def test_one_question_does_not_bring_back_more_than_a_request_may_hold(story):
    story.opened("doctor")
    context = story.context()
    heavy = plain_text(context, "x" * 3 * 1024 * 1024, title="Lourd")
    story.doctor.submit(story.patient, [heavy])

    with story.one_trace() as seen:
        answer = story.doctor.retrieve(story.patient, [context.id] * 20)

    assert (answer.documents, [problem.code for problem in answer.problems]) == ((), ["XDSRepositoryError"])
    assert seen.said.startswith("refused: XDSRepositoryError: more than 67108864 octets in all")
    assert len(story.doctor.retrieve(story.patient, [context.id] * 3).documents) == 3


def test_one_question_does_not_name_hundreds_of_documents(story):
    story.opened("doctor")
    entry = story.fed("Lettre")

    with story.one_trace() as seen:
        answer = story.doctor.retrieve(story.patient, [entry.unique_id] * 201)

    assert (answer.documents, [problem.code for problem in answer.problems]) == ((), ["XDSRepositoryError"])
    assert seen.trace.outcome == "refused"
    assert len(story.doctor.retrieve(story.patient, [entry.unique_id] * 200).documents) == 200


def test_an_entry_full_of_slots_is_refused_since_each_search_would_bring_it_back(story):
    story.opened("doctor")
    crowded = tuple((f"urn:x:{number}", ("v" * 1000,)) for number in range(130))
    lot = story.lot([story.note()])

    with pytest.raises(CallRefused) as refusal:
        story.doctor.submit_lot(story.patient, with_entry(lot, extra=crowded))

    assert problems(refusal) == ["XDSRepositoryMetadataError"]
    assert story.doctor.submit_lot(story.patient, with_entry(lot, extra=crowded[:100])) == ()


def test_the_client_reads_the_answer_of_a_search_in_a_large_record(story):
    story.opened("doctor")
    crowded = tuple((f"urn:x:{number}", ("v" * 4000,)) for number in range(25))
    for _ in range(2):
        lot = story.lot([story.note() for _ in range(25)])
        entries = tuple(entry if entry.is_signature else replace(entry, extra=crowded) for entry in lot.entries)
        story.doctor.submit_lot(story.patient, replace(lot, entries=entries))

    assert len(story.doctor.find(story.patient)) == 50


# -- at the gate


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with worlds(tmp_path_factory.mktemp("world"), count=1) as one:
        yield one


@pytest.fixture
def scene(alone) -> Scene:
    alone.scenes += 1
    (world,) = alone.all
    world.scene = alone.scenes
    world.turn_to(0)
    made = Scene(alone, _ADULTS[alone.scenes], random.Random(alone.scenes))  # noqa: S311 - ids of a test
    made.opens()(world)
    return made


_ADULTS = [person for person in people(17, 100) if not person.guardians]


@dataclass(frozen=True)
class Colliding:
    """Octets that somebody chose so that their SHA-1 is another one's."""

    octets: bytes
    sha1: str

    @property
    def size(self) -> int:
        return len(self.octets)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    def read(self) -> bytes:
        return self.octets

    def chunks(self) -> Iterator[bytes]:
        yield self.octets


def _with_content(submission: Submission, content) -> Submission:
    return replace(submission, documents=dict.fromkeys(submission.documents, content))


def test_two_contents_of_one_sha1_are_two_documents(scene, alone):
    (world,) = alone.all
    first = scene.paper("doctor")
    second = replace(first, entry=scene.described(first.octets))
    other = Colliding(b"somebody else's words", MemoryContent(first.octets).sha1)
    scene.deposits(scene.submission(first.author, [first]), first.author)(world)

    with pytest.raises(Refused) as refusal:
        scene.deposits(_with_content(scene.submission(first.author, [second]), other), first.author)(world)

    assert [problem.code for problem in refusal.value.problems] == [XdsCode.NON_IDENTICAL_HASH]


def test_a_content_of_the_sha1_of_a_hidden_one_is_kept_apart_from_it(scene, alone):
    (world,) = alone.all
    hidden, nurse = scene.paper("doctor", hidden=HIDDEN), scene.worlds.credentials("nurse")
    mine = replace(scene.paper("nurse", unique_id=hidden.unique_id), octets=hidden.octets)
    other = Colliding(b"the nurse's words", MemoryContent(hidden.octets).sha1)
    scene.deposits(scene.submission(hidden.author, [hidden]), hidden.author)(world)

    scene.deposits(_with_content(scene.submission(nurse, [mine]), other), nurse)(world)

    with world.store.begin() as tx:
        record = tx.records.of(scene.patient)
        contents = tx.inside(record)
        assert contents.read_document(mine.uuid) == b"the nurse's words"
        assert contents.read_document(hidden.uuid) == hidden.octets


def test_replacing_a_document_does_not_start_its_announcement_again(scene, alone):
    (world,) = alone.all
    old, new = scene.paper(), scene.paper(hidden=UNSAID)
    scene.deposits(scene.submission(old.author, [old]), old.author)(world)
    world.at = START + timedelta(days=40)

    link = [(new.uuid, Relation.REPLACES, old.uuid)]
    scene.deposits(scene.submission(new.author, [new], links=link), new.author)(world)

    with world.store.begin() as tx:
        assert tx.records.of(scene.patient).visibility == {old.uuid: Visibility(hidden_from_patient_since=START)}


def test_a_call_on_a_record_that_cannot_be_read_any_more_leaves_its_trace(scene, alone):
    (world,) = alone.all
    with world.store.engine.begin() as connection:
        connection.execute(update(schema.record).where(schema.record.c.record == scene.record_key).values(sealed=b"?"))
    before = world.count_traces()

    with pytest.raises(StorageUnavailable):
        world.perform(scene.caller(scene.worlds.credentials("doctor")), CheckRecord(scene.patient))

    assert world.count_traces() == before + 1
    with world.store.begin() as tx:
        last = list(tx.traces.of(NO_RECORD))[-1]
    assert (last.outcome, last.verb) == ("refused", "TD0.2")
