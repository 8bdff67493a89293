"""What became of each line of a prescription: deliveries tied to it, its state (cda-and-services 4.8, DEC-91, DEC-93).

The id of the line is enough: documents of prescription and of delivery do not
agree on the id of the prescription. Without it, the same substances within the
validity and the quantity that is left; where several lines would do, none is
chosen.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dmp.services.days import days_after, months_after
from dmp.services.medicines.deliveries import Delivery, Line, plain_ident
from dmp.services.medicines.parameters import Parameters
from dmp.services.medicines.product import Product


class LineState(StrEnum):
    """The words of DEC-91; that it was substituted or may be renewed is said beside."""

    PRESCRIBED = "prescribed"
    PARTLY_DISPENSED = "partly_dispensed"
    DISPENSED = "dispensed"
    STOPPED = "stopped"
    NOT_COLLECTED = "not_collected"
    EXPIRED = "expired"


class Tie(StrEnum):
    """How a delivery was tied to a line."""

    BY_IDENT = "by_ident"
    BY_SUBSTANCE = "by_substance"
    TO_BE_LINKED = "to_be_linked"
    """Several lines would do: somebody has to say which (DEC-93)."""
    UNKNOWN = "unknown"
    """No line that the viewer may see."""


@dataclass(frozen=True)
class Tied:
    """A delivery, and the line that it was made for."""

    delivery: Delivery
    line: Line | None
    tie: Tie


@dataclass(frozen=True)
class Followed:
    """A line and what became of it."""

    line: Line
    deliveries: tuple[Delivery, ...]
    state: LineState
    substituted: bool = False
    renewable: bool = False
    until: date | None = None
    """The last day on which it may be delivered; None where the prescription has no day."""
    left: Decimal | None = None
    """What may still be delivered, in the unit of the line; None where quantities do not tell."""


def tied(lines: tuple[Line, ...], deliveries: tuple[Delivery, ...], parameters: Parameters) -> tuple[Tied, ...]:
    """Tie each delivery, the oldest first, to the line that it was made for."""
    index = _Index(lines)
    done: list[Tied] = []
    made: dict[int, list[Delivery]] = {}
    for delivery in deliveries:
        line, tie = _tie(delivery, index, made, parameters)
        if line is not None:
            made.setdefault(id(line), []).append(delivery)
        done.append(Tied(delivery, line, tie))
    return tuple(done)


class _Index:
    """Lines by their ids, and by whatever their medicines are recognised by."""

    def __init__(self, lines: tuple[Line, ...]):
        self._by_ident: dict[str, list[Line]] = {}
        self._by_identity: dict[str, list[Line]] = {}
        for line in lines:
            self._by_ident.setdefault(line.ident, []).append(line)
            for identity in line.product.identities():
                self._by_identity.setdefault(identity, []).append(line)

    def called(self, ident: str) -> list[Line]:
        """Those of an id."""
        return self._by_ident.get(ident, [])

    def of(self, product: Product) -> list[Line]:
        """Those of a medicine, each once."""
        found = (line for identity in product.identities() for line in self._by_identity.get(identity, ()))
        once = {id(line): line for line in found}
        return [line for line in once.values() if line.product.same_medicine(product)]


def _tie(
    delivery: Delivery, index: _Index, made: dict[int, list[Delivery]], parameters: Parameters
) -> tuple[Line | None, Tie]:
    if delivery.fact.line:
        return _tie_by_ident(delivery, index.called(plain_ident(delivery.fact.line)))
    lines = index.of(delivery.product)
    able = [line for line in lines if _would_do(delivery, line, made.get(id(line), []), parameters)]
    if len(able) == 1:
        return able[0], Tie.BY_SUBSTANCE
    return None, Tie.TO_BE_LINKED if able else Tie.UNKNOWN


def _tie_by_ident(delivery: Delivery, called: list[Line]) -> tuple[Line | None, Tie]:
    """Ids are copied along with other content: a line of other substances is not meant (cda-and-services 3.4)."""
    able = [line for line in called if not line.product.excludes(delivery.product)]
    if len(able) > 1:
        named = [line for line in able if _same_prescription(line, delivery)]
        able = named or [line for line in able if line.product.same_medicine(delivery.product)] or able
    if len(able) == 1:
        return able[0], Tie.BY_IDENT
    return None, Tie.TO_BE_LINKED if able else Tie.UNKNOWN


def _same_prescription(line: Line, delivery: Delivery) -> bool:
    told = plain_ident(delivery.fact.prescription)
    return bool(told) and told in (plain_ident(line.fact.prescription), plain_ident(line.sheet.entry.unique_id))


def _would_do(delivery: Delivery, line: Line, made: list[Delivery], parameters: Parameters) -> bool:
    """Whether a line of the medicine may have been meant: within its validity, with something left."""
    if line.day is None or delivery.day is None or line.fact.status in parameters.stopped:
        return False
    return line.day <= delivery.day <= _until(line.day, bool(made), parameters) and not _is_used_up(line, made)


def _until(day: date, begun: bool, parameters: Parameters) -> date:
    return months_after(day, parameters.validity if begun else parameters.first_delivery)


def followed(
    lines: tuple[Line, ...], ties: tuple[Tied, ...], today: date, parameters: Parameters
) -> tuple[Followed, ...]:
    """Every line, with its deliveries and its state."""
    made: dict[int, list[Delivery]] = {}
    for tie in ties:
        if tie.line is not None:
            made.setdefault(id(tie.line), []).append(tie.delivery)
    return tuple(_follow(line, made.get(id(line), []), today, parameters) for line in lines)


def _follow(line: Line, made: list[Delivery], today: date, parameters: Parameters) -> Followed:
    until = None if line.day is None else _until(line.day, bool(made), parameters)
    used_up = _is_used_up(line, made)
    late = until is not None and today > until
    state = _state(line, made, today=today, used_up=used_up, late=late, parameters=parameters)
    going = state is LineState.PARTLY_DISPENSED
    return Followed(
        line,
        tuple(made),
        state,
        substituted=any(_is_substituted(line, each) for each in made),
        renewable=going and _fills(line, made) >= 1,
        until=until,
        left=_left(line, made),
    )


def _state(
    line: Line, made: list[Delivery], *, today: date, used_up: bool, late: bool, parameters: Parameters
) -> LineState:
    if used_up:
        return LineState.DISPENSED
    if line.fact.status in parameters.stopped:
        return LineState.STOPPED
    if late:
        return LineState.EXPIRED
    if made:
        return LineState.PARTLY_DISPENSED
    if line.day is not None and today > days_after(line.day, parameters.not_collected):
        return LineState.NOT_COLLECTED
    return LineState.PRESCRIBED


def _is_used_up(line: Line, made: list[Delivery]) -> bool:
    left = _left(line, made)
    if left is not None:
        return left <= 0
    return _fills(line, made) >= 1 + max(line.fact.repeats, 0)


def _left(line: Line, made: list[Delivery]) -> Decimal | None:
    """Quantity x (1 + renewals), less what was delivered; None unless all of it is told in one unit."""
    whole = line.fact.quantity.number
    if whole is None or whole <= 0:
        return None
    left = whole * (1 + max(line.fact.repeats, 0))
    for each in made:
        given = each.fact.quantity.number
        if given is None or given <= 0 or each.fact.quantity.unit != line.fact.quantity.unit:
            return None
        left -= given
    return left


def _fills(line: Line, made: list[Delivery]) -> int:
    """How many times it was delivered whole: FFP and RFP are parts (HL7 ActSupplyFulfillment)."""
    whole = line.fact.quantity.number
    left = _left(line, made)
    if whole and left is not None:
        return int((whole * (1 + max(line.fact.repeats, 0)) - left) // whole)
    return sum(each.fact.completeness not in ("FFP", "RFP") for each in made)


def _is_substituted(line: Line, delivery: Delivery) -> bool:
    """Whether another medicine of the same kind was handed out: told so, or another CIS, or another CIP of none."""
    mine, theirs = line.product, delivery.product
    if delivery.fact.substitution not in ("", "N", "none"):
        return True
    if mine.cis and theirs.cis:
        return mine.cis != theirs.cis
    return bool(mine.cip and theirs.cip) and mine.cip != theirs.cip
