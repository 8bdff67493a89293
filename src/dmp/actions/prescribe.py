"""Give a signed prescription its number («dépôt», RX-1), and list those that one may know of."""

from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Listing, Scope, Turn
from dmp.actions.deposit_file import DepositFile
from dmp.actions.find_documents import scope_of_documents
from dmp.actions.numbered import in_person, papers_of, right_to_write, told_of, unless
from dmp.actions.open_chart import DOORS, chart_of
from dmp.actions.submit_documents import SubmitDocuments
from dmp.record.actor import Caller, Professional
from dmp.record.errors import AccessRefused
from dmp.record.patient import PatientId
from dmp.record.prescription import TYPE_PRESCRIPTION, Prescription, read_number
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.services.chart import Chart
from dmp.services.medicines import READS
from dmp.services.medicines.cycle import Obstacle, against_deposit, cycle_of
from dmp.store.tx import Tx

BEARER = Verb.KEEP_PROFILE
"""Who keeps the profile, the holder or who represents him, may go to the pharmacy with a number."""
NOT_A_PRESCRIBER = "Votre profession ne prescrit pas de médicaments dans ce service."
NEXT_STEP = "Adressez le patient à un médecin, un chirurgien-dentiste ou une sage-femme."


@dataclass(frozen=True)
class Prescribing:
    """What a prescriber has before him: the chart that he may read, and what he prescribed himself."""

    chart: Chart
    mine: tuple[Prescription, ...]
    may_do_without_paper: bool
    """The holder has an active space, where the number waits for him (RX-1)."""


@dataclass(frozen=True)
class OpenPrescribing:
    """Begin a prescription, or look again before it is signed: who may not prescribe here is told so at once."""

    patient: PatientId

    verb = Verb.FIND
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The chart, and the right to put in a prescription."""
        return scope_of_documents(tx, self.patient, *DOORS, right_to_write(TYPE_PRESCRIPTION), verb=Verb.READ)

    def apply(self, turn: Turn) -> Prescribing:
        """What the caller may know.

        Raises:
            AccessRefused: he is no professional in person, or none who prescribes.
        """
        prescriber(turn)
        return Prescribing(chart_of(turn, READS), _own(turn), _has_a_space(turn.known_record, turn.caller))


@dataclass(frozen=True)
class Prescribe:
    """A signed prescription gets a number, made of chance by whoever asks (`record.prescription.number_of`).

    `copy` deposits its document in the same transaction: None where the
    patient opposed it, which cancels nothing (RX-3).
    """

    patient: PatientId
    prescription: Prescription
    copy: SubmitDocuments | DepositFile | None = None
    once: str = ""
    """An id that the caller chose: what is sent again under it was prescribed, and is not prescribed twice."""

    verb = Verb.SUBMIT

    @property
    def about(self) -> tuple[str, ...]:
        """The document, never the number."""
        return self.copy.about if self.copy is not None else NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, and what the document needs."""
        copied = self.copy.scope(tx).asks if self.copy is not None else ()
        return Scope(tx.records.of(self.patient), (right_to_write(TYPE_PRESCRIPTION), *copied))

    def apply(self, turn: Turn) -> Prescription:
        """Keep it under its number.

        Raises:
            AccessRefused: the caller is no professional in person, or none who prescribes.
            IncompleteRequest: it is not signed, or a rule forbids it: `element` says which.
        """
        person, rules = prescriber(turn), cycle_of(turn.rules)
        known = _own(turn)
        sent = next((each for each in known if self.once and each.id == self.once), None)
        if sent is not None:
            return sent
        # The day is that of the deposit: nobody dates a prescription back, or forward.
        told = replace(self.prescription, written=turn.today)
        unless(against_deposit(told, known, rules))
        unless(() if read_number(told.number) == told.number != "" else (Obstacle("no-number"),))
        unless(() if turn.tx.prescriptions.one(told.number) is None else (Obstacle("has-a-number"),))
        unless(() if told.paper or _has_a_space(turn.known_record, turn.caller) else (Obstacle("paper-needed"),))
        kept = replace(
            told,
            id=self.once or turn.new_id(),
            prescriber=person.id,
            prescriber_name=person.name,
            structure=person.facility.id,
            deposited=turn.at,
            executions=(),
            cancelled=None,
            document=self._copied(turn),
            secret=turn.caller.secret,
        )
        turn.tx.prescriptions.add(turn.known_record, kept)
        return kept

    def _copied(self, turn: Turn) -> str:
        if self.copy is None:
            return ""
        self.copy.apply(turn)
        lot = self.copy.draft if isinstance(self.copy, DepositFile) else self.copy
        return lot.submission.entries[0].unique_id


def prescriber(turn: Turn) -> Professional:
    """Who acts, when he is a professional in person who prescribes.

    Raises:
        AccessRefused: he is none.
    """
    person = in_person(turn)
    if not turn.beside.prescribes:
        raise AccessRefused(NOT_A_PRESCRIBER, rule="not-a-prescriber", next_step=NEXT_STEP)
    return person


def _own(turn: Turn) -> tuple[Prescription, ...]:
    """Those that the caller prescribed in this record, the newest first."""
    return tuple(each for each in turn.tx.prescriptions.of(turn.known_record) if turn.beside.wrote(each))


def _has_a_space(record: Record, caller: Caller) -> bool:
    """Whether the number waits for the holder himself: in secret connection, a representative may keep the space."""
    return (record.portal_account or record.linked_to_portal) and not caller.secret


@dataclass(frozen=True)
class ListPrescriptions:
    """The holder sees his own, a professional those that he wrote; who represents a minor, none that is secret.

    Of one whose document he may not know, nobody is told: it would tell of the document (AR-17). The number is for
    the holder and who represents him: delegates and heirs are told of the prescription without it (PT-11, LC-13).
    """

    patient: PatientId

    verb = Verb.FIND_REFERENCE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, and the documents of the prescriptions."""
        record = tx.records.of(self.patient)
        if record is None:
            return Scope(None, (Ask(self.verb),))
        papers = papers_of(tx, record)
        return Scope(record, (Ask(self.verb), Ask(BEARER, optional=True)), listings=(Listing(self.verb, papers),))

    def apply(self, turn: Turn) -> tuple[Prescription, ...]:
        """Those that the caller may know of, the newest first."""
        found, person = told_of(turn), turn.beside.in_person
        if person is not None:
            return tuple(each.told_to(person.id) for each in found)
        shows = BEARER in turn.rights
        return tuple(each.for_others if shows else each.without_number for each in found)
