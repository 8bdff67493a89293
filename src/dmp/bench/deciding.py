"""How long the rights take: one decision alone, and those on all the documents of a long list."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice, product
from statistics import median

from dmp.access.decide import decide, decide_each
from dmp.access.policy import Policy, load_policy
from dmp.access.question import Question
from dmp.assure.matrix_values import AT, caller, document, record_for
from dmp.assure.oracle.situation import Attending, Given, Kind, Paper, Person, Standing, Whose
from dmp.record.verb import Verb

CHUNKS, IN_A_CHUNK = 200, 50
LONG = 500
"""Documents of a list."""
TYPES = (("11490-0", "10"), ("57833-6", "42"), ("11502-2", "10"), ("18748-4", "31"), ("60591-5", "11"), ("REMB", "60"))
ASKED = {
    "a nurse reads": (Person(Kind.PROFESSIONAL, "60"), Standing(given=Given.TO_HIM), Verb.READ),
    "a doctor searches": (Person(Kind.PROFESSIONAL, "10", "SM26"), Standing(given=Given.TO_HIM), Verb.FIND),
    "the attending doctor reads": (
        Person(Kind.PROFESSIONAL, "10", "SM26"),
        Standing(attending=Attending.CONFIRMED),
        Verb.READ,
    ),
    "the holder reads": (Person(Kind.HOLDER), Standing(), Verb.READ),
    "a hospital feeds": (Person(Kind.SOFTWARE, "AUTOMATE", "", "SA01"), Standing(), Verb.SUBMIT),
}


@dataclass(frozen=True)
class Cost:
    """Processor time: the median of many short runs, and the least, which the other users of a machine disturb less."""

    what: str
    usual: float
    least: float
    unit: str

    def __str__(self) -> str:
        """In words."""
        return f"{self.what}: {self.usual:.2f} {self.unit} (least {self.least:.2f})"


def costs() -> Iterator[Cost]:
    """One decision for some callers, its question made each time; then a list of 500 documents."""
    policy = load_policy()
    for what, asked in ASKED.items():
        yield _cost(f"one decision, {what}", _one(*asked, policy), 1e6 / IN_A_CHUNK, "µs")
    yield _cost(f"decisions on {LONG} documents", _many(policy), 1e3, "ms")


def _one(person: Person, standing: Standing, verb: Verb, policy: Policy) -> Callable[[], object]:
    who, record = caller(person), record_for(standing, person)
    entry = None if verb is Verb.SUBMIT else document(Paper())

    def run() -> None:
        for _ in range(IN_A_CHUNK):
            decide(Question(who, verb, record, entry, AT), policy)

    return run


def _many(policy: Policy) -> Callable[[], object]:
    """Documents of six types, of others and one's own, masked and not, each of a chain of its own."""
    person, standing, verb = ASKED["a nurse reads"]
    kinds = product((Whose.ANOTHERS, Whose.HE_WROTE, Whose.OF_A_COLLEAGUE), (False, True), TYPES)
    papers = [Paper(whose, masked=masked, type_code=code, class_code=of) for whose, masked, (code, of) in kinds]
    entries = [
        replace(document(paper), uuid=f"urn:uuid:{number}", chain=f"chain {number}")
        for number, paper in enumerate(islice(cycle(papers), LONG))
    ]
    question = Question(caller(person), verb, record_for(standing, person), None, AT)
    return lambda: decide_each(replace(question), entries, policy)


def _cost(what: str, run: Callable[[], object], scale: float, unit: str) -> Cost:
    run()
    spent: list[float] = []
    for _ in range(CHUNKS):
        begun = time.thread_time()
        run()
        spent.append((time.thread_time() - begun) * scale)
    return Cost(what, median(spent), min(spent), unit)
