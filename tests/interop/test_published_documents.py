"""The 89 published CDA examples go in and come out of a tolerant sandbox (DEC-120, DEC-121); ours pass everywhere."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from dmp.client import CallRefused
from dmp.main import build_word_reader
from dmp.projecting import project
from dmp.record.entry import SIGNATURE_TYPE
from dmp.record.job import JobKind, JobState
from dmp.record.patient import PatientId
from dmp.sandbox.population import people
from dmp.store.jobs import Jobs
from dmp.store.rebuild import rebuild
from maker_builders import KINDS, a_context, every_kind
from sandboxes import Sandbox

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "cda"
SHARES_A_UNIQUE_ID = "TestContenuCDA-2-41/eP-MED-DM_PosoStruct_2022.01.xml"
V3 = {"h": "urn:hl7-org:v3"}
INS_ROOTS = frozenset(f"1.2.250.1.213.1.4.{family}" for family in (8, 9, 10, 11))

needs_published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published CDA documents are not here")


@cache
def published() -> dict[str, bytes]:
    """Every published document, by folder and name; in this order, since the second of a pair is refused."""
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(PUBLISHED.rglob("*.xml"))}


def clinical_document(octets: bytes) -> etree._Element:
    """The CDA itself: the root, or what a self-presenting style sheet carries."""
    return next(etree.fromstring(octets).iter("{urn:hl7-org:v3}ClinicalDocument"))


def read_ins(document: bytes) -> str:
    """The INS number of the patient, whatever the root it stands under."""
    ids = clinical_document(document).iterfind("h:recordTarget/h:patientRole/h:id", V3)
    return next(found.get("extension") for found in ids if found.get("root") in INS_ROOTS)


def read_unique_id(document: bytes) -> str:
    """The document's own identifier."""
    found = clinical_document(document).find("h:id", V3)
    return "^".join(part for part in (found.get("root"), found.get("extension")) if part)


def feed(sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    """Deposit every published document; gives what was refused and why."""
    doctor, opened = sandbox.client("doctor"), set()
    for name, document in published().items():
        ins = read_ins(document)
        patient = sandbox.opened(ins) if ins not in opened else PatientId(ins, "1.2.250.1.213.1.4.10")
        if ins not in opened:
            doctor.authorise(patient)
            opened.add(ins)
        try:
            doctor.submit(patient, [document])
        except CallRefused as refused:
            yield name, refused.code


@needs_published
def test_of_89_documents_88_are_fed_found_and_read_back_and_one_shares_a_unique_id(tolerant):
    doctor = tolerant.client("doctor")
    assert len(published()) == 89

    assert dict(feed(tolerant)) == {SHARES_A_UNIQUE_ID: "XDSNonIdenticalHash"}

    fed = {name: document for name, document in published().items() if name != SHARES_A_UNIQUE_ID}
    by_patient: dict[str, list[bytes]] = {}
    for document in fed.values():
        by_patient.setdefault(read_ins(document), []).append(document)
    assert sum(map(len, by_patient.values())) == 88
    for ins, documents in by_patient.items():
        patient = PatientId(ins, "1.2.250.1.213.1.4.10")
        found = {e.unique_id.lower() for e in doctor.find(patient) if e.type_code.code != SIGNATURE_TYPE}
        assert found == {read_unique_id(document).lower() for document in documents}
        for document in documents:
            assert doctor.read(patient, read_unique_id(document)) == document


@needs_published
def test_what_the_fed_documents_say_reads_the_same_when_it_is_read_again(tolerant):
    for _ in feed(tolerant):
        pass
    # The words of a PDF are read after its deposit, by a job; the service may be doing some.
    while any(job.kind == JobKind.WORDS for job in Jobs(tolerant.store).listed(JobState.WAITING)):
        build_word_reader(tolerant.store).run_due()

    counts = rebuild(tolerant.store, project).counts

    assert counts["same"] >= 88
    assert counts["new"] == counts["renewed"] == counts["unreadable"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_document_that_we_make_passes_in_the_strict_profile_in_a_signed_lot(served, kind):
    doctor = served.client("doctor")
    person = people(23, len(KINDS))[KINDS.index(kind)]
    doctor.open_record(person.patient, person.traits, guardians=person.guardians)
    doctor.authorise(person.patient)
    context = a_context(
        id=doctor.new_oid(),
        patient=person.patient,
        traits=person.traits,
        author=doctor.professional,
        at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    )
    document = every_kind(context)[kind]

    assert doctor.submit(person.patient, [document]) == ()

    (entry,) = doctor.find(person.patient)
    assert entry.unique_id == context.id
    assert doctor.read(person.patient, context.id) == document


def test_a_lot_of_every_kind_passes_at_once(served):
    doctor = served.client("doctor")
    (person,) = people(29, 1)
    doctor.open_record(person.patient, person.traits, guardians=person.guardians)
    doctor.authorise(person.patient)
    documents = [
        every_kind(
            a_context(
                id=doctor.new_oid(),
                patient=person.patient,
                traits=person.traits,
                author=doctor.professional,
                at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
            )
        )[kind]
        for kind in KINDS
    ]

    assert doctor.submit(person.patient, documents) == ()

    answer = doctor.retrieve(person.patient, [entry.unique_id for entry in doctor.find(person.patient)])
    assert sorted(document.content.read() for document in answer.documents) == sorted(documents)
