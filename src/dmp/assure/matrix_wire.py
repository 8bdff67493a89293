"""`matrix`, over SOAP: cells drawn from the space are asked with signed messages, of records put into a store.

One search, one look-up by uniqueId and one retrieval tell a cell for each
document of a record; each act that changes something tells one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from dmp.access.policy import load_policy
from dmp.access.question import Decision
from dmp.assure.inside import Inside
from dmp.assure.matrix_cards import Cards, Switchboard, directory, employee, teams
from dmp.assure.matrix_compare import Comparison
from dmp.assure.matrix_space import CONSENTS, PAPERS, TYPES, Scene, others, professionals
from dmp.assure.matrix_values import AT, RECEPTION, REGULATION_CENTRE, document, record_for, structure_of
from dmp.assure.oracle.ask import Advice, advise
from dmp.assure.oracle.situation import Announced, Block, Given, Paper, Person, Standing
from dmp.assure.oracle.transactions import WITHOUT_RECORD
from dmp.client import DmpClient
from dmp.client.errors import CallRefused
from dmp.main import open_store
from dmp.record.entry import DocumentEntry, EntryStatus, SubmissionSet
from dmp.record.errors import DmpCode, XdsCode
from dmp.record.patient import PatientId
from dmp.record.query import DocumentIds, GetDocuments, StoredQuery
from dmp.record.record import Record, RecordState
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.sandbox.folder import SandboxOptions, read_contract, write_contract
from dmp.sandbox.population import people
from dmp.sandbox.serve import ready
from dmp.store.tx import Store
from dmp.wire.content import MemoryContent

PAPERS_EACH = 24
"""Documents of a record."""
CODES = ("10", "21", "26", "31", "32", "40", "50", "60", "69", "70", "80", "91", "93", "95", "98", "71", "84")
SECTORS = ("SA01", "SA01", "SA04", "SA05", "SA07", "SA07", "SA07", "SA33", "SA52", "SA66", "SA09", "SA23", "SA24")
"""Where they call from; drawn as often as listed."""
LET_IN = tuple(
    each
    for each in CONSENTS
    if (each.given in (Given.TO_HIM, Given.BY_THE_HOLDER, Given.TO_HIS_STRUCTURE))
    and each.block is Block.NOBODY
    and not (each.hide_everything or each.opposed_break_glass or each.opposed_dispatch)
)
"""Half of the draws are of these: among all that a holder may have decided, most lets nobody in."""
OTHER_STATES = (Standing(None), Standing(RecordState.CLOSED))
DONE, ABSENT = Decision(True, "over SOAP"), Decision(False, "over SOAP", conceal=True)
LETTER = MemoryContent(b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>")


def over_soap(folder: Path, *, seed: str, cells: int) -> Comparison:
    """Ask that many cells, drawn, of an installation of its own in that folder."""
    settings, holders = ready(folder, SandboxOptions(1))
    write_contract(folder, settings, holders)
    settings = replace(settings, regulation_centres=(REGULATION_CENTRE,))
    cards = Cards.made(holders.folder, folder / "cards")
    store = open_store(settings)
    comparison, dice = Comparison(load_policy()), Random(seed)  # noqa: S311 - choices that must be replayed
    patients = iter([person.patient for person in people(dice.getrandbits(32), cells // PAPERS_EACH + 10)])
    try:
        with store.begin() as tx:
            tx.directory.load(*directory())
            tx.directory.load_teams(teams())
        with Inside(settings, holders["doctor"].auth.certificate) as service:
            board = Switchboard(cards, service, read_contract(folder))
            while comparison.cells < cells:
                _case(dice, next(patients), store).ask(board, comparison, dice)
    finally:
        store.close()
    return replace(comparison, by_soap=comparison.cells)


@dataclass(frozen=True)
class Case:
    """A scene that stands in a store: the record of `patient`, with an entry for each paper."""

    scene: Scene
    patient: PatientId
    entries: tuple[DocumentEntry, ...]

    def ask(self, board: Switchboard, comparison: Comparison, dice: Random) -> None:
        """Everything that reads, then one act that changes a document, then one that changes the record."""
        client, advice = board.client(self.scene.person), advise(self.scene.person, self.scene.standing)
        for verb in dice.sample(list(READS_OF_RECORD), 2):
            got = _outcome(lambda verb=verb: READS_OF_RECORD[verb](client, self.patient))
            anybodys = advise(replace(self.scene.person, secret=False), Standing(None))
            named = anybodys if verb in WITHOUT_RECORD else advice
            self._of_record(comparison, named, verb, got)
        for verb, look in LOOKS.items():
            seen = look(client, self)
            for paper, entry in zip(self.scene.papers, self.entries, strict=True):
                got = DONE if entry.unique_id in seen else ABSENT
                comparison.cell(self.scene, verb, got, advice.paper(verb, paper), (paper,))
        pairs = zip(self.scene.papers, self.entries, strict=True)
        changes = [(verb, paper, entry) for paper, entry in pairs for verb in CHANGES if _applies(verb, paper)]
        if changes:
            verb, paper, entry = dice.choice(changes)
            got = _outcome(lambda: CHANGES[verb](client, self.patient, entry))
            comparison.cell(self.scene, verb, got, advice.paper(verb, paper), (paper,))
        verb = dice.choice(list(ACTS_ON_RECORD))
        self._of_record(comparison, advice, verb, _outcome(lambda: ACTS_ON_RECORD[verb](client, self.patient)))

    def _of_record(self, comparison: Comparison, advice: Advice, verb: Verb, got: Decision) -> None:
        comparison.cell(self.scene, verb, got, advice.record(verb))

    @property
    def unique_ids(self) -> tuple[str, ...]:
        """Of its documents."""
        return tuple(entry.unique_id for entry in self.entries)


# -- what is asked


def _found(client: DmpClient, case: Case) -> frozenset[str]:
    return _seen(lambda: client.find(case.patient, statuses=tuple(EntryStatus)))


def _referred(client: DmpClient, case: Case) -> frozenset[str]:
    query = StoredQuery(GetDocuments(DocumentIds(unique_ids=frozenset(case.unique_ids))))
    return _seen(lambda: client.search(query, case.patient).objects.entries)


def _read(client: DmpClient, case: Case) -> frozenset[str]:
    try:
        return frozenset(read.request.unique_id for read in client.retrieve(case.patient, case.unique_ids).documents)
    except CallRefused:
        return frozenset()


def _seen(search: Callable[[], Sequence[DocumentEntry]]) -> frozenset[str]:
    try:
        return frozenset(entry.unique_id for entry in search())
    except CallRefused:
        return frozenset()


LOOKS: Mapping[Verb, Callable[[DmpClient, Case], frozenset[str]]] = {
    Verb.FIND: _found,
    Verb.FIND_REFERENCE: _referred,
    Verb.READ: _read,
}
READS_OF_RECORD: Mapping[Verb, Callable[[DmpClient, PatientId], object]] = {
    Verb.TEST_RECORD: DmpClient.test_record,
    Verb.READ_IDENTITY: DmpClient.read_identity,
    Verb.LIST_AUTHORISATIONS: DmpClient.list_authorisations,
    # A structure says since when (y3).
    Verb.LIST_RECORDS: lambda client, _: client.my_records(since=datetime.now(UTC) - timedelta(days=1)),
    Verb.FIND_PATIENTS: lambda client, _: client.find_patients("PERSONNE", "NULLE", birth_date="1979-03-28"),
}
ACTS_ON_RECORD: Mapping[Verb, Callable[[DmpClient, PatientId], object]] = {
    Verb.AUTHORISE: DmpClient.authorise,
    Verb.RENOUNCE: DmpClient.renounce,
    Verb.BECOME_ATTENDING: DmpClient.become_attending,
    Verb.LEAVE_ATTENDING: DmpClient.leave_attending,
}
CHANGES: Mapping[Verb, Callable[[DmpClient, PatientId, DocumentEntry], None]] = {
    Verb.MASK: DmpClient.mask,
    Verb.UNMASK: DmpClient.unmask,
    Verb.RELEASE: DmpClient.show_to_patient,
    Verb.RELEASE_TO_GUARDIANS: DmpClient.show_to_guardians,
    Verb.DELETE: DmpClient.delete,
    Verb.ARCHIVE: DmpClient.archive,
    Verb.UNARCHIVE: DmpClient.unarchive,
}


def _applies(verb: Verb, paper: Paper) -> bool:
    """Whether the act would change anything: one that would not is another matter than rights."""
    match verb:
        case Verb.MASK:
            return paper.status is EntryStatus.APPROVED and not paper.masked and not _announced(paper)
        case Verb.UNMASK:
            return paper.status is EntryStatus.APPROVED and paper.masked
        case Verb.RELEASE:
            return paper.status is EntryStatus.APPROVED and _announced(paper)
        case Verb.RELEASE_TO_GUARDIANS:
            return paper.status is EntryStatus.APPROVED and paper.from_guardians
        case Verb.UNARCHIVE:
            return paper.status is EntryStatus.ARCHIVED
        case _:
            return paper.status is EntryStatus.APPROVED


def _announced(paper: Paper) -> bool:
    return paper.announced is not Announced.NEVER_HIDDEN


def _outcome(act: Callable[[], object]) -> Decision:
    """Done, refused, or answered as if it were not there (DEC-10, DEC-41)."""
    try:
        act()
    except CallRefused as refusal:
        return Decision(False, f"over SOAP: {refusal.code}", conceal=refusal.code in TOLD_AS_ABSENT)
    return DONE


TOLD_AS_ABSENT = (XdsCode.UNRESOLVED_REFERENCE, DmpCode.NOT_FOUND)
"""As an update of a document that never was is answered, and a record that is not there."""


# -- what stands there


def _case(dice: Random, patient: PatientId, store: Store) -> Case:
    """Draw a case and put it into the store."""
    person, standing = _caller(dice), _standing(dice)
    if standing.state is None:
        person = replace(person, secret=False)
    papers = tuple(_paper(dice) for _ in range(PAPERS_EACH)) if standing.state is RecordState.ACTIVE else ()
    scene, now = Scene(person, standing, (), papers), datetime.now(UTC)
    record = record_for(standing, person)
    if record is None:
        return Case(scene, patient, ())
    placed = [(paper, _placed(paper, person, patient, dice)) for paper in papers]
    entries = [later(entry, now - AT) for _, entry in placed]
    blocked = {employee(structure_of(person)) if name == RECEPTION else name for name in record.blocked}
    marks = {entry.chain: entry.visibility for entry in entries if entry.visibility != Visibility()}
    record = replace(
        later(record, now - AT),
        key=str(_uuid(dice)),
        identifiers=(patient,),
        blocked=frozenset(blocked),
        visibility=marks,
    )
    _write(store, record, entries, dice)
    return Case(scene, patient, tuple(entries))


def _caller(dice: Random) -> Person:
    """Somebody who can prove himself over SOAP."""
    sector = dice.choice(SECTORS)
    if dice.random() < 0.25:
        return dice.choice(list(others(sector)))
    code = dice.choice(("10", "10", "10", *CODES))
    know_how = dice.choice(("SM26", "SM04", "SM25")) if code == "10" else ""
    return replace(dice.choice(list(professionals(code, know_how, sector))), secret=dice.random() < 0.1)


def _standing(dice: Random) -> Standing:
    if dice.random() < 0.1:
        return dice.choice(OTHER_STATES)
    return replace(
        dice.choice(LET_IN if dice.random() < 0.5 else CONSENTS), minor=dice.random() < 0.3, linked=dice.random() < 0.2
    )


def _paper(dice: Random) -> Paper:
    code, of = dice.choice(TYPES)
    paper = replace(dice.choice(PAPERS), type_code=code, class_code=of)
    # Both marks are never together on the wire (AR-20).
    return replace(paper, masked=False) if _announced(paper) else paper


def _placed(paper: Paper, person: Person, patient: PatientId, dice: Random) -> DocumentEntry:
    """The entry of a paper, with ids of its own."""
    entry, name = document(paper, structure_of(person)), f"urn:uuid:{_uuid(dice)}"
    return replace(
        entry,
        uuid=name,
        unique_id=f"2.25.{_uuid(dice).int}",
        logical_id=name,
        chain=name,
        patient_cx=f"{patient.number}^^^&{patient.root}&ISO^NH",
        title="Document",
        # The wire wants one; that of a document of the patient is the patient.
        legal_authenticator=entry.legal_authenticator or entry.authors[0].person,
        service_start="202602100900",
        hash=LETTER.sha1,
        size=LETTER.size,
    )


def _write(store: Store, record: Record, entries: Sequence[DocumentEntry], dice: Random) -> None:
    with store.begin() as tx:
        tx.records.add(record)
        if not entries:
            return
        contents, name = tx.inside(record), f"urn:uuid:{_uuid(dice)}"
        lot = SubmissionSet(
            uuid=name,
            unique_id=f"2.25.{_uuid(dice).int}",
            patient_cx=entries[0].patient_cx,
            source_id="1.2.3",
            submission_time="20260210100000",
            content_type=entries[0].practice_setting,
            authors=entries[0].authors,
        )
        contents.add_lot(lot, contents.fingerprint(name))
        stored = contents.add_document(LETTER)
        for entry in entries:
            contents.add_entry(entry, lot=lot.uuid, document=stored)


def _uuid(dice: Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)


def later(value: Any, by: timedelta) -> Any:
    """A value of the record with every instant in it moved: the space stands still, the service goes by the clock."""
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, tuple):
        return tuple(later(each, by) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        moved = {each.name: later(getattr(value, each.name), by) for each in fields(value)}
        return replace(value, **moved)
    return value
