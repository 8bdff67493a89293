"""The XDS metadata that a CDA header calls for (cda 1.4, DEC-110 to DEC-115)."""

from dataclasses import replace
from typing import TypeVar

from dmp.record import dtm
from dmp.record.codes import Code
from dmp.record.entry import Author, DocumentEntry
from dmp.record.errors import Problem, Refused, XdsCode
from dmp.record.facility import FACILITY_AUTHORITY
from dmp.record.hl7text import Cx, Xcn, Xon, escape
from dmp.record.ins import INS_ROOTS
from dmp.record.nomenclature import class_of
from dmp.record.patient import PatientId
from dmp.record.professional import PROFESSIONAL_AUTHORITY, device_xcn, patient_xcn, professional_xcn
from dmp.wire.cda.formats import format_code, mime_type
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.parts import Ii, Organization, Participant, ServiceEvent
from dmp.wire.cda.patient import RecordTarget
from dmp.wire.cda.shape import UUID

Value = TypeVar("Value")

LONGEST_TITLE = 128
"""Characters that XDS takes for a title (xds-wire 4.2)."""
ORDER = "urn:ihe:iti:xds:2013:order"
ACCESSION = "urn:ihe:iti:xds:2013:accession"
STUDY = "urn:ihe:iti:xds:2016:studyInstanceUID"
IMAGING_REPORT = "1.2.250.1.213.1.1.1.45"
"""Model of imaging reports: each act is identified by its DICOM study."""


def entry_from_header(
    header: CdaHeader,
    *,
    uuid: str,
    patient: PatientId,
    class_code: Code | None = None,
    size: int | None = None,
    sha1: str = "",
) -> DocumentEntry:
    """Describe a document whose header keeps the blocking rules.

    `patient` is the target record's, whatever INS the header carries.
    `class_code` replaces the class of the type's table, for types without one.

    Raises:
        Refused: the header lacks what an entry cannot do without; the element is named.
    """
    act = header.main_act or ServiceEvent()
    type_code = _required(header.code, "code")
    return DocumentEntry(
        uuid=uuid,
        unique_id=_required(header.id, "id").unique_id,
        patient_cx=patient_cx(patient),
        mime_type=mime_type(header),
        class_code=_required(class_code or class_of(type_code), "code (a type without class)"),
        type_code=type_code,
        format_code=format_code(header),
        facility_type=_required(header.facility, "componentOf/…/healthCareFacility/code"),
        practice_setting=_required(header.practice, "documentationOf/…/standardIndustryClassCode"),
        creation_time=time(header.effective_time),
        language=header.language,
        source_patient_cx=source_patient(header.patient, patient),
        confidentiality=(_required(header.confidentiality, "confidentialityCode"),),
        authors=tuple(author(found) for found in header.authors),
        title=title(header),
        event_codes=event_codes(header),
        legal_authenticator=person(header.legal_authenticator).text if header.legal_authenticator else "",
        service_start=time(act.start),
        service_stop=time(act.stop),
        source_patient_info=source_patient_info(header.patient),
        reference_ids=reference_ids(header),
        hash=sha1,
        size=size,
    )


def time(value: str) -> str:
    """The DTM of an HL7 time (DEC-111); empty when it is none."""
    try:
        return dtm.from_hl7_ts(value)
    except ValueError:
        return ""


def title(header: CdaHeader) -> str:
    """The title, cut where XDS would."""
    return header.title[:LONGEST_TITLE]


def patient_cx(patient: PatientId) -> str:
    """The CX of a patient: type NH for an INS, PI for a local number (xds-wire 4.5)."""
    return Cx(patient.number, patient.root, "NH" if patient.root in INS_ROOTS else "PI").text


def source_patient(target: RecordTarget, patient: PatientId) -> str:
    """The local number of the patient, else the INS (DEC-113)."""
    return patient_cx(target.local or patient)


def source_patient_info(target: RecordTarget) -> tuple[str, ...]:
    """PID-5 (birth name L, used name D), PID-7 and PID-8 (DEC-109)."""
    first = target.birth_first_name or target.birth_first_names
    lines = [f"PID-5|{escape(target.birth_name)}^{escape(first)}^^^^^L"]
    if target.used_name:
        used = target.used_first_name or first
        lines.append(f"PID-5|{escape(target.used_name)}^{escape(used)}^^^^^D")
    if target.birth_date:
        lines.append(f"PID-7|{target.birth_date.replace('-', '')}")
    if target.sex:
        lines.append(f"PID-8|{target.sex}")
    return tuple(lines)


def author(who: Participant) -> Author:
    """An author in the French form (xds-wire 5)."""
    specialty = who.code
    return Author(
        person=person(who).text,
        institutions=(institution(who.organization).text,) if who.organization else (),
        roles=(who.function.display or who.function.code,) if who.function else (),
        specialties=(f"{escape(specialty.code)}^{escape(specialty.display)}^{specialty.system}",) if specialty else (),
    )


def person(who: Participant) -> Xcn:
    """The XCN of a person or a device (DEC-112)."""
    id_ = who.ids[0] if who.ids else Ii("")
    if who.is_device:
        return device_xcn(id_.extension, who.software or who.model, authority=id_.root)
    if id_.root in INS_ROOTS:
        return patient_xcn(PatientId(id_.extension, id_.root), who.family, who.given)
    return replace(professional_xcn(id_.extension, who.family, who.given), authority=id_.root or PROFESSIONAL_AUTHORITY)


def institution(structure: Organization) -> Xon:
    """The XON of a structure, by its national number when it has one."""
    national = [found for found in structure.ids if found.root == FACILITY_AUTHORITY]
    id_ = next(iter(national or structure.ids), Ii(""))
    return Xon(structure.name, id_.extension, id_.root, "IDNST" if national else "")


def event_codes(header: CdaHeader) -> tuple[Code, ...]:
    """The codes of all acts, then of their translations for imaging, each once."""
    codes = [code for act in header.acts for code in (act.code, *_imaging_codes(header, act)) if code]
    return tuple({(code.code, code.system): code for code in codes}.values())


def reference_ids(header: CdaHeader) -> tuple[str, ...]:
    """The orders, accession numbers and imaging studies, as CXi (DEC-114)."""
    imaging = header.acts if IMAGING_REPORT in header.template_ids else ()
    studies = [found for act in imaging for found in act.ids if not found.extension]
    return (
        *(_cxi(found, ORDER) for found in header.orders),
        *(_cxi(found, ACCESSION) for found in header.accessions),
        *(_cxi(found, STUDY) for found in studies),
    )


def _imaging_codes(header: CdaHeader, act: ServiceEvent) -> tuple[Code, ...]:
    return act.translations if IMAGING_REPORT in header.template_ids else ()


def _cxi(found: Ii, kind: str) -> str:
    if not found.extension or UUID.fullmatch(found.root):
        return f"{escape(found.extension or found.root)}^^^^{kind}"
    return Cx(escape(found.extension), found.root, kind).text


def _required(value: Value | None, element: str) -> Value:
    if value is None:
        raise Refused(Problem(XdsCode.INVALID_DOCUMENT_CONTENT, f"ClinicalDocument/{element} is missing"))
    return value
