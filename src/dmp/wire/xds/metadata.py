"""A RegistryObjectList, in and out: entries, sets, folders and associations in any order (xds-wire 2.1, 2.2)."""

from collections.abc import Iterable

from lxml import etree

from dmp.record.entry import Association, DocumentEntry, Folder, RegistryObjects, SubmissionSet
from dmp.wire.xds import ebrim
from dmp.wire.xds.ebrim import RIM, Element
from dmp.wire.xds.findings import Findings
from dmp.wire.xds.read_entry import read_entry
from dmp.wire.xds.read_folder import read_folder
from dmp.wire.xds.read_lot import read_association, read_submission_set
from dmp.wire.xds.rules import Rules
from dmp.wire.xds.schemes import FOLDER_NODE, LIMITED_METADATA_NODES, LOT_NODE
from dmp.wire.xds.write_objects import objects_text

Nodes = dict[str, set[str]]
"""Markers by the id of the package they stand beside."""


def read_objects(listed: Element, rules: Rules, findings: Findings) -> RegistryObjects:
    """Read every object of a RegistryObjectList; what is wrong goes to `findings`."""
    nodes = _markers(listed, findings)
    entries: list[DocumentEntry] = []
    lots: list[SubmissionSet] = []
    folders: list[Folder] = []
    associations: list[Association] = []
    for element in listed:
        match element.tag:
            case ebrim.EXTRINSIC_OBJECT:
                entries.append(read_entry(element, rules, findings))
            case ebrim.REGISTRY_PACKAGE:
                node = _node(element, nodes, findings)
                if node == LOT_NODE:
                    lots.append(read_submission_set(element, rules, findings))
                elif node == FOLDER_NODE:
                    folders.append(read_folder(element, rules, findings))
            case ebrim.ASSOCIATION:
                association = read_association(element, rules, findings)
                associations += [association] if association else []
            case ebrim.OBJECT_REF | ebrim.CLASSIFICATION:
                pass
            case str():
                findings.add("RegistryObjectList", ebrim.local_name(element), "not expected here")
    objects = RegistryObjects(tuple(entries), tuple(lots), tuple(associations), tuple(folders))
    _check_ids(objects, findings)
    return objects


def write_objects(parent: Element, objects: RegistryObjects, *, registered: bool) -> None:
    """Append the objects to the RegistryObjectList of a request: submission sets, folders, entries, associations."""
    text = f'<rim:RegistryObjectList xmlns:rim="{RIM}">{objects_text(objects, registered=registered)}'
    parent.extend(etree.fromstring(f"{text}</rim:RegistryObjectList>".encode()))


def _markers(listed: Element, findings: Findings) -> Nodes:
    """The Classifications that stand in the list itself: each marks a package of the message."""
    nodes: Nodes = {}
    packages = {ebrim.normal_id(e.get("id", "")) for e in listed if e.tag == ebrim.REGISTRY_PACKAGE}
    for element in listed:
        if element.tag != ebrim.CLASSIFICATION:
            continue
        target = ebrim.normal_id(element.get("classifiedObject", ""))
        node = element.get("classificationNode", "").lower()
        if target not in packages or not node:
            findings.add("RegistryObjectList", "Classification", "does not mark a package of the message", value=target)
        nodes.setdefault(target, set()).add(node)
    return nodes


def _node(element: Element, nodes: Nodes, findings: Findings) -> str:
    """What a package is, by its marker, inside or beside it; empty when it is neither a set nor a folder."""
    owner = findings.of(ebrim.normal_id(element.get("id", "")))
    inside = {c.get("classificationNode", "").lower() for c in element if c.tag == ebrim.CLASSIFICATION} - {""}
    beside = nodes.get(owner.id, set())
    marks = (inside | beside) - LIMITED_METADATA_NODES
    if beside & LIMITED_METADATA_NODES:
        owner.add("limitedMetadata", "not accepted")
    if marks in ({LOT_NODE}, {FOLDER_NODE}):
        return marks.pop()
    marked = " ".join(sorted(marks))
    owner.add("RegistryPackage", "not marked as a submission set or as a folder", value=marked)
    return ""


def _check_ids(objects: RegistryObjects, findings: Findings) -> None:
    """No id may stand twice among the objects of one message."""
    seen: set[str] = set()
    for uuid in ids(objects):
        if uuid in seen:
            findings.add(uuid, "id", "given to two objects")
        seen.add(uuid)


def ids(objects: RegistryObjects) -> Iterable[str]:
    """The id of every object, entries first."""
    for kind in (objects.entries, objects.submission_sets, objects.folders, objects.associations):
        yield from (found.uuid for found in kind)
