"""`idor`: ids of somebody else, put in the place of those of one's own patient, open nothing (T-IDOR, security 6.6).

A doctor works in the record of one patient, and everything that he sends is
kept. Then each message is sent again with ids of another patient in the place
of the first one's: each id by itself, then all of them; in the body alone, and
in the signed assertion too. What may come back is a refusal, or what the
message asks of the first record; nothing of the other person, whose record
must stay as it was.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import httpx2

from dmp.assure.claim import Claim, Counter, Figure, Leg, Tally
from dmp.assure.crowd import new_lot
from dmp.assure.service import Service, served
from dmp.client import CallRefused, DmpClient
from dmp.client.credentials import Credentials
from dmp.main import open_store
from dmp.record.criteria import DocumentIds, RecordCriteria
from dmp.record.entry import EntryStatus, RegistryObjects
from dmp.record.query import GetAll, GetAssociations, GetDocuments, GetSubmissionSets, StoredQuery
from dmp.sandbox.population import Person, people
from dmp.store.tx import Store

AUTHOR, VIEWER = "doctor", "doctor3"
LOTS = 3
ALL = frozenset(EntryStatus)
_SIGNED = re.compile(rb"</(?:\w+:)?Security>")
"""The end of the assertion."""
_MESSAGE_ID = re.compile(rb"(<(?:\w+:)?MessageID[^>]*>)[^<]*(<)")


@dataclass(frozen=True)
class Kept:
    """One message as it was sent."""

    url: str
    media_type: str
    octets: bytes


@dataclass(frozen=True)
class Known:
    """One patient: the ids of the record, in one order for everybody, and words that stand nowhere else."""

    person: Person
    ids: tuple[str, ...]
    words: frozenset[str]

    @staticmethod
    def of(person: Person, everything: RegistryObjects) -> "Known":
        """From what the author sees."""
        entries = sorted((e for e in everything.entries if not e.is_signature), key=lambda e: e.creation_time)[:LOTS]
        lots = sorted(everything.submission_sets, key=lambda lot: lot.unique_id)[:LOTS]
        ids = [person.patient.number]
        for entry in entries:
            ids += [entry.uuid.removeprefix("urn:uuid:"), entry.unique_id, entry.hash]
        for lot in lots:
            ids += [lot.uuid.removeprefix("urn:uuid:"), lot.unique_id]
        return Known(person, tuple(ids), frozenset({*ids, person.traits.birth_name}))


def play(leg: Leg) -> Tally:
    """Record, replay, look."""
    counter = Counter()
    with ExitStack() as stack:
        service = stack.enter_context(served(leg))
        own, other = (_filled(service, person, leg) for person in people(leg.seed, 2))
        messages = _recorded(service, own)
        store = open_store(service.operations.settings)
        stack.callback(store.close)
        sender = stack.enter_context(_sender(service))
        for kept in messages:
            counter.add("messages")
            for octets in altered(kept.octets, dict(zip(own.ids, other.ids, strict=True))):
                before = _revision(store, other.person)
                answer = sender.post(kept.url, content=octets, headers={"Content-Type": kept.media_type})
                counter.add("replays")
                if answer.status_code >= 500 and b"Fault" not in answer.content:
                    counter.wrong("broken", f"status {answer.status_code}")
                if told := leaked(answer.content, octets, other.words):
                    counter.wrong("permitted", f"{len(told)} words of somebody else in an answer")
                if _revision(store, other.person) != before:
                    counter.wrong("permitted", "the record of somebody else was changed")
            leg.advance(leg.size)
    return counter.tally()


def altered(octets: bytes, swap: Mapping[str, str]) -> Iterator[bytes]:
    """The message under new MessageIDs, with each id of `swap` that it holds replaced, then all; see `play`."""
    there = {old.encode(): new.encode() for old, new in swap.items() if old.encode() in octets}
    signed = _SIGNED.search(octets)
    end = signed.end() if signed else 0
    head, rest = octets[:end], octets[end:]
    for change in (*({old: new} for old, new in there.items()), there):
        yield _fresh(head + _swapped(rest, change))
        if _swapped(head, change) != head:
            yield _fresh(_swapped(octets, change))


def _swapped(octets: bytes, change: Mapping[bytes, bytes]) -> bytes:
    for old, new in change.items():
        octets = octets.replace(old, new)
    return octets


def _fresh(octets: bytes) -> bytes:
    """Under another MessageID: the same message twice is refused for that alone."""
    return _MESSAGE_ID.sub(rb"\1urn:uuid:%s\2" % str(uuid.uuid4()).encode(), octets, count=1)


def leaked(answer: bytes, asked: bytes, words: frozenset[str]) -> list[str]:
    """Words of somebody that are in an answer, though the question did not hold them."""
    return [word for word in words if word.encode() in answer and word.encode() not in asked]


def _filled(service: Service, person: Person, leg: Leg) -> Known:
    """A record with documents; the viewer is let in by the first person alone."""
    with ExitStack() as stack:
        author = stack.enter_context(service.client(AUTHOR))
        feeder = stack.enter_context(service.client("hospital", standing_for=AUTHOR))
        author.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
        author.authorise(person.patient)
        for number in range(LOTS):
            feeder.submit_lot(person.patient, new_lot(feeder, person, leg.dice(person.patient.number, number)))
        everything = StoredQuery(GetAll(RecordCriteria(person.patient, ALL, ALL, ALL)))
        return Known.of(person, author.search(everything, person.patient).objects)


def _recorded(service: Service, known: Known) -> list[Kept]:
    """What the viewer sends when he does everything that he may do in the record of his patient."""
    kept: list[Kept] = []

    def note(request: httpx2.Request) -> None:
        kept.append(Kept(str(request.url), request.headers["Content-Type"], request.read()))

    with service.client(VIEWER) as viewer:
        viewer.authorise(known.person.patient)
        viewer.overheard_by(note)
        _everything(viewer, known)
    return kept


def _everything(viewer: DmpClient, known: Known) -> None:
    patient = known.person.patient
    viewer.test_record(patient)
    viewer.read_identity(patient)
    viewer.authorise(patient)
    viewer.list_authorisations(patient)
    viewer.my_records()
    entries = viewer.find(patient, statuses=ALL)
    uuids = frozenset(entry.uuid for entry in entries)
    unique_ids = frozenset(entry.unique_id for entry in entries)
    for question in (
        GetAll(RecordCriteria(patient, ALL, ALL, ALL)),
        GetDocuments(DocumentIds(uuids=uuids)),
        GetDocuments(DocumentIds(unique_ids=unique_ids)),
        GetAssociations(uuids),
        GetSubmissionSets(uuids),
    ):
        viewer.search(StoredQuery(question), patient)
    for entry in entries:
        viewer.read(patient, entry.unique_id)
    for change in (viewer.archive, viewer.delete, viewer.unmask, viewer.mask):
        try:
            change(patient, entries[0])
        except CallRefused:
            continue  # what he may not do to documents of others is sent all the same


def _sender(service: Service) -> httpx2.Client:
    """The viewer's connections, without what his software checks."""
    contract = service.contract
    tls = Credentials.from_sandbox(contract, VIEWER).tls(contract["ca"])
    return httpx2.Client(verify=tls, timeout=60, trust_env=False)


def _revision(store: Store, person: Person) -> int | None:
    with store.begin() as tx:
        record = tx.records.of(person.patient)
        return None if record is None else tx.records.held(record.key).revision


def judge(total: Tally) -> list[Figure]:
    """Nothing of anybody else."""
    return [
        Figure("replays", total["replays"], least=1),
        Figure("messages", total["messages"], least=1),
        Figure("permitted", total["permitted"], most=0),
        Figure("broken", total["broken"], most=0),
    ]


CLAIM = Claim(
    name="idor",
    promise="Whoever is let into one record learns and changes nothing of another one, whatever ids of it he knows "
    "and puts in his messages.",
    counted="runs",
    count=1,
    leg=1,
    play=play,
    judge=judge,
    source="T-IDOR (security 14), security 6.6",
)
