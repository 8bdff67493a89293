"""Words for journeys in the `ihe` profile: a patient of any authority, documents with any codes."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from dmp.client import DmpClient, lots
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry, SubmissionSet
from dmp.wire.content import MemoryContent
from journey_builders import Story

ROOT = "1.3.6.1.4.1.21367.13.20.3000"
OCTETS = b"%PDF-1.4 as plain IHE sends it\n"
CODE = Code("x", "1.3.6.1.4.1.21367.100.1", "Anything")


def opened(story: Story) -> Story:
    story.sandbox.operations.open(cx(story), traits=None, consent=True)
    return story


def cx(story: Story) -> str:
    return f"{story.patient.number}^^^&{story.patient.root}&ISO"


def described(story: Story, title: str = "Plain", **changes) -> DocumentEntry:
    content = MemoryContent(OCTETS)
    entry = DocumentEntry(
        uuid="Document01",
        unique_id=DmpClient.new_oid(),
        patient_cx=cx(story),
        mime_type="application/pdf",
        class_code=CODE,
        type_code=CODE,
        format_code=CODE,
        facility_type=CODE,
        practice_setting=CODE,
        creation_time="20260302",
        language="en-us",
        source_patient_cx="89765a87b^^^&3.4.5&ISO",
        confidentiality=(CODE,),
        authors=(lots.sender(story.doctor.credentials),),
        title=title,
        hash=content.sha1,
        size=content.size,
    )
    return replace(entry, **changes)


def a_set(story: Story, uuid: str = "SubmissionSet01") -> SubmissionSet:
    lot = lots.new_set(story.patient, story.doctor.credentials, at=datetime.now(UTC), new_oid=DmpClient.new_oid)
    return replace(lot, patient_cx=cx(story), uuid=uuid)


def fed(story: Story, title: str = "Plain") -> DocumentEntry:
    entry = described(story, title)
    story.doctor.submit_lot(story.patient, lots.build(a_set(story), [(entry, OCTETS)]))
    return current(story, entry)


def current(story: Story, entry: DocumentEntry) -> DocumentEntry:
    found = story.entry("doctor", entry.unique_id)
    assert found is not None
    return found


def urn() -> str:
    return f"urn:uuid:{uuid4()}"
