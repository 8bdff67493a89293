"""What delegates and heirs may do (PT-11, DEC-29, LC-13)."""

from collections.abc import Mapping

from typing_extensions import override

from dmp.assure.oracle.citizens import OWN_ONLY, Citizen
from dmp.assure.oracle.situation import Announced, Answer, Kind, Paper
from dmp.assure.oracle.transactions import RUNNING, UNTOLD, WITHOUT_RECORD
from dmp.record.actor import Mode
from dmp.record.entry import EntryStatus
from dmp.record.record import RecordState
from dmp.record.verb import Verb

READING = frozenset({Verb.TEST_RECORD, Verb.READ_IDENTITY, Verb.FIND, Verb.FIND_REFERENCE, Verb.READ})
WRITING = READING | {Verb.SUBMIT, Verb.DELETE}
MANAGING = WRITING | {Verb.MASK, Verb.AUTHORISE_OTHER, Verb.BLOCK}
SCOPES: Mapping[Kind, frozenset[Verb]] = {
    Kind.DELEGATE_READS: READING,
    Kind.DELEGATE_WRITES: WRITING,
    Kind.DELEGATE_MANAGES: MANAGING,
    Kind.FORMER_DELEGATE: frozenset(),
    Kind.HEIR: READING - {Verb.READ_IDENTITY},
}
"""DEC-29: read; + deposit, delete own deposits; + mask, authorise, block. Read so: any actor reads the identity."""
NEVER = frozenset({Verb.CLOSE_RECORD, Verb.DESTROY_RECORD, Verb.NAME_DELEGATE, Verb.VIEW_LOG})
IN_THE_SAME_BREATH: Mapping[Kind, frozenset[Verb]] = {
    Kind.DELEGATE_WRITES: frozenset({Verb.REPLACE}),
    Kind.DELEGATE_MANAGES: frozenset({Verb.REPLACE, Verb.UNMASK, Verb.WITHDRAW, Verb.UNBLOCK, Verb.OPPOSE_CARE}),
}
"""DEC-29 does not name them; who may do the one might do the other."""
AROUND = tuple(SCOPES)


class Around(Citizen):
    """A delegate within his scope, one whose time is over, or an heir."""

    @override
    def record(self, verb: Verb) -> Answer:  # noqa: PLR0911 - one way out for each rule
        """May he do this to the record, or at all where a document is meant."""
        kind, state = self.person.kind, self.standing.state
        if verb in NEVER:
            return Answer(False, "DEC-29: never")
        if verb in RUNNING:
            return Answer(False, "LC-18, xds-wire 7.6, 7.7: for those who run the service")
        if self.person.mode is not Mode.NORMAL:
            return Answer(False, "functional 3.3, security 8: emergency modes are for professionals")
        if state in (None, RecordState.DESTROYED):
            return Answer(None, "functional 2.1: no record") if verb in UNTOLD | WITHOUT_RECORD else self._nothing()
        if kind is Kind.HEIR and state is not RecordState.CLOSED and verb not in UNTOLD | WITHOUT_RECORD:
            return Answer(False, "LC-13: of the record of a dead person")
        if verb in SCOPES[kind]:
            closed = state is RecordState.CLOSED and kind is not Kind.HEIR and verb is not Verb.TEST_RECORD
            return Answer(False, "DEC-5: closed") if closed else Answer(True, "DEC-29, LC-13")
        if verb in UNTOLD | WITHOUT_RECORD | IN_THE_SAME_BREATH.get(kind, frozenset()):
            return Answer(None, "not told by the rules")
        return Answer(False, "DEC-29, LC-13: not among his rights")

    def _nothing(self) -> Answer:
        return Answer(False, "functional 2.1: no record")

    @override
    def knows_of(self, paper: Paper) -> bool:
        """A delegate is a representative for hidden codes (DEC-29); an heir sees what nothing hides (LC-13)."""
        if self.person.kind is not Kind.HEIR:
            return super().knows_of(paper)
        marked = paper.masked or paper.from_guardians or paper.announced is not Announced.NEVER_HIDDEN
        return not (marked or self.standing.hide_everything or paper.status is not EntryStatus.APPROVED)

    @override
    def paper(self, verb: Verb, paper: Paper) -> Answer:
        """May he do this to this document: of the patient's deposits none is his own."""
        answer = super().paper(verb, paper)
        if verb is Verb.SUBMIT and answer.allowed and paper.masked and Verb.MASK not in SCOPES[self.person.kind]:
            return Answer(False, "DEC-29: to mask is to manage", hidden=False)
        if verb in OWN_ONLY and answer.allowed is None:
            return Answer(False, "DEC-29: his own deposits", hidden=None)
        return answer
