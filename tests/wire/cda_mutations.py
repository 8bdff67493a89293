"""Headers broken on purpose: for each blocking rule, mutations of published documents that must all be refused.

Everything is drawn from a seed. The bodies are emptied first: header rules do
not look there, and small trees are quick to copy.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random

from lxml import etree

from dmp.wire.cda.document import open_document
from dmp.wire.cda.rules import RULES, Rule
from dmp.wire.cda.shape import BIRTH_DATE, ROOT, SIGNING_TIME, TIME, VERSION, Must, Shape
from dmp.wire.cda.tree import CDA, Element, name_of

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "cda"

Change = Callable[[Element, Random], bool]
"""Breaks a document in place; False when this document has nothing to break."""

WRONG_TIMES = ("20210231120000+0100", "20211301", "2021-01-04T16:05:27", "yesterday", "20210104250000+0100", "21")
WRONG: dict[Must, tuple[str, ...]] = {
    TIME: (*WRONG_TIMES, "20210104160527+100"),
    SIGNING_TIME: WRONG_TIMES,
    BIRTH_DATE: ("19790231", "19791340", "28/03/1979", "1979-03-28", "01790328", "197903281200"),
    ROOT: ("1.2.03.4", "abc", "1", "3.1.2", "1..2", "D394EF1B-D193-42D2-A0DF", "urn:oid:1.2.3"),
    VERSION: ("0", "-1", "1.0", "one", "01"),
}


@dataclass(frozen=True)
class Mutation:
    """A document that breaks one blocking rule at `element`."""

    rule: str
    element: str
    base: str
    document: Element


def every(element: Element, names: str) -> list[Element]:
    """All descendants along a path of CDA names, to be changed."""
    return element.findall(re.sub(r"(?<![^/])(?=\w)", f"{{{CDA}}}", names))


def one(element: Element, names: str) -> Element | None:
    """The first of them, or None."""
    return next(iter(every(element, names)), None)


def published(folder: Path = PUBLISHED) -> list[Path]:
    """The published documents, in order."""
    return sorted(folder.glob("*/*.xml"))


def bases(paths: list[Path]) -> list[tuple[str, Element]]:
    """The documents with their bodies emptied."""
    found: list[tuple[str, Element]] = []
    for path in paths:
        document = open_document(path.read_bytes())
        for body in every(document, "component/structuredBody"):
            for section in list(body):
                body.remove(section)
        for text in every(document, "component/nonXMLBody/text"):
            text.text = "JVBERi0="
        found.append((path.name, deepcopy(document)))
    return found


def blocking_rules() -> list[Rule]:
    """The rules under test."""
    return [rule for rule in RULES if rule.blocking]


def mutations(rule: Rule, documents: list[tuple[str, Element]], *, seed: int, count: int) -> Iterator[Mutation]:
    """`count` mutations that break a rule, over documents in an order drawn from the seed."""
    random = Random(f"{seed} {rule.id}")  # noqa: S311 - repeatable on purpose
    element, changes = _changes(rule)
    queue = random.sample(documents, len(documents))
    made = 0
    for change, position in zip(cycle(changes), range(count * len(changes) * len(queue)), strict=False):
        if made == count:
            return
        name, document = queue[(position // len(changes) + position) % len(queue)]
        broken = deepcopy(document)
        if change(broken, random):
            made += 1
            yield Mutation(rule.id, element, name, broken)


def _changes(rule: Rule) -> tuple[str, list[Change]]:
    if isinstance(rule.check, Shape):
        last = rule.check.path.rpartition("}")[2].rpartition("/")[2]
        return last, list(_shape_changes(rule.check))
    return CHANGES[rule.id]


def _shape_changes(shape: Shape) -> Iterator[Change]:
    if shape.times.least:
        yield lambda document, random: _drop(document, shape, random)
        yield lambda document, random: _rename(document, shape, random)
    if shape.times.most == 1:
        yield lambda document, random: _double(document, shape, random)
    for name, must in shape.attributes:
        unlikely = [value for value in ("?", " ") if not must.holds(value)]
        for value in (None, "", *unlikely, *WRONG.get(must, ())):
            yield _setting(shape.path, name, value)
    if shape.text is not None:
        yield _saying(shape.path, "")
        yield _saying(shape.path, " \n ")


def _parent(document: Element, shape: Shape, random: Random) -> tuple[Element | None, str]:
    above, _, last = shape.path.rpartition("/") if "{" not in shape.path else _split(shape.path)
    parents = every(document, above) if above else [document]
    return (random.choice(parents) if parents else None), last


def _split(path: str) -> tuple[str, str, str]:
    above, _, last = path.partition("/{")
    return above, "/", "{" + last


def _drop(document: Element, shape: Shape, random: Random) -> bool:
    """Remove elements until too few are left."""
    parent, last = _parent(document, shape, random)
    found = [] if parent is None else every(parent, last)
    for element in found[shape.times.least - 1 :]:
        element.getparent().remove(element)
    return bool(found)


def _rename(document: Element, shape: Shape, random: Random) -> bool:
    """Put elements into no namespace until too few are left."""
    parent, last = _parent(document, shape, random)
    found = [] if parent is None else every(parent, last)
    for element in found[shape.times.least - 1 :]:
        element.tag = name_of(element)
    return bool(found)


def _double(document: Element, shape: Shape, random: Random) -> bool:
    """Write an element twice."""
    parent, last = _parent(document, shape, random)
    if parent is None:
        return False
    found = every(parent, last)
    if found:
        found[0].addnext(deepcopy(found[0]))
    else:
        tag = last if last.startswith("{") else f"{{{CDA}}}{last}"
        parent.extend([etree.Element(tag), etree.Element(tag)])
    return True


def _setting(path: str, name: str, value: str | None) -> Change:
    """Set an attribute on one element of the path; None removes it."""

    def change(document: Element, random: Random) -> bool:
        found = every(document, path)
        if not found:
            return False
        _set(random.choice(found), name, value)
        return True

    return change


def _setting_all(path: str, name: str, value: str | None) -> Change:
    """Set an attribute on every element of the path; None removes it."""

    def change(document: Element, random: Random) -> bool:
        del random
        for element in every(document, path):
            _set(element, name, value)
        return one(document, path) is not None

    return change


def _set(element: Element, name: str, value: str | None) -> None:
    if value is None:
        element.attrib.pop(name, None)
    else:
        element.set(name, value)


def _saying(path: str, text: str, **where: str) -> Change:
    """Change the text of the first element of the path that has these attributes."""

    def change(document: Element, random: Random) -> bool:
        del random
        found = _having(document, path, **where)
        if not found:
            return False
        for child in list(found[0]):
            found[0].remove(child)
        found[0].text = text
        return True

    return change


def _having(document: Element, path: str, **where: str) -> list[Element]:
    """Elements with these attributes; an empty value means the attribute is absent."""
    return [e for e in every(document, path) if all(e.get(name, "") == value for name, value in where.items())]


def _removing(path: str, **where: str) -> Change:
    """Remove every element of the path that has these attributes."""

    def change(document: Element, random: Random) -> bool:
        del random
        found = _having(document, path, **where)
        for element in found:
            element.getparent().remove(element)
        return bool(found)

    return change


def _doubling(path: str, **where: str) -> Change:
    """Write twice the first element of the path that has these attributes."""

    def change(document: Element, random: Random) -> bool:
        del random
        found = _having(document, path, **where)
        if found:
            found[0].addnext(deepcopy(found[0]))
        return bool(found)

    return change


def _turning(path: str, name: str, value: str | None, **where: str) -> Change:
    """Set an attribute on every element of the path that has these attributes."""

    def change(document: Element, random: Random) -> bool:
        del random
        found = _having(document, path, **where)
        for element in found:
            _set(element, name, value)
        return bool(found)

    return change


def _adding(path: str, *tags: str, **attributes: str) -> Change:
    """Add empty elements, with these attributes, to one element of the path."""

    def change(document: Element, random: Random) -> bool:
        found = every(document, path)
        if not found:
            return False
        random.choice(found).extend([etree.Element(f"{{{CDA}}}{tag}", attributes) for tag in tags])
        return True

    return change


def _only(condition: Callable[[Element], bool], change: Change) -> Change:
    """Apply a change only to documents that meet a condition."""
    return lambda document, random: condition(document) and change(document, random)


def _ins(name: str, value: str | None) -> Change:
    """Change an attribute of the INS."""

    def change(document: Element, random: Random) -> bool:
        del random
        for element in every(document, "recordTarget/patientRole/id"):
            if element.get("root") in INS:
                _set(element, name, value)
                return True
        return False

    return change


def _second_ins(document: Element, random: Random) -> bool:
    found = [e for e in every(document, "recordTarget/patientRole/id") if e.get("root") in INS]
    other = deepcopy(found[0])
    other.set("extension", f"2{random.randrange(10**14):014}")
    found[0].addnext(other)
    return True


def _is_current(document: Element) -> bool:
    """A document whose identity must be complete: not an older one with a real INS."""
    time = one(document, "effectiveTime")
    roots = {e.get("root") for e in every(document, "recordTarget/patientRole/id")}
    return not (roots & set(INS[:2])) or (time is not None and time.get("value", "") >= "2022")


def _is_unstructured(document: Element) -> bool:
    return one(document, "component/nonXMLBody") is not None


def _without_lows(document: Element, random: Random) -> bool:
    """Remove every start, so that no other act takes the place of the main one."""
    return _removing(f"{ACT}/effectiveTime/low")(document, random)


def _first_act(path: str, name: str, value: str | None) -> Change:
    """Change the main act: the first with a start and a performer."""

    def change(document: Element, random: Random) -> bool:
        del random
        for act in every(document, ACT):
            found = one(act, path)
            if one(act, "effectiveTime/low") is not None and one(act, "performer") is not None and found is not None:
                _set(found, name, value)
                return True
        return False

    return change


INS = ("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9", "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11")
ACT = "documentationOf/serviceEvent"
NAME = "recordTarget/patientRole/patient/name"
COUNTY = "recordTarget/patientRole/patient/birthplace/place/addr/county"
STRUCTURE = "performer/assignedEntity/representedOrganization/standardIndustryClassCode"
CUSTODIAN = "custodian/assignedCustodian/representedCustodianOrganization/id"
AUTHOR = "author/assignedAuthor"
FACILITY = "componentOf/encompassingEncounter/location/healthCareFacility/code"


def _template(root: str) -> list[Change]:
    return [
        _removing("templateId", root=root),
        _doubling("templateId", root=root),
        _turning("templateId", "root", f"{root}.1", root=root),
        _turning("templateId", "root", None, root=root),
    ]


CHANGES: dict[str, tuple[str, list[Change]]] = {
    "CDA-templateId.hl7France": ("templateId", _template("2.16.840.1.113883.2.8.2.1")),
    "CDA-templateId.ciSis": ("templateId", _template("1.2.250.1.213.1.1.1.1")),
    "CDA-templateId.unstructured": (
        "templateId",
        [
            _only(_is_unstructured, change)
            for change in (
                _turning("templateId", "root", "1.2.250.1.213.1.1.1.13", root="1.3.6.1.4.1.19376.1.2.20"),
                _removing("templateId", root="1.3.6.1.4.1.19376.1.2.20"),
                _doubling("templateId", root="1.3.6.1.4.1.19376.1.2.20"),
                _adding(".", "templateId", root="1.2.250.1.213.1.1.1.55"),
            )
        ],
    ),
    "CDA-id.uniqueId": (
        "extension",
        [
            _setting("id", "extension", "1" * 129),
            _setting("id", "extension", "a^b"),
            lambda document, random: (
                _setting("id", "root", "D394EF1B-D193-42D2-A0DF-8E6C563C6D04")(document, random)
                and _setting("id", "extension", "1")(document, random)
            ),
        ],
    ),
    "CDA-code.type": (
        "code",
        [
            _setting("code", "code", "00000-0"),
            _setting("code", "code", "SYNTHESE"),
            _setting("code", "codeSystem", "2.16.840.1.113883.6.96"),
            _turning("code", "codeSystem", "1.2.250.1.213.1.1.4.12", codeSystem="2.16.840.1.113883.6.1"),
        ],
    ),
    "CDA-patient.ins": (
        "id",
        [
            _ins("root", "1.2.250.1.213.1.4.13"),
            _ins("root", "1.2.250.1.213.1.4.2"),
            _ins("root", "1.2.250.1.213.1.4.80"),
            _ins("root", None),
            _ins("extension", "27903512151898"),
            _ins("extension", "2790351215189899"),
            _ins("extension", "27903512151898X"),
            _second_ins,
        ],
    ),
    "CDA-patient.birthName": (
        "family",
        [
            _removing(f"{NAME}/family", qualifier="BR"),
            _doubling(f"{NAME}/family", qualifier="BR"),
            _saying(f"{NAME}/family", " ", qualifier="BR"),
            _turning(f"{NAME}/family", "qualifier", "CL", qualifier="BR"),
        ],
    ),
    "CDA-patient.nameQualifier": (
        "family",
        [_setting(f"{NAME}/family", "qualifier", value) for value in (None, "", "XX", "br", "BR CL")],
    ),
    "CDA-patient.firstName": ("given", [_removing(f"{NAME}/given"), _saying(f"{NAME}/given", " ")]),
    "CDA-patient.traits": (
        "",
        [
            _only(_is_current, change)
            for change in (
                _removing(COUNTY),
                _saying(COUNTY, ""),
                _saying(COUNTY, "Paris"),
                _saying(COUNTY, "7505"),
                _removing(f"{NAME}/given", qualifier=""),
                _removing(f"{NAME}/given", qualifier="BR"),
            )
        ],
    ),
    "CDA-author.personOrDevice": (
        "assignedAuthor",
        [
            lambda document, random: (
                one(document, f"{AUTHOR}/assignedPerson") is not None
                and one(document, f"{AUTHOR}/assignedAuthoringDevice") is None
                and all(_adding(AUTHOR, tag)(document, random) for tag in ["assignedAuthoringDevice"])
            )
        ],
    ),
    "CDA-author.organization": (
        "representedOrganization",
        [
            _removing(f"{AUTHOR}/representedOrganization/id"),
            _setting_all(f"{AUTHOR}/representedOrganization/id", "root", "1.2.250.1.71.4.2.1"),
            _setting_all(f"{AUTHOR}/representedOrganization/id", "root", None),
            _setting_all(f"{AUTHOR}/representedOrganization/id", "extension", ""),
            _setting_all(f"{AUTHOR}/representedOrganization/id", "extension", None),
        ],
    ),
    "CDA-informant.entity": (
        "informant",
        [
            _removing("informant/relatedEntity"),
            _adding("informant", "assignedEntity"),
            _doubling("informant/relatedEntity"),
        ],
    ),
    "CDA-custodian.extension": (
        "custodian",
        [_setting(CUSTODIAN, "extension", None), _setting(CUSTODIAN, "extension", "")],
    ),
    "CDA-mainAct": (
        "serviceEvent",
        [
            _without_lows,
            _setting_all(f"{ACT}/effectiveTime/low", "value", None),
            _setting_all(f"{ACT}/effectiveTime/low", "value", ""),
            _removing(f"{ACT}/performer"),
            _setting_all(f"{ACT}/performer", "typeCode", "SPRF"),
        ],
    ),
    "CDA-mainAct.time": (
        "effectiveTime",
        [
            *(_first_act("effectiveTime/low", "value", value) for value in WRONG_TIMES),
            *(_first_act("effectiveTime/high", "value", value) for value in WRONG_TIMES),
        ],
    ),
    "CDA-mainAct.practice": (
        "standardIndustryClassCode",
        [
            _first_act(STRUCTURE, "code", "HOPITAL"),
            _first_act(STRUCTURE, "code", None),
            _first_act(STRUCTURE, "codeSystem", "2.16.840.1.113883.6.1"),
            _first_act(STRUCTURE, "codeSystem", None),
            _removing(f"{ACT}/{STRUCTURE}"),
        ],
    ),
    "CDA-facility": (
        "healthCareFacility",
        [
            _setting(FACILITY, "code", "SA99"),
            _setting(FACILITY, "code", "sa01"),
            _setting(FACILITY, "codeSystem", "1.2.250.1.71.4.2.2"),
        ],
    ),
    "CDA-component.body": (
        "component",
        [
            _removing("component/structuredBody"),
            _doubling("component/structuredBody"),
            _adding("component", "nonXMLBody"),
            _adding("component", "structuredBody"),
        ],
    ),
    "CDA-component.nonXMLBody": (
        "nonXMLBody",
        [
            _removing("component/nonXMLBody/text"),
            _doubling("component/nonXMLBody/text"),
            *(_setting("component/nonXMLBody/text", "representation", value) for value in (None, "TXT", "")),
            *(
                _setting("component/nonXMLBody/text", "mediaType", value)
                for value in (None, "", "application/msword", "text/html", "PDF")
            ),
        ],
    ),
}
"""For each rule that is not a shape: the element its findings name, and ways to break it."""
