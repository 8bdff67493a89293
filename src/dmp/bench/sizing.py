"""How much it takes for so many records: disks, cores and machines, from what the benchmarks measured.

Nothing is measured here: figures go in, a table comes out. What one document
costs is measured on one machine; how many documents and openings there are is
what France had in 2025. Everything else is an assumption, and each has a name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import msgspec

from dmp.bench.benchmark import Report
from dmp.bench.drawing import Bar, Chart, table
from dmp.bench.growing import Growth
from dmp.bench.plan import Act
from dmp.sandbox.trouble import Trouble

RECORDS = (100_000, 1_000_000, 5_000_000, 20_000_000, 70_000_000)
YEAR = 365 * 24 * 3600
GB, TB = 10**9, 10**12
BEGIN, END = "<!-- sizing: made by `./dev bench size` -->", "<!-- end of the sizing -->"


@dataclass(frozen=True)
class Country:
    """France in 2025: what the rates of a smaller service are a share of."""

    records: float = 70e6
    documents: float = 420e6
    """A year."""
    busy: float = 75.0
    """Submissions a second in the busy hour; the average is 13.3."""
    openings: float = 7.0
    """A search and a reading each, for each document submitted."""

    @property
    def per_record(self) -> float:
        """Documents of one record, a year."""
        return self.documents / self.records

    @property
    def peak(self) -> float:
        """How many times the average the busy hour is."""
        return self.busy / (self.documents / YEAR)


@dataclass(frozen=True)
class Costs:
    """What one document and one act cost; octets, and milliseconds of processor time."""

    rows: float = 4_600.0
    """Of the database, indexes included, for one document with its signature and the trace of its deposit."""
    trace: float = 1_700.0
    """Of the database, for one more trace with its leaf: those of all acts are about as long."""
    blob: float = 50_000 * 1.12
    """One document, sealed and padded, in one copy."""
    service: tuple[float, float, float] = (6.0, 1.5, 1.5)
    """A submission, a search, a reading, in the service."""
    database: tuple[float, float, float] = (1.5, 0.4, 0.4)
    """The same, in PostgreSQL."""
    measured: str = "2026-11-22, 5,000 documents; processor time from the goals of one machine, not measured"


@dataclass(frozen=True)
class Margins:
    """What is added to what was measured."""

    load: float = 0.5
    """Share of a core that the busy hour may take: the rest is for growth, bursts and the loss of a machine."""
    cores: int = 16
    """Of one machine."""
    room: float = 0.6
    """Share of a disk that may be full: vacuum, log and the copy for a backup need the rest."""
    copies_database: int = 3
    """The primary and two standbys."""
    copies_blobs: int = 2
    years: int = 10
    """Over which documents and traces pile up."""
    largest: float = 16.0
    """TB of rows that one PostgreSQL holds at most: a backup of it, and the copy for a new standby, take a day."""


@dataclass(frozen=True)
class Size:
    """What a service of so many records needs."""

    records: int
    documents_a_year: float
    submissions: float
    """A second, in the busy hour."""
    calls: float
    """The same with searches and readings."""
    rows_a_year: float
    """TB, one copy."""
    blobs_a_year: float
    """TB, one copy."""
    service_cores: float
    database_cores: float
    shards: int
    """PostgreSQL primaries on which the rows of all the years fit."""
    workers: int
    """Machines that serve."""
    disks: float
    """TB of disk for all the copies of all the years, with room."""


def size(records: int, costs: Costs, *, country: Country = Country(), margins: Margins = Margins()) -> Size:
    """What it takes for so many records."""
    documents = records * country.per_record
    submissions = documents / YEAR * country.peak
    openings = submissions * country.openings
    acts = (submissions, openings, openings)
    rows = documents * (costs.rows + 2 * country.openings * costs.trace) / TB
    blobs = documents * costs.blob / TB
    service = _cores(acts, costs.service) / margins.load
    kept = margins.years * (rows * margins.copies_database + blobs * margins.copies_blobs)
    return Size(
        records=records,
        documents_a_year=documents,
        submissions=submissions,
        calls=sum(acts),
        rows_a_year=rows,
        blobs_a_year=blobs,
        service_cores=service,
        database_cores=_cores(acts, costs.database) / margins.load,
        shards=ceil(rows * margins.years / margins.largest),
        workers=max(2, ceil(service / margins.cores) + 1),
        disks=kept / margins.room,
    )


def _cores(acts: Sequence[float], milliseconds: Sequence[float]) -> float:
    return sum(rate * cost for rate, cost in zip(acts, milliseconds, strict=True)) / 1000


def costs_of(files: Sequence[Path], costs: Costs = Costs()) -> Costs:
    """Replace estimates by what these files of the benchmarks measured.

    Raises:
        Trouble: a file holds no figures of a benchmark, or those of a profiled run.
    """
    told: dict[str, str] = {}
    for path in files:
        octets = path.read_bytes()
        try:
            named = msgspec.json.decode(octets, type=_Named)
            if named.name == "grow":
                costs = _grown(costs, msgspec.json.decode(octets, type=Growth))
            elif named.name in set(Act):
                costs = _spent(costs, msgspec.json.decode(octets, type=Report))
            else:
                continue
        except msgspec.MsgspecError as error:
            raise Trouble(f"{path} holds no figures of a benchmark: {error}", option="FILE") from error
        told[named.name] = f"{named.name} of {named.at[:10]}"
    if not told:
        return costs
    others = [name for name in ("grow", *Act) if name not in told]
    rest = f"; estimated: {', '.join(others)}" if others else ""
    return replace(costs, measured=f"measured: {', '.join(told.values())}{rest}")


class _Named(msgspec.Struct):
    name: str
    at: str


def _grown(costs: Costs, growth: Growth) -> Costs:
    """Octets of the largest size; a trace with its leaf, from the sizes of the two tables."""
    largest = growth.sizes[-1]
    traces = largest.tables.get("trace", 0) + largest.tables.get("leaf", 0) + largest.tables.get("trace_queue", 0)
    return replace(costs, rows=largest.octets_per_document, trace=traces / largest.documents or costs.trace)


def _spent(costs: Costs, report: Report) -> Costs:
    if report.profile is not None:
        raise Trouble("figures of a profiled run cost more than the service does", option="FILE")
    turn = list(Act).index(Act(report.name))

    def put(values: tuple[float, float, float], value: float) -> tuple[float, float, float]:
        first, second, third = (value if number == turn else kept for number, kept in enumerate(values))
        return first, second, third

    spent = report.run.cost
    known = spent.database if spent.database is not None else costs.database[turn]
    return replace(costs, service=put(costs.service, spent.service), database=put(costs.database, known))


def sizes(costs: Costs, records: Sequence[int] = RECORDS) -> list[Size]:
    """One for each count of records."""
    return [size(count, costs) for count in records]


def lines(costs: Costs) -> Iterator[str]:
    """What is told: the table, and what it rests on."""
    yield from _table(sizes(costs)).splitlines()
    yield from (f"- {line}" for line in assumptions(costs))


def _table(found: Sequence[Size]) -> str:
    head = (
        "records",
        "documents a year",
        "busy hour: submissions /s",
        "all calls /s",
        "rows, TB a year",
        "documents, TB a year",
        "cores, service",
        "cores, database",
        "machines that serve",
        "PostgreSQL primaries",
        "all disks after 10 years, TB",
    )
    return table(head, [_row(one) for one in found])


def _row(one: Size) -> tuple[str, ...]:
    return (
        f"{one.records:,}",
        f"{one.documents_a_year:,.0f}",
        _told(one.submissions),
        _told(one.calls),
        _told(one.rows_a_year),
        _told(one.blobs_a_year),
        _told(one.service_cores),
        _told(one.database_cores),
        str(one.workers),
        str(one.shards),
        _told(one.disks),
    )


def _told(value: float) -> str:
    """Two digits that mean something."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def chart(found: Sequence[Size]) -> Chart:
    """Where the octets of a year go: rows and documents."""
    bars = tuple(
        Bar(
            f"{one.records:,} records",
            (one.rows_a_year, one.blobs_a_year),
            f"{_told(one.rows_a_year)} + {_told(one.blobs_a_year)} TB",
        )
        for one in found
    )
    return Chart("Octets of one year, one copy, TB", bars, legend=("rows in the database", "documents"))


def assumptions(costs: Costs, country: Country = Country(), margins: Margins = Margins()) -> list[str]:
    """What the table rests on, in words."""
    calls = ("submission", "search", "reading")
    spent = ", ".join(
        f"{call} {service:.2g} + {database:.2g}"
        for call, service, database in zip(calls, costs.service, costs.database, strict=True)
    )
    return [
        f"France in 2025: {country.documents / 1e6:.0f} million documents for {country.records / 1e6:.0f} million "
        f"records, {country.busy:.0f} submissions a second in the busy hour ({country.peak:.1f} times the average), "
        f"{country.openings:.0f} openings for each document, each of them a search and a reading. A smaller service "
        "has its share of that.",
        f"What one document costs ({costs.measured}), in octets: {costs.rows:,.0f} of rows with its deposit, "
        f"{costs.trace:,.0f} for "
        f"each further trace with its leaf, {costs.blob:,.0f} for a document of 50 KB, sealed and padded.",
        f"Processor time in ms, service + database: {spent}.",
        f"Cores are loaded to {margins.load:.0%} in the busy hour; a machine that serves has {margins.cores}, there "
        "are two at least, and one more than needed.",
        f"Disks: {margins.copies_database} copies of the rows, {margins.copies_blobs} of the documents, "
        f"{margins.years} years, filled to {margins.room:.0%}. One PostgreSQL holds {margins.largest:.0f} TB at most.",
    ]


def write(page: Path, costs: Costs) -> None:
    """Put table and drawing into a page, between its two marks; the drawing is a file beside it.

    Raises:
        Trouble: the page has no place for them.
    """
    found = sizes(costs)
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Trouble(f"{page} lacks its marks: {BEGIN} and {END}", option="--page")
    drawing = page.with_name(f"{page.stem}-sizing.svg")
    drawing.write_text(chart(found).svg(), encoding="utf-8")
    told = "\n".join(f"- {line}" for line in assumptions(costs))
    text = f"{_table(found)}\n![{chart(found).title}]({drawing.name})\n\n{told}\n"
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")
