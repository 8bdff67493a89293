import ast
import re
from collections import Counter
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
GLOSSARY = HOUSE / "docs/glossary.md"


def _rows() -> list[list[str]]:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in rows if row[0] != "French term" and not set(row[0]) <= {"-"}]


def _identifiers() -> list[str]:
    return [name for row in _rows() for name in re.findall(r"`([^`]+)`", row[1])]


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement of a module or class body gives."""
    match statement:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return {name}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case _:
            return set()


def _defined() -> set[str]:
    """The names of the source at module level, and `Class.member` for what classes hold."""
    names: set[str] = set()
    for file in (HOUSE / "src/dmp").rglob("*.py"):
        for statement in ast.parse(file.read_text(encoding="utf-8")).body:
            names |= _bound(statement)
            if isinstance(statement, ast.ClassDef):
                members = {member for inner in statement.body for member in _bound(inner)}
                names |= {f"{statement.name}.{member}" for member in members}
    return names


def test_every_identifier_of_the_glossary_exists_in_the_source():
    missing = sorted(set(_identifiers()) - _defined())
    assert missing == []


def test_every_row_names_a_term_and_an_identifier():
    rows = _rows()
    assert len(rows) > 50
    assert [row for row in rows if len(row) != 3 or not row[0] or "`" not in row[1]] == []


def test_no_identifier_has_two_french_terms():
    assert [name for name, times in Counter(_identifiers()).items() if times > 1] == []


@pytest.mark.parametrize("name", ["Record.colour", "Dossier", "InsKind.NIR.value"])
def test_a_name_that_does_not_exist_would_be_missed(name):
    assert name not in _defined()
