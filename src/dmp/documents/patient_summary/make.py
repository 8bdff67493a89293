"""Makes a patient summary («résumé patient», IPS-FR 2024, M.51) from facts, whoever chose them."""

from collections.abc import Sequence

from dmp.documents.kind import model
from dmp.record.codes import Code
from dmp.record.facts import Facts, Immunization, Kinship, Observation
from dmp.wire.cda.making import observations, parts
from dmp.wire.cda.making.acts import device, encounter, procedure
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.files import File, attached
from dmp.wire.cda.making.header import Act, Content, Model, document
from dmp.wire.cda.making.narrative import paragraph
from dmp.wire.cda.making.pen import Entry, Line, Part, Pen, told_table
from dmp.wire.cda.making.problems import allergy, kinship, problem
from dmp.wire.cda.making.results import results
from dmp.wire.cda.making.treatments import medication
from dmp.wire.cda.making.tree import Node, cda
from dmp.wire.cda.making.vaccines import Dose, immunization

TYPE = Code("60591-5", "2.16.840.1.113883.6.1", "Synthèse médicale")
MODEL = Model(TYPE, (("2.16.840.1.113883.10.22.1.1", ""), (model("51")[0], "2024.01")))
TITLE = "Résumé patient (IPS)"
ADVERSE, FUNCTION = parts.ADVERSE_EFFECTS.code.code, parts.FUNCTION.code.code


def patient_summary(
    context: DocumentContext,
    facts: Facts,
    *,
    remarks: Sequence[str] = (),
    files: Sequence[File] = (),
    title: str = TITLE,
) -> bytes:
    """The octets of a summary.

    Of `facts.observations`, those that a document told under adverse effects
    or functional status are written there; the others have no place in this
    model, nor have imaging studies, prescriptions and deliveries. `remarks`
    are points to watch, in words; `files` are carried along.

    Raises:
        ValueError: a file is of no type that a document may carry.
    """
    pen = Pen(context)
    notice = (context.notice,) if context.notice else ()
    done = [one for one in facts.procedures if one.mood == "EVN"]
    sections = (
        pen.listed(parts.ACTIVE_PROBLEMS, [problem(pen, one) for one in facts.problems if not one.history]),
        pen.listed(parts.PAST_PROBLEMS, [problem(pen, one) for one in facts.problems if one.history]),
        pen.listed(parts.ACTS, [procedure(pen, one) for one in done]),
        pen.listed(parts.ALLERGIES, [allergy(pen, one) for one in facts.allergies]),
        pen.listed(parts.ADVERSE_EFFECTS, [observations.adverse_effect(pen, one) for one in _under(facts, ADVERSE)]),
        pen.listed(parts.TREATMENTS, [medication(pen, one) for one in facts.medications if one.mood == "EVN"]),
        pen.listed(parts.DEVICES, [device(pen, one) for one in facts.devices if one.mood == "EVN"]),
        pen.told(parts.VIGILANCE, (*remarks, *notice)),
        _clustered(pen, parts.FUNCTION, observations.functions(pen, _under(facts, FUNCTION))),
        _clustered(pen, parts.VITAL_SIGNS, observations.measurements(pen, facts.measurements)),
        pen.listed(parts.LIFESTYLE, [observations.lifestyle(pen, one) for one in facts.lifestyle]),
        pen.told(parts.OCCUPATION, ()),
        pen.listed(parts.FAMILY, [kinship(pen, one) for one in facts.family if _is_history(one)]),
        pen.listed(parts.VACCINATIONS, [_vaccine(pen, one) for one in facts.immunizations if one.mood == "EVN"]),
        pen.listed(parts.PREGNANCIES, [observations.pregnancy(pen, one) for one in facts.pregnancies]),
        pen.listed(parts.PLAN, _planned(pen, facts)),
        pen.listed(parts.DIRECTIVES, [observations.directive(pen, one) for one in facts.directives]),
        _clustered(pen, parts.RESULTS, results(pen, facts.results)),
        _clustered(pen, parts.ATTACHED, attached(pen, files)),
    )
    return document(context, MODEL, Content(title, Act(), cda("structuredBody", *sections)))


def _under(facts: Facts, section: str) -> list[Observation]:
    return [one for one in facts.observations if one.source.section == section]


def _is_history(one: Kinship) -> bool:
    """What a relative had; a figure or a coded answer about another person is none of the patient's summary."""
    return bool(one.concept.words) and not one.value.words and not one.quantity.value


def _vaccine(pen: Pen, fact: Immunization) -> Entry:
    return immunization(pen, Dose(fact))


def _planned(pen: Pen, facts: Facts) -> list[Entry]:
    """What is foreseen: treatments, examinations, acts, visits, vaccines, in the order of the model."""
    return [
        *(medication(pen, one) for one in facts.medications if one.mood != "EVN"),
        *(observations.follow_up(pen, one) for one in facts.plan),
        *(procedure(pen, one) for one in facts.procedures if one.mood != "EVN"),
        *(encounter(pen, one) for one in facts.encounters if one.mood != "EVN"),
        *(_vaccine(pen, one) for one in facts.immunizations if one.mood != "EVN"),
    ]


def _clustered(pen: Pen, part: Part, written: tuple[list[Line], list[Node]], *words: str) -> Node:
    """A section whose entries gather several lines."""
    lines, nodes = written
    if not nodes:
        return pen.told(part, words)
    text = cda("text", told_table(lines), *map(paragraph, words))
    return pen.part(part, text, *(cda("entry", node) for node in nodes))
