"""Which rules are worth asking from one standpoint, worked out once and kept.

A standpoint is the kind of caller, his profession or role, his sector, his mode,
secret or not, the verb and his column: it names nobody. A rule that cannot hold
from a standpoint is left out there: it would have been asked at each decision
for nothing. Left out is only what is listed here, with the condition that the
rule itself begins with; a rule without a line is always asked. Every answer
stays the same (`tests/access/test_plan.py`, `dmp assure matrix`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dmp.access import document_rules, grants, people_rules, record_rules, subject_rules
from dmp.access.column import DELEGATES, HEALTH_ACTORS, Column
from dmp.access.matrix import OWN_ONLY, READ_SET_ASIDE, Cell
from dmp.access.policy import Policy
from dmp.access.question import Question
from dmp.record.actor import Automaton, Holder, Mode, Professional, Representative, Staff, facility_of
from dmp.record.verb import Verb

Rule = Callable[[Question, Policy], bool]
Condition = Rule
"""As a rule, but it looks at the standpoint alone."""
KEPT = 4096
"""Standpoints, before all are forgotten: a caller may come with any profession and sector."""


@dataclass(frozen=True)
class Plan:
    """The rules to ask, in their order: at the door of the record, about a document, on which ground, what wants."""

    door: tuple[Rule, ...]
    inside: tuple[Rule, ...]
    grants: tuple[Rule, ...]
    wanting: tuple[Rule, ...]


def worth_asking(rules: tuple[Rule, ...], question: Question, policy: Policy) -> tuple[Rule, ...]:
    """Those of the rules that may hold from the standpoint of a question."""
    return tuple(rule for rule in rules if (may := _MAY_HOLD.get(rule)) is None or may(question, policy))


def plan_for(question: Question, policy: Policy, make: Callable[[Question, Policy], Plan]) -> Plan:
    """The plan of a standpoint; `make` makes it when it is asked for the first time."""
    caller, actor = question.caller, question.caller.actor
    code = sector = ""
    if isinstance(actor, HEALTH_ACTORS):
        code = actor.profession if isinstance(actor, Professional) else actor.role
        sector = actor.facility.sector
    standpoint = (type(actor), code, sector, caller.mode, caller.secret, question.verb, question.column)
    plan = policy.plans.get(standpoint)
    if not isinstance(plan, Plan):
        if len(policy.plans) >= KEPT:
            policy.plans.clear()
        plan = policy.plans[standpoint] = make(question, policy)
    return plan


def _by(*kinds: type) -> Condition:
    return lambda question, _policy: isinstance(question.caller.actor, kinds)


def _in(*modes: Mode) -> Condition:
    return lambda question, _policy: question.caller.mode in modes


def _to(*verbs: Verb) -> Condition:
    return lambda question, _policy: question.verb in verbs


def _not_to(*verbs: Verb) -> Condition:
    return lambda question, _policy: question.verb not in verbs


def _as(*columns: Column) -> Condition:
    return lambda question, _policy: question.column in columns


def _all(*conditions: Condition) -> Condition:
    return lambda question, policy: all(condition(question, policy) for condition in conditions)


def _of_a_shut_out_sector(question: Question, policy: Policy) -> bool:
    facility = facility_of(question.caller.actor)
    return facility is not None and facility.sector in policy.sectors


def _own_only(question: Question, policy: Policy) -> bool:
    return record_rules.cell_of(question, policy) in OWN_ONLY


def _in_secret(question: Question, _policy: Policy) -> bool:
    return question.caller.secret


def _attending(question: Question, _policy: Policy) -> bool:
    return question.attending


def _reads_nothing_set_aside(question: Question, policy: Policy) -> bool:
    column = policy.reading_column(question.column, question.verb)
    return question.verb is Verb.READ and policy.matrix.cell(READ_SET_ASIDE, column) is Cell.NO


_EMERGENCY = _in(Mode.BREAK_GLASS, Mode.EMERGENCY_DISPATCH)
_MAY_HOLD: Mapping[Rule, Condition] = {
    record_rules.unknown_profession: record_rules.unknown_profession,
    record_rules.unknown_role: record_rules.unknown_role,
    record_rules.mode_not_open: record_rules.mode_not_open,
    record_rules.sector_shut_out: _of_a_shut_out_sector,
    record_rules.verb_without_row: record_rules.verb_without_row,
    people_rules.beyond_the_delegation: people_rules.beyond_the_delegation,
    record_rules.outside_matrix: record_rules.outside_matrix,
    record_rules.break_glass_without_reason: _in(Mode.BREAK_GLASS),
    record_rules.removal_without_reason: _to(*record_rules.REMOVALS),
    record_rules.not_a_regulation_centre: _in(Mode.EMERGENCY_DISPATCH),
    record_rules.record_management_switched_off: record_rules.record_management_switched_off,
    record_rules.no_right_published: record_rules.no_right_published,
    record_rules.release_by_doctors_and_midwives: record_rules.release_by_doctors_and_midwives,
    record_rules.not_in_secret_connection: _to(Verb.HIDE_FROM_GUARDIANS),
    record_rules.no_such_record: _not_to(*record_rules.WITHOUT_RECORD),
    record_rules.parental_authority_ended: _by(Representative),
    record_rules.record_closed: _not_to(*record_rules.ON_CLOSED_RECORD),
    record_rules.under_legal_hold: _to(*record_rules.REMOVALS, Verb.DESTROY_RECORD),
    record_rules.blocked_by_the_holder: _all(_by(*HEALTH_ACTORS), _not_to(*record_rules.KEPT_WHEN_BLOCKED)),
    record_rules.emergency_opposed: _all(_EMERGENCY, _to(*record_rules.THAT_READ)),
    record_rules.linked_to_the_portal: _all(
        _by(*HEALTH_ACTORS), _to(Verb.CHANGE_IDENTITY, Verb.CLOSE_RECORD, *record_rules.HANDED_OUT)
    ),
    record_rules.account_of_a_minor: _to(*record_rules.HANDED_OUT),
    record_rules.account_of_the_deceased: _to(*record_rules.HANDED_OUT),
    record_rules.secret_connection_of_an_adult: _in_secret,
    subject_rules.others_by_attending_unconfirmed: _to(Verb.BLOCK),
    subject_rules.consent_without_own_right: _to(Verb.AUTHORISE_OTHER),
    document_rules.hidden_from_the_patient: _by(Holder, Representative, Automaton),
    document_rules.hidden_from_representatives: _by(Representative, Automaton),
    people_rules.outside_what_heirs_see: _as(Column.HEIR),
    people_rules.masked_beyond_the_delegation: _as(*DELEGATES),
    document_rules.blocked_beyond_own_documents: _to(Verb.FIND_REFERENCE),
    document_rules.reference_without_right: _to(Verb.FIND_REFERENCE),
    document_rules.outside_the_type_matrix: _by(Professional),
    document_rules.unseen_in_an_opposed_emergency: _all(_EMERGENCY, _to(Verb.ARCHIVE, Verb.UNARCHIVE)),
    document_rules.deposit_of_the_patient: _all(_by(*HEALTH_ACTORS), _to(*document_rules.OF_CITIZENS)),
    document_rules.not_own_document: _own_only,
    document_rules.unmasking_unconfirmed: _to(Verb.UNMASK),
    document_rules.set_aside: _reads_nothing_set_aside,
    document_rules.secret_of_the_minor: _to(Verb.RELEASE),
    grants.holder_of_the_record: _by(Holder),
    people_rules.asks_as_heir: _to(Verb.ASK_AS_HEIR),
    people_rules.delegate_of_the_holder: _as(*DELEGATES),
    people_rules.heir_of_the_holder: _as(Column.HEIR),
    grants.representative_of_the_holder: _by(Representative),
    grants.operator_of_the_service: grants.operator_of_the_service,
    grants.administrator_of_the_service: grants.administrator_of_the_service,
    grants.service_for_the_holder: grants.service_for_the_holder,
    grants.reception_of_an_authorised_structure: _by(Staff),
    grants.act_without_care_relation: grants.act_without_care_relation,
    grants.author_of_the_document: _to(*grants.OWN),
    grants.each_document_is_asked: _to(*grants.OWN),
    grants.break_glass: grants.break_glass,
    grants.emergency_dispatch: grants.emergency_dispatch,
    grants.attending_doctor: _attending,
}
