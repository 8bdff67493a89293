"""ebRIM written as text: the small pieces of which every object of an answer is made (xds-wire 4.1, 6.5).

Answers hold thousands of such pieces, so they are joined, never built as a
tree. Every value goes through `attribute` or `content`; the names, schemes and
types between them are ours. The prefix is `rim:`, which who puts the pieces
together must declare.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from dmp.record.codes import Code
from dmp.record.entry import Author
from dmp.wire.xds.ebrim import OBJECT_TYPE, is_uuid_urn
from dmp.wire.xds.schemes import AUTHOR_SLOTS, KINDS, Kind

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CLASSIFICATION = f'objectType="{OBJECT_TYPE}Classification"'
_EXTERNAL_IDENTIFIER = f'objectType="{OBJECT_TYPE}ExternalIdentifier"'
_FIRST_IDENTIFIER = 10
_VERSION = 23
"""Where a `urn:uuid:` says its version, before three digits."""


def content(value: str) -> str:
    """A value as the text of an element.

    Raises:
        ValueError: a character that XML cannot hold.
    """
    if value.isalnum():  # as codes and times are: nothing to escape
        return value
    if not value.isprintable():  # white space, which is rare, or a control character
        return _unusual(value)
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(value: str) -> str:
    """A value as that of an attribute, between double quotes; white space is kept as it is.

    Raises:
        ValueError: a character that XML cannot hold.
    """
    if value.isalnum():
        return value
    if not value.isprintable():
        return _unusual(value).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _unusual(value: str) -> str:
    if _NOT_XML.search(value):
        raise ValueError("a character that XML cannot hold")
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def optional(name: str, value: str) -> str:
    """An attribute with the space before it, nothing when it has no value."""
    return f' {name}="{attribute(value)}"' if value else ""


def slot(name: str, value: str) -> str:
    """A Slot of one value, under a name of ours; nothing when it has no value."""
    if not value:
        return ""
    return f'<rim:Slot name="{name}"><rim:ValueList><rim:Value>{content(value)}</rim:Value></rim:ValueList></rim:Slot>'


def listed_slot(name: str, values: Iterable[str]) -> str:
    """A Slot of several values, under a name of ours; nothing when there is none."""
    held = "".join([f"<rim:Value>{content(value)}</rim:Value>" for value in values])
    return f'<rim:Slot name="{name}"><rim:ValueList>{held}</rim:ValueList></rim:Slot>' if held else ""


def extra_slot(name: str, values: Iterable[str]) -> str:
    """A Slot unknown to XDS, returned as it came: with any name, and without values if it had none (DEC-119)."""
    held = "".join([f"<rim:Value>{content(value)}</rim:Value>" for value in values])
    return f'<rim:Slot name="{attribute(name)}"><rim:ValueList>{held}</rim:ValueList></rim:Slot>'


def named(element: str, value: str) -> str:
    """A Name or a Description; nothing when it has no value."""
    return f'<rim:{element}><rim:LocalizedString value="{attribute(value)}"/></rim:{element}>' if value else ""


# The children of an object are written once for whatever owner, as a template of the `%` of Python: `%(owner)s` is the
# id of the owner, `%(before)s` and `%(after)s` are what stands around the number in the id of a child.
_CHILD_ID = 'id="%(before)s{number:03x}%(after)s"'


class Children:
    """The Classifications and ExternalIdentifiers of one object, with ids made from its own.

    A registered object has the UUID of a version; its children have the same
    one under version 8, with a number of their own in the three digits after
    it. The number says which attribute it is and in what place, so that an id
    is the same each time its owner is written, whatever other codes come and
    go (xds-wire 6.5).
    """

    __slots__ = ("_ids",)

    def __init__(self, owner: str) -> None:
        """Write the children of this object."""
        written = attribute(owner)
        before, after = f"{written}.", ""
        if is_uuid_urn(owner):
            before, after = f"{written[:_VERSION]}8", written[_VERSION + 4 :]
        self._ids = {"owner": written, "before": before, "after": after}

    def written(self, template: str) -> str:
        """A template of children, with the ids of this owner."""
        return template % self._ids

    def identified(self, kind: Kind, values: Iterable[str]) -> str:
        """The identifiers of this object, in the order of its kind."""
        held = {str(place): attribute(value) for place, value in enumerate(values)}
        return _identifiers(kind.name) % (self._ids | held)


@lru_cache(maxsize=4096)
def code(scheme: str, code: Code, *, number: int) -> str:
    """The template of a coded attribute; its label is written even when it has none."""
    return _classification(
        number,
        f' classificationScheme="{scheme}" nodeRepresentation="{attribute(code.code)}">'
        '<rim:Slot name="codingScheme"><rim:ValueList>'
        f"<rim:Value>{content(code.system)}</rim:Value></rim:ValueList></rim:Slot>"
        f'<rim:Name><rim:LocalizedString value="{attribute(code.display)}"/></rim:Name></rim:Classification>',
    )


def codes(scheme: str, held: Iterable[Code], *, first: int, step: int) -> str:
    """The template of a coded attribute of several values."""
    return "".join([code(scheme, one, number=first + step * order) for order, one in enumerate(held)])


@lru_cache(maxsize=1024)
def authors(scheme: str, held: tuple[Author, ...], *, first: int, step: int) -> str:
    """The template of the authors, each a Classification that holds slots: most documents are by the same few."""
    return "".join([_author(scheme, one, first + step * order) for order, one in enumerate(held)])


def _author(scheme: str, author: Author, number: int) -> str:
    lists = (author.institutions, author.roles, author.specialties, author.telecoms)
    slots = "".join([listed_slot(name, held) for name, held in zip(AUTHOR_SLOTS[1:], lists, strict=True) if held])
    person = slot(AUTHOR_SLOTS[0], author.person)
    return _classification(
        number, f' classificationScheme="{scheme}" nodeRepresentation="">{person}{slots}</rim:Classification>'
    )


def mark(node: str, *, number: int) -> str:
    """The template of what says that a package is a submission set or a folder (xds-wire 2.2)."""
    return _classification(number, f' classificationNode="{node}"/>')


def _classification(number: int, rest: str) -> str:
    start = f'<rim:Classification {_CHILD_ID.format(number=number)} {_CLASSIFICATION} classifiedObject="%(owner)s"'
    return start + rest.replace("%", "%%")


@lru_cache
def _identifiers(kind: str) -> str:
    """The template of all the identifiers of a kind; their values have the names `0`, `1`, `2`."""
    known = KINDS[kind].identifiers.items()
    return "".join(
        [
            f"<rim:ExternalIdentifier {_CHILD_ID.format(number=_FIRST_IDENTIFIER + place)} {_EXTERNAL_IDENTIFIER}"
            f' registryObject="%(owner)s" identificationScheme="{scheme}" value="%({place})s">'
            f'<rim:Name><rim:LocalizedString value="{kind}.{name}"/></rim:Name></rim:ExternalIdentifier>'
            for place, (scheme, name) in enumerate(known)
        ]
    )
