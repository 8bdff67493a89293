"""Ask a structure about one access to the record, and answer (security 10, 11.7; PT-12).

Whoever may see an access in the history may ask about it, once. The question
goes to the structure of who had access, where designated persons alone read
and answer it; they get no right in the record by it. The holder reads what
came of it beside the line (`actions.sequels`). What is asked and answered is
sealed with the key of the record.
"""

from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.designated import structure_spoken_for
from dmp.actions.view_log import ViewLog, name_doer
from dmp.record.access_question import ANSWER_WITHIN, LONGEST_TEXT, AccessQuestion
from dmp.record.actor import person_id
from dmp.record.errors import IncompleteRequest
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.store.tx import Tx

NOT_DESIGNATED = "Seules les personnes que la structure a désignées répondent aux questions des patients."


@dataclass(frozen=True)
class AskAboutAccess:
    """The holder asks why somebody read the record; `access` is the id of the line."""

    patient: PatientId
    access: str
    text: str

    verb = Verb.ASK_ABOUT_ACCESS

    @property
    def about(self) -> tuple[str, ...]:
        """The access."""
        return (self.access,)

    def scope(self, tx: Tx) -> Scope:
        """The record, and its history as the caller may see it."""
        seen = ViewLog(self.patient).scope(tx)
        return replace(seen, asks=(Ask(self.verb), *seen.asks), verb=self.verb)

    def apply(self, turn: Turn) -> AccessQuestion:
        """Put the question to the structure.

        Raises:
            IncompleteRequest: no such line, it is of no structure, nothing or too much is asked, or it was asked.
        """
        line = next((line for line in turn.lines if line.act is not None and line.act.id == self.access), None)
        if line is None or line.act is None or not line.act.doer.structure:
            raise IncompleteRequest("the history holds no access of a structure of this id", element="access")
        if not 0 < len(self.text.strip()) <= LONGEST_TEXT:
            raise IncompleteRequest(f"a question has 1 to {LONGEST_TEXT} characters", element="text")
        doer = line.act.doer
        question = AccessQuestion(
            turn.tx.questions.name(self.access),
            line.act.record,
            self.access,
            turn.at,
            accessed_at=line.at,
            structure=doer.structure,
            person=doer.person,
            person_name=name_doer(doer, turn.tx.directory).name,
            asked=self.text.strip(),
            due=turn.at + ANSWER_WITHIN,
        )
        turn.tx.questions.ask(question)
        return question


@dataclass(frozen=True)
class QuestionsToAnswer:
    """The open questions to the caller's structure, for those whom it designated."""

    verb = Verb.ANSWER_QUESTION
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:  # noqa: ARG002 - an act of no record
        """No record."""
        return Scope(None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> tuple[AccessQuestion, ...]:
        """The newest first.

        Raises:
            AccessRefused: the structure did not designate the caller.
        """
        return tuple(turn.tx.questions.open_to(structure_spoken_for(turn, otherwise=NOT_DESIGNATED)))


@dataclass(frozen=True)
class AnswerQuestion:
    """A designated person answers; the patient reads it beside the access."""

    question: str
    text: str

    verb = Verb.ANSWER_QUESTION

    @property
    def about(self) -> tuple[str, ...]:
        """The question."""
        return (self.question,)

    def scope(self, tx: Tx) -> Scope:  # noqa: ARG002 - an act of no record
        """No record."""
        return Scope(None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> AccessQuestion:
        """Write the answer.

        Raises:
            AccessRefused: the structure did not designate the caller.
            IncompleteRequest: no open question to it has this id, or the answer is empty or too long.
        """
        structure = structure_spoken_for(turn, otherwise=NOT_DESIGNATED)
        question = turn.tx.questions.one(self.question)
        if question is None or question.structure != structure or question.answered_at is not None:
            raise IncompleteRequest("no open question to this structure has this id", element="ID")
        if not 0 < len(self.text.strip()) <= LONGEST_TEXT:
            raise IncompleteRequest(f"an answer has 1 to {LONGEST_TEXT} characters", element="text")
        by = person_id(turn.caller.actor)
        answered = replace(question, answered_at=turn.at, answered_by=by, answer=self.text.strip())
        turn.tx.questions.answer(answered)
        turn.tx.watching.mark_checked(question.record, question.person, turn.at)
        return answered
