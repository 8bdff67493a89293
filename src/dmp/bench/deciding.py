"""How long the rights take: one decision alone, and those on all the documents of a long list."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

from dmp.access.decide import decide, decide_each
from dmp.access.policy import Policy, load_policy
from dmp.access.question import Question
from dmp.assure.matrix_values import AT
from dmp.bench.deciding_cases import CASES, CENTRES, LISTS, LONG, Case, all_different, many
from dmp.record.entry import DocumentEntry

RUNS, CHUNKS = 5, 40
"""Runs over all rows in turn, and short runs of each row in one of them."""
IN_A_CHUNK = 50
"""Decisions in a short run; a list is run once."""
MOST, MOST_OF_A_LIST = 5.0, 3.0
"""What one decision may take, in µs; and those on a list, in ms."""
_SCALE = {"µs": 1e6, "ms": 1e3}


@dataclass(frozen=True)
class Cost:
    """Processor time of one row: the median of many short runs, and the least, which other users of a machine spare.

    `most` is what it may take. All are in `unit`; `run` does what is timed `times` times.
    """

    asked: str
    answer: str
    most: float
    unit: str
    run: Callable[[], object]
    times: int = 1
    spent: list[float] = field(default_factory=list[float])

    @property
    def usual(self) -> float:
        """The median."""
        return median(self.spent)

    @property
    def over(self) -> bool:
        """It takes more than it may."""
        return self.usual > self.most

    def measure(self, chunks: int) -> None:
        """Run it some times more; the first is not counted, since another row has just had the machine."""
        self.run()
        for _ in range(chunks):
            begun = time.thread_time()
            self.run()
            self.spent.append((time.thread_time() - begun) * _SCALE[self.unit] / self.times)

    def __str__(self) -> str:
        """As a row of the table."""
        told = f"{self.usual:.2f} {self.unit}{', over' if self.over else ''}"
        return f"| {self.asked} | {self.answer} | {told} | {min(self.spent):.2f} |"


def table() -> Iterator[str]:
    """A row for each decision and for each list, then the worst of both.

    Raises:
        ValueError: a case names a rule that does not answer it.
    """
    costs = _measured(load_policy(regulation_centres=CENTRES))
    yield "| Asked | Answer | p50 | Least |"
    yield "|---|---|---|---|"
    yield from map(str, costs)
    for unit, what in (("µs", "decisions"), ("ms", f"lists of {LONG} documents")):
        rows = [cost for cost in costs if cost.unit == unit]
        worst = max(rows, key=lambda cost: cost.usual)
        over = f"{sum(cost.over for cost in rows)} of {len(rows)} {what} over {worst.most:g} {unit}"
        yield f"{over}; the worst: {worst.usual:.2f} {unit}, {worst.asked}: {worst.answer}"


def _measured(policy: Policy) -> list[Cost]:
    """Every row, run after run: a moment at which the machine is busy falls on many of them and decides none."""
    costs = [*(_one(case, policy) for case in CASES), *_lists(policy)]
    for _ in range(RUNS):
        for cost in costs:
            cost.measure(CHUNKS)
    return costs


def _one(case: Case, policy: Policy) -> Cost:
    """One decision; its question is made each time."""
    who, verb, record, entry = case.caller, case.verb, case.record, case.entry

    def run() -> None:
        for _ in range(IN_A_CHUNK):
            decide(Question(who, verb, record, entry, AT), policy)

    return Cost(case.asked, _answer(case, policy), MOST, "µs", run, IN_A_CHUNK)


def _lists(policy: Policy) -> Iterator[Cost]:
    for case in LISTS:
        yield _list(case, "documents", many(), policy)
        yield _list(case, "documents, no two alike", all_different(), policy)


def _list(case: Case, what: str, entries: list[DocumentEntry], policy: Policy) -> Cost:
    who, verb, record = case.caller, case.verb, case.record

    def run() -> None:
        decide_each(Question(who, verb, record, None, AT), entries, policy)

    return Cost(f"{case.asked}, {len(entries)} {what}", _answer(case, policy), MOST_OF_A_LIST, "ms", run)


def _answer(case: Case, policy: Policy) -> str:
    decision = decide(Question(case.caller, case.verb, case.record, case.entry, AT), policy)
    if decision.rule != case.rule:
        raise ValueError(f"{case.asked}: answered by {decision.rule}, not by {case.rule}")
    return f"{'yes' if decision.allowed else 'no'}, {decision.rule}"
