"""Problems, allergies and what relatives had («problèmes», «allergies», «antécédents familiaux»)."""

from collections.abc import Sequence

from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Allergy, Concept, Kinship, Problem
from dmp.wire.cda.making.concepts import (
    beside,
    code_of,
    day,
    moment,
    pointer,
    principal,
    sided,
    span,
    worded_value,
)
from dmp.wire.cda.making.entries import (
    DIAGNOSIS,
    LOINC,
    REPORTED_SYMPTOM,
    SIMPLE_OBSERVATION,
    comments,
    completed,
    negated,
    related,
    states_absence,
)
from dmp.wire.cda.making.labels import by_code
from dmp.wire.cda.making.pen import Entry, Line, Pen
from dmp.wire.cda.making.tree import Node, cda, coded, coded_value, original_text, templates, typed

STATUS = Code("33999-4", LOINC, "Statut")
SEVERITY = Code("SEV", "2.16.840.1.113883.5.4", "Sévérité")
CERTAINTY = Code("66455-7", LOINC, "Certitude")
CRITICALITY = Code("82606-5", LOINC, "Criticité")
CONCERN_STATES = frozenset({"active", "suspended", "aborted", "completed"})
"""What the status of a concern itself may be."""
ONGOING = frozenset({"active", "recurrence", "relapse", "55561003", "G-A230", "G-A270", "G-A397"})
"""Clinical states of what goes on: in HL7 words, in SNOMED CT, and in SNOMED 3.5 (active, chronic, intermittent)."""

PROBLEM = ("2.16.840.1.113883.10.20.1.28", "1.3.6.1.4.1.19376.1.5.3.1.4.5", "1.2.250.1.213.1.1.3.37")
REACTION = (PROBLEM[0], "2.16.840.1.113883.10.20.1.54", *PROBLEM[1:])
CONCERN = ("2.16.840.1.113883.10.20.1.27", "1.3.6.1.4.1.19376.1.5.3.1.4.5.1")
PROBLEM_CONCERN = (*CONCERN, "1.3.6.1.4.1.19376.1.5.3.1.4.5.2", "1.2.250.1.213.1.1.3.39")
ALLERGY_CONCERN = (*CONCERN, "1.3.6.1.4.1.19376.1.5.3.1.4.5.3", "1.2.250.1.213.1.1.3.40")
ALLERGY = (
    "2.16.840.1.113883.10.20.1.18",
    "2.16.840.1.113883.10.20.1.28",
    "1.3.6.1.4.1.19376.1.5.3.1.4.5",
    "1.3.6.1.4.1.19376.1.5.3.1.4.6",
    "1.2.250.1.213.1.1.3.41",
)
STATUS_TEMPLATES = (
    "2.16.840.1.113883.10.20.1.50",
    "2.16.840.1.113883.10.20.1.57",
    "1.3.6.1.4.1.19376.1.5.3.1.4.1.1",
    "1.2.250.1.213.1.1.3.30",
)
SEVERITY_TEMPLATES = ("2.16.840.1.113883.10.20.1.55", "1.3.6.1.4.1.19376.1.5.3.1.4.1", "1.2.250.1.213.1.1.3.29")
CERTAINTY_TEMPLATES = (*SIMPLE_OBSERVATION, "1.2.250.1.213.1.1.3.171")
CRITICALITY_TEMPLATES = ("1.2.250.1.213.1.1.3.172", *SIMPLE_OBSERVATION)
FAMILY = ("2.16.840.1.113883.10.20.1.23", "1.3.6.1.4.1.19376.1.5.3.1.4.15", "1.2.250.1.213.1.1.3.59")
FAMILY_SUBJECT = ("1.3.6.1.4.1.19376.1.5.3.1.4.15.2", "1.2.250.1.213.1.1.3.60")
FAMILY_PROBLEM = (
    "2.16.840.1.113883.10.20.1.22",
    "1.3.6.1.4.1.19376.1.5.3.1.4.13",
    "1.3.6.1.4.1.19376.1.5.3.1.4.13.3",
    "1.2.250.1.213.1.1.3.51",
)


# -- problems


def problem(pen: Pen, fact: Problem) -> Entry:
    """A problem or a past one («FR-Liste-des-problemes»), inside its concern."""
    line = pen.line("past" if fact.history else "problem")
    day(line, "Début", fact.start)
    day(line, "Fin", fact.end)
    value, name = principal("value", fact.concept, line, "Antécédent" if fact.history else "Pathologie")
    ident = pen.ident(fact, "problem")
    pen.remember(code_of(fact.concept), ident)
    observation = cda(
        "observation",
        *templates(*PROBLEM),
        ident,
        _kind(fact.kind),
        pointer(name),
        completed(),
        span(fact.start, fact.end),
        sided(typed(value, "CD"), "" if fact.site != NOTHING else fact.laterality, line),
        sided(beside("targetSiteCode", fact.site, line, "Localisation"), fact.laterality, line),
        *_judged(pen, line, (SEVERITY, fact.severity), (CERTAINTY, fact.certainty)),
        *_state_of_problem(fact, line),
        *comments(fact, line),
        classCode="OBS",
        moodCode="EVN",
        negationInd=negated(fact, fact.concept),
    )
    state = fact.clinical_status or ("completed" if fact.history or fact.end else "active")
    return _concern(pen, PROBLEM_CONCERN, observation, line, state=state, start=fact.start, end=fact.end)


def _kind(kind: Concept) -> Node:
    return coded("code", code_of(kind) if kind.code else DIAGNOSIS)


def _state_of_problem(fact: Problem, line: Line) -> list[Node]:
    """The clinical status of a problem; a concern that only says that it goes on, or not, says it by itself."""
    alone = fact.clinical_status in CONCERN_STATES or not fact.clinical_status
    return [] if alone else [_state(fact.clinical_status, "problem-status", line)]


def _state(said: str, table: str, line: Line) -> Node:
    """The clinical status («FR-Statut-du-probleme»), by its code; in words where it is none of the set."""
    found = by_code(table, said) or by_code("former-status", said)
    if found is None and said.isdigit():
        found = Code(said, "2.16.840.1.113883.6.96")
    name = line.say("Statut", found.display if found and found.display else said, "status")
    value = coded("value", found) if found else cda("value", original_text(name), nullFlavor="OTH")
    observation = cda(
        "observation",
        *templates(*STATUS_TEMPLATES),
        coded("code", STATUS),
        pointer(name),
        completed(),
        typed(value, "CE" if found else "CD"),
        classCode="OBS",
        moodCode="EVN",
    )
    return related("REFR", observation, inversion="false")


_JUDGED = {
    SEVERITY: ("severity", "Sévérité", SEVERITY_TEMPLATES),
    CERTAINTY: ("certainty", "Certitude", CERTAINTY_TEMPLATES),
    CRITICALITY: ("criticality", "Criticité", CRITICALITY_TEMPLATES),
}


def _judged(pen: Pen, line: Line, *told: tuple[Code, str]) -> list[Node]:
    """How severe, how sure, how critical: each in words when it is told."""
    return [_judgement(pen, line, code, said) for code, said in told if said]


def _judgement(pen: Pen, line: Line, code: Code, said: str) -> Node:
    table, heading, conformance = _JUDGED[code]
    name = line.say(heading, said, table)
    has_id = code != SEVERITY
    observation = cda(
        "observation",
        *templates(*conformance),
        pen.own_id(table, line.name) if has_id else None,
        coded("code", code),
        pointer(name),
        completed(),
        cda("effectiveTime", nullFlavor="NA") if has_id else None,
        worded_value(said, table, name),
        classCode="OBS",
        moodCode="EVN",
    )
    return related("SUBJ", observation, inversion="true")


def _concern(
    pen: Pen, conformance: Sequence[str], observation: Node, line: Line, *, state: str, start: str, end: str
) -> Entry:
    """An act of concern: what is followed, from when, and whether it goes on."""
    status = state if state in CONCERN_STATES else "active" if state in ONGOING else "completed"
    act = cda(
        "act",
        *templates(*conformance),
        pen.own_id("concern", line.name, *_root(observation)),
        cda("code", nullFlavor="NA"),
        cda("statusCode", code=status),
        span(start, end),
        related("SUBJ", observation, inversion="false"),
        classCode="ACT",
        moodCode="EVN",
    )
    return Entry(line, act)


def _root(observation: Node) -> tuple[str, ...]:
    """The id of an observation, of which that of its concern is made."""
    found = next(child for child in observation if child.tag.endswith("}id"))
    return found.get("root", ""), found.get("extension", "")


# -- allergies


def allergy(pen: Pen, fact: Allergy) -> Entry:
    """An allergy («FR-Liste-des-allergies-et-hypersensibilites») with its agent, reactions and status."""
    line = pen.line("allergy")
    day(line, "Début", fact.start)
    code, name = principal("code", fact.concept, line, "Type", pointed=False)
    stated = states_absence(fact.agent)
    agent = None if stated or fact.agent == NOTHING else _agent(fact.agent, line)
    observation = cda(
        "observation",
        *templates(*ALLERGY),
        pen.ident(fact, "allergy", fact.agent.words, fact.agent.code),
        code,
        pointer(name),
        completed(),
        span(fact.start, fact.end),
        _value_of_allergy(fact, line),
        agent,
        *(_reaction(pen, reaction, line, fact.start) for reaction in fact.reactions),
        *_judged(pen, line, (SEVERITY, fact.severity), (CRITICALITY, fact.criticality), (CERTAINTY, fact.certainty)),
        *([_state(fact.clinical_status, "allergy-status", line)] if fact.clinical_status not in _UNSAID else []),
        *comments(fact, line),
        classCode="OBS",
        moodCode="EVN",
        negationInd=negated(fact, fact.concept, fact.agent),
    )
    state = fact.clinical_status or "active"
    return _concern(pen, ALLERGY_CONCERN, observation, line, state=state, start=fact.start, end=fact.end)


_UNSAID = frozenset({"", "suspended", "aborted", "completed"})
"""What the concern around an allergy says by itself."""


def _value_of_allergy(fact: Allergy, line: Line) -> Node:
    """The statement that there is none; else what the allergy is clinically; empty where that is not told."""
    if states_absence(fact.agent):
        value, _ = principal("value", fact.agent, line, "Agent")
        return typed(value, "CD")
    found = beside("value", fact.description, line, "Description", kind="CD")
    return typed(cda("value"), "CD") if found is None else found


def _agent(agent: Concept, line: Line) -> Node:
    code, _ = principal("code", agent, line, "Agent")
    entity = cda("playingEntity", code, cda("name", agent.words), classCode="MMAT")
    return cda("participant", cda("participantRole", entity, classCode="MANU"), typeCode="CSM")


def _reaction(pen: Pen, told: Concept, line: Line, start: str) -> Node:
    return related("MFST", reaction_observation(pen, told, line, "Réactions", start), inversion="true")


def reaction_observation(pen: Pen, told: Concept, line: Line, heading: str, start: str) -> Node:
    """A reaction that was seen, as a problem («FR-Probleme»)."""
    name = line.say(heading, told.text or told.words, "reaction")
    value = coded_value("value", code_of(told), original_text(name) if told.text or not told.code else None)
    return cda(
        "observation",
        *templates(*REACTION),
        pen.own_id("reaction", line.name, told.code, told.words),
        coded("code", REPORTED_SYMPTOM),
        pointer(name),
        completed(),
        span(start, ""),
        value,
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )


# -- relatives


def kinship(pen: Pen, fact: Kinship) -> Entry:
    """What a relative had («FR-Antecedents-familiaux»)."""
    line = pen.line("family")
    who = cda("relatedSubject", beside("code", fact.relative, line, "Lien de parenté"), classCode="PRS")
    value, name = principal("value", fact.concept, line, "Pathologie")
    day(line, "Date", fact.start)
    observation = cda(
        "observation",
        *templates(*FAMILY_PROBLEM),
        pen.ident(fact, "family", fact.relative.code),
        coded("code", DIAGNOSIS),
        pointer(name),
        completed(),
        moment(fact.start, fact.end),
        typed(value, "CD"),
        *comments(fact, line),
        classCode="OBS",
        moodCode="EVN",
        negationInd="true" if negated(fact, fact.concept) == "true" else "",
    )
    organizer = cda(
        "organizer",
        *templates(*FAMILY),
        completed(),
        cda("subject", *templates(*FAMILY_SUBJECT), who, typeCode="SBJ"),
        cda("component", observation, typeCode="COMP"),
        classCode="CLUSTER",
        moodCode="EVN",
    )
    return Entry(line, organizer)
