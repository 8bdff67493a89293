"""Figures become tables and drawings in a page of the documentation."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from dmp.bench import page
from dmp.bench.benchmark import Report
from dmp.bench.checking import Kept
from dmp.bench.drawing import Bar, Chart, table
from dmp.bench.explaining import Blocks
from dmp.bench.figures import Cost, Figures, Latency
from dmp.bench.floor import Floor
from dmp.bench.growing import Growth, Size
from dmp.bench.machine import Machine
from dmp.bench.plan import Plan
from dmp.bench.profiling import Place, Profile
from dmp.bench.runs import Run
from dmp.sandbox.trouble import Trouble

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MACHINE = Machine("a processor", 2, 24.0, "6.1")
SUBMIT = Figures("submit", 1000, 0, 4.0, Latency(50.0, 90.0, 120.0), 1300)
REPORT = Report(
    "submit",
    AT,
    "0.1.0",
    MACHINE,
    Plan(),
    "server_version 17",
    Run((SUBMIT,), Cost(6.0, 1.5, 0.25, (100 * 2**20, 110 * 2**20)), ()),
    Kept(1000, ()),
    Floor(10, 6000, 4000.0, 4.0, Latency(1.0, 2.0, 3.0), Latency(0.5, 1.0, 1.5)),
    Profile(10.0, (Place("dmp.wire.xml:parse", 2.0, 3.0),), (("dmp.wire", 6.0),)),
)
SMALL = Size(
    100_000,
    8_000,
    40.0,
    replace(SUBMIT, act="search", latency=Latency(4.0, 10.0, 20.0)),
    Latency(8.0, 9.0, 9.5),
    SUBMIT,
    Blocks(10.0, 12, 2),
    300_000_000,
    {"page": 1},
)
LARGE = replace(SMALL, documents=1_000_000, search=replace(SMALL.search, latency=Latency(5.0, 12.0, 20.0)))
GROWTH = Growth(AT, "0.1.0", MACHINE, Plan(), "server_version 17", (SMALL, LARGE))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    REPORT.write(tmp_path / "submit.json")
    GROWTH.write(tmp_path / "grow.json")
    return [tmp_path / "submit.json", tmp_path / "grow.json"]


def _page(folder: Path) -> Path:
    path = folder / "benchmarks.md"
    path.write_text(f"# Before\n\n{page.BEGIN}\nold figures\n{page.END}\n\nAfter\n")
    return path


def test_figures_take_the_place_of_the_old_ones_and_the_text_around_stays(tmp_path: Path, files: list[Path]):
    path = _page(tmp_path)

    page.write(path, files)

    text = path.read_text()
    assert text.startswith(f"# Before\n\n{page.BEGIN}\n")
    assert text.endswith(f"{page.END}\n\nAfter\n")
    assert "old figures" not in text
    assert "| submit, 16 callers: submit | 250.0 | 50.00 | 90.00 | 120 | 1000 | 0 | 0 | 100, 110 |" in text
    assert "| submit, 16 callers | 10 | 6000 | 4000 | 6.2 % | 1.00 | 0.50 |" in text
    assert "| 1,000,000 | 8,000 | 5.00 | 12.00 | 10.0 (most 12) | 8.00 | 250 | 300 | 40 |" in text
    assert "| `dmp.wire` | 60.0 % |" in text


def test_a_second_time_gives_the_same_octets(tmp_path: Path, files: list[Path]):
    path = _page(tmp_path)
    page.write(path, files)
    first = {each.name: each.read_bytes() for each in [path, *(tmp_path / "benchmarks").iterdir()]}

    page.write(path, files)

    assert {each.name: each.read_bytes() for each in [path, *(tmp_path / "benchmarks").iterdir()]} == first
    assert sorted(first) == ["benchmarks.md", "costs.svg", "growth.svg", "rates.svg"]


def test_a_page_without_marks_is_left_alone(tmp_path: Path, files: list[Path]):
    path = tmp_path / "other.md"
    path.write_text("no marks")

    with pytest.raises(Trouble, match="lacks its marks"):
        page.write(path, files)
    assert path.read_text() == "no marks"


def test_a_file_that_holds_something_else_is_named(tmp_path: Path):
    (tmp_path / "bad.json").write_text('{"name": "submit"}')

    with pytest.raises(Trouble, match=r"bad\.json"):
        page.write(_page(tmp_path), [tmp_path / "bad.json"])


def test_a_drawing_is_xml_that_tells_its_figures_in_words():
    chart = Chart("Calls < a second", (Bar("a & b", (30.0, 10.0), "40 /s", mark=50.0),), ("one", "two"), mark="goal")

    root = etree.fromstring(chart.svg().encode())

    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title") == "Calls < a second"
    assert root.findtext(f"{space}desc") == "a & b: 40 /s"
    widths = [float(bar.get("width", "")) for bar in root.iter(f"{space}rect") if bar.get("height") == "20"]
    assert widths == [264.0, 88.0]


def test_a_table_has_its_figures_to_the_right():
    assert table(("run", "ms"), (("a", "1"),)) == "| run | ms |\n| --- | ---: |\n| a | 1 |\n"


def test_what_is_told_holds_the_ratio_to_the_floor():
    lines = "\n".join(REPORT.lines())

    assert "submissions: 6.2 % of it" in lines
    assert "1000 documents acknowledged, 0 lost" in lines
    assert "CPU ms per request: service 6.00, database 1.50, generator 0.25" in lines


def test_growth_is_told_as_ratios():
    told = list(GROWTH.lines())[-1]

    assert told == (
        "1000000 against 100000: search p50 x 1.25, p99 x 1.20, blocks x 1.00, submission alone x 1.00, "
        "octets per document x 0.10"
    )
