"""What is about one treatment, put together: the same substances by the same route (cda-and-services 3.4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from dmp.services.medicines.deliveries import Delivery, Line
from dmp.services.medicines.lines import Followed, Tied
from dmp.services.medicines.product import Product
from dmp.services.medicines.sayings import Saying, Source


@dataclass(frozen=True)
class Group:
    """Sayings, the newest document first, and deliveries, the oldest first, about one treatment."""

    sayings: tuple[Saying, ...]
    ties: tuple[Tied, ...]
    lines: tuple[Followed, ...]

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What was handed out."""
        return tuple(tie.delivery for tie in self.ties)

    @property
    def last_dated_delivery(self) -> Delivery | None:
        """The newest delivery of a known day."""
        return next((one for one in reversed(self.deliveries) if one.day is not None), None)

    @property
    def product(self) -> Product:
        """The medicine to show: as it is listed or prescribed, else as it was handed out last."""
        told = [said.product for said in self.sayings if said.goes_on] or [said.product for said in self.sayings]
        return told[0] if told else self.deliveries[-1].product

    @property
    def since(self) -> date | None:
        """The first day that anybody tells."""
        told = (said.start or said.day for said in self.sayings)
        days = (*told, *(one.day for one in self.deliveries))
        return min((day for day in days if day is not None), default=None)

    def line_of(self, delivery: Delivery) -> Line | None:
        """The line that a delivery was made for."""
        return next((tie.line for tie in self.ties if tie.delivery is delivery), None)

    def sources(self) -> Iterator[Source]:
        """By whom it is known, each once."""
        for source in (Source.PRESCRIBED, Source.LISTED, Source.DECLARED):
            if any(said.source is source for said in self.sayings):
                yield source
        if self.ties:
            yield Source.DISPENSED


@dataclass
class _Open:
    """A group that is being put together."""

    product: Product
    route: str
    sayings: list[Saying] = field(default_factory=list)
    ties: list[Tied] = field(default_factory=list)


class _Groups:
    """The groups so far, found by whatever a medicine is recognised by."""

    def __init__(self) -> None:
        self.all: list[_Open] = []
        self._by_identity: dict[str, list[_Open]] = {}

    def of(self, product: Product, route: str = "") -> _Open:
        """The group of a medicine: one that is there, or a new one."""
        found = self._found(product, route)
        if found is None:
            found = _Open(product, route)
            self.all.append(found)
        found.route = found.route or route
        for identity in product.identities():
            known = self._by_identity.setdefault(identity, [])
            if not any(each is found for each in known):
                known.append(found)
        return found

    def _found(self, product: Product, route: str) -> _Open | None:
        for identity in product.identities():
            for group in self._by_identity.get(identity, ()):
                if group.product.same_medicine(product) and route in ("", group.route or route):
                    return group
        return None


def grouped(sayings: Iterable[Saying], ties: tuple[Tied, ...], follows: tuple[Followed, ...]) -> list[Group]:
    """One group for each treatment; a delivery goes with the line that it was made for."""
    groups, by_line = _Groups(), dict[int, _Open]()
    # Who tells the substances comes first: who tells a code alone is then recognised by it.
    for said in sorted(sayings, key=lambda one: not one.product.substances):
        group = groups.of(said.product, said.route)
        group.sayings.append(said)
        if said.line is not None:
            by_line[id(said.line)] = group
    for tie in sorted(ties, key=lambda one: not one.delivery.product.substances):
        group = by_line.get(id(tie.line)) or groups.of(tie.delivery.product)
        group.ties.append(tie)
    followed_by_line = {id(each.line): each for each in follows}
    return [_closed(group, followed_by_line) for group in groups.all]


def _closed(group: _Open, follows: dict[int, Followed]) -> Group:
    sayings = sorted(group.sayings, key=lambda one: one.day or date.min, reverse=True)
    ties = sorted(group.ties, key=lambda tie: (tie.delivery.day is None, tie.delivery.day or date.max))
    lines = tuple(follows[id(said.line)] for said in sayings if said.line is not None)
    return Group(tuple(sayings), tuple(ties), lines)
