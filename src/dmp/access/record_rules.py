"""Refusals that look at the record: whose it is, its state, what its holder decided of all of it.

Each is true when it refuses; its name is what the trace keeps and what `sentences.toml` puts in words.
"""

from dmp.access.adulthood import is_of_age, known_minor
from dmp.access.caller_rules import HANDED_OUT, REMOVALS
from dmp.access.column import DELEGATES, HEALTH_ACTORS, Column
from dmp.access.policy import Policy
from dmp.access.question import Question
from dmp.access.representation import acts_otherwise, guardians_called
from dmp.record.actor import Caller, Holder, Mode, Operator, Representative
from dmp.record.record import Record, RecordState
from dmp.record.verb import Verb

ON_THE_WATCH = (
    Verb.CLOSE_ALERT,
    Verb.PROPOSE_CLEARANCE,
    Verb.CONFIRM_CLEARANCE,
    Verb.ANSWER_QUESTION,
    Verb.REVIEW_CASE,
)
"""Acts on what the watch found, the hard brake, questions, emergencies: no record is looked into (security 8, 10)."""
WITHOUT_RECORD = (
    Verb.TEST_RECORD,
    Verb.OPEN_RECORD,
    Verb.LIST_RETENTION,
    Verb.LIST_RECORDS,
    Verb.FIND_PATIENTS,
    Verb.SEARCH_DIRECTORY,
    Verb.ASK_AS_HEIR,
    Verb.OPPOSE_OPENING,
    *ON_THE_WATCH,
)
"""The acts that make sense where there is no record: the answer is «none», there will be one, or it is about many."""
NAMING_NOBODY = (Verb.LIST_RECORDS, Verb.SEARCH_DIRECTORY)
"""Of them, those that whoever acts for others does under his own name, before he has a record open (PT-10, PT-12)."""
OF_HEIRS = (Verb.ASK_AS_HEIR, Verb.LIST_HEIRS, Verb.DECIDE_ON_HEIR)
"""What is done about a record that its holder's death closed (LC-13)."""
ON_CLOSED_RECORD = (
    Verb.TEST_RECORD,
    Verb.REOPEN_RECORD,
    Verb.HOLD_RECORD,
    Verb.LIFT_HOLD,
    Verb.DESTROY_RECORD,
    Verb.ASK_DESTRUCTION,
    *OF_HEIRS,
)
"""Testing, reopening, destroying, the legal hold, what heirs ask for: none reads or writes the content."""
OF_ITS_HOLDER = (Verb.VIEW_LOG, Verb.COPY_RECORD)
"""What is left of a closed record to its holder (DEC-5)."""
KEPT_WHEN_BLOCKED = frozenset(
    {
        Verb.TEST_RECORD,
        Verb.RENOUNCE,
        Verb.LEAVE_ATTENDING,
        Verb.SUBMIT,
        Verb.REPLACE,
        Verb.FIND_REFERENCE,
        Verb.DELETE,
    }
)
"""What a block leaves: testing, feeding, own documents, and giving up one's rights (DEC-8)."""
THAT_READ = (
    Verb.READ_IDENTITY,
    Verb.LIST_RECORDS,
    Verb.FIND_PATIENTS,
    Verb.FIND,
    Verb.FIND_REFERENCE,
    Verb.READ,
)
"""Acts that an opposed emergency mode stops; those that read nothing pass (DEC-27)."""
ACCOUNTS = (*HANDED_OUT, Verb.CLOSE_ACCOUNT)
"""What is done about an account, which is a person's and not a record's."""
_OTHERWISE = (Column.HEIR, *DELEGATES)
"""The columns of those who act for the holder without being his legal representatives."""
_ASK_AS_HEIR, _CLOSED = Verb.ASK_AS_HEIR, RecordState.CLOSED
"""Looked up once for the rules that every question meets (`column` says why)."""


def no_such_record(question: Question, _policy: Policy) -> bool:
    """There is no record, or it was destroyed, which is the same for everybody (DEC-31)."""
    return question.record is None and question.verb not in WITHOUT_RECORD and not at_the_desk(question)


def at_the_desk(question: Question) -> bool:
    """The operator about an account: guardians and delegates sign in, with a record of their own or without (PT-18)."""
    return question.verb in ACCOUNTS and isinstance(question.caller.actor, Operator)


def stranger_to_the_record(question: Question, _policy: Policy) -> bool:
    """The patient that the assertion names, the holder or the represented person is somebody else (security 6.6).

    Where there is no record nobody is represented, and the holder asks about
    himself alone: or a test of existence would answer strangers (DEC-9). Who
    asks as an heir is a stranger, and is answered alike wherever he asks. A list of
    records and a search in the directory name nobody, whose record could be told of.
    """
    record, caller = question.record, question.caller
    if question.verb is _ASK_AS_HEIR:
        return False
    if record is None:
        return question.verb not in NAMING_NOBODY and _asks_for_somebody_else(caller)
    if caller.patient is not None and caller.patient not in record.identifiers:
        return True
    actor = caller.actor
    if isinstance(actor, Holder):
        return actor.patient not in record.identifiers
    if isinstance(actor, Representative):
        return not _acts_for_the_holder(question, actor.id, record) and not guardians_called(actor.id, record)
    return False


def parental_authority_ended(question: Question, _policy: Policy) -> bool:
    """Parents and who had their authority represent nobody who is 18; the one in charge of a protection does (LC-16).

    They are answered as strangers, who learn nothing of the record of an adult.
    """
    record, actor = question.record, question.caller.actor
    if record is None or not isinstance(actor, Representative) or question.verb is _ASK_AS_HEIR:
        return False
    return not _acts_for_the_holder(question, actor.id, record) and bool(guardians_called(actor.id, record))


def _acts_for_the_holder(question: Question, person: str, record: Record) -> bool:
    """Tell whether he is something to the holder now; that he is a delegate or an heir, his column says already."""
    if question.column in _OTHERWISE or question.represents:
        return True
    return acts_otherwise(person, record, question.at)


def _asks_for_somebody_else(caller: Caller) -> bool:
    match caller.actor:
        case Holder(patient):
            return caller.patient not in (None, patient)
        case Representative():
            return True
        case _:
            return False


def record_closed(question: Question, _policy: Policy) -> bool:
    """A closed record is neither read nor written; it may be tested and reopened (LC-10, DEC-5).

    Its holder still reads its history and takes a copy; after a death, heirs to whom it was opened read it (LC-13).
    """
    closed = question.record is not None and question.record.state is _CLOSED
    if not closed or question.verb in ON_CLOSED_RECORD or at_the_desk(question):
        return False
    if question.verb in OF_ITS_HOLDER and question.column is Column.HOLDER:
        return False
    return question.column is not Column.HEIR


def under_legal_hold(question: Question, _policy: Policy) -> bool:
    """What a court or an inquiry may ask for is neither removed nor destroyed («gel légal», xds-wire 7.7)."""
    held = question.record is not None and question.record.legal_hold is not None
    return held and question.verb in (*REMOVALS, Verb.DESTROY_RECORD)


def blocked_by_the_holder(question: Question, _policy: Policy) -> bool:
    """Who is blocked, in person or with his structure, loses what a block takes («blocage», AR-6, DEC-8)."""
    return question.blocked and question.verb not in KEPT_WHEN_BLOCKED


def emergency_opposed(question: Question, _policy: Policy) -> bool:
    """The holder opposed this emergency mode: what reads stops (AR-9, AR-10, DEC-27)."""
    return question.verb in THAT_READ and is_opposed(question)


def is_opposed(question: Question) -> bool:
    """Tell whether the holder refused beforehand the emergency mode that the caller comes in."""
    if not question.in_emergency or question.record is None:
        return False
    refused = question.record.oppositions
    return refused.break_glass if question.caller.mode is Mode.BREAK_GLASS else refused.emergency_dispatch


def linked_to_the_portal(question: Question, _policy: Policy) -> bool:
    """A record linked to the health space is changed and closed there, not by professionals (functional 0)."""
    if question.verb not in (Verb.CHANGE_IDENTITY, Verb.CLOSE_RECORD, *HANDED_OUT) or question.record is None:
        return False
    by_professional = isinstance(question.caller.actor, HEALTH_ACTORS)
    return by_professional and question.record.linked_to_portal


def secret_connection_of_an_adult(question: Question, _policy: Policy) -> bool:
    """The secret connection is for minors; who is surely an adult has no guardian to hide from (DEC-32)."""
    record = question.record
    if not question.caller.secret or record is None:
        return False
    return is_of_age(record, question.at)


def account_of_a_minor(question: Question, _policy: Policy) -> bool:
    """A minor has no account of his own until he is 18: who held it would read what he keeps from his parents.

    His representatives open his record with theirs (LC-15); at 18 he enrols himself (LC-16).
    """
    return question.verb in HANDED_OUT and known_minor(question.record, question.at) is True


def account_of_the_deceased(question: Question, _policy: Policy) -> bool:
    """Nobody signs in as somebody who is dead; his account may still be closed (LC-13)."""
    return question.verb in HANDED_OUT and question.record is not None and question.record.deceased
