"""The parts that every header has, whatever stands in its body (cda-and-services 1.1): written here alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from dmp.record.codes import Code
from dmp.record.visibility import NORMAL
from dmp.wire.cda.making.tree import Node, cda, coded


@dataclass(frozen=True)
class Identification:
    """Which document it is, and in which series of versions; `at` is a TS."""

    templates: tuple[Node, ...]
    id: Node
    series: Node | None
    """Its setId."""
    version: str
    title: str
    at: str
    confidentiality: Code | None = NORMAL
    language: str = "fr-FR"


def opening(which: Identification, kind: Code) -> list[Node]:
    """From the realm to the version."""
    nodes = (
        cda("realmCode", code="FR"),
        cda("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
        *which.templates,
        which.id,
        coded("code", kind),
        cda("title", which.title),
        cda("effectiveTime", value=which.at),
        coded("confidentialityCode", which.confidentiality) if which.confidentiality else None,
        cda("languageCode", code=which.language),
        which.series,
        cda("versionNumber", value=which.version),
    )
    return [node for node in nodes if node is not None]


def written_by(author: Node, at: str, function: Code | None = None) -> Node:
    """An author, since when, and his role in care."""
    return cda("author", coded("functionCode", function) if function else None, cda("time", value=at), author)


def kept_by(structure: Node) -> Node:
    """Who keeps the document."""
    return cda("custodian", cda("assignedCustodian", structure))


def signed(at: str, entity: Node) -> Node:
    """Who answers for the document, and since when."""
    return cda("legalAuthenticator", cda("time", value=at), cda("signatureCode", code="S"), entity)


def replacing(ids: Iterable[Node], series: Node | None, version: str, relation: str = "RPLC") -> Node:
    """The version before, under the id it was deposited with."""
    number = cda("versionNumber", value=version) if version else None
    return cda("relatedDocument", cda("parentDocument", *ids, series, number), typeCode=relation)


def encounter(when: Node, place: Code | None, *named: Node | None, kind: Code | None = None) -> Node:
    """The encounter («prise en charge») and the kind of place it happened in."""
    code = coded("code", kind) if kind else None
    facility = cda("healthCareFacility", coded("code", place) if place else None, *named)
    return cda("componentOf", cda("encompassingEncounter", code, when, cda("location", facility)))
