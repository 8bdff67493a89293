"""What is around a document: those before and after it in the list, and its other versions."""

from dataclasses import dataclass

from dmp.actions.read_entry import OpenedDocument
from dmp.actions.shown import current_versions
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.services.duplicates import Thresholds
from dmp.web.entry_ids import bare
from dmp.web.reader.view import title_of
from dmp.web.reader.words import day_of
from dmp.web.shelf.choice import State
from dmp.web.shelf.lines import lines_of


@dataclass(frozen=True)
class Version:
    """A version of a document, for the list of them; its address is empty for the one that is read."""

    address: str
    title: str
    day: str


def neighbours(prefix: str, opened: OpenedDocument, numbers: Thresholds) -> tuple[str, str]:
    """The addresses of the documents before and after one, in the order of the list; empty where none is."""
    statuses = next((state.statuses for state in State if opened.read.entry.status in state.statuses), frozenset())
    known = (entry for entry in current_versions(opened.known) if entry.status in statuses)
    lines, uuid = lines_of(known, opened.at, numbers=numbers), bare(opened.read.entry.uuid)
    place = next((index for index, line in enumerate(lines) if uuid in line.ids), None)
    if place is None:
        return "", ""
    before, after = lines[:place][-1:], lines[place + 1 :][:1]
    return "".join(f"{prefix}/{line.id}" for line in before), "".join(f"{prefix}/{line.id}" for line in after)


def versions_of(prefix: str, opened: OpenedDocument) -> tuple[Version, ...]:
    """The documents of the same chain that the reader may find, newest first; none where it stands alone."""
    entry, chain = opened.read.entry, _chain(opened)
    if len(chain) < 2:
        return ()
    addresses = ("" if one.logical_id == entry.logical_id else f"{prefix}/{bare(one.uuid)}" for one in chain)
    return tuple(
        Version(address, title_of(one), day_of(one.creation_time))
        for address, one in zip(addresses, chain, strict=True)
    )


def newest_of(prefix: str, opened: OpenedDocument) -> str:
    """The address of the document that took the place of this one; empty where the reader may find none."""
    if opened.read.entry.status is not EntryStatus.DEPRECATED:
        return ""
    current = [one for one in _chain(opened) if one.status is EntryStatus.APPROVED]
    return f"{prefix}/{bare(current[0].uuid)}" if current else ""


def _chain(opened: OpenedDocument) -> list[DocumentEntry]:
    chain = opened.read.entry.chain
    found = [one for one in current_versions(opened.known) if chain and one.chain == chain]
    return sorted(found, key=lambda one: (one.creation_time, one.uuid), reverse=True)
