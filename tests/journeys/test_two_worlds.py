"""What a viewer may not see changes nothing of what he is told: two worlds, one answer (security 7, DEC-10)."""

import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.client import lots
from dmp.record.actor import Caller
from dmp.record.entry import DocumentEntry, EntryStatus, Relation
from dmp.record.query import (
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    StoredQuery,
)
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.record.visibility import Visibility
from dmp.sandbox.population import people
from dmp.wire import soap
from dmp.wire.xds import iti18_request, iti43, iti57_request
from journey_builders import MASKED, Envelope, Sent, Story, a_submission, post
from world_builders import ALL, Scene, Worlds, actor_of, ask, message, worlds
from world_probes import REPOSITORY, Questions
from world_scenes import VIEWERS, play

PAIRS = 20
"""Pairs of worlds for each viewer."""
READS, WRITES = 9, 5
"""Questions asked in one pair, of all there are."""
ADULTS = [person for person in people(11, 1000) if not person.guardians]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with worlds(tmp_path_factory.mktemp("worlds")) as both:
        yield both


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: viewer.name)
def test_two_worlds_that_differ_by_hidden_things_answer_alike(pair, viewer):
    for seed in range(PAIRS):
        dice = random.Random(f"{viewer.name} {seed}")  # noqa: S311 - a seed to repeat a failure with
        seen = play(Scene(pair, ADULTS[pair.scenes], dice), viewer)
        questions = Questions(seen)
        makers = [*_some(dice, questions.reads(), READS), *_some(dice, questions.writes(), WRITES)]
        for number, make in enumerate(makers, start=1000):
            probe = make()
            before = [world.count_traces() for world in pair.all]
            first, second = [ask(world, seen.caller, probe, number) for world in pair.all]
            assert first == second, f"{viewer.name}, seed {seed}: {probe.label}"
            assert [world.count_traces() for world in pair.all] == [count + 1 for count in before], probe.label


def _some(dice: random.Random, every: list, count: int) -> list:
    """Some of them, in their order."""
    return [every[index] for index in sorted(dice.sample(range(len(every)), min(count, len(every))))]


def test_the_author_does_see_the_two_worlds_differ(pair):
    """Otherwise the test above would prove nothing."""
    for seed, hidden in enumerate(VIEWERS[0].hidden):
        dice = random.Random(f"author {seed}")  # noqa: S311 - as above
        scene = Scene(pair, ADULTS[pair.scenes], dice)
        seen = play(scene, replace(VIEWERS[0], hidden=(hidden,)))
        author = Caller(actor_of(pair.credentials("doctor")), patient=scene.patient)
        query = StoredQuery(FindDocuments(DocumentCriteria(scene.patient, ALL)))
        body = iti18_request.write_request(query, patient_type="NH")
        probe = message("ITI-18", "registry", soap.Action.STORED_QUERY, body, scene.uuid()[9:])
        first, second = [ask(world, author, probe, 2000) for world in pair.all]
        assert first != second, hidden
        assert all(paper.unique_id.encode() in first for paper in scene.secrets if not paper.entry.is_signature)
        assert ask(pair.all[0], seen.caller, probe, 2001) == ask(pair.all[1], seen.caller, probe, 2001)


# -- over the wire: what is hidden, and what never was


def _never_was(entry: DocumentEntry) -> DocumentEntry:
    """The same description, under ids of nothing."""
    name = f"urn:uuid:{uuid.uuid4()}"
    return replace(entry, uuid=name, logical_id=name, unique_id=f"2.25.{uuid.uuid4().int}")


def _search(question) -> Envelope:
    body = iti18_request.write_request(StoredQuery(question, all_versions=True), patient_type="NH")
    return Envelope(soap.Action.STORED_QUERY, body)


def _update(story: Story, *operations) -> Envelope:
    client = story.nurse
    lot = lots.new_set(story.patient, client.credentials, at=datetime.now(UTC), new_oid=client.new_oid)
    return Envelope(soap.Action.UPDATE, iti57_request.write_request(MetadataUpdate(lot, operations)))


def _version(entry: DocumentEntry, previous: int = 1, **changes) -> UpdateEntry:
    return UpdateEntry(replace(entry, uuid="Document01", **changes), previous)


def _link(story: Story, entry: DocumentEntry, relation: Relation) -> Envelope:
    lot = story.lot([story.note("Autre", author="nurse")], by=story.nurse, replaces=entry.uuid)
    links = (replace(a, type=relation) if a.type is Relation.REPLACES else a for a in lot.associations)
    body, parts = a_submission(replace(lot, associations=tuple(links)))
    return Envelope(soap.Action.PROVIDE_AND_REGISTER, body, parts=parts)


def _retrieve(*unique_ids: str) -> Envelope:
    body = iti43.write_request([iti43.DocumentRequest(REPOSITORY, unique_id) for unique_id in unique_ids])
    return Envelope(soap.Action.RETRIEVE, body)


APPROVED, ARCHIVED, DELETED = EntryStatus.APPROVED, EntryStatus.ARCHIVED, EntryStatus.DELETED
ASKED = {
    "GetDocuments, entryUUID": lambda _, e: _search(GetDocuments(DocumentIds(uuids=frozenset({e.uuid})))),
    "GetDocuments, uniqueId": lambda _, e: _search(GetDocuments(DocumentIds(unique_ids=frozenset({e.unique_id})))),
    "GetDocuments, lid": lambda _, e: _search(GetDocuments(DocumentIds(logical_ids=frozenset({e.logical_id})))),
    "GetAssociations": lambda _, e: _search(GetAssociations(frozenset({e.uuid}))),
    "GetDocumentsAndAssociations": lambda _, e: _search(
        GetDocumentsAndAssociations(DocumentIds(uuids=frozenset({e.uuid})))
    ),
    "ITI-43": lambda _, e: _retrieve(e.unique_id),
    "archive": lambda s, e: _update(s, UpdateStatus(e.uuid, APPROVED, ARCHIVED)),
    "archive, wrong status": lambda s, e: _update(s, UpdateStatus(e.uuid, DELETED, ARCHIVED)),
    "delete": lambda s, e: _update(s, UpdateStatus(e.uuid, APPROVED, DELETED)),
    "mask": lambda s, e: _update(s, _version(e, visibility=MASKED)),
    "unmask": lambda s, e: _update(s, _version(e, visibility=Visibility())),
    "unmask, wrong version": lambda s, e: _update(s, _version(e, 7, visibility=Visibility())),
    "other title": lambda s, e: _update(s, _version(e, title="Autre titre")),
    "RPLC": lambda s, e: _link(s, e, Relation.REPLACES),
    "APND": lambda s, e: _link(s, e, Relation.APPENDS),
}
SERVICES = {soap.Action.RETRIEVE: "repository", soap.Action.PROVIDE_AND_REGISTER: "repository"}


def _told(sent: Sent, *names: str) -> str:
    text = soap.serialise(sent.body).decode()
    for name in names:
        text = text.replace(name, "NAMED")
    return f"{sent.status} {sent.fault} {re.sub('[0-9a-f-]{36}', 'ID', text)}"


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_a_masked_document_answers_over_the_wire_as_one_that_never_was(story, asked):
    story.opened("doctor", "nurse")
    hidden = story.fed("Lettre", visibility=MASKED)
    answers = []
    for entry in (hidden, _never_was(hidden)):
        envelope = asked(story, entry)
        service = SERVICES.get(envelope.action, "registry")
        with story.one_trace():
            sent = post(story, "nurse", service, envelope)
        answers.append(_told(sent, entry.uuid, entry.unique_id))
    assert answers[0] == answers[1]
