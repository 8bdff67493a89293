"""The coded entries of a medical synthesis: problems, allergies, treatments (cda-and-services 3.2)."""

from collections.abc import Sequence
from datetime import date

from dmp.record.codes import Code
from dmp.sandbox.maker.context import DocumentContext
from dmp.sandbox.maker.entries import (
    DIAGNOSIS,
    PROBLEM,
    REACTION,
    REPORTED_SYMPTOM,
    completed,
    consumable,
    observation,
    reason,
    related,
)
from dmp.sandbox.maker.facts import ACT_CODE, CLINICAL_STATUS, LOINC, Allergy, Problem, Quantity, Treatment
from dmp.sandbox.maker.tree import (
    Node,
    cda,
    coded,
    concept,
    interval,
    number,
    original_text,
    reference,
    templates,
    typed,
)

STATUS = Code("33999-4", LOINC, "Statut")
DRUG = Code("DRUG", ACT_CODE, "Médicament")
ACTIVE = Code("active", CLINICAL_STATUS, "Actif")
INACTIVE = Code("inactive", CLINICAL_STATUS, "Inactif")

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
PROBLEM_STATUS = (
    "2.16.840.1.113883.10.20.1.50",
    "2.16.840.1.113883.10.20.1.57",
    "1.3.6.1.4.1.19376.1.5.3.1.4.1.1",
    "1.2.250.1.213.1.1.3.30",
)
MEDICATION = (
    "2.16.840.1.113883.10.20.1.24",
    "1.3.6.1.4.1.19376.1.5.3.1.4.7",
    "1.2.250.1.213.1.1.3.42",
    "1.3.6.1.4.1.19376.1.5.3.1.4.7.1",
)


def problem_id(context: DocumentContext, problem: Problem) -> str:
    """The id of a problem, by which a treatment names its reason."""
    return context.entry_id("problem", problem.code.code, problem.since.isoformat())


def _concern(
    conformance: Sequence[str], content: Node, *, entry_id: str, status: str, since: date | None, until: date | None
) -> Node:
    """An act of concern: what is followed, from when, and whether it goes on."""
    return cda(
        "act",
        *templates(*conformance),
        cda("id", root=entry_id),
        cda("code", nullFlavor="NA"),
        cda("statusCode", code=status),
        interval(since, until),
        related("SUBJ", content, inversion="false"),
        classCode="ACT",
        moodCode="EVN",
    )


def problem_concern(context: DocumentContext, problem: Problem, *, anchor: str, active: bool) -> Node:
    """A problem («FR-Liste-des-problemes»); one that is not active any more is completed."""
    ident = problem_id(context, problem)
    seen = observation(
        PROBLEM, DIAGNOSIS, problem.code, entry_id=ident, anchor=anchor, since=problem.since, until=problem.until
    )
    return _concern(
        PROBLEM_CONCERN,
        seen,
        entry_id=context.entry_id("concern", ident),
        status="active" if active else "completed",
        since=problem.since,
        until=problem.until,
    )


def allergy_concern(context: DocumentContext, allergy: Allergy, *, anchor: str) -> Node:
    """An allergy («FR-Liste-des-allergies-et-hypersensibilites») with its agent, reactions and status."""
    ident = context.entry_id("allergy", allergy.agent.code, allergy.agent.display)
    seen = cda(
        "observation",
        *templates(*ALLERGY),
        cda("id", root=ident),
        coded("code", allergy.kind),
        cda("text", reference(f"{anchor}-kind")),
        completed(),
        interval(allergy.since),
        concept("value", allergy.kind, original_text(f"{anchor}-kind")),
        _agent(allergy.agent, f"{anchor}-agent"),
        *_reactions(context, allergy, anchor, ident),
        related("REFR", _status(ACTIVE if allergy.active else INACTIVE, f"{anchor}-status"), inversion="false"),
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )
    return _concern(
        ALLERGY_CONCERN,
        seen,
        entry_id=context.entry_id("concern", ident),
        status="active" if allergy.active else "completed",
        since=allergy.since,
        until=None,
    )


def _agent(agent: Code, anchor: str) -> Node:
    entity = cda(
        "playingEntity", coded("code", agent, original_text(anchor)), cda("name", agent.display), classCode="MMAT"
    )
    return cda("participant", cda("participantRole", entity, classCode="MANU"), typeCode="CSM")


def _reactions(context: DocumentContext, allergy: Allergy, anchor: str, ident: str) -> list[Node]:
    return [
        related(
            "MFST",
            observation(
                REACTION,
                REPORTED_SYMPTOM,
                code,
                entry_id=context.entry_id("reaction", ident, code.code),
                anchor=f"{anchor}-reaction-{rank}",
                since=allergy.since,
            ),
            inversion="true",
        )
        for rank, code in enumerate(allergy.reactions, 1)
    ]


def _status(status: Code, anchor: str) -> Node:
    """The clinical status («FR-Statut-du-probleme»)."""
    return cda(
        "observation",
        *templates(*PROBLEM_STATUS),
        coded("code", STATUS),
        cda("text", reference(anchor)),
        completed(),
        typed(coded("value", status), "CE"),
        classCode="OBS",
        moodCode="EVN",
    )


def medication(context: DocumentContext, treatment: Treatment, *, anchor: str) -> Node:
    """A treatment («FR-Traitement»): period, route, dose, product, and the problem it is given for."""
    why = treatment.reason
    return cda(
        "substanceAdministration",
        *templates(*MEDICATION),
        cda("id", root=context.entry_id("treatment", treatment.product.cis, treatment.since.isoformat())),
        coded("code", DRUG),
        cda("text", reference(anchor)),
        completed(),
        _duration(treatment),
        _frequency(treatment.period) if treatment.period else None,
        coded("routeCode", treatment.route, original_text(f"{anchor}-route")),
        _dose(treatment.dose) if treatment.dose else None,
        consumable(treatment.product, anchor=anchor),
        reason(why.code, entry_id=problem_id(context, why), anchor=f"{anchor}-reason") if why else None,
        classCode="SBADM",
        moodCode="EVN",
    )


def _duration(treatment: Treatment) -> Node:
    """From the start to the end, which is said to be unknown for a treatment that goes on."""
    duration = interval(treatment.since, treatment.until)
    if treatment.until is None:
        duration.append(cda("high", nullFlavor="UNK"))
    return typed(duration, "IVL_TS")


def _frequency(period: Quantity) -> Node:
    every = cda("effectiveTime", cda("period", value=number(period.value), unit=period.unit), operator="A")
    return typed(every, "PIVL_TS")


def _dose(dose: Quantity) -> Node:
    value = number(dose.value)
    return cda("doseQuantity", cda("low", value=value, unit=dose.unit), cda("high", value=value, unit=dose.unit))
