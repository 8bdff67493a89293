"""The header of a CDA document and the document around its body (cda-and-services 1.1)."""

from dataclasses import dataclass
from datetime import datetime

from dmp.record.codes import Code
from dmp.record.practice import place_of, practice_of
from dmp.record.visibility import NORMAL
from dmp.sandbox.maker.context import DocumentContext
from dmp.sandbox.maker.people import assigned, organisation, patient_role
from dmp.sandbox.maker.tree import Node, cda, coded, identifier, interval, lab_status, serialise, stamp, templates

HL7_FRANCE = "2.16.840.1.113883.2.8.2.1"
CI_SIS = "1.2.250.1.213.1.1.1.1"


@dataclass(frozen=True)
class Model:
    """A content model («volet»): the type of the document and the templates it declares, root and version."""

    type: Code
    templates: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Act:
    """The main act («acte principal») that a document reports.

    `others` are codes of further acts, written without dates. `until` ends
    the main act. A laboratory act says its performer's template and a status.
    """

    code: Code
    others: tuple[Code, ...] = ()
    until: datetime | None = None
    laboratory: bool = False


@dataclass(frozen=True)
class Content:
    """What a kind of document adds to the context: title, act, body, and who or what else the header names."""

    title: str
    act: Act
    body: Node
    participants: tuple[Node, ...] = ()
    orders: tuple[str, ...] = ()
    """Ids of the prescriptions that the act fulfils (inFulfillmentOf)."""


def document(context: DocumentContext, model: Model, content: Content) -> bytes:
    """The octets of a whole document."""
    root = cda(
        "ClinicalDocument",
        *_identification(context, model, content.title),
        cda("recordTarget", patient_role(context)),
        cda("author", _time(context), assigned("assignedAuthor", context.author)),
        _custodian(context),
        _legal_authenticator(context),
        *content.participants,
        *(cda("inFulfillmentOf", cda("order", identifier(order))) for order in content.orders),
        _main_act(context, content.act),
        *(_other_act(code) for code in content.act.others),
        _replaced(context),
        _encounter(context),
        cda("component", content.body),
    )
    return serialise(root)


def _time(context: DocumentContext) -> Node:
    return cda("time", value=stamp(context.at))


def _identification(context: DocumentContext, model: Model, title: str) -> list[Node]:
    """From the realm to the version: what the document is, and in which series."""
    return [
        cda("realmCode", code="FR"),
        cda("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
        *templates(HL7_FRANCE, CI_SIS),
        *(cda("templateId", root=root, extension=version) for root, version in model.templates),
        identifier(context.id),
        coded("code", model.type),
        cda("title", title),
        cda("effectiveTime", value=stamp(context.at)),
        coded("confidentialityCode", NORMAL),
        cda("languageCode", code="fr-FR"),
        identifier(context.set_id, "setId"),
        cda("versionNumber", value=str(context.version)),
    ]


def _custodian(context: DocumentContext) -> Node:
    keeper = organisation("representedCustodianOrganization", context.author.facility)
    return cda("custodian", cda("assignedCustodian", keeper))


def _practice(context: DocumentContext) -> Code:
    return context.practice or practice_of(context.author.facility.sector)


def _legal_authenticator(context: DocumentContext) -> Node:
    """The author answers for the document at the moment it is made."""
    entity = assigned("assignedEntity", context.author)
    return cda("legalAuthenticator", _time(context), cda("signatureCode", code="S"), entity)


def _main_act(context: DocumentContext, act: Act) -> Node:
    """The act, its dates and the one who did it, in a structure of known practice setting."""
    performer = cda(
        "performer",
        *(templates("1.3.6.1.4.1.19376.1.3.3.1.7") if act.laboratory else ()),
        cda("time", cda("high", value=stamp(act.until or context.at))) if act.laboratory else None,
        assigned("assignedEntity", context.author, practice=_practice(context)),
        typeCode="PRF",
    )
    status = lab_status("completed") if act.laboratory else None
    event = cda("serviceEvent", coded("code", act.code), status, interval(context.begun, act.until), performer)
    return cda("documentationOf", event)


def _other_act(code: Code) -> Node:
    return cda("documentationOf", cda("serviceEvent", coded("code", code)))


def _replaced(context: DocumentContext) -> Node | None:
    """The version that this one replaces (RPLC), under the id it was deposited with."""
    if not context.replaces:
        return None
    parent = cda(
        "parentDocument",
        identifier(context.replaces),
        identifier(context.set_id, "setId"),
        cda("versionNumber", value=str(context.version - 1)),
    )
    return cda("relatedDocument", parent, typeCode="RPLC")


def _encounter(context: DocumentContext) -> Node:
    """The encounter («prise en charge») and the kind of place it happened in."""
    facility = context.author.facility
    named = cda("location", cda("name", facility.name)) if facility.name else None
    return cda(
        "componentOf",
        cda(
            "encompassingEncounter",
            coded("code", context.encounter),
            interval(context.begun),
            cda("location", cda("healthCareFacility", coded("code", place_of(facility.sector)), named)),
        ),
    )
