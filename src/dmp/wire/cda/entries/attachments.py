"""Files inside a document («documents attachés», «images», cda 1.5)."""

from collections.abc import Iterator

from dmp.record.facts import Attachment, Concept, Fact
from dmp.wire.cda.entries import common
from dmp.wire.cda.entries.common import Reader, reader
from dmp.wire.cda.entries.place import FEW, Place
from dmp.wire.cda.entries.values import first_concept
from dmp.wire.cda.tree import Branch, attribute, every, one

KIND = "69764-9"
"""Observation of the kind of an attached document."""
_SPACES = " \t\r\n"


def read_attachments(place: Place) -> Iterator[Fact]:
    """A file, by its kind where its group tells it."""
    content = one(place.branch, "value")
    yield Attachment(
        **vars(common.told(place, _kind(place))),
        media_type="" if content is None else content.get("mediaType"),
        size=0 if content is None else _size(content),
    )


def _kind(place: Place) -> Concept:
    holder = place.holder
    for found in every(holder.branch, "component/observation")[:FEW] if holder is not None else ():
        if attribute(found, "code", "code") == KIND:
            return first_concept(found, "value", place.reading.words)
    return Concept()


def _size(content: Branch) -> int:
    """Octets of the file, told by the length of its base64; of a plain text, its own."""
    written: str = content.element.text or ""
    if content.get("representation") != "B64":
        return len(written.encode())
    # Most files hold one kind of blank, and to look for what is not there costs less than to count it.
    digits = len(written) - sum(written.count(blank) for blank in _SPACES if blank in written)
    padding = written[-64:].count("=")
    return max(0, digits * 3 // 4 - padding)


def _is_kind(place: Place) -> bool:
    """The kind of a file beside it in its group, which the file tells."""
    if attribute(place.branch, "code", "code") != KIND:
        return False
    holder = place.holder
    return holder is not None and bool(every(holder.branch, "component/observationMedia"))


def read_nothing(place: Place) -> Iterator[Fact]:
    """What another fact tells."""
    del place
    return iter(())


READERS = (
    Reader("observation", _is_kind, read_nothing),
    reader("observationMedia", read_attachments),
)
