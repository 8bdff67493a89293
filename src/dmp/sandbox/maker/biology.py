"""Biology report («compte rendu d'examens de biologie médicale», CR-BIO, M.55), level N3.

Chapters hold sub-chapters, each with one table and one entry (cda-and-services 2, 3.2 and 3.6).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

from dmp.record.actor import Professional
from dmp.record.codes import Code
from dmp.sandbox.maker.biology_entries import Named, processing_entry
from dmp.sandbox.maker.facts import LOINC, Interpretation, LabResult, Quantity, Range
from dmp.sandbox.maker.fiction import FICTION
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.header import Act, Content, Model, document
from dmp.wire.cda.making.narrative import Cell, anchor, instant, paragraph, printed, section, table
from dmp.wire.cda.making.people import organisation, professional_id, professional_name, specialty
from dmp.wire.cda.making.tree import Node, cda, coded, interval, number, stamp, templates, typed

REPORT = Code("11502-2", LOINC, "CR d'examens biologiques")
MODEL = Model(REPORT, (("1.3.6.1.4.1.19376.1.3.3", ""), ("1.2.250.1.213.1.1.1.55", "2024.01")))
COMMENT = Code("55112-7", LOINC, "Commentaire")

CHAPTER = ("1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70")
SUB_CHAPTER = ("1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.71")
COMMENT_SECTION = ("2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", "1.2.250.1.213.1.1.2.73")
PRESCRIBER = "1.3.6.1.4.1.19376.1.3.3.1.6"

HEADINGS = ("Examen", "Résultat", "Valeurs de référence", "Interprétation")
READINGS = {
    Interpretation.NORMAL: "Normal",
    Interpretation.LOW: "Bas",
    Interpretation.VERY_LOW: "Très bas, alerte",
    Interpretation.HIGH: "Haut",
    Interpretation.VERY_HIGH: "Très haut, alerte",
    Interpretation.ABNORMAL: "Anormal",
    Interpretation.POSITIVE: "Positif",
    Interpretation.NEGATIVE: "Négatif",
}


def biology_report(
    context: DocumentContext,
    results: Sequence[LabResult],
    *,
    title: str = "Compte rendu d'examens de biologie médicale",
    prescriber: Professional | None = None,
    order: str = "",
    comment: str = "",
) -> bytes:
    """The report of a laboratory; the act runs from the first specimen to the moment of the report.

    `order` is the id of the prescription.

    Raises:
        ValueError: no result.
    """
    if not results:
        raise ValueError("a biology report needs a result")
    dated = replace(context, started=context.started or min(result.at for result in results))
    numbers = count(1)
    named = [Named(f"result-{next(numbers):02}", result) for result in results]
    chapters = _grouped(named, lambda item: item.result.chapter)
    remarks = cda("text", *(paragraph(words) for words in (comment, FICTION) if words))
    note = section(COMMENT_SECTION, COMMENT, COMMENT.display, remarks, entry_id=context.entry_id("section", "comment"))
    body = cda("structuredBody", *(_chapter(dated, code, group) for code, group in chapters), note)
    codes = tuple(code for code, _ in chapters)
    act = Act(codes[0], codes[1:], until=dated.at, laboratory=True)
    named_too = (_prescriber(dated, prescriber),) if prescriber else ()
    return document(dated, MODEL, Content(title, act, body, named_too, (order,) if order else ()))


def _grouped(named: Sequence[Named], key: Callable[[Named], Code]) -> list[tuple[Code, list[Named]]]:
    """Results by code, in the order in which each code first comes."""
    groups: dict[tuple[str, str], tuple[Code, list[Named]]] = {}
    for item in named:
        code = key(item)
        groups.setdefault((code.code, code.system), (code, []))[1].append(item)
    return list(groups.values())


def _chapter(context: DocumentContext, code: Code, named: Sequence[Named]) -> Node:
    parts = _grouped(named, lambda item: item.result.section or item.result.chapter)
    sections = (_sub_chapter(context, part, group) for part, group in parts)
    return section(CHAPTER, code, code.display, *sections, entry_id=context.entry_id("chapter", code.code))


def _sub_chapter(context: DocumentContext, code: Code, named: Sequence[Named]) -> Node:
    taken = ", ".join(dict.fromkeys(instant(item.result.at) for item in named))
    text = cda(
        "text",
        paragraph(f"Prélèvement du {taken}"),
        table(HEADINGS, (_row(item) for item in named)),
        paragraph(f"Résultats validés par {context.professional.name}, le {instant(context.at)}"),
    )
    ident = context.entry_id("sub-chapter", named[0].result.chapter.code, code.code)
    return section(SUB_CHAPTER, code, code.display, text, processing_entry(context, code, named), entry_id=ident)


def _row(item: Named) -> list[Cell]:
    result = item.result
    reading = READINGS[result.reading] if result.reading else "-"
    return [_test(item), _shown(result.value), _usual(result), reading]


def _test(item: Named) -> Node:
    """The name of the test, and under it the method."""
    name = anchor(item.name, item.result.code.display)
    if not item.result.method:
        return name
    return cda("paragraph", name, cda("br"), anchor(f"{item.name}-method", item.result.method))


def _shown(value: Quantity | Code | str) -> str:
    match value:
        case Quantity():
            return printed(value.told)
        case Code():
            return value.display
        case str():
            return value


def _usual(result: LabResult) -> str:
    """The reference range as reports print it."""
    match result.usual:
        case Range(low=low, high=high) if low is not None and high is not None:
            words = f"{number(low)} - {number(high)}"
        case Range(low=low) if low is not None:
            words = f"> {number(low)}"
        case Range(high=high) if high is not None:
            words = f"< {number(high)}"
        case _:
            words = "-"
    return words.replace(".", ",")


def _prescriber(context: DocumentContext, prescriber: Professional) -> Node:
    """The one who asked for the tests («prescripteur»)."""
    entity = cda(
        "associatedEntity",
        professional_id(prescriber),
        coded("code", specialty(prescriber)),
        cda("associatedPerson", professional_name(prescriber)),
        organisation("scopingOrganization", prescriber.facility),
        classCode="PROV",
    )
    asked = typed(interval(stamp(context.begun), tag="time"), "IVL_TS")
    return cda("participant", *templates(PRESCRIBER), asked, entity, typeCode="REF")
