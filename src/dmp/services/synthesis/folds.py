"""What facts of each kind are grouped by: one thing is one line, whatever documents say it (cda-and-services 3.4)."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from dmp.record.facts import Concept, Fact
from dmp.services.chart import Chart
from dmp.services.folding import Fold, folded
from dmp.services.synthesis.blocks import agent_key, problem_key

ATC = "2.16.840.1.113883.6.73"


def named(concept: Concept) -> str:
    """A concept by its code, else by its words."""
    return concept.code or concept.words.casefold().strip()


def _dated(fact: Any) -> Hashable:
    return named(fact.concept), fact.start[:8]


def _product(fact: Any) -> Hashable:
    """A medicine or a vaccine by its class, else by its code or its words."""
    return fact.concept.code_in(ATC) or named(fact.concept)


KEYS: Mapping[str, Callable[[Any], Hashable]] = MappingProxyType(
    {
        "problems": problem_key,
        "allergies": agent_key,
        "medications": lambda fact: (_product(fact), fact.route.code),
        "prescriptions": lambda fact: (_product(fact), fact.route.code),
        "procedures": _dated,
        "devices": lambda fact: (named(fact.concept), fact.serial),
        "family": lambda fact: (named(fact.relative), named(fact.concept)),
        "lifestyle": lambda fact: named(fact.concept),
        "measurements": lambda fact: named(fact.concept),
        "results": lambda fact: named(fact.concept),
        "immunizations": lambda fact: (_product(fact), fact.start[:8], fact.rank),
        "pregnancies": lambda fact: named(fact.concept),
        "directives": lambda fact: named(fact.concept),
        "plan": _dated,
        "encounters": _dated,
        "observations": lambda fact: (fact.source.section, named(fact.concept)),
    }
)
"""What makes two facts of a kind one; of figures and habits, the newest stands for all."""


def folds_of(
    chart: Chart, kind: str, keep: Callable[[Any], bool] = lambda fact: fact.is_present
) -> Iterator[Fold[Any]]:
    """The facts of a kind that are kept, grouped."""
    found: Iterator[tuple[Any, Fact]] = ((sheet, fact) for sheet, fact in chart.of(kind) if keep(fact))
    return folded(found, KEYS[kind])
