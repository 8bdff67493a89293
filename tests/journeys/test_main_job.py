"""The main job over the real wire: opened, fed, found, read, masked, refused, still read by its author."""

from datetime import UTC, datetime

import pytest

from dmp.client import CallRefused
from dmp.record.errors import InvalidIdentity
from dmp.record.patient import IdentityStatus
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


@pytest.mark.parametrize("status", [one for one in IdentityStatus if one is not IdentityStatus.QUALIFIED])
def test_an_identity_that_is_not_qualified_feeds_nothing(story, status):
    doctor = story.opened("doctor").doctor

    with pytest.raises(InvalidIdentity) as refused:
        doctor.submit(story.patient, [b"<ClinicalDocument/>"], identity=status)

    assert refused.value.element == "identity"
    assert doctor.find(story.patient) == ()


def test_three_states_of_identity_do_not_feed():
    assert [status.value for status in IdentityStatus if not status.may_feed] == ["provisoire", "récupérée", "validée"]
