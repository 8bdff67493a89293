"""One door to the record: what the import contracts cannot say (house 2 and 3)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src/dmp"


def modules(*rooms: str) -> Iterator[Path]:
    for room in rooms or ("",):
        place = SOURCE / room
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def calls(path: Path) -> Iterator[tuple[str, ...]]:
    """The dotted names that a module calls, e.g. ("tx", "traces", "append")."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield dotted(node.func)


def dotted(node: ast.expr) -> tuple[str, ...]:
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=value, attr=name):
            return (*dotted(value), name)
        case _:
            return ()


def imported(path: Path) -> Iterator[str]:
    """The full names that a module imports, wherever in the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def callers_of(*ends: str) -> set[str]:
    """The modules that call something whose dotted name ends so."""
    return {name_of(path) for path in modules() if any(call[-len(ends) :] == ends for call in calls(path))}


def outside(room: str, callers: set[str]) -> set[str]:
    return {caller for caller in callers if not caller.startswith(f"{room}/")}


@pytest.mark.parametrize("name", ["decide", "decide_each"])
def test_rights_are_decided_in_the_gate_alone(name):
    # The claim that holds the rights against an oracle, and what times them, ask of records that exist nowhere.
    timed = {"bench/deciding.py"}
    assert outside("access", callers_of(name)) == {"gate.py", "assure/matrix_compare.py", *timed}


def test_rules_look_at_the_facets_of_a_document_and_at_nothing_else_of_it():
    """Documents of the same facets are answered together: a rule that read the entry itself would be passed over."""
    names = ("caller_rules", "document_rules", "grants", "people_rules", "record_rules")
    rules = tuple(f"access/{name}.py" for name in names)
    read = {
        (name_of(path), node.attr)
        for path in modules("access")
        if name_of(path) in rules
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("entry", "facets")
    }
    assert {attribute for _, attribute in read} == {"facets"}


def test_rights_are_imported_by_the_gate_and_the_composition_alone():
    rooms = ("actions", "audit", "client", "documents", "record", "store", "web", "wire")
    users = {name_of(path) for path in modules(*rooms) if any(name.startswith("dmp.access") for name in imported(path))}
    assert users == set()


def test_traces_are_written_in_the_gate_alone():
    # The claim about the watch writes twenty days of work into a service of its own.
    assert callers_of("traces", "append") == {"gate.py", "assure/detect.py"}
    # What a restore does over again, the operator's certificate of a destroyed record among it, is no act of the gate.
    assert callers_of("_traces", "append") == {"store/erasures.py"}


def test_acts_are_performed_through_the_gate_alone():
    """`apply` is called by the gate and by nobody else."""
    assert callers_of("action", "apply") == {"gate.py"}


def test_pages_and_jobs_reach_neither_the_store_nor_the_rights():
    forbidden = ("dmp.store", "dmp.access", "dmp.gate", "sqlalchemy")
    reached = {
        (name_of(path), name)
        for path in modules("web", *(["jobs"] if (SOURCE / "jobs").is_dir() else []))
        for name in imported(path)
        if name.startswith(forbidden)
    }
    assert reached == set()


def test_the_gate_stays_one_short_file():
    gates = {name_of(path) for path in modules() if any(call[-1:] == ("Gate",) for call in calls(path))}
    assert gates == {"main.py"}, "a gate is built in one place"


def test_a_second_door_would_be_seen(tmp_path):
    intruder = tmp_path / "intruder.py"
    intruder.write_text(
        "from dmp.access.decide import decide\n\ndef f(tx):\n    decide(1, 2)\n    tx.traces.append(3)\n"
    )
    assert {("decide",), ("tx", "traces", "append")} <= set(calls(intruder))
    assert "dmp.access.decide.decide" in set(imported(intruder))
