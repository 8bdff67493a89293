"""Refusals about whom an act lets in or keeps out (PT-10): each is true when it refuses.

What a refusal tells of the record, the caller may know: who has no right to
the act is refused for that, and learns nothing else.
"""

from collections.abc import Iterator

from dmp.access.column import DOCTOR, HEALTH_ACTORS, is_occupational
from dmp.access.policy import Policy
from dmp.access.question import Question
from dmp.record.actor import Facility, Holder, Professional, Representative, facility_of, person_id
from dmp.record.record import Record
from dmp.record.subject import Subject
from dmp.record.verb import Verb

LETTING_IN = (Verb.AUTHORISE_OTHER, Verb.DECLARE_CARE)
UNDOING = (Verb.WITHDRAW, Verb.UNBLOCK, Verb.CONFIRM_ATTENDING, Verb.REMOVE_ATTENDING, Verb.OPPOSE_CARE)
"""What is about somebody whom the record names already; he may have left the directory since."""


def others_by_attending_unconfirmed(question: Question, _policy: Policy) -> bool:
    """The attending doctor blocks others once the holder has confirmed him (AR-7, DEC-1)."""
    return question.verb is Verb.BLOCK and question.attending and not question.confirmed_attending


def consent_without_own_right(question: Question, _policy: Policy) -> bool:
    """Consent for another one is told by who may read himself, not by any professional there is (AR-4, DEC-26).

    Read so: a professional outside the team, hence one who was let in by name or with his structure.
    """
    if question.verb is not Verb.AUTHORISE_OTHER or not isinstance(question.caller.actor, HEALTH_ACTORS):
        return False
    return not (question.authorised or question.confirmed_attending)


def subject_is_the_caller(question: Question, _policy: Policy) -> bool:
    """Nobody blocks himself, nor the structure that he calls from; his own consent is told by TD0.3."""
    subject, actor = question.subject, question.caller.actor
    if subject is None or not isinstance(actor, HEALTH_ACTORS) or question.verb is Verb.DECLARE_CARE:
        return False
    facility = facility_of(actor)
    return subject.id == person_id(actor) or (
        question.verb is Verb.BLOCK and facility is not None and subject.id == facility.id
    )


def subject_unknown(question: Question, _policy: Policy) -> bool:
    """The directory does not have him, or he no longer practises.

    Whom the record names is known too, where he is kept out. Not for a
    representative: a minor may have let somebody in, in secret (AR-21).
    """
    subject, record = question.subject, question.record
    if subject is None or subject.listed or question.verb in UNDOING:
        return False
    if question.verb is Verb.BLOCK and record is not None and not isinstance(question.caller.actor, Representative):
        return not _is_named(subject.id, record)
    return True


def subject_sector_shut_out(question: Question, policy: Policy) -> bool:
    """Who works nowhere but in sectors that the law shuts out is never let in, even with consent (AR-14, DEC-22)."""
    subject = question.subject
    if subject is None or question.verb not in LETTING_IN or not subject.places:
        return False
    return not any(_may_read_from(subject, place, policy) for place in subject.places)


def occupational_without_the_holder(question: Question, _policy: Policy) -> bool:
    """An occupational doctor is let in by the holder himself, by nobody for him (DEC-21, AR-12)."""
    subject = question.subject
    if subject is None or question.verb not in LETTING_IN or isinstance(question.caller.actor, Holder):
        return False
    if not subject.profession:
        return any(place.sector == _OCCUPATIONAL_HEALTH for place in subject.places)
    return bool(subject.places or subject.know_hows) and all(map(is_occupational, _at_work(subject)))


def subject_blocked(question: Question, _policy: Policy) -> bool:
    """Who is blocked is let in again by lifting the block, in words of its own (AR-6)."""
    subject, record = question.subject, question.record
    if subject is None or record is None or question.verb not in LETTING_IN:
        return False
    names = {subject.id} | ({place.id for place in subject.places} if not subject.profession else set())
    return bool(names & record.blocked)


def subject_not_a_doctor(question: Question, _policy: Policy) -> bool:
    """Only a doctor is an attending doctor (AR-8)."""
    subject = question.subject
    known = subject is not None and subject.listed and question.verb is Verb.CONFIRM_ATTENDING
    return known and subject is not None and subject.profession not in ("", DOCTOR)


def attending_not_declared(question: Question, _policy: Policy) -> bool:
    """The holder confirms whom the record has as attending doctor, declared by himself (DEC-1)."""
    subject, record = question.subject, question.record
    if subject is None or record is None or question.verb is not Verb.CONFIRM_ATTENDING:
        return False
    return record.attending_of(subject.id) is None


def care_team_of_another_structure(question: Question, _policy: Policy) -> bool:
    """A structure declares its own teams: who tells of it works there (AR-3, DEC-26)."""
    subject, facility = question.subject, facility_of(question.caller.actor)
    if subject is None or question.verb is not Verb.DECLARE_CARE or facility is None:
        return False
    return facility.id not in {place.id for place in subject.places}


def care_team_opposed(question: Question, _policy: Policy) -> bool:
    """The holder objected to this team: nobody declares it again for him (AR-3)."""
    subject, record = question.subject, question.record
    if subject is None or record is None or question.verb is not Verb.DECLARE_CARE:
        return False
    care = record.care_of(subject.id)
    return care is not None and care.opposed


_OCCUPATIONAL_HEALTH = "SA66"


def _at_work(subject: Subject) -> Iterator[Professional]:
    """The professional in each of his places and know-hows; of no place at all where none is known."""
    for place in subject.places or (Facility(""),):
        for know_how in subject.know_hows or ("",):
            yield Professional(subject.id, "", subject.profession, know_how, place)


def _may_read_from(subject: Subject, place: Facility, policy: Policy) -> bool:
    if not subject.profession:
        return place.sector not in policy.sectors
    here = (each for each in _at_work(subject) if each.facility == place)
    return any(Verb.FIND in policy.left_to(each) for each in here)


def _is_named(person: str, record: Record) -> bool:
    named = record.authorisation_of(person) is not None or record.attending_of(person) is not None
    return named or person in record.blocked
