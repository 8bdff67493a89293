"""Seeded ways to break what is well formed: in its structure, in its octets, in its media type (security 5.7)."""

import re
from collections.abc import Callable
from copy import deepcopy
from random import Random

from lxml import etree

Element = etree._Element

ODD_TEXTS = (
    "",
    " ",
    "é" * 300,
    "9" * 400,
    "-1",
    "urn:uuid:",
    "urn:uuid:zzzzzzzz-0000-4000-8000-000000000000",
    "^^^&&ISO",
    "^^^&1.2.250.1.213.1.4.10&ISO^NH",
    "('",
    "''''",
    "20260231",
    "1.2.3.",
    "\u202e\u0085\ud7ff",
    "𝔸" * 50,
    "cid:",
    "{}",
    "%00%0a%zz",
    "http://www.w3.org/2003/05/soap-envelope",
)
ODD_PARAMETERS = ("", "charset=UTF-16", 'boundary="é"', "start=<nobody>", 'action=""', "=", 'type="a/b"', "; ;")
_DELIMITER = re.compile(rb"--[^\r\n]{4,70}")


def change_tree(root: Element, dice: Random) -> None:
    """Change one element of a tree, or one attribute; the tree stays well formed."""
    below = [found for found in root.iter("*") if found is not root]
    if below:
        dice.choice(TREE_CHANGES)(dice.choice(below), dice)


def change_octets(octets: bytes, dice: Random) -> bytes:
    """Cut, double, insert, or lose what keeps parts apart."""
    at, length = dice.randrange(len(octets) + 1), dice.choice((1, 1, 4, 200, 2000))
    return dice.choice(
        (
            octets[:at],
            octets[:at] + octets[at + length :],
            octets[:at] + octets[at : at + length] * 2 + octets[at + length :],
            octets[:at] + dice.randbytes(length) + octets[at:],
            octets.replace(b"\r\n", b"\n"),
            _DELIMITER.sub(b"--part-other", octets, count=1),
            octets + octets,
            b"",
        )
    )


def change_media_type(media_type: str, dice: Random) -> str:
    """Drop, double or replace a parameter, or the type itself."""
    parameters = media_type.split("; ")
    index, odd = dice.randrange(len(parameters)), dice.choice(ODD_PARAMETERS)
    parameters[index : index + 1] = dice.choice(([], [odd], [parameters[index], odd], [parameters[index]] * 2))
    return "; ".join(parameters).strip()


def _delete(element: Element, _dice: Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(element: Element, _dice: Random) -> None:
    element.addnext(deepcopy(element))


def _move(element: Element, dice: Random) -> None:
    inside = set(element.iter())
    others = [found for found in element.getroottree().getroot().iter("*") if found not in inside]
    dice.choice(others).append(element)


def _rename(element: Element, dice: Random) -> None:
    name = etree.QName(element)
    element.tag = dice.choice((f"{{{name.namespace}}}Odd", name.localname, f"{{urn:odd}}{name.localname}"))


def _wrap(element: Element, _dice: Random) -> None:
    parent = element.getparent()
    if parent is not None:
        around = etree.Element(element.tag)
        parent.insert(parent.index(element), around)
        around.append(element)


def _empty(element: Element, _dice: Random) -> None:
    for child in list(element):
        element.remove(child)


def _shuffle(element: Element, dice: Random) -> None:
    children = list(element)
    dice.shuffle(children)
    element[:] = children


def _say(element: Element, dice: Random) -> None:
    element.text = dice.choice(ODD_TEXTS)


def _comment(element: Element, _dice: Random) -> None:
    element.insert(0, etree.Comment("odd"))


def _attribute(element: Element, dice: Random) -> None:
    if not element.attrib:
        element.set("odd", dice.choice(ODD_TEXTS))
        return
    name = dice.choice(sorted(element.attrib))
    if dice.random() < 0.3:
        del element.attrib[name]
    else:
        element.set(name, dice.choice(ODD_TEXTS))


TREE_CHANGES: tuple[Callable[[Element, Random], None], ...] = (
    _delete,
    _double,
    _move,
    _rename,
    _wrap,
    _empty,
    _shuffle,
    _say,
    _say,
    _comment,
    _attribute,
    _attribute,
)
"""Moved, doubled, emptied, wrong type, wrong id: some more often than others."""
