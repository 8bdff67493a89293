"""The problems of one message, gathered while it is read so that its sender learns them all at once (xds-wire 2.4)."""

from dataclasses import dataclass

from dmp.record.errors import Problem, Refused, XdsCode

CONTEXT = 400
"""Longest codeContext, in characters (xds-wire 3.2)."""
MOST = 500
"""Errors, and warnings, kept of one message: a small bad message must not be answered by a huge one."""


class Findings:
    """What was found wrong so far; `code` is the error code of an ordinary broken rule."""

    def __init__(self, code: XdsCode) -> None:
        self._code = code
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []

    def add(self, owner: str, attribute: str, what: str, *, value: str = "", code: XdsCode | None = None) -> None:
        """Note a broken rule. `value` is shown to the sender: never give a name, an identity or a clinical value."""
        self._keep(Problem(code or self._code, _context(owner, attribute, what, value)))

    def warn(self, owner: str, attribute: str, what: str, *, code: XdsCode) -> None:
        """Note what the sender should know and that blocks nothing."""
        self._keep(Problem(code, _context(owner, attribute, what, ""), warning=True))

    def take(self, problems: tuple[Problem, ...]) -> None:
        """Add problems found elsewhere."""
        for problem in problems:
            self._keep(problem)

    def of(self, owner: str) -> "Owner":
        """The same findings, about one object."""
        return Owner(self, owner or "(no id)")

    def settle(self) -> tuple[Problem, ...]:
        """End the reading: the warnings.

        Raises:
            Refused: one problem at least is not a warning.
        """
        if self._errors:
            raise Refused(*self._errors, *self._warnings)
        return tuple(self._warnings)

    def _keep(self, problem: Problem) -> None:
        kept = self._warnings if problem.warning else self._errors
        if len(kept) < MOST:
            kept.append(problem)


@dataclass(frozen=True)
class Owner:
    """One object of the message, named at the head of every problem it has."""

    findings: Findings
    id: str

    def add(self, attribute: str, what: str, *, value: str = "", code: XdsCode | None = None) -> None:
        """Note a broken rule of this object."""
        self.findings.add(self.id, attribute, what, value=value, code=code)

    def warn(self, attribute: str, what: str, *, code: XdsCode) -> None:
        """Note a warning about this object."""
        self.findings.warn(self.id, attribute, what, code=code)


def _context(owner: str, attribute: str, what: str, value: str) -> str:
    # Each piece is cut first: a sender may give one huge id a thousand broken children.
    shown = f", {value[:CONTEXT]}" if value else ""
    return f"{owner[:CONTEXT]} {attribute[:CONTEXT]}: {what}{shown}"[:CONTEXT]
