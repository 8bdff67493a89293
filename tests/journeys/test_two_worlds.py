"""Over the wire, a masked document answers as one that never was (security 7, DEC-10); the claim `worlds` goes on."""

import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.assure.two_worlds.searching import REPOSITORY
from dmp.client import lots
from dmp.record.entry import DocumentEntry, EntryStatus, Relation
from dmp.record.query import (
    DocumentIds,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    StoredQuery,
)
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.record.visibility import Visibility
from dmp.wire import soap
from dmp.wire.xds import iti18_request, iti43, iti57_request
from journey_builders import MASKED, Envelope, Sent, Story, a_submission, post


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
