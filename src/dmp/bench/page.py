"""The figures in the documentation: tables and drawings made of what the benchmarks wrote as JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from dmp.bench.benchmark import Report
from dmp.bench.drawing import Bar, Chart, table
from dmp.bench.growing import Growth
from dmp.sandbox.trouble import Trouble

BEGIN, END = "<!-- figures: made by `./dev bench report` -->", "<!-- end of the figures -->"
GOALS = {"submit": 250.0, "search": 1000.0, "read": 1000.0}
"""Calls a second that one machine of two cores shall carry."""
FLAT = 1.35
"""How much a search may grow when the documents are ten times as many."""
MIB = 2**20
ROOMS = 15


def write(page: Path, files: Sequence[Path]) -> None:
    """Put the figures of these files into the page, between its two marks, and the drawings beside it.

    Raises:
        Trouble: a file holds no figures, or the page has no place for them.
    """
    reports, growths = _read(files)
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    parts: list[str] = []
    for name, chart, text in (*_of_reports(reports), *_of_growths(growths)):
        (folder / f"{name}.svg").write_text(chart.svg())
        parts.append(f"![{chart.title}]({folder.name}/{name}.svg)\n\n{text}")
    parts += [_profile(report) for report in reports if report.profile]
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Trouble(f"{page} lacks its marks: {BEGIN} and {END}", option="--page")
    page.write_text("".join((before, BEGIN, "\n\n", "\n".join(parts), "\n", END, after)))


def _read(files: Sequence[Path]) -> tuple[list[Report], list[Growth]]:
    reports, growths = list[Report](), list[Growth]()
    for path in files:
        octets = path.read_bytes()
        try:
            if msgspec.json.decode(octets, type=_Named).name == "grow":
                growths.append(msgspec.json.decode(octets, type=Growth))
            else:
                reports.append(msgspec.json.decode(octets, type=Report))
        except msgspec.MsgspecError as error:
            raise Trouble(f"{path} holds no figures of a benchmark: {error}", option="FILE") from error
    return reports, growths


class _Named(msgspec.Struct):
    name: str


def _of_reports(reports: Sequence[Report]) -> Iterator[tuple[str, Chart, str]]:
    """Rates, latencies and costs, one drawing each with its table."""
    if not reports:
        return
    yield "rates", _rates(reports), _conditions(reports) + _rates_table(reports)
    yield "costs", _costs(reports), _costs_table(reports) + _floors(reports)


def _conditions(reports: Sequence[Report]) -> str:
    machines = dict.fromkeys(f"{report.at:%Y-%m-%d}, {report.machine.told}" for report in reports)
    databases = dict.fromkeys(f"PostgreSQL: {report.database}" for report in reports)
    return "".join(f"{line}.\n\n" for line in (*machines, *databases))


def _title(report: Report) -> str:
    callers = report.plan.clients
    return f"{report.name}, {callers} callers" if callers > 1 else f"{report.name}, one caller"


def _rates(reports: Sequence[Report]) -> Chart:
    bars = tuple(
        Bar(
            f"{_title(report)}: {figures.act}" if report.name == "mix" else _title(report),
            (figures.rate,),
            f"{figures.rate:.0f} /s",
            GOALS.get(figures.act) if _is_goal(report) else None,
        )
        for report in reports
        for figures in report.run.figures
    )
    return Chart("Calls answered a second", bars, mark="goal")


def _is_goal(report: Report) -> bool:
    """The goals are for one act from many callers."""
    return report.name != "mix" and report.plan.clients > 1


def _rates_table(reports: Sequence[Report]) -> str:
    head = ("run", "calls /s", "p50 ms", "p99 ms", "max ms", "calls", "errors", "lost", "workers MiB")
    rows = [
        (
            f"{_title(report)}: {figures.act}",
            f"{figures.rate:.1f}",
            f"{figures.latency.p50:.2f}",
            f"{figures.latency.p99:.2f}",
            f"{figures.latency.highest:.0f}",
            str(figures.requests),
            str(figures.errors),
            str(len(report.kept.lost)) if report.kept and figures.act == "submit" else "",
            ", ".join(f"{peak / MIB:.0f}" for peak in report.run.cost.peaks),
        )
        for report in reports
        for figures in report.run.figures
    ]
    return table(head, rows)


def _costs(reports: Sequence[Report]) -> Chart:
    bars = []
    for report in reports:
        cost = report.run.cost
        parts = (cost.service, cost.database or 0.0, cost.generator)
        bars.append(Bar(_title(report), parts, f"{sum(parts):.2f} ms"))
    return Chart("Processor time of one call, ms", tuple(bars), legend=("service", "database", "load generator"))


def _costs_table(reports: Sequence[Report]) -> str:
    head = ("run", "service ms", "database ms", "generator ms", "octets of an answer", "others")
    rows = [
        (
            _title(report),
            f"{report.run.cost.service:.2f}",
            "elsewhere" if report.run.cost.database is None else f"{report.run.cost.database:.2f}",
            f"{report.run.cost.generator:.2f}",
            ", ".join(str(figures.octets) for figures in report.run.figures),
            f"{100 * report.run.cost.others:.0f} %",
        )
        for report in reports
    ]
    return table(head, rows)


def _floors(reports: Sequence[Report]) -> str:
    head = ("floor, same run", "rows", "octets", "inserts /s", "submissions of it", "write p50 ms", "sync p50 ms")
    rows = [
        (
            _title(report),
            str(report.floor.rows),
            str(report.floor.octets),
            f"{report.floor.inserts:.0f}",
            f"{100 * report.submissions / report.floor.inserts:.1f} %",
            f"{report.floor.write.p50:.2f}",
            f"{report.floor.sync.p50:.2f}",
        )
        for report in reports
        if report.floor
    ]
    return f"\n{table(head, rows)}" if rows else ""


def _of_growths(growths: Sequence[Growth]) -> Iterator[tuple[str, Chart, str]]:
    for growth in growths:
        yield "growth", _growth(growth), _growth_table(growth)


def _growth(growth: Growth) -> Chart:
    """The last size against the first."""
    small, large = growth.sizes[0], growth.sizes[-1]
    ratios = {
        "search p50": large.search.latency.p50 / small.search.latency.p50,
        "search p99": large.search.latency.p99 / small.search.latency.p99,
        "blocks per search": large.blocks.average / small.blocks.average,
        "submission alone p50": large.alone.p50 / small.alone.p50,
        "octets per document": large.octets_per_document / small.octets_per_document,
    }
    bars = tuple(
        Bar(name, (ratio,), f"x {ratio:.2f}", FLAT if "search" in name else None) for name, ratio in ratios.items()
    )
    return Chart(f"{large.documents:,} documents against {small.documents:,}", bars, mark="goal for searches")


def _growth_table(growth: Growth) -> str:
    head = (
        "documents",
        "records",
        "search p50 ms",
        "search p99 ms",
        "blocks per search",
        "submission alone p50 ms",
        "submissions /s",
        "octets per document",
        "loaded in s",
    )
    rows = [
        (
            f"{size.documents:,}",
            f"{size.records:,}",
            f"{size.search.latency.p50:.2f}",
            f"{size.search.latency.p99:.2f}",
            f"{size.blocks.average:.1f} (most {size.blocks.most})",
            f"{size.alone.p50:.2f}",
            f"{size.submit.rate:.0f}",
            f"{size.octets_per_document:.0f}",
            f"{size.load_seconds:.0f}",
        )
        for size in growth.sizes
    ]
    return table(head, rows)


def _profile(report: Report) -> str:
    """Where the time goes, room by room."""
    assert report.profile is not None  # noqa: S101
    whole = report.profile.seconds or 1.0
    rows = [(f"`{room}`", f"{100 * spent / whole:.1f} %") for room, spent in report.profile.rooms[:ROOMS]]
    functions = [
        (f"`{place.name}`", f"{100 * place.own / whole:.1f} %", f"{100 * place.total / whole:.1f} %")
        for place in report.profile.places[:ROOMS]
    ]
    return "\n".join(
        (
            f"Where the service spends its processor time, {_title(report)}:\n",
            table(("room", "share"), rows),
            table(("function", "in itself", "with what it calls"), functions),
        )
    )
