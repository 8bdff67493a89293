"""Documents and lots for a run: written once per person, then given ids of their own."""

import hashlib
import random
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from dmp.client import lots
from dmp.client.credentials import Credentials
from dmp.record import dtm
from dmp.record.entry import DocumentEntry
from dmp.record.submission import Submission
from dmp.sandbox.maker.letter import CONSULTATION_REPORT
from dmp.sandbox.maker.pdf import Sheet, render
from dmp.sandbox.population import Person
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.header import Act, Content, Model, document
from dmp.wire.cda.making.tree import cda
from dmp.wire.cda.templates import XDS_SD
from dmp.wire.content import MemoryContent

PLACEHOLDER = "2.25.199999999999999999999999999999999999999"
"""The id of a paper's document until it gets its own, of the same length."""
TITLE = "Lettre de consultation"
PARAGRAPHS = ("Chère consœur, cher confrère,", "Contrôle annuel sans particularité. Document fictif.")


def oids(dice: random.Random) -> Iterator[str]:
    """Fresh OIDs under the arc of UUIDs, all of the same length."""
    while True:
        yield f"2.25.{dice.randrange(10**38, 3 * 10**38)}"


@dataclass(frozen=True)
class Paper:
    """A letter about one person by one doctor, of which the ids alone are still to be filled in."""

    person: Person
    author: Credentials
    octets: bytes
    entry: DocumentEntry

    @property
    def size(self) -> int:
        """Count of octets of each document made of it."""
        return len(self.octets)

    def numbered(self, unique_id: str) -> tuple[DocumentEntry, bytes]:
        """The document that has this id, and its metadata."""
        octets = self.octets.replace(PLACEHOLDER.encode(), unique_id.encode())
        sha1 = hashlib.sha1(octets, usedforsecurity=False).hexdigest()
        return replace(self.entry, unique_id=unique_id, hash=sha1), octets

    def lot(self, ids: Iterator[str], *, at: datetime) -> Submission:
        """A signed lot of one document, with ids of its own (DEC-108)."""
        described = self.numbered(next(ids))
        submission_set = lots.new_set(self.person.patient, self.author, at=at, new_oid=lambda: next(ids))
        submission = lots.build(submission_set, [described])
        return lots.signed(submission, self.author, at=at, new_oid=lambda: next(ids))

    def dated(self, ids: Iterator[str], dates: Iterable[datetime]) -> Iterator[Submission]:
        """A lot for each date, with its octets, signed once for all: it is for the store, not for the wire."""
        model: Submission | None = None
        for at in dates:
            model = model or self.lot(ids, at=at)
            (unique_id, lot_id, signature_id), on = (next(ids), next(ids), next(ids)), dtm.of(at)
            entry, octets = self.numbered(unique_id)
            yield replace(
                model,
                submission_set=replace(model.submission_set, unique_id=lot_id, submission_time=on),
                entries=(
                    replace(entry, creation_time=on, service_start=on),
                    replace(model.entries[1], unique_id=signature_id, creation_time=on),
                ),
                documents={entry.uuid: MemoryContent(octets)},
            )


@dataclass
class Press:
    """Writes papers of one size; the page inside is typeset once per doctor, since that is not what is measured."""

    at: datetime
    size: int
    _pages: dict[str, bytes] = field(default_factory=dict)

    def paper(self, person: Person, author: Credentials) -> Paper:
        """A CDA of level 1 around a PDF, of the wanted size to within two octets."""
        context = DocumentContext(
            PLACEHOLDER,
            person.patient,
            person.traits,
            author.professional,
            self.at,
            contact=person.contact,
            guardians=person.guardians,
        )
        pdf = self._page(author, context)
        missing = max(self.size - len(_around(context, pdf)), 0) // 4 * 3
        octets = _around(context, pdf + _filling(missing))
        return Paper(person, author, octets, lots.entry_of(octets, "Document01", person.patient))

    def _page(self, author: Credentials, context: DocumentContext) -> bytes:
        if author.user not in self._pages:
            self._pages[author.user] = render(Sheet(TITLE, PARAGRAPHS, context))
        return self._pages[author.user]


def _around(context: DocumentContext, pdf: bytes) -> bytes:
    text = cda("text", b64encode(pdf).decode("ascii"), mediaType="application/pdf", representation="B64")
    model = Model(CONSULTATION_REPORT, ((XDS_SD, ""),))
    return document(context, model, Content(TITLE, Act(context.encounter), cda("nonXMLBody", text)))


def _filling(count: int) -> bytes:
    """So many octets for the end of a PDF: a comment that hardly compresses, as images do not."""
    noise = random.Random(count).randbytes(count)  # noqa: S311 - a filling, no secret
    return b"%" + b64encode(noise)[: count - 1] if count else b""
