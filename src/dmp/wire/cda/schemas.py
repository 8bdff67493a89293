"""Validation against the XML schemas of a folder that the operator names (cda 1.8, level L2).

The schemas are not shipped: their licence and their size are their own.
"""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from lxml import etree

from dmp.record.errors import Problem, XdsCode
from dmp.wire.cda.tree import Element

ENTRY = "CDA_extended.xsd"
INCLUDES = etree.XPath(
    "/xs:schema/*[self::xs:include or self::xs:import or self::xs:redefine]/@schemaLocation",
    namespaces={"xs": "http://www.w3.org/2001/XMLSchema"},
)


class UnusableSchemas(ValueError):
    """The folder has no schema, or one that would be fetched from elsewhere."""


@dataclass(frozen=True)
class Schemas:
    """Schemas in order of preference: the current release, then former ones."""

    releases: tuple[etree.XMLSchema, ...]
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @staticmethod
    def load(folder: Path) -> "Schemas":
        """Load `CDA_extended.xsd` of the folder and of its sub-folders, in the order of their names.

        Raises:
            UnusableSchemas: none found, or one includes a file outside the folder.
        """
        entries = [folder / ENTRY, *sorted(folder.glob(f"*/{ENTRY}"))]
        found = [entry for entry in entries if entry.is_file()]
        if not found:
            raise UnusableSchemas(f"no {ENTRY} in the folder of schemas")
        return Schemas(tuple(_load(entry) for entry in found))

    def check(self, document: Element) -> list[Problem]:
        """The problems under the preferred release; none when any release takes the document.

        Values are never quoted, only where the document breaks the schema.
        """
        first: list[Problem] = []
        for release in self.releases:
            errors = self._under(release, document)
            if not errors:
                return []
            first = first or [
                Problem(XdsCode.INVALID_DOCUMENT_CONTENT, f"ClinicalDocument {error}") for error in errors
            ]
        return first

    def _under(self, release: etree.XMLSchema, document: Element) -> list[str]:
        # The error log belongs to the schema object, not to the call.
        with self._lock:
            if release.validate(document):
                return []
            return [f"line {error.line}: {error.type_name}" for error in release.error_log] or ["not valid"]


def _load(entry: Path) -> etree.XMLSchema:
    _stay_inside(entry, entry.parent.resolve(), set())
    try:
        return etree.XMLSchema(etree.parse(str(entry), _parser()))
    except etree.XMLSchemaParseError as error:
        raise UnusableSchemas(f"{entry.name} is not a schema") from error


def _parser() -> etree.XMLParser:
    """For the operator's own files: a document type there is passed over, nothing is fetched."""
    return etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)


def _stay_inside(file: Path, folder: Path, seen: set[Path]) -> None:
    """Follow the includes of a schema: all are files of the folder, so that nothing is fetched."""
    path = file.resolve()
    if path in seen:
        return
    seen.add(path)
    if not path.is_relative_to(folder) or not path.is_file():
        raise UnusableSchemas(f"{file.name} is not in the folder of schemas")
    try:
        tree = etree.parse(str(path), _parser())
    except etree.XMLSyntaxError as error:
        raise UnusableSchemas(f"{file.name} is not a schema") from error
    for location in INCLUDES(tree):
        if ":" in location:
            raise UnusableSchemas(f"{file.name} includes an address of the network")
        _stay_inside(path.parent / location, folder, seen)
