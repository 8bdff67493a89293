"""What the holder wishes for emergencies, beside what happened in them (PT-3, AR-9, AR-10, AR-24)."""

from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Scope, Turn
from dmp.actions.review_emergencies import ListCases, cases_seen
from dmp.actions.search_directory import described
from dmp.record.emergency import Case
from dmp.record.patient import PatientId
from dmp.record.record import Oppositions
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class InEmergencies:
    """The wishes in force, and the emergency accesses as the viewer may see them, the newest first."""

    oppositions: Oppositions
    reads_masked: bool
    hides_everything: bool
    cases: tuple[Case, ...]
    """With the names of persons and structures in place of their ids, where the directory has them."""


@dataclass(frozen=True)
class ReadEmergencies:
    """The holder, or his legal representative, looks at both."""

    patient: PatientId

    verb = Verb.LIST_CASES
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """As for the cases alone: who sees them decides of the wishes too."""
        return ListCases(self.patient).scope(tx)

    def apply(self, turn: Turn) -> InEmergencies:
        """Read them."""
        record, directory = turn.known_record, turn.tx.directory
        cases = tuple(
            replace(
                case,
                name=case.name or described(directory, case.person).name,
                structure=described(directory, case.structure).name if case.structure else "",
            )
            for case in cases_seen(turn)
        )
        return InEmergencies(record.oppositions, record.emergency_reads_masked, record.hide_everything, cases)
