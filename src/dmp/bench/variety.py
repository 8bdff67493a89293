"""What stands in real records: documents of several kinds, by many authors; and people without end."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from dmp.bench.papers import PLACEHOLDER
from dmp.client import lots
from dmp.client.credentials import Credentials
from dmp.record import dtm
from dmp.record.actor import Professional
from dmp.record.entry import DocumentEntry
from dmp.record.ins import InsKind, nir_key
from dmp.record.patient import PatientId
from dmp.record.submission import Submission
from dmp.sandbox.maker import DocumentContext, biology_report, plain_text
from dmp.sandbox.maker.catalogue import ANALYTES
from dmp.sandbox.maker.letter import CONSULTATION_REPORT, DISCHARGE_LETTER, REFERRAL_LETTER
from dmp.sandbox.population import Person, people, practitioners

POOL = 2000
"""People invented with care; those after them have their traits, under numbers of their own."""
AUTHORS = 16
_NOTES = (
    (CONSULTATION_REPORT, "Compte rendu de consultation"),
    (DISCHARGE_LETTER, "Lettre de liaison à la sortie"),
    (REFERRAL_LETTER, "Lettre d'adressage pour avis spécialisé"),
)


def person(seed: int, rank: int) -> Person:
    """The person of this rank, the same for the same seed."""
    pool = _pool(seed)
    return pool[rank] if rank < POOL else replace(pool[rank % POOL], patient=_number(rank))


@lru_cache
def _pool(seed: int) -> list[Person]:
    return people(seed, POOL)


def _number(rank: int) -> PatientId:
    """A test NIR of a commune that does not exist (61900 and on), with an order from 900 on."""
    rest, order = divmod(rank, 100)
    rest, commune = divmod(rest, 100)
    rest, month = divmod(rest, 12)
    year, sex = divmod(rest, 2)
    number = f"{1 + sex}{year % 100:02d}{month + 1:02d}61{900 + commune}{900 + order}"
    return PatientId(number + nir_key(number), InsKind.NIR_TEST.value)


@dataclass(frozen=True)
class Library:
    """Lots that serve as models: one document each, of some kind, by some author, signed once."""

    models: tuple[Submission, ...]

    @staticmethod
    def make(seed: int, signer: Credentials, *, at: datetime) -> "Library":
        """Notes and laboratory reports by a score of authors."""
        about = person(seed, 0)
        professionals = [one.professional for one in practitioners(seed, AUTHORS)]
        return Library(
            tuple(
                _model(entry, about, signer, at=at)
                for professional in professionals
                for entry in _documents(about, professional, at)
            )
        )

    def lots(
        self, patient: PatientId, ids: Iterator[str], dates: Sequence[datetime], *, dice: random.Random
    ) -> Iterator[Submission]:
        """One lot for each date, drawn among the models, without octets."""
        cx = lots.patient_cx(patient)
        for on in map(dtm.of, dates):
            model = dice.choice(self.models)
            entries = tuple(
                replace(
                    entry,
                    unique_id=next(ids),
                    patient_cx=cx,
                    source_patient_cx=cx,
                    creation_time=on,
                    service_start=on,
                    hash=f"{dice.getrandbits(160):040x}",
                )
                for entry in model.entries
            )
            lot = replace(model.submission_set, unique_id=next(ids), patient_cx=cx, submission_time=on)
            yield replace(model, submission_set=lot, entries=entries)


def days_before(until: datetime, count: int) -> list[datetime]:
    """So many days, the last one just before `until`."""
    return [until - timedelta(days=count - turn) for turn in range(count)]


def _documents(about: Person, author: Professional, at: datetime) -> Iterator[DocumentEntry]:
    context = DocumentContext(
        PLACEHOLDER, about.patient, about.traits, author, at, contact=about.contact, guardians=about.guardians
    )
    for kind, title in _NOTES:
        note = plain_text(context, "Document fictif.", title=title, kind=kind)
        yield lots.entry_of(note, "Document01", about.patient)
    results = [ANALYTES[name].result(Decimal("1.0"), at) for name in ("glucose_fasting", "creatinine")]
    yield lots.entry_of(biology_report(context, results), "Document01", about.patient)


def _model(entry: DocumentEntry, about: Person, signer: Credentials, *, at: datetime) -> Submission:
    """A lot around an entry; its signature is described, its octets are left out."""
    submission_set = lots.new_set(about.patient, signer, at=at, new_oid=lambda: PLACEHOLDER)
    bare = lots.build(submission_set, [(entry, b"")])
    signed = lots.signed(bare, signer, at=at, new_oid=lambda: f"{PLACEHOLDER[:-1]}8")
    return replace(signed, documents={})
