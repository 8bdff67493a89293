"""The guide for operators tells every setting, as the code has it."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from dmp.settings import Settings, variable

GUIDE = Path(__file__).parents[2] / "docs/guide/operators.md"
SWITCH = {True: "yes", False: "no"}


def documented() -> dict[str, str]:
    """Variable and default, as the table of settings writes them."""
    rows = re.findall(r"^\| `(DMP_[A-Z0-9_]+)` \| ([^|]+) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: default.strip() for name, default in rows}


def written(default: object) -> str:
    """How the guide writes a default."""
    if default is MISSING:
        return "required"
    if default is None:
        return "none"
    if default == ():
        return "empty"
    return f"`{SWITCH[default] if isinstance(default, bool) else default}`"


def test_every_setting_is_in_the_guide_and_nothing_else():
    assert list(documented()) == [variable(field.name) for field in fields(Settings)]


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_the_guide_tells_the_default_of_a_setting(field):
    assert documented()[variable(field.name)].split(";")[0] == written(field.default)
