"""Refusals that say the same of every record: who asks for what, in which mode, and what the tables say of it.

Each is true when it refuses; its name is what the trace keeps and what `sentences.toml` puts in words.
"""

from dmp.access.column import DOCTOR, HEALTH_ACTORS
from dmp.access.matrix import Cell
from dmp.access.policy import Policy
from dmp.access.question import Question
from dmp.record.actor import FacilitySoftware, Mode, Professional, Staff, facility_of
from dmp.record.verb import Verb

MIDWIFE = "50"
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
HANDED_OUT = (Verb.CREATE_ACCOUNT, Verb.CHANGE_CHANNEL, Verb.RENEW_ACCOUNT)
"""Acts that open, or open again, the way by which a person signs in (TD1.5)."""
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


def cell_of(question: Question, policy: Policy) -> Cell:
    """The cell of the matrix for the act itself."""
    return policy.matrix.cell(question.row, policy.reading_column(question.column, question.verb))
