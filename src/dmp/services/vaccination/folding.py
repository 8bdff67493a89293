"""The same dose told twice is one dose («dédoublonnage», VA-1, DEC-69), with all who tell of it.

Two records are one dose when they share an antigen and are a day apart at
most, or carry the same lot within two days. The one with a lot number and a
professional author leads. Certificates of a child tell one act valence by
valence: what is left of one document on one day, without a lot, is one act.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

SAME_DOSE_DAYS = 1
SAME_LOT_DAYS = 2


class _Valence(Protocol):
    @property
    def antigens(self) -> frozenset[str]: ...


class _Evidence(Protocol):
    @property
    def uuid(self) -> str: ...


class _Record(Protocol):
    @property
    def day(self) -> date | None: ...
    @property
    def valence(self) -> _Valence: ...
    @property
    def lot(self) -> str: ...
    @property
    def strength(self) -> int: ...
    @property
    def evidence(self) -> _Evidence | None: ...
    @property
    def path(self) -> str: ...


Told = TypeVar("Told", bound=_Record)


def folded(records: Iterable[Told]) -> tuple[tuple[Told, ...], ...]:
    """Groups of records with a day, each one dose, the record that leads first; by day."""
    groups: list[list[Told]] = []
    for record in sorted(records, key=_order):
        group = next((one for one in groups if _same(one, record)), None)
        if group is None:
            groups.append([record])
        else:
            group.append(record)
    acts = _acts(groups)
    return tuple(sorted((tuple(one) for one in acts), key=lambda one: (_day(one[0]), _order(one[0]))))


def _order(record: _Record) -> tuple[int, bool, int, date, str, str]:
    """The strongest first; what says more before what says less."""
    document = record.evidence.uuid if record.evidence is not None else ""
    antigens = -len(record.valence.antigens)
    return record.strength, not record.lot, antigens, _day(record), document, record.path


def _same(group: list[Told], record: Told) -> bool:
    lead = group[0]
    apart = abs((_day(lead) - _day(record)).days)
    same_lot = bool(lead.lot) and lead.lot == record.lot
    near = apart <= (SAME_LOT_DAYS if same_lot else SAME_DOSE_DAYS)
    return near and bool(lead.valence.antigens & record.valence.antigens)


def _acts(groups: list[list[Told]]) -> list[list[Told]]:
    """The valences of one document and day, none with a lot and told nowhere else, as one act."""
    acts: dict[tuple[str, date], list[Told]] = {}
    found: list[list[Told]] = []
    for group in groups:
        lead = group[0]
        if len(group) > 1 or lead.lot or lead.evidence is None:
            found.append(group)
            continue
        key = (lead.evidence.uuid, _day(lead))
        if key in acts:
            acts[key].append(lead)
        else:
            acts[key] = group
            found.append(group)
    return found


def _day(record: _Record) -> date:
    return record.day or date.min
