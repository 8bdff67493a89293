"""Medical synthesis («volet de synthèse médicale», VSM 1.4, M.13), level N3.

Sections as cda-and-services 2 lists them: what the author leaves empty is
left out, never written as "none".
"""

from collections.abc import Sequence

from dmp.record.codes import Code
from dmp.sandbox.maker.context import FICTION, DocumentContext
from dmp.sandbox.maker.facts import LOINC, Allergy, Problem, Treatment
from dmp.sandbox.maker.header import Act, Content, Model, document
from dmp.sandbox.maker.narrative import Cell, anchor, day, paragraph, section, table
from dmp.sandbox.maker.synthesis_entries import allergy_concern, medication, problem_concern
from dmp.sandbox.maker.tree import Node, cda

MODEL = Model(Code("60591-5", LOINC, "Synthèse médicale"), (("1.2.250.1.213.1.1.1.13", "201310"),))
ACT = Act(Code("34117-2", LOINC, "Historique et clinique"))

SUMMARY = Code("46612-8", LOINC, "Conclusions de synthèse")
CLINICAL_HISTORY = Code("34117-2", LOINC, "Historique et clinique")
ACTIVE_PROBLEMS = Code("11450-4", LOINC, "Liste des problèmes actifs")
PAST_PROBLEMS = Code("11348-0", LOINC, "Antécédents médicaux")
ALLERGIES = Code("48765-2", LOINC, "Allergies et hypersensibilités")
RESULTS = Code("30954-2", LOINC, "Résultats d'examens")
PLAN = Code("18776-5", LOINC, "Plan de traitement")
TREATMENTS = Code("10160-0", LOINC, "Traitements")

TEMPLATES = {
    SUMMARY: ("1.2.250.1.213.1.1.2.29",),
    CLINICAL_HISTORY: ("1.2.250.1.213.1.1.2.30",),
    ACTIVE_PROBLEMS: ("2.16.840.1.113883.10.20.1.11", "1.3.6.1.4.1.19376.1.5.3.1.3.6", "1.2.250.1.213.1.1.2.132"),
    PAST_PROBLEMS: ("1.3.6.1.4.1.19376.1.5.3.1.3.8", "1.2.250.1.213.1.1.2.134"),
    ALLERGIES: ("2.16.840.1.113883.10.20.1.2", "1.3.6.1.4.1.19376.1.5.3.1.3.13", "1.2.250.1.213.1.1.2.137"),
    RESULTS: ("1.3.6.1.4.1.19376.1.5.3.1.3.27", "1.2.250.1.213.1.1.2.150"),
    PLAN: ("1.2.250.1.213.1.1.2.32",),
    TREATMENTS: ("2.16.840.1.113883.10.20.1.8", "1.3.6.1.4.1.19376.1.5.3.1.3.19", "1.2.250.1.213.1.1.2.143"),
}


def medical_synthesis(
    context: DocumentContext,
    *,
    problems: Sequence[Problem] = (),
    history: Sequence[Problem] = (),
    allergies: Sequence[Allergy] = (),
    treatments: Sequence[Treatment] = (),
    remarks: Sequence[str] = (),
    title: str = "Synthèse médicale",
) -> bytes:
    """The synthesis a doctor keeps of a patient; `remarks` are points to watch, in words.

    `problems` go on, `history` is over.
    """
    clinical = (
        _problems(context, problems) if problems else None,
        _history(context, history) if history else None,
        _allergies(context, allergies) if allergies else None,
    )
    body = cda(
        "structuredBody",
        _part(context, SUMMARY, "Pathologies, antécédents et allergies", _clinical(context, clinical)),
        _part(context, RESULTS, "Points de vigilance", cda("text", *map(paragraph, (*remarks, FICTION)))),
        _part(context, PLAN, "Traitements au long cours", _treatments(context, treatments) if treatments else None),
    )
    return document(context, MODEL, Content(title, ACT, body))


def _part(context: DocumentContext, code: Code, title: str, *content: Node | None) -> Node:
    return section(TEMPLATES[code], code, title, *content, entry_id=context.entry_id("section", code.code))


def _listed(
    context: DocumentContext, code: Code, headings: Sequence[str], lines: Sequence[tuple[list[Cell], Node]]
) -> Node:
    """A section made of one table, and one entry a line."""
    text = cda("text", table(headings, (row for row, _ in lines)))
    return _part(context, code, code.display, text, *(cda("entry", entry) for _, entry in lines))


def _clinical(context: DocumentContext, parts: Sequence[Node | None]) -> Node | None:
    if not any(part is not None for part in parts):
        return None
    return _part(context, CLINICAL_HISTORY, "Pathologies en cours, antécédents et allergies", *parts)


def _problems(context: DocumentContext, problems: Sequence[Problem]) -> Node:
    lines = [_problem_line(context, f"problem-{rank:02}", problem) for rank, problem in enumerate(problems, 1)]
    return _listed(context, ACTIVE_PROBLEMS, ("Début", "Fin", "Pathologie"), lines)


def _history(context: DocumentContext, history: Sequence[Problem]) -> Node:
    lines = [_problem_line(context, f"past-{rank:02}", problem) for rank, problem in enumerate(history, 1)]
    return _listed(context, PAST_PROBLEMS, ("Début", "Fin", "Antécédent"), lines)


def _problem_line(context: DocumentContext, name: str, problem: Problem) -> tuple[list[Cell], Node]:
    row: list[Cell] = [day(problem.since), day(problem.until), anchor(name, problem.code.display)]
    return row, problem_concern(context, problem, anchor=name, active=name.startswith("problem"))


def _allergies(context: DocumentContext, allergies: Sequence[Allergy]) -> Node:
    lines = [_allergy_line(context, f"allergy-{rank:02}", allergy) for rank, allergy in enumerate(allergies, 1)]
    return _listed(context, ALLERGIES, ("Début", "Type", "Agent", "Réactions", "Statut"), lines)


def _allergy_line(context: DocumentContext, name: str, allergy: Allergy) -> tuple[list[Cell], Node]:
    reactions = [anchor(f"{name}-reaction-{n}", code.display) for n, code in enumerate(allergy.reactions, 1)]
    row: list[Cell] = [
        day(allergy.since),
        anchor(f"{name}-kind", allergy.kind.display),
        anchor(f"{name}-agent", allergy.agent.display),
        cda("list", *(cda("item", seen) for seen in reactions)) if reactions else "-",
        anchor(f"{name}-status", "Active" if allergy.active else "Inactive"),
    ]
    return row, allergy_concern(context, allergy, anchor=name)


def _treatments(context: DocumentContext, treatments: Sequence[Treatment]) -> Node:
    lines = [_treatment_line(context, f"drug-{rank:02}", treatment) for rank, treatment in enumerate(treatments, 1)]
    return _listed(context, TREATMENTS, ("Début", "Fin", "Médicament", "Posologie", "Voie", "Motif"), lines)


def _treatment_line(context: DocumentContext, name: str, treatment: Treatment) -> tuple[list[Cell], Node]:
    row: list[Cell] = [
        day(treatment.since),
        day(treatment.until),
        anchor(name, treatment.product.name),
        anchor(f"{name}-dosage", treatment.dosage),
        anchor(f"{name}-route", treatment.route.display),
        anchor(f"{name}-reason", treatment.reason.code.display) if treatment.reason else "-",
    ]
    return row, medication(context, treatment, anchor=name)
