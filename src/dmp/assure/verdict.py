"""What came of a claim."""

from collections import Counter
from dataclasses import dataclass

from dmp.assure.claim import Claim, Engine, Figure


@dataclass(frozen=True)
class Verdict:
    """The figures of one claim, how they were got, and whether the promise held."""

    claim: Claim
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    seed: int
    count: int
    machine: str
    seconds: float
    engines: tuple[Engine, ...]

    @property
    def remarks(self) -> list[str]:
        """What went wrong, the same thing once."""
        times = Counter(self.notes)
        return [note if count == 1 else f"{count} times: {note}" for note, count in times.items()]

    @property
    def held(self) -> bool:
        """Whether every figure is within its bounds."""
        return all(figure.held for figure in self.figures)

    @property
    def replay(self) -> str:
        """The command that tries it again, the same way."""
        return f"./dev assure {self.claim.name} --seed {self.seed} --count {self.count}"

    @property
    def line(self) -> str:
        """The one line of the claim: figures, seed, machine."""
        told = ", ".join(map(str, self.figures))
        mark = "" if self.held else "FALLS SHORT "
        return f"{mark}{self.claim.name}: {told} | seed {self.seed} | {' + '.join(self.engines)}, {self.machine}"
