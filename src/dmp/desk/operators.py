"""The operators who may sign in to the pages, as who commands the machine enrols and removes them (security 9.2)."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from dmp.audit.trace import Outcome
from dmp.desk.installation import OPERATOR, Installation
from dmp.main import build_gate, now
from dmp.record.dtm import PARIS
from dmp.record.enrolment import PASSWORD_LENGTH, PASSWORD_LETTERS
from dmp.record.errors import IncompleteRequest
from dmp.sign_in import operators
from dmp.sign_in.reception import Happened
from dmp.store.tx import Store

ENROLMENT = "operator/inscription"
"""The page where a code is typed, below the address of the portal."""
_GROUP = 4


@dataclass(frozen=True)
class OperatorDesk(Installation):
    """The operators of one installation."""

    def add(self, name: str) -> Iterator[str]:
        """Enrol one, or another key of one; tells the page and the code, once.

        Raises:
            IncompleteRequest: not a name, or the portal has no address: keys belong to one.
        """
        if not self.settings.portal_url:
            raise IncompleteRequest("passkeys need the address of the portal", element="DMP_PORTAL_URL")
        code = "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(PASSWORD_LENGTH))
        with self._store() as store:
            with store.begin(held=True) as tx:
                operators.enrolled(tx, name, code, now())
            self._note(store, Happened.OPERATOR_ENROLLED, name)
        yield f"page  {self.settings.portal_url.rstrip('/')}/{ENROLMENT}"
        yield f"code  {'-'.join(code[at : at + _GROUP] for at in range(0, PASSWORD_LENGTH, _GROUP))}"
        yield "dmp: for one key, within the hour; give it to nobody but this operator"

    def listed(self) -> Iterator[str]:
        """One line for each."""
        with self._store() as store, store.begin() as tx:
            found = tx.operators.all()
        for operator, keys in operators.told(found):
            yield f"{operator.name}  since {operator.since.astimezone(PARIS):%Y-%m-%d}  {keys}"

    def remove(self, name: str) -> str:
        """Remove one.

        Raises:
            IncompleteRequest: there is none of this name.
        """
        with self._store() as store:
            with store.begin(held=True) as tx:
                operators.removed(tx, name)
            self._note(store, Happened.OPERATOR_REMOVED, name)
        return f"dmp: {name} signs in no more; his sessions have ended"

    def _note(self, store: Store, happened: Happened, name: str) -> None:
        gate = build_gate(store, self.settings)
        gate.note_sign_in(happened, Outcome.DONE, OPERATOR.actor, now(), by=(name,))
