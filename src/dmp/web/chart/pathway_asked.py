"""What an address of the pathway asks for: choices in the query, each of them kept by the others."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from dmp.services.days import days_after, first_day, months_after
from dmp.services.pathway.pathway import Filters, Pathway, Zoom
from dmp.web.entry_ids import bare

_ZOOMS = {0: Zoom.YEAR, 4: Zoom.MONTH, 6: Zoom.DAY, 8: Zoom.DAY}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `period` is `2025`, `202501` or `20250131`, and also how near one looks (PW-4)."""

    period: str = ""
    lane: str = ""
    profession: str = ""
    structure: str = ""
    code: str = ""
    stay: str = ""
    page: int = 1

    def query(self, **changes: str | int) -> str:
        """The same with something else chosen: a new choice begins at the first page."""
        then = replace(self, **{"page": 1, **changes})
        told = {name: value for name, value in vars(then).items() if value and (name, value) != ("page", 1)}
        return f"?{urlencode(told)}" if told else "?"

    @property
    def zoom(self) -> Zoom:
        """Years, then the months of one, then the days of a month."""
        return _ZOOMS[len(self.period)]

    @property
    def is_everything(self) -> bool:
        """Nothing is filtered, whatever the page of the list."""
        return self == Asked(page=self.page)

    def filters(self, paths: Pathway) -> Filters:
        """As the service understands them."""
        since, until = _bounds(self.period)
        stays = {bare(stay.id): stay.id for stay in paths.stays}
        return Filters(
            since, until, self.lane, self.profession, self.structure, self.code, stays.get(self.stay, self.stay)
        )


def read_asked(asked: Callable[[str], str]) -> Asked:
    """What an address asks for; what cannot be is left out."""
    period, page = asked("period"), asked("page")
    known = len(period) in _ZOOMS and first_day(period) is not None
    names = ("lane", "profession", "structure", "code", "stay")
    return Asked(
        period if known else "",
        **{name: asked(name) for name in names},
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1,
    )


def _bounds(period: str) -> tuple[date | None, date | None]:
    start = first_day(period)
    if start is None:
        return None, None
    if len(period) == 8:
        return start, start
    after = months_after(start, 12 if len(period) == 4 else 1)
    return start, days_after(after, -1)
