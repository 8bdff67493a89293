"""The lines of the card of a document: who wrote what, when and for whom, from its entry and from its own header."""

from collections.abc import Iterator
from dataclasses import dataclass

from dmp.record.entry import Author, DocumentEntry
from dmp.record.history_words import plain_role
from dmp.web.days import moment
from dmp.web.reader import words
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.parts import Participant
from dmp.wire.cda.patient import RecordTarget


@dataclass(frozen=True)
class Fact:
    """A line: what it is, in French and in English, and its values. Those that are not `main` are for who asks."""

    label: tuple[str, str]
    values: tuple[str, ...]
    main: bool = True


def card_of(entry: DocumentEntry, header: CdaHeader | None) -> tuple[Fact, ...]:
    """The lines that have something to say."""
    facts = (*_of_entry(entry), *(_of_header(header) if header is not None else ()))
    known = (Fact(fact.label, tuple(value for value in fact.values if value), fact.main) for fact in facts)
    return tuple(fact for fact in known if fact.values)


def _of_entry(entry: DocumentEntry) -> Iterator[Fact]:
    care = words.period_of(entry.service_start, entry.service_stop)
    yield Fact(("Nature", "Kind"), (words.kind_of(entry.type_code),))
    yield Fact(("Date des soins", "Date of care"), (care or words.day_of(entry.creation_time),))
    yield Fact(("Écrit le", "Written on"), (words.day_of(entry.creation_time),), main=False)
    yield Fact(("Auteur", "Author"), tuple(_author(author) for author in entry.authors))
    structures = dict.fromkeys(words.structure_of(text) for one in entry.authors for text in one.institutions)
    yield Fact(("Structure", "Organisation"), tuple(structures))
    yield Fact(("Remarque", "Comment"), (entry.comments,))
    yield Fact(("Déposé le", "Deposited on"), (moment(entry.deposit.at) if entry.deposit else "",))


def _of_header(header: CdaHeader) -> Iterator[Fact]:
    signer, custodian = header.legal_authenticator, header.custodian
    yield Fact(("Patient", "Patient"), (_patient(header.patient),))
    yield Fact(("Validé par", "Validated by"), (_participant(signer), _on(signer)) if signer else (), main=False)
    yield Fact(("Rédigé par", "Written by"), tuple(_participant(who) for who in header.authors), main=False)
    yield Fact(("Conservé par", "Kept by"), (custodian.name if custodian else "",), main=False)
    yield Fact(("Version", "Version"), (header.version,), main=False)
    acts = tuple(act.code.display for act in header.acts if act.code is not None)
    yield Fact(("Actes", "Acts"), acts, main=False)


def _author(author: Author) -> str:
    specialty = plain_role(words.coded(author.specialties[0])) if author.specialties else ""
    return " · ".join(part for part in (words.person_of(author.person), specialty) if part)


def _participant(who: Participant) -> str:
    name = words.named(who.given, who.family) or words.named(who.software, who.model)
    profession = who.code.display if who.code is not None else ""
    structure = who.organization.name if who.organization is not None else ""
    return " · ".join(part for part in (name, profession, structure) if part)


def _on(who: Participant) -> str:
    return words.hl7_day(who.time)


def _patient(patient: RecordTarget) -> str:
    """The traits that a document must show (RNIV): names, birth, sex, number."""
    name = words.named(patient.used_first_name or patient.birth_first_name, patient.used_name or patient.birth_name)
    born = patient.birth_name if patient.used_name not in ("", patient.birth_name) else ""
    numbers = (f"INS {found.number}" for found in patient.ins)
    parts = (name, f"({born})" if born else "", words.iso_day(patient.birth_date), patient.sex, *numbers)
    return " · ".join(part for part in parts if part)
