"""May this caller do this, here, now, and on which ground? The one decision (security 6.1)."""

from collections.abc import Iterable
from dataclasses import replace

from dmp.access import brake_rules, caller_rules, document_rules, grants, people_rules, record_rules, subject_rules
from dmp.access.plan import Plan, Plans, Rule, Rules, plan_of, plans_for
from dmp.access.policy import Policy
from dmp.access.question import Decision, FacetValues, Question
from dmp.record.entry import DocumentEntry
from dmp.record.record import RecordState
from dmp.record.verb import Verb

RECORD_REFUSALS: Rules = (
    caller_rules.unknown_profession,
    caller_rules.unknown_role,
    caller_rules.mode_not_open,
    caller_rules.sector_shut_out,
    caller_rules.verb_without_row,
    people_rules.beyond_the_delegation,
    caller_rules.outside_matrix,
    caller_rules.break_glass_without_reason,
    caller_rules.removal_without_reason,
    caller_rules.not_a_regulation_centre,
    caller_rules.record_management_switched_off,
    caller_rules.no_right_published,
    caller_rules.release_by_doctors_and_midwives,
    caller_rules.not_in_secret_connection,
    record_rules.no_such_record,
    record_rules.stranger_to_the_record,
    record_rules.parental_authority_ended,
    record_rules.record_closed,
    record_rules.under_legal_hold,
    record_rules.blocked_by_the_holder,
    record_rules.emergency_opposed,
    record_rules.linked_to_the_portal,
    record_rules.account_of_a_minor,
    record_rules.account_of_the_deceased,
    record_rules.secret_connection_of_an_adult,
    brake_rules.account_stopped,
    brake_rules.too_many_patients_today,
    subject_rules.others_by_attending_unconfirmed,
    subject_rules.consent_without_own_right,
)
"""First those that say the same of every record, then those that look at this one."""

SUBJECT_REFUSALS: Rules = (
    subject_rules.subject_is_the_caller,
    subject_rules.subject_unknown,
    subject_rules.care_team_of_another_structure,
    subject_rules.subject_sector_shut_out,
    subject_rules.occupational_without_the_holder,
    subject_rules.subject_blocked,
    subject_rules.subject_not_a_doctor,
    subject_rules.attending_not_declared,
    subject_rules.care_team_opposed,
)
"""Asked of an act about somebody, and of no other: they cost a reading nothing.

Whose team it is comes before what the holder decided of it: anybody may declare one, and would learn whom he blocked.
"""

DOCUMENT_REFUSALS: Rules = (
    document_rules.deleted_document,
    document_rules.masked_to_professionals,
    document_rules.everything_hidden,
    document_rules.hidden_from_the_patient,
    document_rules.hidden_from_representatives,
    people_rules.outside_what_heirs_see,
    document_rules.blocked_beyond_own_documents,
    document_rules.reference_without_right,
    document_rules.outside_the_type_matrix,
    document_rules.unseen_in_an_opposed_emergency,
    document_rules.deposit_of_the_patient,
    document_rules.not_own_document,
    document_rules.unmasking_unconfirmed,
    document_rules.set_aside,
    document_rules.secret_of_the_minor,
)
"""Those that look at one document of the record."""

DEPOSIT_REFUSALS: Rules = (
    document_rules.type_put_in_by_others,
    people_rules.masked_beyond_the_delegation,
)
"""Those that look at one document to come."""

GRANTS: Rules = (
    grants.holder_of_the_record,
    people_rules.asks_as_heir,
    people_rules.delegate_of_the_holder,
    people_rules.heir_of_the_holder,
    grants.representative_of_the_holder,
    grants.operator_of_the_service,
    grants.administrator_of_the_service,
    grants.service_for_the_holder,
    grants.reception_of_an_authorised_structure,
    grants.act_without_care_relation,
    grants.author_of_the_document,
    grants.each_document_is_asked,
    grants.break_glass,
    grants.emergency_dispatch,
    grants.attending_doctor,
    grants.valid_authorisation,
    grants.care_team,
)

WANTING: Rules = (grants.authorisation_expired, grants.no_authorisation)
"""What was missing, when nothing refused and nothing granted."""

NO_GROUND = "no-rule-allows-it"
ABSENT = Decision(False, "no-such-document", conceal=True)
"""Asked about a document that is not there: refused in the same way as one that the caller may not know of."""
WITH_ITS_LOT, WITHOUT_ITS_LOT = "signature-with-its-lot", "signature-without-its-lot"
_AS_WITHOUT_RECORD = frozenset[Rule | None](
    {record_rules.no_such_record, record_rules.stranger_to_the_record, record_rules.parental_authority_ended}
)
_NO_GROUND = frozenset[Rule | None]({*WANTING, None})
_NOTHING_TRIED = frozenset[Rule]()
_DESTROYED, _SUBMIT = RecordState.DESTROYED, Verb.SUBMIT
_SEARCHES = _FIND, _FIND_REFERENCE = (Verb.FIND, Verb.FIND_REFERENCE)
_READS = (*_SEARCHES, Verb.READ)

_NAMES = {
    rule: getattr(rule, "__name__", "").replace("_", "-")
    for rule in (*RECORD_REFUSALS, *SUBJECT_REFUSALS, *DOCUMENT_REFUSALS, *DEPOSIT_REFUSALS, *GRANTS, *WANTING)
}
_GRANTED = {rule: Decision(True, _NAMES[rule]) for rule in GRANTS}
NO_RECORD = tuple(_NAMES[rule] for rule in RECORD_REFUSALS if rule in _AS_WITHOUT_RECORD)
"""Refusals that are told as if there were no record."""
RULE_NAMES = frozenset({*_NAMES.values(), NO_GROUND, ABSENT.rule, WITH_ITS_LOT, WITHOUT_ITS_LOT})
"""Every name that a decision may carry."""
_REFUSED = {
    (rule, conceal): Decision(False, _NAMES[rule] if rule else NO_GROUND, conceal)
    for rule in (*_NAMES, None)
    for conceal in (False, True)
}


def decide(question: Question, policy: Policy) -> Decision:
    """Any refusal wins, then the first grant, otherwise no.

    A refusal about a document conceals that it exists unless the caller could
    find it: the honest «no» is for what he knows of (AR-17, DEC-10, security 7).
    A destroyed record is no record (DEC-31).
    """
    question = _without_destroyed(question)
    plans = plans_for(question, policy)
    plan = plans.get(question.verb) or _plan(question, policy, plans)
    return _decide_inside(question, policy, plans, _first(plan.door, question, policy))


def decide_each(question: Question, entries: Iterable[DocumentEntry], policy: Policy) -> list[Decision]:
    """Decide on every document of a list, exactly as `decide` would one by one.

    `question` is the one about the record. What depends on the record alone is
    worked out once, and documents of the same facets get the same answer. A
    signature asked here is without its lot.
    """
    question = _without_destroyed(question)
    plans = plans_for(question, policy)
    plan = plans.get(question.verb) or _plan(question, policy, plans)
    at_the_door = _first(plan.door, question, policy)
    known: dict[FacetValues, Decision] = {}
    answers: list[Decision] = []
    for entry in entries:
        values = question.facet_values(entry)
        answer = known.get(values)
        if answer is None:
            answer = known[values] = _decide_inside(question.about(entry), policy, plans, at_the_door)
        answers.append(answer)
    return answers


def _plan(question: Question, policy: Policy, plans: Plans) -> Plan:
    """The plan for a verb that was not asked for yet from this standpoint; it is kept."""
    door = RECORD_REFUSALS if question.subject is None else (*RECORD_REFUSALS, *SUBJECT_REFUSALS)
    inside = DEPOSIT_REFUSALS if question.verb is _SUBMIT else DOCUMENT_REFUSALS
    plan = plans[question.verb] = plan_of(question, policy, (door, inside, GRANTS, WANTING))
    return plan


def _without_destroyed(question: Question) -> Question:
    record = question.record
    return question if record is None or record.state is not _DESTROYED else replace(question, record=None)


def _decide_inside(question: Question, policy: Policy, plans: Plans, refusal: Rule | None) -> Decision:
    """Decide once it is known what refused on the whole record, if anything did."""
    plan = plans[question.verb]
    if refusal is None and question.facets is not None:
        if question.facets.signature and question.verb is not _SUBMIT:
            return _signature(question, policy)
        refusal = _first(plan.inside, question, policy)
    if refusal is not None:
        return _refused(refusal, question, policy, plans)
    ground = _first(plan.grants, question, policy)
    if ground is not None:
        return _GRANTED[ground]
    return _refused(_first(plan.wanting, question, policy), question, policy, plans)


def _first(rules: Iterable[Rule], question: Question, policy: Policy) -> Rule | None:
    """The first rule that holds, None when none does."""
    for rule in rules:
        if rule(question, policy):
            return rule
    return None


def _refused(rule: Rule | None, question: Question, policy: Policy, plans: Plans) -> Decision:
    """No, by a rule, or because no rule allows it."""
    conceal = rule in _AS_WITHOUT_RECORD or (
        question.entry is not None and not _could_find(question, policy, plans, rule)
    )
    return _REFUSED[rule, conceal]


def _could_find(question: Question, policy: Policy, plans: Plans, rule: Rule | None) -> bool:
    """Tell whether a search or a reference would have led the caller to the document; what he sends he knows of.

    `rule` is what refused, or was missing. A rule answers alike whatever the verb,
    if its plan asks it at all (`access.plan`): what refused refuses the search
    too, and of what did not grant nothing is asked again.
    """
    if question.verb is _SUBMIT:
        return True
    if question.verb is _FIND or question.verb is _FIND_REFERENCE:
        return False
    tried = plans[question.verb].grounds if rule in _NO_GROUND else _NOTHING_TRIED
    for verb in _SEARCHES:
        plan = plans.get(verb) or _plan(question.asking(verb), policy, plans)
        if plan.grounds <= tried or (rule in plan.refusals and _alike(question, policy)):
            continue
        question = question.asking(verb)
        if _allows(question, policy, plan):
            return True
    return False


def _allows(question: Question, policy: Policy, plan: Plan) -> bool:
    """Tell whether `decide` would allow it: something grants and nothing refuses, in whatever order they are asked."""
    if question.facets is not None and question.facets.signature:
        return decide(question, policy).allowed
    if _first(plan.grants, question, policy) is None or _first(plan.door, question, policy) is not None:
        return False
    return _first(plan.inside, question, policy) is None


def _alike(question: Question, policy: Policy) -> bool:
    """Tell whether the caller searches in the same column: with a switch, an occupational doctor reads in another."""
    return policy.reading_column(question.column, question.verb) is question.column


def _signature(question: Question, policy: Policy) -> Decision:
    """The signature of a lot goes with the lot, to who may have one of its documents (DEC-12).

    Nothing else is ever done to it alone.
    """
    if question.verb in _READS:
        for document in question.lot:
            asked = replace(question, entry=document, lot=())
            if not document.is_signature and decide(asked, policy).allowed:
                return Decision(True, WITH_ITS_LOT)
    return Decision(False, WITHOUT_ITS_LOT, conceal=True)
