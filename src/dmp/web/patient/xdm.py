"""METADATA.XML of an XDM media: an `lcm:SubmitObjectsRequest`, written a piece at a time (ITI-32, xds-wire 7.8)."""

import uuid
from collections.abc import Iterator, Sequence

from dmp.actions.copy_record import CopyTaken
from dmp.record import dtm, nomenclature
from dmp.record.entry import Association, Author, DocumentEntry, Relation, SubmissionSet
from dmp.record.hl7text import Cx, Xcn
from dmp.record.nomenclature import Nomenclature
from dmp.wire.xds.ebrim import LCM, RIM
from dmp.wire.xds.write_objects import association_text, entry_text, submission_set_text

_UUID_ARC = "2.25"
_BY_PATIENT = ("EXP_PATIENT", "1.2.250.1.213.1.1.4.6")
_TITLE = "Copie du dossier médical partagé"


def metadata(entries: Sequence[DocumentEntry], taken: CopyTaken) -> Iterator[bytes]:
    """One lot of all the documents; what hides them to professionals stays written, for whoever takes them over."""
    lot = _lot(taken)
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<lcm:SubmitObjectsRequest xmlns:lcm="{LCM}" xmlns:rim="{RIM}">'.encode()
    yield f"<rim:RegistryObjectList>{submission_set_text(lot, registered=False)}\n".encode()
    for entry in entries:
        member = Association(_new_uuid(), Relation.HAS_MEMBER, lot.uuid, entry.uuid, membership="Original")
        yield f"{entry_text(entry, registered=False)}\n{association_text(member, registered=False)}\n".encode()
    there = {entry.uuid for entry in entries}
    for link in taken.replacements:
        if {link.source, link.target} <= there:
            yield f"{association_text(link, registered=False)}\n".encode()
    yield b"</rim:RegistryObjectList></lcm:SubmitObjectsRequest>\n"


def _lot(taken: CopyTaken) -> SubmissionSet:
    return SubmissionSet(
        uuid=_new_uuid(),
        unique_id=_new_oid(),
        patient_cx=Cx(taken.patient.number, taken.patient.root, "NH").text,
        source_id=_new_oid(),
        submission_time=dtm.of(taken.at),
        content_type=nomenclature.value_set(Nomenclature.CONTENT_TYPES).concepts[_BY_PATIENT].code,
        authors=(Author(person=_person(taken)),),
        title=_TITLE,
    )


def _person(taken: CopyTaken) -> str:
    patient, traits = taken.patient, taken.traits
    family, given = (traits.birth_name, traits.birth_first_name) if traits is not None else ("", "")
    return Xcn(patient.number, family, given, patient.root, "L", "NH").text


def _new_uuid() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def _new_oid() -> str:
    return f"{_UUID_ARC}.{uuid.uuid4().int}"
