"""Refusals about one document: who it is hidden from, and what only its owner may do.

Each is true when it refuses. None needs to hide anything by itself: `decide`
answers «not found» about every document that the caller could not find.
"""

from dmp.access.adulthood import known_minor
from dmp.access.caller_rules import cell_of
from dmp.access.column import HEALTH_ACTORS
from dmp.access.matrix import OWN_ONLY, READ_MASKED, READ_SET_ASIDE, Cell
from dmp.access.policy import Policy
from dmp.access.question import Question
from dmp.access.record_rules import is_opposed
from dmp.record.actor import Automaton, Holder, Professional, Representative
from dmp.record.announcement import shown_to_patient
from dmp.record.entry import EntryStatus
from dmp.record.verb import Verb

AS_THE_HOLDER = (Holder, Representative, Automaton)
"""The service itself, too, has what the holder has: it speaks to him."""
_DELETED, _APPROVED = EntryStatus.DELETED, EntryStatus.APPROVED
_READ, _FIND_REFERENCE = Verb.READ, Verb.FIND_REFERENCE
_YES, _IF_HOLDER_ALLOWS, _NO = Cell.YES, Cell.MASKED_IF_HOLDER_ALLOWS, Cell.NO
"""Looked up once (`column` says why)."""
FEEDING = (Verb.SUBMIT, Verb.REPLACE, Verb.DELETE)
OF_CITIZENS = (Verb.REPLACE, Verb.DELETE, Verb.ARCHIVE, Verb.UNARCHIVE)
"""Acts on what the patient put in that have rules of their own (DEC-17)."""


def deleted_document(question: Question, _policy: Policy) -> bool:
    """A deleted document is there for its author, the attending doctor and the holder alone (DEC-23)."""
    facets = question.facets
    if facets is None or facets.status is not _DELETED:
        return False
    return not (question.own or isinstance(question.caller.actor, AS_THE_HOLDER) or question.confirmed_attending)


def masked_to_professionals(question: Question, policy: Policy) -> bool:
    """A masked document does not exist for professionals («masquage», MASQUE_PS; AR-17, AR-23).

    Its author still sees it, in every mode (DEC-18), and the attending doctor
    once he is confirmed (DEC-1). In an emergency, others do if the holder
    allowed it beforehand (AR-9). The cells are those of reading masked
    documents (functional 3.3).
    """
    facets = question.facets
    if facets is None or not facets.visibility.masked or facets.own:
        return False
    cell = policy.matrix.cell(READ_MASKED, policy.reading_column(question.column, question.verb))
    if cell is _YES:
        return question.attending and not question.confirmed_attending
    if cell is _IF_HOLDER_ALLOWS:
        return question.record is None or not question.record.emergency_reads_masked
    return True


def everything_hidden(question: Question, _policy: Policy) -> bool:
    """The holder hid the whole record: his delegates and his attending doctor see it, nobody else (AR-24, DEC-28).

    Not even the author, not even in an emergency. Feeding goes on: the author
    replaces or deletes what he knows to be his.
    """
    if question.record is None or not question.record.hide_everything or question.verb in FEEDING:
        return False
    if isinstance(question.caller.actor, AS_THE_HOLDER):
        return False
    return question.in_emergency or not question.confirmed_attending


def hidden_from_the_patient(question: Question, _policy: Policy) -> bool:
    """A document to be announced is hidden from the holder and who represents him for one month (AR-18, AR-19).

    The month is counted here and now, never by a job that may be late (DEC-24).
    """
    if not isinstance(question.caller.actor, AS_THE_HOLDER):
        return False
    since = question.visibility.hidden_from_patient_since
    return since is not None and question.at < shown_to_patient(since)


def hidden_from_representatives(question: Question, _policy: Policy) -> bool:
    """A minor's confidential care is hidden from who represents him (INVISIBLE_REPRESENTANTS_LEGAUX, DEC-29).

    From the service that reminds them, too: what it told would tell (RM-5).
    """
    if not question.visibility.hidden_from_guardians:
        return False
    if isinstance(question.caller.actor, Automaton):
        # Whose age nobody knows may be a minor.
        return known_minor(question.record, question.at) is not False
    return isinstance(question.caller.actor, Representative)


def blocked_beyond_own_documents(question: Question, _policy: Policy) -> bool:
    """Who is blocked still finds the reference of his own documents, and no other (DEC-8)."""
    return question.verb is _FIND_REFERENCE and question.blocked and not question.own


def reference_without_right(question: Question, policy: Policy) -> bool:
    """Who no published text opens documents to finds the reference of his own, and of no other (DEC-11, DEC-13)."""
    actor = question.caller.actor
    if question.verb is not _FIND_REFERENCE or question.own or not isinstance(actor, Professional):
        return False
    return not policy.professions.get(actor.profession, False)


def outside_the_type_matrix(question: Question, policy: Policy) -> bool:
    """A type that the caller's profession does not see, though he did not write it (functional 3.4, DEC-11, DEC-19).

    For the attending doctor too, and in an emergency; one's own documents always (DEC-18).
    """
    facets, actor = question.facets, question.caller.actor
    if facets is None or not isinstance(actor, Professional):
        return False
    return not (policy.opens(actor.profession, facets.class_code, facets.type_code) or facets.own)


def type_put_in_by_others(question: Question, policy: Policy) -> bool:
    """A document to come, of a type that only others put in: the insurer's feed, or the holder (DEC-33)."""
    facets = question.facets
    if facets is None:
        return False
    actor, attending = question.caller.actor, question.attending
    return not policy.takes(actor, facets.class_code, facets.type_code, attending=attending)


def unseen_in_an_opposed_emergency(question: Question, _policy: Policy) -> bool:
    """What an opposed emergency mode cannot find, it does not file away either (DEC-10, DEC-27)."""
    return question.verb in (Verb.ARCHIVE, Verb.UNARCHIVE) and not question.own and is_opposed(question)


def deposit_of_the_patient(question: Question, _policy: Policy) -> bool:
    """What the patient put in: archived by him or his attending doctor, deleted and replaced by him alone (DEC-17)."""
    facets = question.facets
    if facets is None or question.verb not in OF_CITIZENS or not facets.by_citizen:
        return False
    if not isinstance(question.caller.actor, HEALTH_ACTORS):
        return False
    return question.verb in (Verb.REPLACE, Verb.DELETE) or not question.attending


def not_own_document(question: Question, policy: Policy) -> bool:
    """The matrix gives this act for one's own documents alone, and this is not one (y5, y6, y8, y9; DEC-6, DEC-25)."""
    return cell_of(question, policy) in OWN_ONLY and not question.own


def unmasking_unconfirmed(question: Question, _policy: Policy) -> bool:
    """The attending doctor unmasks what is not his once the holder has confirmed him (DEC-1)."""
    if not question.attending or question.verb is not Verb.UNMASK:
        return False
    return not question.own and not question.confirmed_attending


def set_aside(question: Question, policy: Policy) -> bool:
    """Reading what is hidden from the patient, archived, obsolete or deleted has a row of its own (functional 3.3)."""
    facets = question.facets
    if facets is None or question.verb is not _READ:
        return False
    ordinary = facets.status is _APPROVED and facets.visibility.hidden_from_patient_since is None
    if ordinary:
        return False
    column = policy.reading_column(question.column, question.verb)
    return policy.matrix.cell(READ_SET_ASIDE, column) is _NO


def secret_of_the_minor(question: Question, _policy: Policy) -> bool:
    """What only hides a document from representatives is lifted by the minor, or by the author with him (DEC-15)."""
    if question.verb is not Verb.RELEASE or question.own:
        return False
    marks = question.visibility
    return marks.hidden_from_guardians and marks.hidden_from_patient_since is None
