"""Which rules are worth asking from one standpoint, worked out once and kept.

A standpoint is the kind of caller, his profession and know-how or role, his
sector, his mode, secret or not, and his column; whether there is a record,
closed or hidden as a whole, whether his day is counted, and whether the act is
about somebody: it names nobody. For each verb it has a plan.

A rule that cannot hold from a standpoint is left out there: it would have been
asked at each decision for nothing. Left out is only what is listed here, with
the condition that the rule itself begins with; a rule without a line is always
asked. What a rule makes of the verb is in its condition: wherever it is asked,
it answers alike whatever the verb. Every answer stays the same
(`tests/access/test_plan.py`, `dmp assure matrix`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dmp.access import brake_rules, caller_rules, document_rules, grants, people_rules, record_rules, subject_rules
from dmp.access.column import DELEGATES, HEALTH_ACTORS, OCCUPATIONAL, Column
from dmp.access.matrix import OWN_ONLY, READ_MASKED, READ_SET_ASIDE, Cell
from dmp.access.policy import Policy
from dmp.access.question import Question
from dmp.record.actor import Automaton, FacilitySoftware, Mode, Professional, Representative, Staff
from dmp.record.record import RecordState
from dmp.record.verb import Verb
from dmp.record.visit import NOT_COUNTED

Rule = Callable[[Question, Policy], bool]
Rules = tuple[Rule, ...]
Condition = Rule
"""As a rule, but it looks at the standpoint alone."""
KEPT = 4096
"""Standpoints, before all are forgotten: a caller may come with any profession and sector."""
_CLOSED = RecordState.CLOSED


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules to ask, in their order: at the door of the record, about a document, on which ground, what wants."""

    door: Rules
    inside: Rules
    grants: Rules
    wanting: Rules
    refusals: frozenset[Rule]
    """Those of the door and about a document."""
    grounds: frozenset[Rule]
    """The grants; none where a rule of the standpoint alone refuses, whatever record and document."""


class Plans(dict[Verb, Plan]):
    """The plans of a standpoint; a verb is there once it was asked for."""


def plan_of(question: Question, policy: Policy, rules: tuple[Rules, Rules, Rules, Rules]) -> Plan:
    """Work out what is worth asking of some rules, told as `Plan` has them, from the standpoint of a question."""
    door, inside, grants, wanting = (worth_asking(some, question, policy) for some in rules)
    shut = not OF_THE_STANDPOINT.isdisjoint(door)
    grounds = frozenset[Rule]() if shut else frozenset(grants)
    return Plan(door, inside, grants, wanting, frozenset((*door, *inside)), grounds)


def worth_asking(rules: Rules, question: Question, policy: Policy) -> Rules:
    """Those of the rules that may hold from the standpoint of a question."""
    return tuple(rule for rule in rules if (may := _MAY_HOLD.get(rule)) is None or may(question, policy))


def plans_for(question: Question, policy: Policy) -> Plans:
    """The plans of the standpoint of a question."""
    caller, record, actor = question.caller, question.record, question.caller.actor
    code = know_how = sector = ""
    if isinstance(actor, Professional):
        code, know_how, sector = actor.profession, actor.know_how, actor.facility.sector
    elif isinstance(actor, (Staff, FacilitySoftware)):
        code, sector = actor.role, actor.facility.sector
    closed = hidden = None
    if record is not None:
        closed, hidden = record.state is _CLOSED, record.hide_everything
    # A column is of one kind of caller, and of one mode.
    of = question.column or (type(actor), caller.mode)
    asked = (question.day is NOT_COUNTED, question.subject is None)
    standpoint = (of, code, know_how, sector, caller.secret, closed, hidden, asked)
    plans = policy.plans.get(standpoint)
    if not isinstance(plans, Plans):
        if len(policy.plans) >= KEPT:
            policy.plans.clear()
        plans = policy.plans[standpoint] = Plans()
    return plans


def _by(*kinds: type) -> Condition:
    return lambda question, _policy: isinstance(question.caller.actor, kinds)


def _not_by(*kinds: type) -> Condition:
    return lambda question, _policy: not isinstance(question.caller.actor, kinds)


def _in(*modes: Mode) -> Condition:
    return lambda question, _policy: question.caller.mode in modes


def _to(*verbs: Verb) -> Condition:
    return lambda question, _policy: question.verb in verbs


def _not_to(*verbs: Verb) -> Condition:
    return lambda question, _policy: question.verb not in verbs


def _as(*columns: Column) -> Condition:
    return lambda question, _policy: question.column in columns


def _not_as(*columns: Column) -> Condition:
    return lambda question, _policy: question.column not in columns


def _all(*conditions: Condition) -> Condition:
    return lambda question, policy: all(condition(question, policy) for condition in conditions)


def _own_only(question: Question, policy: Policy) -> bool:
    return caller_rules.cell_of(question, policy) in OWN_ONLY


def _in_secret(question: Question, _policy: Policy) -> bool:
    return question.caller.secret


def _all_hidden(question: Question, _policy: Policy) -> bool:
    return question.record is not None and question.record.hide_everything


def _counted(question: Question, _policy: Policy) -> bool:
    return question.day is not NOT_COUNTED


def _not_opened(question: Question, policy: Policy) -> bool:
    actor = question.caller.actor
    return isinstance(actor, Professional) and not policy.professions.get(actor.profession, False)


def _masks_count(question: Question, policy: Policy) -> bool:
    column = policy.reading_column(question.column, question.verb)
    return question.attending or policy.matrix.cell(READ_MASKED, column) is not Cell.YES


def _attending(question: Question, _policy: Policy) -> bool:
    return question.attending


def _reads_nothing_set_aside(question: Question, policy: Policy) -> bool:
    column = policy.reading_column(question.column, question.verb)
    return question.verb is Verb.READ and policy.matrix.cell(READ_SET_ASIDE, column) is Cell.NO


OF_THE_STANDPOINT = frozenset[Rule](
    {
        caller_rules.unknown_profession,
        caller_rules.unknown_role,
        caller_rules.mode_not_open,
        caller_rules.sector_shut_out,
        caller_rules.verb_without_row,
        people_rules.beyond_the_delegation,
        caller_rules.outside_matrix,
        caller_rules.record_management_switched_off,
        caller_rules.no_right_published,
        caller_rules.release_by_doctors_and_midwives,
        caller_rules.not_in_secret_connection,
        record_rules.no_such_record,
        record_rules.record_closed,
        people_rules.asks_as_heir,
        people_rules.delegate_of_the_holder,
        people_rules.heir_of_the_holder,
        grants.holder_of_the_record,
        grants.representative_of_the_holder,
        grants.operator_of_the_service,
        grants.administrator_of_the_service,
        grants.service_for_the_holder,
        grants.act_without_care_relation,
        grants.break_glass,
        grants.emergency_dispatch,
        grants.no_authorisation,
    }
)
"""Rules that look at nothing but the standpoint: where one holds, it always does."""
_EMERGENCY = _in(Mode.BREAK_GLASS, Mode.EMERGENCY_DISPATCH)
_MAY_HOLD: Mapping[Rule, Condition] = {
    **{rule: rule for rule in OF_THE_STANDPOINT},
    caller_rules.break_glass_without_reason: _in(Mode.BREAK_GLASS),
    caller_rules.removal_without_reason: _to(*caller_rules.REMOVALS),
    caller_rules.not_a_regulation_centre: _in(Mode.EMERGENCY_DISPATCH),
    record_rules.parental_authority_ended: _by(Representative),
    record_rules.under_legal_hold: _to(*caller_rules.REMOVALS, Verb.DESTROY_RECORD),
    record_rules.blocked_by_the_holder: _all(_by(*HEALTH_ACTORS), _not_to(*record_rules.KEPT_WHEN_BLOCKED)),
    record_rules.emergency_opposed: _all(_EMERGENCY, _to(*record_rules.THAT_READ)),
    record_rules.linked_to_the_portal: _all(
        _by(*HEALTH_ACTORS), _to(Verb.CHANGE_IDENTITY, Verb.CLOSE_RECORD, *caller_rules.HANDED_OUT)
    ),
    record_rules.account_of_a_minor: _to(*caller_rules.HANDED_OUT),
    record_rules.account_of_the_deceased: _to(*caller_rules.HANDED_OUT),
    record_rules.secret_connection_of_an_adult: _in_secret,
    brake_rules.account_stopped: _counted,
    brake_rules.too_many_patients_today: _counted,
    subject_rules.others_by_attending_unconfirmed: _to(Verb.BLOCK),
    subject_rules.consent_without_own_right: _to(Verb.AUTHORISE_OTHER),
    document_rules.deleted_document: _not_by(*document_rules.AS_THE_HOLDER),
    document_rules.masked_to_professionals: _masks_count,
    document_rules.everything_hidden: _all(
        _all_hidden, _not_by(*document_rules.AS_THE_HOLDER), _not_to(*document_rules.FEEDING)
    ),
    document_rules.hidden_from_the_patient: _by(*document_rules.AS_THE_HOLDER),
    document_rules.hidden_from_representatives: _by(Representative, Automaton),
    people_rules.outside_what_heirs_see: _as(Column.HEIR),
    people_rules.masked_beyond_the_delegation: _as(*DELEGATES),
    document_rules.blocked_beyond_own_documents: _all(_by(*HEALTH_ACTORS), _to(Verb.FIND_REFERENCE)),
    document_rules.reference_without_right: _all(_not_opened, _to(Verb.FIND_REFERENCE)),
    document_rules.outside_the_type_matrix: _by(Professional),
    document_rules.unseen_in_an_opposed_emergency: _all(_EMERGENCY, _to(Verb.ARCHIVE, Verb.UNARCHIVE)),
    document_rules.deposit_of_the_patient: _all(_by(*HEALTH_ACTORS), _to(*document_rules.OF_CITIZENS)),
    document_rules.not_own_document: _own_only,
    document_rules.unmasking_unconfirmed: _to(Verb.UNMASK),
    document_rules.set_aside: _reads_nothing_set_aside,
    document_rules.secret_of_the_minor: _to(Verb.RELEASE),
    grants.reception_of_an_authorised_structure: _by(Staff),
    grants.author_of_the_document: _to(*grants.OWN),
    grants.each_document_is_asked: _to(*grants.OWN),
    grants.attending_doctor: _attending,
    grants.valid_authorisation: _by(Professional),
    grants.care_team: _all(_by(Professional), _in(Mode.NORMAL), _to(*grants.WITHIN_A_TEAM), _not_as(*OCCUPATIONAL)),
    grants.authorisation_expired: _by(Professional),
}
