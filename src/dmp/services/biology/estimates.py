"""The filtration of the kidneys, computed from creatinine: beside the results, never among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dmp.services.biology.kidney import estimated_gfr
from dmp.services.biology.lines import Line
from dmp.services.biology.results import Group
from dmp.services.chart import Person
from dmp.services.days import first_day

CREATININE = "creatinine"


@dataclass(frozen=True)
class Estimate:
    """A filtration that this service computed, with the creatinine that it comes of."""

    line: Line
    value: float
    """mL/min for 1.73 m², not rounded."""

    @property
    def rounded(self) -> Decimal:
        """As it is shown, and as laboratories print it: no decimals."""
        return Decimal(round(self.value))


def estimates_of(group: Group, person: Person) -> Iterator[Estimate]:
    """One for each creatinine of an adult that counts; none for a child, or where sex or birth is not known."""
    if group.key != CREATININE or group.unit is None:
        return
    for line in group.lines:
        day = first_day(line.when) if line.when else None
        age = person.age(day) if day is not None else None
        if line.doubt is not None or line.is_censored or line.value is None or age is None:
            continue
        try:
            yield Estimate(line, estimated_gfr(line.value, group.unit.text, age, person.sex))
        except ValueError:
            continue
