"""Contexts and facts for the maker of documents: every default valid, every test names only what matters."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from dmp.record.actor import Facility, Professional
from dmp.record.codes import Code
from dmp.record.patient import Contact, IdentityTraits, PatientId, Sex
from dmp.sandbox.maker import (
    biology_report,
    catalogue,
    letter,
    medical_synthesis,
    plain_text,
    vaccination_history,
    vaccination_note,
)
from dmp.sandbox.maker.facts import (
    CIM_10,
    Allergy,
    Dose,
    LabResult,
    Problem,
    Quantity,
    Range,
    Series,
    Treatment,
)
from dmp.wire.cda.making.context import DocumentContext

V3 = {"c": "urn:hl7-org:v3"}
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SPECIMEN = datetime(2026, 3, 1, 6, 45, tzinfo=UTC)


def a_doctor(**changes: Any) -> Professional:
    """A general practitioner in his own practice."""
    surgery = Facility("499900000011001", "Cabinet du Dr Exemple", "SA07")
    return replace(Professional("899900000011", "Camille EXEMPLE", "10", "SM26", surgery), **changes)


def a_context(**changes: Any) -> DocumentContext:
    """A first version, for an invented woman, by the doctor."""
    traits = IdentityTraits("FICTIVE", "LOUISE", "LOUISE MARIE", "1979-03-28", Sex.FEMALE, "51215", "DUTEST", "LOUISE")
    base = DocumentContext(
        id="1.2.250.1.999.1.1.7",
        patient=PatientId("279035121518989", "1.2.250.1.213.1.4.10"),
        traits=traits,
        author=a_doctor(),
        at=AT,
        contact=Contact((("postalCode", "51300"), ("city", "DOMPREMY")), (("MC", "tel:0600000000"),)),
    )
    return replace(base, **changes)


def some_results() -> tuple[LabResult, ...]:
    """Five results in two chapters: two of one panel, a bound, a coded value and a text."""
    return (
        catalogue.ANALYTES["glucose_fasting"].result(Decimal("0.88"), SPECIMEN),
        catalogue.ANALYTES["hba1c"].result(Decimal("7.4"), SPECIMEN),
        replace(
            catalogue.ANALYTES["crp"].result(Decimal("5"), SPECIMEN),
            value=Quantity(Decimal("5"), "mg/L", "<"),
        ),
        catalogue.ANALYTES["hemoglobin"].result(Decimal("11.2"), SPECIMEN),
        catalogue.ANALYTES["platelets"].result(Decimal("250"), SPECIMEN),
    )


def a_problem(**changes: Any) -> Problem:
    """Type 2 diabetes, for eight years."""
    return replace(
        Problem(Code("E11.9", CIM_10, "Diabète sucré de type 2, sans complication"), date(2018, 5, 4)), **changes
    )


def a_past_problem() -> Problem:
    """An appendicitis that is over."""
    return Problem(Code("K35.8", CIM_10, "Appendicite aigüe"), date(1996, 7, 1), date(1996, 7, 12))


def an_allergy(**changes: Any) -> Allergy:
    """To amoxicillin, with a rash."""
    amoxicillin = Code("J01CA04", "2.16.840.1.113883.6.73", "amoxicilline")
    rash = Code("L27.0", CIM_10, "Éruption généralisée due à des médicaments")
    return replace(Allergy(amoxicillin, since=date(2005, 2, 1), reactions=(rash,)), **changes)


def a_treatment(**changes: Any) -> Treatment:
    """Metformin twice a day for the diabetes."""
    base = Treatment(
        catalogue.MEDICINES["metformin"],
        "1 comprimé matin et soir",
        date(2018, 5, 4),
        dose=Quantity(Decimal(1), "{tablet}"),
        period=Quantity(Decimal(12), "h"),
        reason=a_problem(),
    )
    return replace(base, **changes)


def a_dose(**changes: Any) -> Dose:
    """A booster of dT-polio."""
    return replace(
        Dose(catalogue.VACCINES["revaxis"], date(2024, 4, 9), rank=1, series=Series.BOOSTER, lot="T1234"), **changes
    )


def a_range(low: str, high: str) -> Range:
    """Bounds from their digits."""
    return Range(Decimal(low), Decimal(high))


def every_kind(context: DocumentContext) -> dict[str, bytes]:
    """One document of each kind for a context."""
    return {
        "letter": letter(context, title="Compte rendu de consultation", paragraphs=("Vue ce jour.",)),
        "text": plain_text(context, "Vue ce jour."),
        "biology": biology_report(context, some_results(), prescriber=a_doctor(), order="1.2.3^44"),
        "synthesis": medical_synthesis(
            context,
            problems=(a_problem(),),
            history=(a_past_problem(),),
            allergies=(an_allergy(),),
            treatments=(a_treatment(),),
            remarks=("Pied à surveiller.",),
        ),
        "history": vaccination_history(context, (a_dose(), a_dose(on=date(2014, 1, 1), rank=None))),
        "note": vaccination_note(context, a_dose(comment="Bien toléré.")),
    }


KINDS = ("letter", "text", "biology", "synthesis", "history", "note")


def parsed(octets: bytes) -> etree._Element:
    """The root of a document."""
    return etree.fromstring(octets)


def find(root: etree._Element, path: str) -> list[Any]:
    """What an XPath with prefix `c` finds."""
    return root.xpath(path, namespaces=V3)
