"""The main job over the real wire: opened, fed, found, read, masked, refused, still read by its author."""

from datetime import UTC, datetime

import pytest

from dmp.client import CallRefused
from dmp.sandbox.maker import DocumentContext, letter


def test_a_letter_is_fed_found_read_masked_and_hidden_from_the_nurse(served, person):
    doctor, nurse = served.client("doctor"), served.client("nurse")
    doctor.open_record(person.patient, person.traits, guardians=person.guardians)
    doctor.authorise(person.patient)
    nurse.authorise(person.patient)
    context = DocumentContext(
        id=doctor.new_oid(),
        patient=person.patient,
        traits=person.traits,
        author=doctor.professional,
        at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    )
    document = letter(context, title="Lettre de liaison", paragraphs=["Document fictif."])

    assert doctor.submit(person.patient, [document]) == ()
    (entry,) = nurse.find(person.patient)
    assert entry.title == "Lettre de liaison"
    assert nurse.read(person.patient, entry.unique_id) == document

    doctor.mask(person.patient, entry)

    assert nurse.find(person.patient) == ()
    with pytest.raises(CallRefused) as refused:
        nurse.read(person.patient, entry.unique_id)
    assert refused.value.code == "XDSDocumentUniqueIdError"
    assert doctor.read(person.patient, entry.unique_id) == document
