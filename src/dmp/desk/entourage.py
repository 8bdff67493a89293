"""The people around a holder, at the desk of the service: the acts of the gate, as one line of answer (PT-18)."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from typing_extensions import override

from dmp.actions.delegates import RevokeDelegate
from dmp.actions.heirs import AskAsHeir, Asked, DecideOnHeir, ListHeirs
from dmp.actions.list_people import ListPeople
from dmp.actions.representatives import DeclareGuardian, DeclareProtection, EndRepresentation
from dmp.desk.installation import Installation
from dmp.record.actor import Caller, Operator
from dmp.record.dtm import PARIS
from dmp.record.patient import Contact, Guardian
from dmp.record.people import HeirMotive, HeirQuality, Measure, People, Protection


@dataclass(frozen=True)
class Entourage(Installation):
    """The acts of an operator who gives his name; `reason` is what was shown to him, which the trace keeps."""

    operator: str
    reason: str = ""

    @property
    @override
    def _caller(self) -> Caller:
        return Caller(Operator(self.operator), reason=self.reason)

    def people(self, ins: str) -> str:
        """Who acts for the holder, as JSON."""
        return _json(self._perform(ListPeople(self._patient(ins))))

    def guardian(self, ins: str, guardian: str, *, relationship: str, family: str, given: str, telecom: str) -> str:
        """Declare somebody who has authority over a minor."""
        contact = Contact(telecoms=(("", telecom),)) if telecom else Contact()
        told = Guardian(relationship, family, given, contact, self._patient(guardian))
        self._perform(DeclareGuardian(self._patient(ins), told))
        return "dmp: declared; he acts in the record with an account of his own"

    def protect(self, ins: str, person: str, *, name: str, measure: Measure, since: date, until: date) -> str:
        """Declare a measure that protects an adult."""
        told = Protection(self._patient(person), name, measure, _first(since), _after(until))
        self._perform(DeclareProtection(self._patient(ins), told))
        acts = "acts for the holder" if measure.represents else "assists, and opens nothing of the record"
        return f"dmp: declared; who is in charge {acts}"

    def end(self, ins: str, person: str) -> str:
        """End an authority or a measure."""
        self._perform(EndRepresentation(self._patient(ins), self._patient(person).number))
        return "dmp: he does not represent the holder any more"

    def revoke(self, ins: str, person: str) -> str:
        """Take a delegation back for its holder."""
        self._perform(RevokeDelegate(self._patient(ins), self._patient(person).number))
        return "dmp: he is no delegate any more"

    def heirs(self, ins: str) -> str:
        """What heirs asked, as JSON."""
        return _json(self._perform(ListHeirs(self._patient(ins))))

    def ask(self, ins: str, heir: str, *, name: str, quality: HeirQuality, motive: HeirMotive) -> str:
        """Write down the request of an heir."""
        self._perform(AskAsHeir(self._patient(ins), self._patient(heir), name, quality, motive))
        return "dmp: noted, if the record is that of a dead person; see dmp record heirs"

    def decide_on_heir(self, ins: str, heir: str, until: date | None) -> str:
        """Answer it; None refuses."""
        self._perform(DecideOnHeir(self._patient(ins), self._patient(heir).number, _after(until) if until else None))
        return "dmp: refused" if until is None else f"dmp: the record is open to this heir until {until}, to read"


def _first(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


def _after(day: date) -> datetime:
    """The end of a day, which it includes."""
    return _first(day + timedelta(days=1))


def _json(told: People | Asked) -> str:
    return json.dumps(asdict(told), indent=2, ensure_ascii=False, default=str)
