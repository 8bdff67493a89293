"""The rules of a French CDA header («structuration minimale»), each under a stable name (cda 1.1, 1.2, 1.8).

Blocking rules are the mandatory elements and codes; warnings never refuse a
document. All published examples of the ANS keep the blocking ones.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from dmp.record.errors import Problem, XdsCode
from dmp.record.facility import FACILITY_AUTHORITY
from dmp.record.ins import same_person
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.professional import PROFESSIONAL_AUTHORITY
from dmp.record.profile import Profile
from dmp.wire.cda import acts, identity, people, templates
from dmp.wire.cda.header import ACCESSION, CdaHeader
from dmp.wire.cda.patient import other_family
from dmp.wire.cda.people import DMP_HOST
from dmp.wire.cda.shape import (
    BIRTH_DATE,
    ONCE,
    OPTIONAL,
    PRESENT,
    ROOT,
    SIGNING_TIME,
    SOME,
    TIME,
    VERSION,
    Breach,
    Shape,
    Times,
    exactly,
    matches,
    shape,
)
from dmp.wire.cda.tree import Branch, Element

LOINC = "2.16.840.1.113883.6.1"
TRE_A05 = "1.2.250.1.213.1.1.4.12"
"""French table of document types beside LOINC."""


@dataclass(frozen=True)
class HeaderFinding:
    """A rule that a header breaks. `element` is a path below ClinicalDocument; `message` quotes no value."""

    rule: str
    element: str
    message: str
    blocking: bool = True
    code: XdsCode = XdsCode.INVALID_DOCUMENT_CONTENT

    @property
    def problem(self) -> Problem:
        """The finding as a line of an XDS error list."""
        context = f"{self.rule}: ClinicalDocument/{self.element} {self.message}"
        return Problem(self.code, context, warning=not self.blocking)


class Rule(NamedTuple):
    """A named check; it yields one breach for each element at fault."""

    id: str
    check: Callable[[Branch, CdaHeader], Iterable[Breach]]
    blocking: bool = True


PATIENT = "recordTarget/patientRole/patient"
CUSTODIAN = "custodian/assignedCustodian/representedCustodianOrganization"
FACILITY = "componentOf/encompassingEncounter/location/healthCareFacility"

SHAPES: tuple[Shape, ...] = (
    shape("realmCode", ONCE, code=exactly("FR")),
    shape("typeId", ONCE, root=exactly("2.16.840.1.113883.1.3"), extension=exactly("POCD_HD000040")),
    shape("templateId", Times(3, None), root=ROOT),
    shape("id", ONCE, root=ROOT),
    shape("code", ONCE, code=PRESENT, codeSystem=exactly(LOINC, TRE_A05), displayName=PRESENT),
    shape("title", ONCE, PRESENT),
    shape("effectiveTime", ONCE, value=TIME),
    shape("confidentialityCode", ONCE, code=exactly("N", "R", "V"), codeSystem=exactly("2.16.840.1.113883.5.25")),
    shape("languageCode", ONCE, code=matches(r"[a-z]{2}-[A-Z]{2}", "a language and a country, as fr-FR")),
    shape("setId", ONCE, root=ROOT),
    shape("versionNumber", ONCE, value=VERSION),
    shape("recordTarget", ONCE),
    shape("recordTarget/patientRole", ONCE),
    shape("recordTarget/patientRole/id", SOME, root=ROOT, extension=PRESENT),
    shape(PATIENT, ONCE),
    shape(f"{PATIENT}/name", ONCE),
    shape(
        f"{PATIENT}/administrativeGenderCode",
        ONCE,
        code=exactly("M", "F", "U", "UN"),
        codeSystem=exactly("2.16.840.1.113883.5.1"),
    ),
    shape(f"{PATIENT}/birthTime", ONCE, value=BIRTH_DATE),
    shape("author", SOME),
    shape("author/time", ONCE, value=TIME),
    shape("author/functionCode", OPTIONAL),
    shape("author/assignedAuthor", ONCE),
    shape("author/assignedAuthor/id", SOME, root=ROOT, extension=PRESENT),
    shape("author/assignedAuthor/code", OPTIONAL),
    shape("author/assignedAuthor/assignedPerson", OPTIONAL),
    shape("author/assignedAuthor/assignedPerson/name", ONCE),
    shape("author/assignedAuthor/assignedPerson/name/family", ONCE, PRESENT),
    shape("author/assignedAuthor/assignedAuthoringDevice", OPTIONAL),
    shape("author/assignedAuthor/assignedAuthoringDevice/manufacturerModelName", ONCE, PRESENT),
    shape("author/assignedAuthor/assignedAuthoringDevice/softwareName", ONCE, PRESENT),
    shape("author/assignedAuthor/representedOrganization", OPTIONAL),
    shape("dataEnterer", OPTIONAL),
    shape("custodian", ONCE),
    shape("custodian/assignedCustodian", ONCE),
    shape(CUSTODIAN, ONCE),
    shape(f"{CUSTODIAN}/id", ONCE, root=exactly(FACILITY_AUTHORITY, DMP_HOST)),
    shape("legalAuthenticator", ONCE),
    shape("legalAuthenticator/time", ONCE, value=SIGNING_TIME),
    shape("legalAuthenticator/signatureCode", ONCE, code=exactly("S")),
    shape("legalAuthenticator/assignedEntity", ONCE),
    shape("legalAuthenticator/assignedEntity/id", ONCE, root=ROOT, extension=PRESENT),
    shape("legalAuthenticator/assignedEntity/assignedPerson", OPTIONAL),
    shape("legalAuthenticator/assignedEntity/assignedPerson/name", ONCE),
    shape("legalAuthenticator/assignedEntity/assignedPerson/name/family", ONCE, PRESENT),
    shape("authenticator/assignedEntity", ONCE),
    shape("authenticator/assignedEntity/id", SOME, root=exactly(PROFESSIONAL_AUTHORITY), extension=PRESENT),
    shape("inFulfillmentOf/order", ONCE),
    shape("inFulfillmentOf/order/id", ONCE, root=ROOT),
    shape(f"inFulfillmentOf/order/{ACCESSION}", OPTIONAL),
    shape("documentationOf", SOME),
    shape("documentationOf/serviceEvent", ONCE),
    shape("relatedDocument", OPTIONAL, typeCode=exactly("RPLC")),
    shape("relatedDocument/parentDocument", ONCE),
    shape("relatedDocument/parentDocument/id", ONCE, root=ROOT),
    shape("relatedDocument/parentDocument/versionNumber", OPTIONAL, value=VERSION),
    shape("authorization/consent", ONCE),
    shape("authorization/consent/statusCode", ONCE, code=exactly("completed")),
    shape("componentOf", ONCE),
    shape("componentOf/encompassingEncounter", ONCE),
    shape("componentOf/encompassingEncounter/effectiveTime", ONCE),
    shape("componentOf/encompassingEncounter/code", OPTIONAL),
    shape("componentOf/encompassingEncounter/responsibleParty", OPTIONAL),
    shape("componentOf/encompassingEncounter/location", ONCE),
    shape(FACILITY, ONCE),
    shape(f"{FACILITY}/code", ONCE, code=PRESENT, codeSystem=PRESENT),
    shape("component", ONCE),
)

RULES: tuple[Rule, ...] = (
    *(Rule(row.id, row) for row in SHAPES),
    Rule("CDA-templateId.hl7France", templates.hl7_france),
    Rule("CDA-templateId.ciSis", templates.ci_sis),
    Rule("CDA-templateId.unstructured", templates.unstructured),
    Rule("CDA-id.uniqueId", templates.unique_id),
    Rule("CDA-code.type", templates.document_type),
    Rule("CDA-patient.ins", identity.one_ins),
    Rule("CDA-patient.birthName", identity.birth_name),
    Rule("CDA-patient.nameQualifier", identity.name_qualifier),
    Rule("CDA-patient.firstName", identity.first_name),
    Rule("CDA-patient.traits", identity.missing_traits),
    Rule("CDA-author.personOrDevice", people.person_or_device),
    Rule("CDA-author.organization", people.author_organization),
    Rule("CDA-informant.entity", people.informant_entity),
    Rule("CDA-custodian.extension", people.custodian_extension),
    Rule("CDA-mainAct", acts.main_act),
    Rule("CDA-mainAct.time", acts.main_act_time),
    Rule("CDA-mainAct.practice", acts.main_act_practice),
    Rule("CDA-facility", acts.facility_code),
    Rule("CDA-component.body", templates.one_body),
    Rule("CDA-component.nonXMLBody", templates.unstructured_body),
    Rule("CDA-patient.legacyName", identity.legacy_name, blocking=False),
    Rule("CDA-patient.legacyTraits", identity.missing_legacy_traits, blocking=False),
    Rule("CDA-effectiveTime.precision", templates.time_precision, blocking=False),
    Rule("CDA-legalAuthenticator.time.offset", people.signing_offset, blocking=False),
    Rule("CDA-participant.type", people.participant_type, blocking=False),
    Rule("CDA-functionCode", people.function_code, blocking=False),
    Rule("CDA-identifier.form", people.identifier_form, blocking=False),
    Rule("CDA-displayName", templates.label_without_code, blocking=False),
    Rule("CDA-serviceEvent.interval", acts.empty_interval, blocking=False),
)
"""In this order, the blocking ones before those that only tell."""
MOST_FINDINGS = 100
"""Findings told of one document: each takes a walk along the siblings of its element."""


def check_header(document: Element | Branch, header: CdaHeader, *, profile: Profile) -> tuple[HeaderFinding, ...]:
    """Judge a header against every rule; none of them holds outside the French profile (cda 1.8, level L3).

    `header` is what `read_header(document)` gave. At most MOST_FINDINGS are
    told, those that refuse the document first.
    """
    return tuple(islice(_findings(Branch.of(document), header), MOST_FINDINGS)) if profile.french else ()


TRAITS = {
    "birth_name": f"{identity.NAME}/family[@qualifier='BR']",
    "birth_first_name": f"{identity.NAME}/given[@qualifier='BR']",
    "birth_first_names": f"{identity.NAME}/given[not(@qualifier)]",
    "birth_date": f"{PATIENT}/birthTime/@value",
    "sex": f"{PATIENT}/administrativeGenderCode/@code",
    "birth_place": identity.COUNTY,
}
"""Where each strict trait stands."""


def check_patient(
    header: CdaHeader, *, identifiers: Iterable[PatientId], traits: IdentityTraits | None, profile: Profile
) -> tuple[HeaderFinding, ...]:
    """Judge whether a document is about the person of the record (cda 1.2, DEC-107).

    `identifiers` are all those of the record. Another number is always refused.
    The same number under a root of the other family (real against test), and
    traits that differ by more than case, accents, hyphen and apostrophe, are
    refused too, unless the sandbox is tolerant (DEC-120).
    """
    if not profile.french:
        return ()
    return (*_identity(header, frozenset(identifiers), profile), *_traits(header, traits, profile))


def _identity(header: CdaHeader, identifiers: frozenset[PatientId], profile: Profile) -> Iterator[HeaderFinding]:
    known = any(ins in identifiers for ins in header.patient.ins)
    cousin = any(other_family(ins, known) for ins in header.patient.ins for known in identifiers)
    place = "recordTarget/patientRole/id"
    if not known and cousin:
        told = "has the patient's INS under a root of the other family, real or test"
        yield HeaderFinding("CDA-patient.rootFamily", f"{place}/@root", told, blocking=not profile.tolerant)
    elif not known:
        yield HeaderFinding("CDA-patient.match", place, "has no INS of the record's patient")


def _traits(header: CdaHeader, traits: IdentityTraits | None, profile: Profile) -> Iterator[HeaderFinding]:
    told = header.patient.traits
    if traits is None or told is None:
        return
    for name in same_person(traits, told):
        message = "differs from the identity of the record"
        yield HeaderFinding("CDA-patient.sameTraits", TRAITS[name], message, blocking=not profile.tolerant)


def _findings(document: Branch, header: CdaHeader) -> Iterator[HeaderFinding]:
    for rule in RULES:
        for breach in rule.check(document, header):
            yield HeaderFinding(rule.id, breach.element, breach.message, rule.blocking)
