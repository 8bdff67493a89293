"""What the makers of documents are tried with: facts that tell everything, and whether what was made is accepted."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dmp.documents.extraction import facts_of
from dmp.record import facts
from dmp.record.codes import Code
from dmp.record.facts import (
    Allergy,
    Concept,
    Device,
    Dispensation,
    DoseStep,
    Fact,
    Facts,
    Immunization,
    Kinship,
    Lifestyle,
    Medication,
    PrescriptionLine,
    Problem,
    Procedure,
    Quantity,
    Result,
    Source,
    Substance,
)
from dmp.record.profile import dmp
from dmp.wire.cda.active_content import check_content
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import read_header
from dmp.wire.cda.rules import check_header
from dmp.wire.cda.schemas import Schemas

SHARED = Path(__file__).parents[2] / "shared" / "data"
SCHEMAS, VALUE_SETS = SHARED / "cda-schemas" / "xsd", SHARED / "cda-schemas" / "jeuxDeValeurs"
needs_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the published CDA schemas are not here")
needs_value_sets = pytest.mark.skipif(not VALUE_SETS.is_dir(), reason="the published value sets are not here")
HOSTILE = "<script>alert('x')</script> & ]]> \"quoted\" #panic ${7*7} {{ 7 * 7 }}"
CIM_10, SNOMED_CT = "2.16.840.1.113883.6.3", "2.16.840.1.113883.6.96"
CIS, CIP, ATC = "1.2.250.1.213.2.3.1", "1.2.250.1.213.2.3.2", "2.16.840.1.113883.6.73"
EDQM = "0.4.0.127.0.16.1.1.2.1"


@cache
def _schemas() -> Schemas | None:
    return Schemas.load(SCHEMAS) if SCHEMAS.is_dir() else None


def wrong_with(octets: bytes) -> list[str]:
    """What the examination of a deposit would say: schemas where they are here, header rules, content."""
    document = open_document(octets)
    schemas = _schemas()
    found = [problem.context for problem in check_content(document)]
    found += [problem.context for problem in schemas.check(document)] if schemas is not None else []
    return found + [finding.message for finding in check_header(document, read_header(document), profile=dmp())]


def told_by(octets: bytes) -> Facts:
    """The facts of a document that is accepted."""
    assert wrong_with(octets) == []
    read = facts_of(octets)
    assert read.failures == ()
    return read


def kept(fact: Any) -> Any:
    """A fact as any document may keep it: where it stands is of the document; a label stands for words that lack."""
    told = replace(fact, source=Source(ident=fact.source.ident), concept=_worded(fact.concept))
    if isinstance(told, Medication | Dispensation) and len(told.steps) == 1 and not _timed(told.steps[0]):
        # What dose, words and units a day say already.
        told = replace(told, steps=())
    return replace(told, agent=_worded(told.agent)) if isinstance(told, Allergy) else told


def _timed(step: DoseStep) -> bool:
    return bool(step.start or step.end or step.length.value or any(one.event for one in step.rhythms))


def _worded(concept: Concept) -> Concept:
    return replace(concept, text=concept.text or concept.words) if concept.words else concept


def anonymous(fact: Any) -> Any:
    """The same, whatever its id: a document gives its own to what has none, or shares one."""
    told = replace(kept(fact), source=Source(), status="")
    if isinstance(told, Problem):
        ended = told.history or bool(told.end)
        return replace(told, kind=facts.NOTHING, clinical_status=told.clinical_status or _state(ended=ended))
    if isinstance(told, Result):
        return replace(told, specialty=facts.NOTHING, panel=facts.NOTHING, panel_ident="")
    return told


def _state(*, ended: bool) -> str:
    return "completed" if ended else "active"


# -- facts that tell everything that their kind may


def a_source(number: int) -> Source:
    """An entry with an id of its own."""
    return Source(ident=f"6d1f0a52-0000-4222-8333-{number:012d}")


def a_concept(code: str, system: str, display: str, text: str = "") -> Concept:
    """A code with the words of its author."""
    return Concept(code, system, display, text or display)


def a_told_problem(**changes: Any) -> Problem:
    base = Problem(
        a_source(1),
        a_concept("E11.9", CIM_10, "Diabète sucré de type 2", "Diabète de type 2"),
        "20180504",
        status="completed",
        comment="Bien équilibré.\nSuivi trimestriel.",
        kind=Concept("282291009", SNOMED_CT, "interprétation diagnostique"),
        clinical_status="relapse",
        certainty="Confirmé",
        severity="modéré",
        site=Concept("41801008", SNOMED_CT, "artère coronaire"),
        laterality="gauche",
    )
    return replace(base, **changes)


def a_told_allergy(**changes: Any) -> Allergy:
    base = Allergy(
        a_source(2),
        Concept("416098002", SNOMED_CT, "allergie médicamenteuse"),
        "200502",
        status="completed",
        comment="Urgences.",
        agent=a_concept("J01CA04", ATC, "amoxicilline", "Amoxicilline"),
        reactions=(a_concept("L27.0", CIM_10, "Éruption généralisée"), Concept(text="Malaise")),
        severity="grave",
        criticality="Elevé",
        certainty="Confirmé",
        clinical_status="active",
    )
    return replace(base, **changes)


def a_product() -> Concept:
    pack = Code("3400935281678", CIP, "GLUCOPHAGE 500 mg, 30 comprimés")
    name = "GLUCOPHAGE 500 mg, comprimé"
    return Concept("68583940", CIS, name, name, (Code("A10BA02", ATC, "metformine"), pack))


def a_told_treatment(**changes: Any) -> Medication:
    base = Medication(
        a_source(3),
        a_product(),
        "20180504",
        "20300101",
        status="completed",
        comment="Au cours du repas.",
        substances=(Substance(Concept("100000090270", "2.16.840.1.113883.3.6905.2", "Metformine"), "500 mg"),),
        dose=Quantity("1", "{tablet}"),
        route=Concept("20053000", EDQM, "Voie orale", "Voie orale"),
        schedule="1 cp, 2 fois/j",
        per_day="2",
        reason=a_concept("E11.9", CIM_10, "Diabète sucré de type 2"),
        as_needed=True,
    )
    return replace(base, **changes)


def a_told_line(**changes: Any) -> PrescriptionLine:
    treatment = a_told_treatment()
    base = PrescriptionLine(
        **{**vars(treatment), "source": a_source(4), "mood": "INT"},
        quantity=Quantity("2", "30009000"),
        repeats=3,
        not_substitutable=Concept("N", "2.16.840.1.113883.5.1070", "Aucune substitution permise", "Non (MTE)"),
        long_term_illness=True,
        prescription="1.2.250.1.999.1.1.7",
    )
    return replace(base, **changes)


def a_told_delivery(**changes: Any) -> Dispensation:
    base = Dispensation(
        a_source(5),
        a_product(),
        "20260302",
        comment="Première boîte.",
        substances=a_told_treatment().substances,
        line=a_source(4).ident,
        prescription="1.2.250.1.999.1.1.7",
        quantity=Quantity("2", "30009000"),
        pack=Quantity("30", "{tablet}"),
        per_day="2",
        schedule="1 cp, 2 fois/j",
        lot="T1234",
        expiry="20321231",
        substitution="G",
        completeness="FFP",
        pharmacy="Pharmacie Exemple",
    )
    return replace(base, **changes)


def a_told_vaccine(**changes: Any) -> Immunization:
    base = Immunization(
        a_source(6),
        a_concept("60917345", CIS, "REVAXIS"),
        "20240409",
        status="completed",
        comment="Passée seule.",
        rank="2",
        kind="BOOSTER",
        targets=(a_concept("A35", CIM_10, "Autres formes de tétanos"),),
        lot="T1234",
        route=Concept("20035000", EDQM, "Voie intramusculaire"),
        site=Concept("16217701000119102", SNOMED_CT, "deltoïde gauche"),
        dose=Quantity("0.5", "mL"),
        performer="Charles MULLER",
        performer_id="1.2.250.1.71.4.2.1^801234567897",
        reaction="Fièvre",
    )
    return replace(base, **changes)


def a_told_act(**changes: Any) -> Procedure:
    base = Procedure(
        a_source(7),
        a_concept("DDAF004", "1.2.250.1.215.300.1", "Dilatation de 2 vaisseaux coronaires"),
        "20180114",
        status="completed",
        comment="Sans suite.",
        site=Concept("41801008", SNOMED_CT, "artère coronaire"),
        laterality="droit",
        method=Concept("129397003", SNOMED_CT, "endoscopie"),
        reason=a_concept("I21.1", CIM_10, "Infarctus"),
        performer="Jacques PETITJEAN",
    )
    return replace(base, **changes)


def a_told_habit(**changes: Any) -> Lifestyle:
    base = Lifestyle(
        a_source(8),
        a_concept("74011-8", "2.16.840.1.113883.6.1", "Consommation tabagique"),
        "20240402",
        status="completed",
        quantity=Quantity("25", "{pack}/a"),
    )
    return replace(base, **changes)


def a_told_kinship(**changes: Any) -> Kinship:
    base = Kinship(
        a_source(9),
        a_concept("D57.1", CIM_10, "Anémie à hématies falciformes", "Drépanocytose"),
        status="completed",
        relative=a_concept("MTH", "2.16.840.1.113883.5.111", "Mère"),
    )
    return replace(base, **changes)


def a_told_device(**changes: Any) -> Device:
    base = Device(
        a_source(10),
        a_concept("J010104", "1.2.250.1.213.2.68", "STIMULATEUR CARDIAQUE IMPLANTABLE"),
        "20190811",
        serial="1.2.250.1.999.9^SN-44",
    )
    return replace(base, **changes)


def a_told_result(**changes: Any) -> Result:
    base = Result(
        a_source(11),
        a_concept("1988-5", "2.16.840.1.113883.6.1", "Protéine C réactive"),
        "20240329",
        status="completed",
        quantity=Quantity("5", "mg/L", "<"),
        low="0",
        high="6.0",
        range_unit="mg/L",
        interpretation=("N",),
        laboratory="Laboratoire des charmes",
        panel=Concept("26436-6", "2.16.840.1.113883.6.1", "Biologie polyvalente"),
        panel_ident="6d1f0a52-0000-4222-8333-999999999999",
    )
    return replace(base, **changes)


def every_text(fact: Fact, words: str = HOSTILE) -> Any:
    """The same with hostile words wherever a fact holds words."""
    told = {name: words for name, found in vars(fact).items() if isinstance(found, str) and name in _FREE}
    concepts = {name: Concept(text=words) for name, found in vars(fact).items() if isinstance(found, Concept)}
    return replace(fact, **told, **concepts)


_FREE = {
    "comment",
    "certainty",
    "severity",
    "criticality",
    "laterality",
    "clinical_status",
    "schedule",
    "lot",
    "pharmacy",
    "performer",
    "reaction",
    "rank",
    "range_text",
    "laboratory",
    "serial",
    "kind",
}
