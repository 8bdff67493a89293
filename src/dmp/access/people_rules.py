"""Delegates within their scope, heirs within what they were given (PT-11, DEC-29, LC-13).

The refusals are true when they refuse, the grounds when they grant.
"""

from dmp.access.caller_rules import cell_of
from dmp.access.column import DELEGATES, Column
from dmp.access.matrix import Cell
from dmp.access.policy import Policy
from dmp.access.question import Question
from dmp.record.actor import Representative
from dmp.record.entry import EntryStatus
from dmp.record.verb import Verb


def beyond_the_delegation(question: Question, policy: Policy) -> bool:
    """The holder did not give the delegate so much, or nobody may: the columns of delegates say no (DEC-29)."""
    return question.column in DELEGATES and cell_of(question, policy) is Cell.NO


def outside_what_heirs_see(question: Question, _policy: Policy) -> bool:
    """An heir sees documents in force that their owner hid from nobody (L.1110-4 V, LC-13).

    What the deceased masked, kept from his representatives or was not told
    yet, what was replaced, archived or deleted, and all of a record that he
    hid as a whole, does not exist for him.
    """
    facets, record = question.facets, question.record
    if question.column is not Column.HEIR or facets is None:
        return False
    marks = facets.visibility
    hidden = marks.masked or marks.hidden_from_guardians or marks.hidden_from_patient_since is not None
    return hidden or facets.status is not EntryStatus.APPROVED or (record is not None and record.hide_everything)


def masked_beyond_the_delegation(question: Question, policy: Policy) -> bool:
    """A document to come that would be masked, by a delegate to whom the holder did not give the mask (DEC-29)."""
    facets, column = question.facets, question.column
    if facets is None or column not in DELEGATES or not facets.visibility.masked:
        return False
    return policy.matrix.cell(Verb.MASK, column) is Cell.NO


def delegate_of_the_holder(question: Question, _policy: Policy) -> bool:
    """A delegate acts within the scope that the holder gave him, under his own name («délégué», PT-11, DEC-29)."""
    return question.column in DELEGATES


def heir_of_the_holder(question: Question, _policy: Policy) -> bool:
    """An heir reads what an operator opened to him, on proof of quality («ayant droit», L.1110-4 V, LC-13)."""
    return question.column is Column.HEIR


def asks_as_heir(question: Question, _policy: Policy) -> bool:
    """Whoever signs in may ask for the record of a dead person; the answer is the same for every person (DEC-9)."""
    return question.verb is Verb.ASK_AS_HEIR and isinstance(question.caller.actor, Representative)
