"""What a service acknowledged, written down by its callers: what must be there after whatever happens to it."""

import threading
from collections import Counter as Multiset
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dmp.assure.claim import Counter
from dmp.assure.crowd import octets_of, patiently, told
from dmp.client import CallRefused, DmpClient
from dmp.client.errors import Unreachable
from dmp.record.entry import DocumentEntry
from dmp.record.patient import PatientId
from dmp.record.submission import Submission
from dmp.sandbox.population import Person

AT_ONCE = 50
"""Documents read with one message."""


@dataclass
class Lot:
    """A lot that was sent; acknowledged or not, and which of its documents were masked."""

    person: Person
    submission: Submission
    acknowledged: bool = False
    checked: bool = False
    """Its octets were read back since it was acknowledged."""
    masked: dict[str, bool] = field(default_factory=dict)
    """By uniqueId: what the last acknowledged change said."""
    unsure: set[str] = field(default_factory=set)
    """Documents whose last change was not answered: either state is right."""

    @property
    def unique_ids(self) -> list[str]:
        """Its documents."""
        return [entry.unique_id for entry in self.submission.entries]


class Ledger:
    """All lots that were sent to one service."""

    def __init__(self) -> None:
        """Nothing was sent."""
        self._lock = threading.Lock()
        self._lots: list[Lot] = []

    def __iter__(self) -> Iterator[Lot]:
        """The lots in the order in which they were sent."""
        with self._lock:
            return iter(list(self._lots))

    def write(self, lot: Lot) -> None:
        """Note a lot before it is sent."""
        with self._lock:
            self._lots.append(lot)

    @property
    def acknowledged(self) -> int:
        """How many lots were acknowledged."""
        return sum(lot.acknowledged for lot in self)


def check(ledger: Iterable[Lot], reader: DmpClient, counter: Counter, *, everything: bool = False) -> None:
    """Compare the records with the ledger, or some lots of it: nothing acknowledged lost, half there or there twice.

    The octets of a document are read back once, and again with `everything`.
    """
    lots = list(ledger)
    for person in dict.fromkeys(lot.person for lot in lots):
        try:
            entries = patiently(lambda p=person: reader.find(p.patient))
        except Unreachable:
            raise
        except CallRefused as error:
            counter.wrong("lost", f"a record: {told(error)}")
            continue
        times = Multiset(entry.unique_id for entry in entries)
        if doubled := sum(count - 1 for count in times.values()):
            counter.wrong("double", f"{doubled} entries too many in a record")
        found = {entry.unique_id: entry for entry in entries}
        about = [lot for lot in lots if lot.person is person]
        for lot in about:
            compare(lot, found, counter)
        _read_back([lot for lot in about if lot.acknowledged and (everything or not lot.checked)], reader, counter)


def compare(lot: Lot, found: Mapping[str, DocumentEntry], counter: Counter) -> None:
    """Compare one lot with what was found in the record, by uniqueId."""
    present = [unique_id for unique_id in lot.unique_ids if unique_id in found]
    if lot.acknowledged and len(present) < len(lot.unique_ids):
        counter.wrong("lost", f"{len(lot.unique_ids) - len(present)} documents of an acknowledged lot")
    elif 0 < len(present) < len(lot.unique_ids):
        counter.wrong("half", f"{len(present)} of {len(lot.unique_ids)} documents of a lot that was not acknowledged")
    for unique_id, masked in lot.masked.items():
        if unique_id not in lot.unsure and unique_id in found and found[unique_id].visibility.masked != masked:
            counter.wrong("lost", "an acknowledged change of a mask")


def _read_back(lots: Sequence[Lot], reader: DmpClient, counter: Counter) -> None:
    """Compare the octets of the lots of one person with what was sent."""
    expected = {name: octets for lot in lots for name, octets in octets_of(lot.submission).items()}
    for name, octets in read_all(reader, lots[0].person.patient, expected).items() if lots else ():
        if octets is None:
            counter.wrong("lost", "an acknowledged document is not read")
        elif octets != expected[name]:
            counter.wrong("lost", "the octets of an acknowledged document changed")
    for lot in lots:
        lot.checked = True


def read_all(reader: DmpClient, patient: PatientId, unique_ids: Iterable[str]) -> dict[str, bytes | None]:
    """Read documents, many with one message; None for each that does not come, though it was asked for alone too."""
    names = list(unique_ids)
    found: dict[str, bytes | None] = {}
    for start in range(0, len(names), AT_ONCE):
        answer = patiently(lambda wanted=names[start : start + AT_ONCE]: reader.retrieve(patient, wanted))
        found |= {document.request.unique_id: document.content.read() for document in answer.documents}
    return {name: found[name] if name in found else _read_alone(reader, patient, name) for name in names}


def _read_alone(reader: DmpClient, patient: PatientId, unique_id: str) -> bytes | None:
    try:
        return patiently(lambda: reader.read(patient, unique_id))
    except CallRefused:
        return None


def send_again(ledger: Ledger, feeder: DmpClient, counter: Counter) -> None:
    """Send what was not acknowledged once more, as a sender does: it must be taken now, whether it was there or not."""
    for lot in ledger:
        if not lot.acknowledged:
            try:
                patiently(lambda o=lot: feeder.submit_lot(o.person.patient, o.submission))
            except CallRefused as error:
                counter.wrong("refused", f"a lot that was sent again: {told(error)}")
            else:
                lot.acknowledged = True
