"""Open a record («création du dossier», TD1.1): one per person, with consent where the law asks for it."""

from dataclasses import dataclass
from datetime import datetime

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.authorise import DURATION
from dmp.notices.recipients import majority_timers
from dmp.notices.rules import opened
from dmp.record.actor import Holder, Operator, person_id
from dmp.record.age import is_minor
from dmp.record.errors import AccessRefused, ConsentMissing, IncompleteRequest, InvalidIdentity, RecordExists
from dmp.record.ins import REAL, TEST
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId
from dmp.record.record import Authorisation, Consent, Oppositions, Record, Regime
from dmp.record.verb import Verb
from dmp.store.tx import Tx

OPPOSED = "La personne s'est opposée à l'ouverture de son dossier : il ne s'ouvre qu'avec son consentement."


@dataclass(frozen=True)
class OpenRecord:
    """The person, and what was said at opening. `consent` is None when none was collected."""

    identifiers: tuple[PatientId, ...]
    regime: Regime
    traits: IdentityTraits | None = None
    consent: datetime | None = None
    contact: Contact = Contact()
    guardians: tuple[Guardian, ...] = ()
    oppositions: Oppositions = Oppositions()
    let_in: tuple[str, ...] = ()
    """Professionals whom the person lets in at once; only the operator of a sandbox says so."""

    verb = Verb.OPEN_RECORD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record under the first identifier, the one that the caller's assertion names, if there is one."""
        return Scope(tx.records.of(self.identifiers[0]), (Ask(Verb.OPEN_RECORD),))

    def apply(self, turn: Turn) -> Record:
        """Open it.

        Raises:
            RecordExists: under one of the identifiers (LC-1), open or closed.
            AccessRefused: the regime leaves opening to the national insurer, or the person opposed it (LC-5).
            ConsentMissing: OPT_IN, without consent (LC-2).
            InvalidIdentity: two INS: that they are one person's is for a merge to establish (LC-18).
            IncompleteRequest: a minor without legal representative (LC-8).
        """
        self._refuse_a_second_ins()
        if any(turn.tx.records.of(patient) is not None for patient in self.identifiers):
            raise RecordExists("the person already has a record")
        self._refuse_what_the_law_refuses(turn)
        record = Record(
            key=turn.new_id(),
            identifiers=tuple(dict.fromkeys(self.identifiers)),
            opened=turn.at,
            traits=self.traits,
            contact=self.contact,
            guardians=self.guardians,
            consent=Consent(self.consent, person_id(turn.caller.actor)) if self.consent else None,
            oppositions=self.oppositions,
            linked_to_portal=self.regime is Regime.OPT_OUT,
            authorisations=tuple(self._authorisation(subject, turn) for subject in self.let_in),
        )
        turn.tx.records.add(record)
        turn.tx.outbox.remind(record.key, majority_timers(record, turn.at))
        for patient in self._opponents(turn):
            turn.tx.openings.lift(patient)
        for notice in opened(record, turn.at):
            turn.tx.outbox.tell(record.key, notice, at=turn.at)
        return record

    def _refuse_a_second_ins(self) -> None:
        """The assertion proves one identity: the INS of somebody else must not lead to this record (security 6.7)."""
        if len({patient.number for patient in self.identifiers if patient.root in REAL | TEST}) > 1:
            raise InvalidIdentity("a record is opened under one INS", element="INS")

    def _opponents(self, turn: Turn) -> list[PatientId]:
        """Under which identifiers the person opposed the opening (LC-5)."""
        return [patient for patient in self.identifiers if turn.tx.openings.opposed(patient) is not None]

    def _authorisation(self, subject: str, turn: Turn) -> Authorisation:
        return Authorisation(subject, turn.at, turn.at + DURATION, person_id(turn.caller.actor))

    def _refuse_what_the_law_refuses(self, turn: Turn) -> None:
        by_insurer = isinstance(turn.caller.actor, Operator)
        opposed = bool(self._opponents(turn))
        changes_his_mind = opposed and self.consent is not None and isinstance(turn.caller.actor, Holder)
        if self.regime is Regime.OPT_OUT and not (by_insurer or changes_his_mind):
            raise AccessRefused("records are opened by the national insurer", rule="opening-left-to-the-insurer")
        if opposed and self.consent is None:
            raise AccessRefused(OPPOSED, rule="opening-opposed")
        if self.regime is Regime.OPT_IN and self.consent is None:
            raise ConsentMissing("opening needs the person's consent", element="CONSENTEMENT_OUVERTURE_DMP")
        if self.traits and is_minor(self.traits.birth_date, turn.at.date()) and not self.guardians:
            raise IncompleteRequest("a minor needs a legal representative", element="personalRelationship")
