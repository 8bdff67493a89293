"""The invitations of the national insurer, as an operator hands them over (SC-5): a file of one line of JSON for each.

The file is ours (decided): nothing says how the insurer would send them.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dmp.actions.receive_invitation import Received, ReceiveInvitation, check
from dmp.desk.errands import Done
from dmp.desk.installation import Installation
from dmp.main import build_gate, now
from dmp.record.actor import Caller, Operator
from dmp.record.dtm import PARIS
from dmp.record.errors import AccessRefused, IncompleteRequest, InvalidIdentity, RecordClosed, RecordNotFound
from dmp.services.rule_set import Rules

FIELDS = ("id", "ins", "programme", "day")
LONGEST_LINE = 1000
"""Characters."""


@dataclass(frozen=True)
class Invitations(Installation):
    """What comes from the insurer for the holders of one installation."""

    operator: str = ""

    def load(self, file: Path) -> Done:
        """Keep each invitation with the record of whom it is for: of a file with a wrong line, none.

        What cannot be kept is counted, and nothing says whose it was, nor why.

        Raises:
            IncompleteRequest: a line that cannot be read, named by its number; no file that can be read twice; or
                no name of an operator.
            StorageUnavailable: the store cannot be used now; the file can be handed over again, each counts once.
        """
        if not self.operator.strip():
            raise IncompleteRequest("this act asks for the operator's name", element="operator")
        outcomes, caller = Counter[str](), Caller(Operator(self.operator.strip()))
        with self._store() as store:
            gate = build_gate(store, self.settings)
            rules = gate.rules()
            lines = sum(1 for _ in self._read(file, rules))
            for one in self._read(file, rules):
                try:
                    outcomes[gate.perform(caller, one, now())] += 1
                except (AccessRefused, RecordClosed, RecordNotFound):
                    outcomes[Received.NOT_KEPT] += 1
        if outcomes.total() != lines:
            raise IncompleteRequest("it must be a file that can be read twice: a pipe cannot", element="file")
        return Done(outcomes)

    def _read(self, file: Path, rules: Rules) -> Iterator[ReceiveInvitation]:
        # Some systems begin a file with a mark of its encoding (BOM).
        with file.open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
            number = 0
            while line := lines.readline(LONGEST_LINE + 1):
                number += 1
                if line.strip():
                    yield self._one(line, number, rules)

    def _one(self, line: str, number: int, rules: Rules) -> ReceiveInvitation:
        if len(line) > LONGEST_LINE:
            raise IncompleteRequest(f"{LONGEST_LINE} characters at most", element=f"line {number}")
        try:
            told = _fields(line)
            one = ReceiveInvitation(
                self._patient(told["ins"]), told["id"], told["programme"], date.fromisoformat(told["day"])
            )
            check(one, rules, now().astimezone(PARIS).date())
        except IncompleteRequest as error:
            raise IncompleteRequest(f"{error.element}: {error}", element=f"line {number}") from error
        except InvalidIdentity as error:
            raise IncompleteRequest("ins: not an INS that this service takes", element=f"line {number}") from error
        except (RecursionError, ValueError) as error:
            raise IncompleteRequest(f"each line holds {', '.join(FIELDS)}", element=f"line {number}") from error
        return one


def _fields(line: str) -> dict[str, str]:
    """The four texts of a line.

    Raises:
        ValueError: it is not these four, each once.
    """
    pairs = json.loads(line, object_pairs_hook=list)
    told = dict(pairs) if isinstance(pairs, list) and all(isinstance(one, tuple) for one in pairs) else {}
    if sorted(told) != sorted(FIELDS) or len(pairs) != len(FIELDS):
        raise ValueError("other fields")
    if not all(isinstance(value, str) for value in told.values()):
        raise ValueError("not texts")
    return told
