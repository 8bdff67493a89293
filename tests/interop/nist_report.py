"""The count of what passed, and the table of every step."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from nist_ledger import Played, Verdict
from nist_plan import Step
from nist_replay import Replay


@dataclass(frozen=True)
class Report:
    """What came of every step of a kit."""

    rows: tuple[tuple[Step, Played], ...]
    absent: int
    """Sections that the tests list and the data do not hold."""

    @classmethod
    def of(cls, replay: Replay) -> "Report":
        """Play what was not played yet."""
        return cls(tuple((step, replay.play(step)) for step in replay.kit.steps), replay.kit.absent)

    @property
    def counts(self) -> Counter[Verdict]:
        """How many steps came to each verdict."""
        return Counter(played.verdict for _, played in self.rows)

    @property
    def replayable(self) -> int:
        """How many steps can be replayed."""
        return len(self.rows) - self.counts[Verdict.NOT_REPLAYABLE]

    @property
    def share(self) -> float:
        """What share of the replayable steps passed."""
        return self.counts[Verdict.PASSED] / self.replayable

    def __str__(self) -> str:
        """One line."""
        passed = self.counts[Verdict.PASSED]
        count = f"{len(self.rows)} steps, {self.replayable} replayable, {passed} passed, {self.share:.1%}"
        return f"{count}; {self.absent} sections not in the data"

    def write(self, path: Path) -> None:
        """The table: test, step, outcome, reason, separated by tabs; its last line is the count."""
        lines = [
            "\t".join((step.place.test, f"{step.place.section}/{step.place.step}", played.verdict, played.reason))
            for step, played in self.rows
        ]
        path.write_text("\n".join(("test\tstep\toutcome\treason", *lines, str(self))) + "\n")
