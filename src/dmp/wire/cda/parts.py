"""The parts that CDA headers are made of: identifiers, codes, people, structures, acts (cda 1.1, 1.3)."""

from dataclasses import dataclass

from dmp.record.codes import Code
from dmp.wire.cda.tree import Branch, attribute, every, one, text


@dataclass(frozen=True)
class Ii:
    """An instance identifier: `root` is an OID or a UUID, `extension` may be empty."""

    root: str
    extension: str = ""

    @property
    def unique_id(self) -> str:
        """The XDS uniqueId: `root`, or `root^extension` (cda 1.4)."""
        return f"{self.root}^{self.extension}" if self.extension else self.root


@dataclass(frozen=True)
class Organization:
    """A structure («structure»): its identifiers, name and practice setting («cadre d'exercice», J04)."""

    ids: tuple[Ii, ...] = ()
    name: str = ""
    practice: Code | None = None


@dataclass(frozen=True)
class Participant:
    """Someone, or a software, who wrote, signed or did something.

    `code` is the profession and speciality (J01), `function` the role in care
    (J47). A device has a `software` name and no `family`.
    """

    ids: tuple[Ii, ...] = ()
    family: str = ""
    given: str = ""
    software: str = ""
    model: str = ""
    code: Code | None = None
    function: Code | None = None
    organization: Organization | None = None
    time: str = ""

    @property
    def is_device(self) -> bool:
        """Tell a software or a machine from a person."""
        return bool(self.software or self.model) and not self.family


@dataclass(frozen=True)
class ServiceEvent:
    """A documented act («acte documenté»); `start` and `stop` are HL7 times as written."""

    ids: tuple[Ii, ...] = ()
    code: Code | None = None
    translations: tuple[Code, ...] = ()
    start: str = ""
    stop: str = ""
    performers: tuple[Participant, ...] = ()
    """Those of typeCode PRF only."""

    @property
    def is_main(self) -> bool:
        """The main act («acte principal») has a start and a performer (cda 1.1)."""
        return bool(self.start and self.performers)


@dataclass(frozen=True)
class ParentDocument:
    """The document that this one replaces (cda 1.6)."""

    relation: str
    ids: tuple[Ii, ...] = ()
    set_id: Ii | None = None
    version: str = ""


def ii(element: Branch | None) -> Ii | None:
    """Read an identifier; None when absent, null or without root."""
    if element is None or not element.get("root"):
        return None
    return Ii(element.get("root"), element.get("extension"))


def ids(element: Branch, names: str = "id") -> tuple[Ii, ...]:
    """Read the identifiers along the path, null ones left out."""
    return tuple(found for found in map(ii, every(element, names)) if found)


def code(element: Branch | None) -> Code | None:
    """Read a coded value; None when absent, null or without code."""
    if element is None or not element.get("code"):
        return None
    return Code(element.get("code"), element.get("codeSystem"), element.get("displayName"))


def organization(element: Branch | None) -> Organization | None:
    """Read a representedOrganization or its custodian form."""
    if element is None:
        return None
    return Organization(ids(element), text(element, "name"), code(one(element, "standardIndustryClassCode")))


def participant(element: Branch, entity: str) -> Participant:
    """Read an author, legal authenticator or performer; `entity` names the element that identifies it."""
    assigned = one(element, entity)
    if assigned is None:
        return Participant(time=attribute(element, "time", "value"))
    return Participant(
        ids=ids(assigned),
        family=text(assigned, "assignedPerson/name/family"),
        given=text(assigned, "assignedPerson/name/given"),
        software=text(assigned, "assignedAuthoringDevice/softwareName"),
        model=text(assigned, "assignedAuthoringDevice/manufacturerModelName"),
        code=code(one(assigned, "code")),
        function=code(one(element, "functionCode")),
        organization=organization(one(assigned, "representedOrganization")),
        time=attribute(element, "time", "value"),
    )


def service_event(element: Branch) -> ServiceEvent:
    """Read a documented act."""
    performers = [found for found in every(element, "performer") if found.get("typeCode") == "PRF"]
    translations = map(code, every(element, "code/translation"))
    return ServiceEvent(
        ids=ids(element),
        code=code(one(element, "code")),
        translations=tuple(found for found in translations if found),
        start=attribute(element, "effectiveTime/low", "value"),
        stop=attribute(element, "effectiveTime/high", "value"),
        performers=tuple(participant(found, "assignedEntity") for found in performers),
    )


def parent_document(element: Branch | None) -> ParentDocument | None:
    """Read relatedDocument."""
    if element is None:
        return None
    return ParentDocument(
        relation=element.get("typeCode"),
        ids=ids(element, "parentDocument/id"),
        set_id=ii(one(element, "parentDocument/setId")),
        version=attribute(element, "parentDocument/versionNumber", "value"),
    )
