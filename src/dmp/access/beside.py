"""Who is told of what stands beside the documents of a record: letters, choices, tasks, prescriptions with numbers.

No row of the matrix speaks of it: an act asks for its right by `decide`, and
then here how much of it is for the caller. The gate hands these answers to the
act (`actions.beside`); they depend on who calls, the record and the instant alone.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dmp.access import prescription_rules
from dmp.access.question import Question
from dmp.record.actor import Holder, Mode, Professional, Representative
from dmp.record.age import is_minor
from dmp.record.choice import HealthChoice
from dmp.record.dtm import PARIS
from dmp.record.entry import DocumentEntry
from dmp.record.prescription import Prescription
from dmp.record.visibility import Visibility


@dataclass(frozen=True)
class AnswersBeside:
    """The answers about one caller: `about` is the question of his act about the record itself."""

    about: Question

    # -- of the holder himself

    @property
    def holder_alone(self) -> bool:
        """He is told what he keeps from whoever acts for him: questions, objections, what waits for him (AR-21)."""
        return isinstance(self.about.caller.actor, Holder)

    @property
    def told_what_stood(self) -> bool:
        """An answer may say what there was before; not to a representative: a minor may have secrets (AR-21)."""
        return not isinstance(self.about.caller.actor, Representative)

    def waits_to_be_announced(self, hidden: Visibility) -> bool:
        """It is told before its time to announce is over that it will be; never of what a minor's parents do not know.

        A document hidden from the patient (AR-18, AR-19), unless it is a minor's
        and hidden from his representatives, who read his messages (AR-21).
        """
        if hidden.hidden_from_patient_since is None:
            return False
        record, today = self.about.record, self.about.at.astimezone(PARIS).date()
        traits = record.traits if record is not None else None
        return not (hidden.hidden_from_guardians and traits is not None and is_minor(traits.birth_date, today))

    # -- of the chart

    def invitations(self, *, keeps_profile: bool) -> bool:
        """Letters of the insurer: a state of the programmes that who reads the chart sees too (services 2.2, SC-5).

        Not where the holder hides everything, but to who keeps his profile (AR-24).
        """
        record = self.about.record
        return keeps_profile or record is None or not record.hide_everything

    def choices(self, chosen: Iterable[HealthChoice], *, keeps_profile: bool) -> tuple[HealthChoice, ...]:
        """What the holder chose for his health: all of it for who keeps his profile, else what he shares."""
        return tuple(choice for choice in chosen if keeps_profile or choice.shared)

    @property
    def attends(self) -> bool:
        """He is the attending doctor whom the holder confirmed, at his ordinary work: tasks are for him (DEC-1, SC-8).

        In an emergency he is there for that alone, and in a regulation centre as
        any doctor of it (DEC-20): nobody reminds him then of what he has to do.
        """
        caller, record = self.about.caller, self.about.record
        if record is None or caller.mode is not Mode.NORMAL or not isinstance(caller.actor, Professional):
            return False
        role = record.attending_of(caller.actor.id)
        return role is not None and role.confirmed

    # -- of prescriptions with numbers (`prescription_rules`)

    @property
    def in_person(self) -> Professional | None:
        """The professional who acts himself, if one does."""
        return prescription_rules.in_person(self.about.caller.actor)

    @property
    def prescribes(self) -> bool:
        """He may prescribe."""
        return prescription_rules.prescribes(self.about.caller.actor)

    @property
    def dispenses(self) -> bool:
        """He may read by a number, and deliver."""
        return prescription_rules.dispenses(self.about.caller.actor)

    def told_at_the_counter(
        self, kept: Iterable[Prescription], papers: Iterable[DocumentEntry]
    ) -> tuple[Prescription, ...]:
        """Those of a record that a pharmacist may know of without their numbers."""
        return tuple(prescription_rules.told_at_the_counter(kept, papers))

    def is_told_of(self, prescription: Prescription, unseen: Collection[str]) -> bool:
        """He may know of one in a list; `unseen` are the documents that he may not know."""
        return prescription_rules.is_told_of(self.about.caller.actor, prescription, unseen)

    def wrote(self, prescription: Prescription) -> bool:
        """He prescribed it."""
        return prescription_rules.wrote(self.about.caller.actor, prescription)

    def delivered_of(self, prescription: Prescription) -> bool:
        """He, or his pharmacy, delivered something of it."""
        return prescription_rules.delivered_of(self.about.caller.actor, prescription)

    def hides_its_delivery(self, prescription: Prescription, papers: Iterable[DocumentEntry]) -> Visibility:
        """From whom the document of a delivery is hidden."""
        return prescription_rules.hides_its_delivery(prescription, papers)
