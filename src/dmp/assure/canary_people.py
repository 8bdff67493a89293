"""People whose every text is a word that exists nowhere else, and what is done about them over the wire."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from dmp.assure.canaries import new_word
from dmp.assure.claim import Counter
from dmp.client import CallRefused, DmpClient, lots
from dmp.desk.operations import Operations
from dmp.record.actor import Mode
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import EntryStatus
from dmp.record.management import Device, IdentityChange, MessageHeader, MessageId, PartialTraits
from dmp.record.notice import Channel
from dmp.record.patient import Contact, Guardian, PatientId
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import ClosingReason
from dmp.record.submission import Submission
from dmp.sandbox.maker import DocumentContext, letter, plain_text
from dmp.sandbox.population import Person

PLACES = (
    "birth name",
    "first name",
    "used name",
    "used first name",
    "street",
    "city",
    "mail",
    "family name of a guardian",
    "first name of a guardian",
    "street of a guardian",
    "new name",
    "new street",
    "number in a software",
    "mail of an account",
    "title",
    "body",
    "title of a letter",
    "text of a PDF",
    "comment of a document",
    "comment of a lot",
    "title of a lot",
    "own slot of a document",
    "recipient of a lot",
    "name of an author",
    "name of a structure",
    "name of a caller",
    "text of a search",
    "text of a removed document",
    "text of a refused document",
    "text of a broken message",
    "reason of an emergency access",
    "reason of a hold",
    "reason of a removal",
    "reason of a closing",
)
"""Where words are put; the INS of each person is one more."""
PER_PERSON = len(PLACES) + 1
LOCAL_NUMBERS = "1.2.250.1.999.7"
LARGE = 2_500_000
"""Octets of a document that the service does not keep in memory while it reads it."""


@dataclass(frozen=True)
class Marked:
    """Somebody whose every text is a word that exists nowhere else."""

    person: Person
    words: Mapping[str, str]

    @staticmethod
    def of(person: Person, dice: Random) -> "Marked":
        """The same person, in other words."""
        words = {place: new_word(dice) for place in PLACES}
        traits = replace(
            person.traits,
            birth_name=words["birth name"],
            birth_first_name=words["first name"],
            birth_first_names=words["first name"],
            used_name=words["used name"],
            used_first_name=words["used first name"],
        )
        contact = Contact(
            (*_street(words["street"]), ("postalCode", "61000"), ("city", words["city"])),
            (("", f"mailto:{words['mail']}@example.org"),),
        )
        family, given = words["family name of a guardian"], words["first name of a guardian"]
        guardians = (Guardian("MTH", family, given, replace(contact, address=_street(words["street of a guardian"]))),)
        return Marked(replace(person, traits=traits, contact=contact, guardians=guardians), words)

    @property
    def patient(self) -> PatientId:
        """Whose record it is."""
        return self.person.patient

    @property
    def all(self) -> list[tuple[str, str]]:
        """Every word with what it is, the INS among them."""
        return [*self.words.items(), ("INS", self.patient.number)]


def _street(name: str) -> tuple[tuple[str, str], ...]:
    return (("streetAddressLine", f"1 RUE {name}"),)


@dataclass(frozen=True)
class Entrusting:
    """Those who say everything about one person, in every field that takes some text."""

    doctor: DmpClient
    hospital: DmpClient
    reader: DmpClient
    """The same hospital, as who it reads."""
    administrator: DmpClient
    operations: Operations
    counter: Counter

    def all_about(self, one: Marked, *, large: bool) -> None:
        """From the opening of the record to its closing; `large` sends a document that is spooled to the disk."""
        person, patient, words = one.person, one.patient, one.words
        self.doctor.open_record(patient, person.traits, contact=person.contact, guardians=person.guardians)
        self.doctor.authorise(patient)
        with suppress(CallRefused):  # a minor has none: what was said for him is kept no more than the rest
            self.doctor.create_patient_access(patient, Channel.EMAIL, f"{words['mail of an account']}@example.org")
        note, page = self._note(one, LARGE if large else 2000), self._letter(one)
        self.hospital.submit_lot(patient, self._lot(one, note, page))
        self._look(one, note)
        self._refused(one)
        self._search(one)
        self._remove(one)
        self.doctor.change_identity(_change(one), patient)
        self.doctor.in_mode(Mode.BREAK_GLASS, words["reason of an emergency access"]).find(patient)
        self.operations.hold(patient.number, words["reason of a hold"])
        self.operations.lift_hold(patient.number)
        self.doctor.close_record(patient, ClosingReason.PATIENT_REQUEST, words["reason of a closing"])

    def misuse(self, one: Marked) -> None:
        """Calls that are refused, or fail, tell the log nothing either."""
        nobody = PatientId(f"{one.patient.number[:13]}00", one.patient.root)
        for asked in (one.patient, nobody):
            with suppress(CallRefused):
                self.hospital.find(asked)
            with suppress(CallRefused):
                self.hospital.read(asked, one.words["title"])

    # -- documents

    def _context(self, one: Marked) -> DocumentContext:
        known, words = self.hospital.professional, one.words
        facility = replace(known.facility, name=f"Hopital {words['name of a structure']}")
        return DocumentContext(
            id=self.hospital.new_oid(),
            patient=one.patient,
            traits=one.person.traits,
            author=replace(known, name=f"Claire {words['name of an author']}", facility=facility),
            at=datetime.now(UTC).replace(microsecond=0),
            contact=one.person.contact,
            guardians=one.person.guardians,
            local_id=PatientId(words["number in a software"], LOCAL_NUMBERS),
        )

    def _note(self, one: Marked, weight: int) -> bytes:
        text = f"Le mot est {one.words['body']}. "
        return plain_text(self._context(one), text * (weight // len(text)), title=one.words["title"])

    def _letter(self, one: Marked) -> bytes:
        octets = letter(self._context(one), title=one.words["title of a letter"], paragraphs=["Un texte."])
        return _commented(octets, one.words["text of a PDF"])

    def _lot(self, one: Marked, *documents: bytes) -> Submission:
        words, patient = one.words, one.patient
        described = [
            (
                replace(
                    lots.entry_of(octets, f"Document{number:02d}", patient),
                    comments=words["comment of a document"],
                    extra=(("urn:example:own", (words["own slot of a document"],)),),
                ),
                octets,
            )
            for number, octets in enumerate(documents, start=1)
        ]
        lot = lots.new_set(patient, self.hospital.credentials, at=datetime.now(UTC), new_oid=self.hospital.new_oid)
        lot = replace(
            lot,
            comments=words["comment of a lot"],
            title=words["title of a lot"],
            intended_recipients=(f"|^{words['recipient of a lot']}^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO",),
        )
        return lots.build(lot, described)

    # -- what is done with them

    def _look(self, one: Marked, note: bytes) -> None:
        """What was entrusted is there: a search that finds nothing would prove nothing."""
        named = called(self.reader, one.words["name of a caller"])
        found = {entry.title: entry for entry in self.doctor.find(one.patient)}
        if len(named.find(one.patient)) != len(found):
            self.counter.wrong("not stored", "the entries that a caller of another name sees")
        entry = found.get(one.words["title"])
        if entry is None or one.words["title of a letter"] not in found:
            self.counter.wrong("not stored", "a title")
            return
        if entry.comments != one.words["comment of a document"]:
            self.counter.wrong("not stored", "a comment")
        if self.doctor.read(one.patient, entry.unique_id) != note:
            self.counter.wrong("not stored", "a document")

    def _refused(self, one: Marked) -> None:
        """A lot whose hash does not fit, and a message that is no message."""
        words = one.words
        lot = self._lot(one, plain_text(self._context(one), words["text of a refused document"]))
        (entry,) = lot.entries
        with suppress(CallRefused):
            self.hospital.submit_lot(one.patient, replace(lot, entries=(replace(entry, hash="0" * 40),)))
            self.counter.wrong("not refused", "a document whose hash does not fit")
        broken = replace(entry, title=words["text of a broken message"], type_code=replace(entry.type_code, code="?"))
        with suppress(CallRefused):
            self.hospital.submit_lot(one.patient, replace(lot, entries=(broken,)))
            self.counter.wrong("not refused", "a document of an unknown type")

    def _search(self, one: Marked) -> None:
        criteria = DocumentCriteria(
            one.patient, frozenset({EntryStatus.APPROVED}), authors=(f"%{one.words['text of a search']}%",)
        )
        with suppress(CallRefused):
            self.doctor.search(StoredQuery(FindDocuments(criteria)), one.patient)

    def _remove(self, one: Marked) -> None:
        """A document that an administrator removes leaves nothing behind either."""
        lot = self._lot(one, plain_text(self._context(one), one.words["text of a removed document"]))
        self.hospital.submit_lot(one.patient, lot)
        administrator = self.administrator.in_mode(Mode.NORMAL, one.words["reason of a removal"])
        administrator.remove_documents(one.patient, [entry.unique_id for entry in lot.entries])


def called(client: DmpClient, name: str) -> DmpClient:
    """The same structure, calling for somebody of another name."""
    other = client.in_mode(client.mode, client.reason)
    other.credentials = replace(client.credentials, family=name)
    return other


def _change(one: Marked) -> IdentityChange:
    return IdentityChange(
        MessageHeader(MessageId("1.2.3"), "", Device("1.2.3", "essai")),
        (one.patient,),
        PartialTraits(used_name=one.words["new name"]),
        address=_street(one.words["new street"]),
    )


def _commented(octets: bytes, word: str) -> bytes:
    """The same document, with a word that its PDF holds uncompressed, as a comment."""
    found = re.search(rb'representation="B64">([^<]+)<', octets)
    assert found is not None  # noqa: S101 - we have just made it
    page = b64decode(found[1]).replace(b"startxref", b"% " + word.encode() + b"\nstartxref")
    return octets[: found.start(1)] + b64encode(page) + octets[found.end(1) :]
