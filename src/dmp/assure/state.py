"""The legs of a claim that are done, kept in a file so that a long run can be taken up again."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from dmp.assure.claim import Tally


@dataclass(frozen=True)
class State:
    """One run of one claim: the file is named by claim, seed and count, and holds for one program only."""

    path: Path
    program: str

    def done(self) -> dict[int, Tally]:
        """The legs done so far; none when the program changed since."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        if kept["program"] != self.program:
            return {}
        return {
            int(number): Tally(leg["sums"], leg["worst"], tuple(leg["notes"])) for number, leg in kept["legs"].items()
        }

    def keep(self, legs: dict[int, Tally]) -> None:
        """Write the legs done so far; a run that is cut here loses one leg at most."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".part")
        told = {"program": self.program, "legs": {number: asdict(tally) for number, tally in legs.items()}}
        temporary.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        temporary.rename(self.path)

    def forget(self) -> None:
        """The run is over."""
        self.path.unlink(missing_ok=True)
