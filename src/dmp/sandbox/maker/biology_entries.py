"""The coded entries of a biology report (cda-and-services 3.6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from dmp.record.codes import Code
from dmp.sandbox.maker.facts import INTERPRETATION, Interpretation, LabResult, Quantity
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.entries import completed, related
from dmp.wire.cda.making.people import professional_id, professional_name
from dmp.wire.cda.making.tree import (
    Node,
    cda,
    coded,
    coded_value,
    limits,
    original_text,
    quantity,
    stamp,
    templates,
    typed,
)

PROCESSING = ("1.3.6.1.4.1.19376.1.3.1", "1.2.250.1.213.1.1.3.21")
BATTERY = ("1.3.6.1.4.1.19376.1.3.1.4", "1.2.250.1.213.1.1.3.78")
RESULT = ("1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80")
VALIDATION = ("1.3.6.1.4.1.19376.1.3.3.1.5", "1.2.250.1.213.1.1.3.109")


@dataclass(frozen=True)
class Named:
    """A result and the anchor of its line in the narrative."""

    name: str
    result: LabResult


def processing_entry(context: DocumentContext, code: Code, named: Sequence[Named]) -> Node:
    """The results of one sub-chapter, with the biologist who validated them."""
    act = cda(
        "act",
        coded("code", code),
        completed(),
        _validator(context),
        *_components(context, named),
        classCode="ACT",
        moodCode="EVN",
    )
    return cda("entry", *templates(*PROCESSING), act, typeCode="DRIV")


def _validator(context: DocumentContext) -> Node:
    role = cda(
        "participantRole",
        professional_id(context.professional),
        cda("playingEntity", professional_name(context.professional)),
    )
    time = cda("time", cda("high", value=stamp(context.at)))
    return cda("participant", *templates(*VALIDATION), time, role, typeCode="AUTHEN")


def _components(context: DocumentContext, named: Sequence[Named]) -> Iterator[Node]:
    """Results one by one, or gathered where neighbours belong to one battery."""
    for panel, group in groupby(named, key=lambda item: item.result.panel):
        results = [_observation(context, item) for item in group]
        if panel is None:
            yield from (related("COMP", result) for result in results)
        else:
            yield related("COMP", _battery(panel, results))


def _battery(panel: Code, results: Sequence[Node]) -> Node:
    """A battery of tests («FR-Batterie-examens-de-biologie-medicale»)."""
    return cda(
        "organizer",
        *templates(*BATTERY),
        coded("code", panel),
        completed(),
        *(cda("component", result) for result in results),
        classCode="BATTERY",
        moodCode="EVN",
    )


def _observation(context: DocumentContext, item: Named) -> Node:
    """One result («FR-Resultat-examens-de-biologie-element-clinique-pertinent»)."""
    result = item.result
    return cda(
        "observation",
        *templates(*RESULT),
        cda("id", root=context.entry_id("lab", result.code.code, stamp(result.at))),
        coded("code", result.code, original_text(item.name)),
        completed(),
        cda("effectiveTime", value=stamp(result.at)),
        _value(result.value),
        _interpretation(result.reading) if result.reading else None,
        _method(item) if result.method else None,
        _usual(result),
        classCode="OBS",
        moodCode="EVN",
    )


def _value(value: Quantity | Code | str) -> Node:
    match value:
        case Quantity():
            return quantity("value", value.told)
        case Code():
            return coded_value("value", value)
        case str():
            return typed(cda("value", value), "ST")


def _interpretation(reading: Interpretation) -> Node:
    return coded("interpretationCode", Code(reading, INTERPRETATION))


def _method(item: Named) -> Node:
    """The method in words: its code belongs to tables of reagents that are not ours."""
    return cda("methodCode", original_text(f"{item.name}-method"), nullFlavor="OTH")


def _usual(result: LabResult) -> Node | None:
    """The reference range, which the code N says to be that of normal values."""
    if result.usual is None or not isinstance(result.value, Quantity):
        return None
    low, high = (f"{end:f}" if end is not None else "" for end in (result.usual.low, result.usual.high))
    bounds = limits("value", low, high, result.value.unit)
    normal = coded("interpretationCode", Code(Interpretation.NORMAL, INTERPRETATION))
    return cda("referenceRange", cda("observationRange", bounds, normal), typeCode="REFV")
