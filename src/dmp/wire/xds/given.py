"""The parameters of one stored query, counted against its table and read by kind (xds-wire 6.2)."""

from dataclasses import dataclass

from dmp.record.entry import EntryStatus, Relation
from dmp.record.errors import XdsCode
from dmp.record.hl7text import Cx
from dmp.record.patient import PatientId
from dmp.record.query import Pairs, TimeRange
from dmp.wire.xds import ebrim, syntax
from dmp.wire.xds.ebrim import Element
from dmp.wire.xds.findings import Findings, Owner
from dmp.wire.xds.queries import KNOWN, Parameter
from dmp.wire.xds.query_values import BadValue, read_values

Values = tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """What was given: for each parameter the values of each of its slots. Problems go to `owner`."""

    slots: dict[str, list[Values]]
    owner: Owner

    def has(self, name: str) -> bool:
        """Tell whether a parameter came."""
        return name in self.slots

    def texts(self, name: str) -> Values:
        """Every value of a parameter."""
        return tuple([value for values in self.slots.get(name, ()) for value in values])

    def text(self, name: str) -> str:
        """The value of a single-valued parameter, empty when absent."""
        values = self.texts(name)
        return values[0] if values else ""

    def ids(self, name: str) -> frozenset[str]:
        """Object ids, `urn:uuid:` in lower case."""
        return frozenset(map(ebrim.normal_id, self.texts(name)))

    def pairs(self, name: str) -> Pairs:
        """Codes, any of which answers."""
        return frozenset([self._pair(name, value) for value in self.texts(name)])

    def all_pairs(self, name: str) -> tuple[Pairs, ...]:
        """Codes of each slot: one of every slot must be there."""
        slots = self.slots.get(name, [])
        return tuple([frozenset([self._pair(name, value) for value in values]) for values in slots])

    def all_texts(self, name: str) -> tuple[frozenset[str], ...]:
        """Values of each slot: one of every slot must be there."""
        return tuple([frozenset(values) for values in self.slots.get(name, ())])

    def relations(self, name: str) -> frozenset[Relation]:
        """Types of associations, by their whole URN."""
        found: set[Relation] = set()
        for value in self.texts(name):
            try:
                found.add(Relation(value))
            except ValueError:
                self.owner.add(name, "unknown association type", value=value)
        return frozenset(found)

    def statuses(self, name: str) -> frozenset[EntryStatus]:
        """Statuses, by their whole URN."""
        found: set[EntryStatus] = set()
        for value in self.texts(name):
            try:
                found.add(EntryStatus(value))
            except ValueError:
                self.owner.add(name, "unknown status", value=value)
        return frozenset(found)

    def period(self, name: str) -> TimeRange:
        """The bounds `…From` and `…To` of a time."""
        return TimeRange(self._time(f"{name}From"), self._time(f"{name}To"))

    def patient(self, name: str) -> PatientId:
        """A patient identifier, of which number and root count."""
        text = self.text(name)
        if syntax.is_cx(text, components=7, oid=syntax.is_dotted):
            return Cx.parse(text, name).patient
        if text:
            self.owner.add(name, "not an identifier of the form id^^^&oid&ISO")
        return PatientId("", "")

    def _pair(self, name: str, value: str) -> tuple[str, str]:
        parts = value.split("^")
        if len(parts) != 3 or not parts[0] or parts[1] or not parts[2]:
            self.owner.add(name, "a code is written code^^scheme", value=value)
        return parts[0], parts[-1]

    def _time(self, name: str) -> str:
        value = self.text(name)
        if value and not syntax.is_time(value):
            self.owner.add(name, "not a time YYYY[MM[DD[hh[mm[ss]]]]]", value=value)
        return value


def read_given(query: Element, parameters: tuple[Parameter, ...], findings: Findings) -> Given:
    """Gather the parameters of an AdhocQuery and count them; a slot that no query knows is ignored."""
    owner = findings.of("AdhocQuery")
    given = Given({}, owner)
    for slot in query.iterchildren(ebrim.SLOT):
        name = slot.get("name", "")
        if name in KNOWN:
            given.slots.setdefault(name, []).append(_values(slot, name, owner))
    for parameter in parameters:
        _count(parameter, given)
    expected = {parameter.name for parameter in parameters}
    for name in given.slots:
        if name not in expected:
            owner.add(name, "not a parameter of this query")
    return given


def _values(slot: Element, name: str, owner: Owner) -> Values:
    values: list[str] = []
    try:
        for text in ebrim.slot_values(slot):
            values.extend(read_values(text))
    except BadValue as error:
        owner.add(name, str(error))
        return ()
    if not (values and all(values)):
        owner.add(name, "without value")
    return tuple(values)


def _count(parameter: Parameter, given: Given) -> None:
    name, owner = parameter.name, given.owner
    slots = given.slots.get(name, [])
    if parameter.required and not slots:
        owner.add(name, "missing", code=XdsCode.STORED_QUERY_MISSING_PARAM)
    if not parameter.many and len(given.texts(name)) > 1:
        owner.add(name, "takes one value", code=XdsCode.STORED_QUERY_PARAM_NUMBER)
    elif len(slots) > 1 and not parameter.repeated:
        owner.add(name, "slot given twice")
