"""Grounds on which a right is given, once nothing refuses it; each is true when it grants."""

from dmp.access.caller_rules import CARE, HANDED_OUT
from dmp.access.policy import Policy
from dmp.access.question import Question
from dmp.record.actor import Administrator, Automaton, Holder, Mode, Operator, Professional, Representative, Staff
from dmp.record.verb import Verb

FREE = frozenset(
    {
        Verb.TEST_RECORD,
        Verb.AUTHORISE,
        Verb.RENOUNCE,
        Verb.LEAVE_ATTENDING,
        Verb.LIST_RECORDS,
        Verb.FIND_PATIENTS,
        Verb.SEARCH_DIRECTORY,
        Verb.OPEN_RECORD,
        Verb.REOPEN_RECORD,
        Verb.READ_IDENTITY,
        Verb.CHANGE_IDENTITY,
        Verb.CLOSE_RECORD,
        Verb.SUBMIT,
        Verb.DECLARE_CARE,
        Verb.ANSWER_QUESTION,
        Verb.REVIEW_CASE,
        Verb.VIEW_LOG,
    }
)
"""Acts that need no care relation (DEC-5)."""
OWN = frozenset({Verb.REPLACE, Verb.FIND_REFERENCE, Verb.MASK, Verb.DELETE})
"""Acts that the author does on his own documents without an authorisation (DEC-5, DEC-7)."""


WITHIN_A_TEAM = CARE | {Verb.LIST_AUTHORISATIONS, Verb.FIND_REFERENCE}
"""What the care team of the holder is deemed authorised to do (AR-3, DEC-5)."""


def holder_of_the_record(question: Question, _policy: Policy) -> bool:
    """The patient is at home («titulaire»)."""
    return isinstance(question.caller.actor, Holder)


def representative_of_the_holder(question: Question, _policy: Policy) -> bool:
    """Who the record names as representative acts for its holder, under his own name (LC-15, DEC-29)."""
    return isinstance(question.caller.actor, Representative)


def operator_of_the_service(question: Question, _policy: Policy) -> bool:
    """The operator opens, closes and tests; the matrix gives him no document (DEC-122)."""
    return isinstance(question.caller.actor, Operator)


def administrator_of_the_service(question: Question, _policy: Policy) -> bool:
    """The administrator removes, with a reason; the matrix gives him nothing else (xds-wire 7.6, 7.7)."""
    return isinstance(question.caller.actor, Administrator)


def service_for_the_holder(question: Question, _policy: Policy) -> bool:
    """The service works out what its holder is to be reminded of (RM-9); the matrix gives it nothing else."""
    return isinstance(question.caller.actor, Automaton)


def act_without_care_relation(question: Question, _policy: Policy) -> bool:
    """Testing, declaring, managing and feeding need no care relation (AR-5, LC-7, DEC-5)."""
    return question.verb in FREE


def reception_of_an_authorised_structure(question: Question, _policy: Policy) -> bool:
    """The reception hands out an account where the holder authorised its structure (PT-18, TD0.3 y1)."""
    actor, record = question.caller.actor, question.record
    if question.verb not in HANDED_OUT or not isinstance(actor, Staff) or record is None:
        return False
    given = record.authorisation_of(actor.facility.id) if actor.facility.id else None
    return given is not None and given.start <= question.at < given.until


def author_of_the_document(question: Question, _policy: Policy) -> bool:
    """The author, or the structure that sent it, finds the reference, replaces, deletes, masks (DEC-6, DEC-7)."""
    return question.verb in OWN and question.own


def each_document_is_asked(question: Question, _policy: Policy) -> bool:
    """At the door, an act that authors may do: every document is then asked for itself."""
    return question.facets is None and question.verb in OWN


def break_glass(question: Question, _policy: Policy) -> bool:
    """The person cannot speak and is in danger («bris de glace», AR-9; L.1111-17)."""
    glass = question.in_emergency and question.caller.mode is Mode.BREAK_GLASS
    return glass and isinstance(question.caller.actor, Professional)


def emergency_dispatch(question: Question, _policy: Policy) -> bool:
    """A regulation centre answers a call («centre 15», AR-10)."""
    call = question.in_emergency and question.caller.mode is Mode.EMERGENCY_DISPATCH
    return call and isinstance(question.caller.actor, Professional)


def attending_doctor(question: Question, _policy: Policy) -> bool:
    """The confirmed attending doctor reads all («médecin traitant», AR-7; L.1111-16, DEC-1)."""
    return question.confirmed_attending


def valid_authorisation(question: Question, _policy: Policy) -> bool:
    """The holder authorised the professional or his structure, and it has not lapsed (AR-1, DEC-5).

    The occupational doctor needs one that the holder gave himself (DEC-21).
    """
    return question.authorised


def care_team(question: Question, _policy: Policy) -> bool:
    """A team cares for the holder, who was told and did not object: it is deemed authorised (AR-3, DEC-26; L.1110-12).

    It opens what needs a care relation; it makes nobody an attending doctor, and lets nobody else in (AR-4).
    """
    return question.in_care_team and question.verb in WITHIN_A_TEAM


def authorisation_expired(question: Question, _policy: Policy) -> bool:
    """There was an authorisation; it has lapsed or was given up (AR-1)."""
    return any(given.until <= question.at for given in question.authorisations)


def no_authorisation(question: Question, _policy: Policy) -> bool:
    """The holder never authorised this professional or his structure (AR-1)."""
    return isinstance(question.caller.actor, Professional)
