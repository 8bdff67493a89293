"""Coded values, amounts and times as entries write them, whatever their state (cda 3.2)."""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Concept, Qualifier, Quantity, decimal
from dmp.wire.cda.entries.words import Words
from dmp.wire.cda.tree import CDA, Branch, attribute, every, one

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MOST_QUALIFIERS = 20
MOST_TRANSLATIONS = 50
"""Translations kept of one concept: a medicine has four or five."""
_LATERALITY = frozenset({"20228-3", "272741003"})
_SIDES = frozenset({"24028007", "7771000", "51440002", "C25228", "C25229"})
"""Right, left and both, in SNOMED CT and in the NCI thesaurus."""
_AMOUNTS = frozenset({"PQ", "REAL", "INT", "MO"})
_INTERVALS = frozenset({"IVL_PQ", "IVL_REAL", "IVL_INT"})
_CODED = frozenset({"CD", "CE", "CO", "CV", "CS"})
_RATIOS = frozenset({"RTO", "RTO_PQ_PQ"})
_TIMES = frozenset({"TS", "IVL_TS"})
_TIME = re.compile(r"([0-9]{4}(?:[0-9]{2}){0,5})(?:\.[0-9]*)?(?:[+-][0-9]{4}|Z)?")


class Value(NamedTuple):
    """The value of an observation: an amount, or a concept where there is none."""

    quantity: Quantity = Quantity()
    concept: Concept = NOTHING


NO_VALUE = Value()


def concept(branch: Branch | None, words: Words) -> Concept:
    """Read a coded value; NOTHING when it is absent."""
    if branch is None:
        return NOTHING
    get = branch.element.get
    code, system, display, null = get("code", ""), get("codeSystem", ""), get("displayName", ""), get("nullFlavor", "")
    if branch.is_leaf:
        return Concept(code, system, display, null=null)
    return Concept(
        code=code,
        system=system,
        display=display,
        text=words.of(one(branch, "originalText")),
        translations=_translations(branch),
        null=null,
        qualifiers=tuple(_qualifiers(branch)),
    )


def says(found: Concept) -> bool:
    """Whether a concept has any words, which are not made for that."""
    return bool(found.display or found.text or found.code or found.words)


def _qualifiers(branch: Branch) -> Iterator[Qualifier]:
    """What narrows a code; which side it is on is told apart."""
    for found in every(branch, "qualifier")[:MOST_QUALIFIERS]:
        value = one(found, "value")
        if value is not None and value.get("code") and not is_side(found):
            said = Code(value.get("code"), value.get("codeSystem"), value.get("displayName"))
            name, system, label = (attribute(found, "name", part) for part in ("code", "codeSystem", "displayName"))
            yield Qualifier(name, said, system, label)


def is_side(qualifier: Branch) -> bool:
    """Whether a qualifier tells a side («latéralité»), under its name or by its value."""
    return attribute(qualifier, "name", "code") in _LATERALITY or attribute(qualifier, "value", "code") in _SIDES


def _translations(branch: Branch) -> tuple[Code, ...]:
    """All of them in their order; some software nests them."""
    found: list[Code] = []
    waiting = every(branch, "translation")[::-1]
    while waiting and len(found) < MOST_TRANSLATIONS:
        inner = waiting.pop()
        if inner.get("code"):
            found.append(Code(inner.get("code"), inner.get("codeSystem"), inner.get("displayName")))
        waiting.extend(every(inner, "translation")[::-1])
    return tuple(found)


def first_concept(branch: Branch, names: str, words: Words) -> Concept:
    """The coded value at a path."""
    return concept(one(branch, names), words)


def type_of(branch: Branch) -> str:
    """The data type: its `xsi:type` resolved as a qualified name, else what its shape tells; a foreign one is none."""
    written: str = branch.element.get(XSI_TYPE, "")
    if not written:
        return _shape(branch)
    prefix, colon, local = written.rpartition(":")
    # Without prefix the default namespace counts, which is that of CDA wherever an element of CDA has no prefix.
    namespace = branch.element.nsmap.get(prefix) if colon else CDA
    return local if namespace == CDA else ""


def _shape(branch: Branch) -> str:
    if branch.get("code") or every(branch, "originalText"):
        return "CD"
    if every(branch, "low") or every(branch, "high"):
        return "IVL_PQ"
    if branch.get("value"):
        return "PQ" if decimal(branch.get("value")) is not None else "BL"
    return "ST"


def value(branch: Branch | None, words: Words) -> Value:
    """Read the value of an observation; what has no known type keeps its words."""
    if branch is None:
        return NO_VALUE
    kind = type_of(branch)
    if kind in _AMOUNTS or kind in _INTERVALS or kind in _RATIOS:
        found = ratio(branch) if kind in _RATIOS else Value(quantity(branch))
        return found if found != NO_VALUE else Value(concept=concept(branch, words))
    if kind in _CODED:
        return Value(concept=concept(branch, words))
    if kind == "BL":
        return Value(concept=Concept(code=branch.get("value"), null=branch.get("nullFlavor")))
    if kind in _TIMES:
        return Value(concept=Concept(text=_told_time(branch), null=branch.get("nullFlavor")))
    # A file in base64 says nothing in words.
    said = "" if branch.get("representation") == "B64" else words.of(branch)
    return Value(concept=Concept(text=said or branch.get("value"), null=branch.get("nullFlavor")))


def _told_time(branch: Branch) -> str:
    start, end = interval(branch)
    return " - ".join(part for part in (start, end) if part) or branch.get("value")


def ratio(branch: Branch) -> Value:
    """A titre such as 1/40, in words."""
    parts = [quantity(found) for name in ("numerator", "denominator") for found in every(branch, name)[:1]]
    said = "/".join(f"{part.value} {part.unit}".strip() for part in parts if part.value)
    return Value(concept=Concept(text=said)) if said else NO_VALUE


def quantity(branch: Branch | None) -> Quantity:
    """Read an amount or an interval of amounts; a bad number is kept as it was written."""
    if branch is None:
        return Quantity()
    low, high = one(branch, "low"), one(branch, "high")
    if low is None and high is None:
        return _amount(branch)
    lower, upper = _bound(low), _bound(high)
    if lower.value and upper.value:
        return Quantity(low=lower.value, high=upper.value, unit=lower.unit or upper.unit)
    if lower.value:
        return Quantity(lower.value, lower.unit, _sign(low, ">"))
    return Quantity(upper.value, upper.unit, _sign(high, "<")) if upper.value else Quantity()


def _sign(bound: Branch | None, sign: str) -> str:
    """A bound counts itself in unless it says otherwise (`inclusive`)."""
    exclusive = bound is not None and bound.get("inclusive") == "false"
    return sign if exclusive else f"{sign}="


def _bound(branch: Branch | None) -> Quantity:
    return Quantity() if branch is None else _amount(branch)


def _amount(branch: Branch) -> Quantity:
    """`value` and `unit`, or those of the first translation where it has none (the unit of a laboratory)."""
    if branch.get("value"):
        return Quantity(branch.get("value").strip(), branch.get("unit").strip())
    return second(branch)


def second(branch: Branch | None) -> Quantity:
    """The same amount in another unit: a translation of it."""
    if branch is None:
        return Quantity()
    for inner in every(branch, "translation")[:MOST_TRANSLATIONS]:
        if inner.get("value"):
            return Quantity(inner.get("value").strip(), inner.get("displayName") or inner.get("code"))
    return Quantity()


def single(found: Quantity) -> Quantity:
    """An interval whose ends are the same amount, as that amount."""
    same = found.low and decimal(found.low) == decimal(found.high)
    return Quantity(found.low, found.unit) if same else found


def time(written: str) -> str:
    """The digits of an HL7 time in its local time, cut to its precision; empty when it is none."""
    match = _TIME.fullmatch(written.strip()) if written else None
    if match is None:
        return ""
    digits = match[1]
    try:
        date(int(digits[:4]), int(digits[4:6] or 1), int(digits[6:8] or 1))
    except ValueError:
        return ""
    # Digits in pairs: they compare as their numbers do, and a part that is not told is before all.
    clock = digits[8:10] < "24" and digits[10:12] < "60" and digits[12:] <= "60"
    return digits if clock else ""


def interval(branch: Branch | None) -> tuple[str, str]:
    """Start and end of an effectiveTime, either of which may be empty; a single time is a start."""
    if branch is None:
        return "", ""
    return (
        time(branch.get("value") or attribute(branch, "low", "value") or attribute(branch, "center", "value")),
        time(attribute(branch, "high", "value")),
    )


def period(branch: Branch) -> tuple[str, str]:
    """The first effectiveTime that tells a date: an administration has others, for its rhythm."""
    for found in every(branch, "effectiveTime"):
        told = interval(found)
        if any(told):
            return told
    return "", ""
