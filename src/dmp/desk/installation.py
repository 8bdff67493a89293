"""An installation as an operator acts on it: its store for the time of one command, and the door to its records."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dmp.actions.action import Action, Result
from dmp.main import build_gate, now, open_store, refuse_identity
from dmp.record.actor import Caller, Operator
from dmp.record.errors import IncompleteRequest
from dmp.record.ins import read_ins
from dmp.record.patient import PatientId
from dmp.settings import Settings
from dmp.store.tx import Store

OPERATOR = Caller(Operator("command-line"))
"""Who acts when nobody gives his name."""


@dataclass(frozen=True)
class Installation:
    """What every desk begins with."""

    settings: Settings

    @property
    def _caller(self) -> Caller:
        """Who acts, when an act does not say."""
        return OPERATOR

    @contextmanager
    def _store(self) -> Iterator[Store]:
        store = open_store(self.settings)
        try:
            yield store
        finally:
            store.close()

    def _patient(self, ins: str) -> PatientId:
        """Whose INS it is, of the family that this installation takes."""
        patient = read_ins(ins, production=self.settings.production)
        refuse_identity(self.settings, patient)
        return patient

    def _perform(self, action: Action[Result], by: Caller | None = None) -> Result:
        with self._store() as store:
            return build_gate(store, self.settings).perform(by or self._caller, action, now())


def named_operator(name: str, reason: str) -> Caller:
    """An operator who gives his name and a reason, as an act of two operators asks.

    Raises:
        IncompleteRequest: one of them is missing.
    """
    if not name.strip() or not reason.strip():
        raise IncompleteRequest("this act asks for the operator's name and for a reason", element="operator")
    return Caller(Operator(name.strip()), reason=reason.strip())
