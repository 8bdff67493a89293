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
from dmp.wire.xds.schemes import AUTHOR_SLOTS

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CLASSIFICATION = f'objectType="{OBJECT_TYPE}Classification"'
_EXTERNAL_IDENTIFIER = f'objectType="{OBJECT_TYPE}ExternalIdentifier"'
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


@lru_cache(maxsize=4096)
def _coded(scheme: str, code: Code) -> str:
    """The end of a coded attribute: a service meets the same few hundred codes all day."""
    return (
        f'classificationScheme="{scheme}" nodeRepresentation="{attribute(code.code)}">'
        '<rim:Slot name="codingScheme"><rim:ValueList>'
        f"<rim:Value>{content(code.system)}</rim:Value></rim:ValueList></rim:Slot>"
        f'<rim:Name><rim:LocalizedString value="{attribute(code.display)}"/></rim:Name></rim:Classification>'
    )


@lru_cache(maxsize=1024)
def _who(author: Author) -> str:
    """The slots of an author: most documents of a record are by the same few."""
    lists = (author.institutions, author.roles, author.specialties, author.telecoms)
    slots = "".join([listed_slot(name, held) for name, held in zip(AUTHOR_SLOTS[1:], lists, strict=True) if held])
    return f"{slot(AUTHOR_SLOTS[0], author.person)}{slots}"


class Children:
    """The Classifications and ExternalIdentifiers of one object, with ids made from its own.

    A registered object has the UUID of a version; its children have the same
    one under version 8, with a number of their own in the three digits after
    it. The number says which attribute it is and in what place, so that an id
    is the same each time its owner is written, whatever other codes come and
    go (xds-wire 6.5).
    """

    __slots__ = ("_after", "_before", "_owner")

    def __init__(self, owner: str) -> None:
        """Write the children of this object."""
        self._owner = attribute(owner)
        self._before, self._after = f"{self._owner}.", ""
        if is_uuid_urn(owner):
            self._before = f"{attribute(owner[:_VERSION])}8"
            self._after = attribute(owner[_VERSION + 4 :])

    def code(self, scheme: str, code: Code, *, number: int) -> str:
        """A coded attribute; its label is written even when it has none."""
        return (
            f'<rim:Classification id="{self._before}{number:03x}{self._after}" {_CLASSIFICATION}'
            f' classifiedObject="{self._owner}" {_coded(scheme, code)}'
        )

    def codes(self, scheme: str, codes: Iterable[Code], *, first: int, step: int) -> str:
        """A coded attribute of several values."""
        return "".join([self.code(scheme, c, number=first + step * order) for order, c in enumerate(codes)])

    def authors(self, scheme: str, authors: Iterable[Author], *, first: int, step: int) -> str:
        """The authors, each a Classification that holds slots."""
        return "".join([self._author(scheme, a, first + step * order) for order, a in enumerate(authors)])

    def _author(self, scheme: str, author: Author, number: int) -> str:
        return (
            f'<rim:Classification id="{self._before}{number:03x}{self._after}" {_CLASSIFICATION}'
            f' classifiedObject="{self._owner}" classificationScheme="{scheme}" nodeRepresentation="">'
            f"{_who(author)}</rim:Classification>"
        )

    def mark(self, node: str, *, number: int) -> str:
        """What says that a package is a submission set or a folder (xds-wire 2.2)."""
        return (
            f'<rim:Classification id="{self._before}{number:03x}{self._after}" {_CLASSIFICATION}'
            f' classifiedObject="{self._owner}" classificationNode="{node}"/>'
        )

    def identifier(self, scheme: str, value: str, *, name: str, number: int) -> str:
        """An identifier; `name` is its full XDS name."""
        return (
            f'<rim:ExternalIdentifier id="{self._before}{number:03x}{self._after}" {_EXTERNAL_IDENTIFIER}'
            f' registryObject="{self._owner}" identificationScheme="{scheme}" value="{attribute(value)}">'
            f'<rim:Name><rim:LocalizedString value="{name}"/></rim:Name></rim:ExternalIdentifier>'
        )
