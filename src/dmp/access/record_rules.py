"""Refusals that do not depend on a document: who asks, in which mode, what the holder decided of the whole record.

Each is true when it refuses; its name is what the trace keeps and what `sentences.toml` puts in words.
"""

from dmp.access.adulthood import is_of_age
from dmp.access.column import DOCTOR, HEALTH_ACTORS, Column
from dmp.access.matrix import Cell
from dmp.access.policy import Policy
from dmp.access.question import Question
from dmp.access.representation import acts_otherwise, guardians_called, is_guardian
from dmp.record.actor import (
    Caller,
    FacilitySoftware,
    Holder,
    Mode,
    Operator,
    Professional,
    Representative,
    Staff,
    facility_of,
)
from dmp.record.age import is_minor
from dmp.record.dtm import PARIS
from dmp.record.record import RecordState
from dmp.record.verb import Verb

MIDWIFE = "50"
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
REMOVALS = (Verb.REMOVE_METADATA, Verb.REMOVE_DOCUMENTS)
"""Acts of an administrator, for good."""
CARE = frozenset(
    {
        Verb.FIND,
        Verb.READ,
        Verb.MASK,
        Verb.UNMASK,
        Verb.HIDE_FROM_GUARDIANS,
        Verb.RELEASE,
        Verb.RELEASE_TO_GUARDIANS,
        Verb.ARCHIVE,
        Verb.UNARCHIVE,
    }
)
"""Acts on documents that need a care relation (DEC-5)."""
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
HANDED_OUT = (Verb.CREATE_ACCOUNT, Verb.CHANGE_CHANNEL, Verb.RENEW_ACCOUNT)
"""Acts that open, or open again, the way by which a person signs in (TD1.5)."""
ACCOUNTS = (*HANDED_OUT, Verb.CLOSE_ACCOUNT)
"""What is done about an account, which is a person's and not a record's."""
_ASK_AS_HEIR, _CLOSED = Verb.ASK_AS_HEIR, RecordState.CLOSED
"""Looked up once for the rules that every question meets (`column` says why)."""
MANAGEMENT = (Verb.OPEN_RECORD, Verb.REOPEN_RECORD, Verb.CHANGE_IDENTITY, Verb.CLOSE_RECORD, *HANDED_OUT)


def unknown_profession(question: Question, policy: Policy) -> bool:
    """A professional whose profession is in no table (security 6.5)."""
    actor = question.caller.actor
    return isinstance(actor, Professional) and actor.profession not in policy.professions


def unknown_role(question: Question, policy: Policy) -> bool:
    """Staff or software under a role that is in no table (security 6.5)."""
    actor = question.caller.actor
    return isinstance(actor, (Staff, FacilitySoftware)) and actor.role not in policy.roles


def mode_not_open(question: Question, _policy: Policy) -> bool:
    """No column for this kind of caller in this mode: occupational doctors and staff have no emergency (DEC-21)."""
    return question.column is None


def sector_shut_out(question: Question, policy: Policy) -> bool:
    """Insurers, banks, employers and the like are kept out by law, whatever the person says (AR-14, DEC-9, DEC-22).

    It comes before anything that depends on the record: one constant answer for every person.
    """
    return question.verb not in policy.left_to(question.caller.actor)


def verb_without_row(question: Question, policy: Policy) -> bool:
    """The matrix says nothing of this act: no default right (security 6.1)."""
    return not policy.matrix.has(question.row)


def outside_matrix(question: Question, policy: Policy) -> bool:
    """The matrix refuses this act to this column, whatever the document (functional 3.3)."""
    return cell_of(question, policy) is Cell.NO


def break_glass_without_reason(question: Question, _policy: Policy) -> bool:
    """Breaking the glass needs a reason in words, which the holder will read (AR-9)."""
    return question.caller.mode is Mode.BREAK_GLASS and not question.caller.reason.strip()


def removal_without_reason(question: Question, _policy: Policy) -> bool:
    """Every removal says why: the trace keeps it for good (xds-wire 7.7)."""
    return question.verb in REMOVALS and not question.caller.reason.strip()


def not_a_regulation_centre(question: Question, policy: Policy) -> bool:
    """The mode of the emergency call centres is for the structures of the list (DEC-20)."""
    if question.caller.mode is not Mode.EMERGENCY_DISPATCH:
        return False
    facility = facility_of(question.caller.actor)
    return facility is None or facility.id not in policy.regulation_centres


def record_management_switched_off(question: Question, policy: Policy) -> bool:
    """Opening, reopening, changing and closing by professionals belong to a stand-alone service (xds-wire 9.1)."""
    if policy.switches.record_management or question.verb not in MANAGEMENT:
        return False
    return isinstance(question.caller.actor, HEALTH_ACTORS)


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
        return not guardians_called(actor.id, record) and not acts_otherwise(actor.id, record, question.at)
    return False


def parental_authority_ended(question: Question, _policy: Policy) -> bool:
    """Parents and who had their authority represent nobody who is 18; the one in charge of a protection does (LC-16).

    They are answered as strangers, who learn nothing of the record of an adult.
    """
    record, actor = question.record, question.caller.actor
    if record is None or not isinstance(actor, Representative) or question.verb is Verb.ASK_AS_HEIR:
        return False
    if is_guardian(actor.id, record, question.at) or acts_otherwise(actor.id, record, question.at):
        return False
    return bool(guardians_called(actor.id, record))


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


def no_right_published(question: Question, policy: Policy) -> bool:
    """No published text opens documents to this profession; it may feed and look up its own (DEC-13)."""
    actor = question.caller.actor
    if not isinstance(actor, Professional) or question.verb not in CARE:
        return False
    return not policy.professions.get(actor.profession, False)


def release_by_doctors_and_midwives(question: Question, policy: Policy) -> bool:
    """Showing a document to its patient is an announcement: doctors and midwives, unless switched (DEC-15)."""
    actor = question.caller.actor
    if question.verb is not Verb.RELEASE or policy.switches.every_professional_releases:
        return False
    return isinstance(actor, Professional) and actor.profession not in (DOCTOR, MIDWIFE)


def not_in_secret_connection(question: Question, _policy: Policy) -> bool:
    """Hiding a document from representatives is done in secret connection («connexion secrète», AR-21, DEC-15)."""
    return question.verb is Verb.HIDE_FROM_GUARDIANS and not question.caller.secret


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
    traits = question.record.traits if question.record is not None else None
    today = question.at.astimezone(PARIS).date()
    return question.verb in HANDED_OUT and traits is not None and is_minor(traits.birth_date, today)


def account_of_the_deceased(question: Question, _policy: Policy) -> bool:
    """Nobody signs in as somebody who is dead; his account may still be closed (LC-13)."""
    return question.verb in HANDED_OUT and question.record is not None and question.record.deceased


def cell_of(question: Question, policy: Policy) -> Cell:
    """The cell of the matrix for the act itself."""
    return policy.matrix.cell(question.row, policy.reading_column(question.column, question.verb))
