"""The commands `dmp medicines …`: the reference data of medicines, which an operator loads and renews."""

import os
import re
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.commands.record import AnyFolder, operations
from dmp.settings import InvalidSetting

if TYPE_CHECKING:
    from dmp.services.medicines.compact import Raw
    from dmp.services.medicines.thesaurus import Thesaurus

medicines_app = typer.Typer(help="Load and tell the reference data of medicines.", no_args_is_help=True)
INTERACTIONS, SUBSTANCES = "*interactions*.json*", "*substances*.json*"
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of these data; else in a file name.")]
To = Annotated[Path | None, typer.Option("--to", dir_okay=False, help="File to write; else DMP_MEDICINES.")]


@medicines_app.command("load")
def load(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of the files, gzipped or not.")],
    medicines_day: Day = None,
    interactions_day: Day = None,
    to: To = None,
    folder: AnyFolder = None,
) -> None:
    """Load medicines (BDPM) and interactions (ANSM); of files that cannot be used nothing is taken over."""
    from dmp.services.medicines.compact import packed
    from dmp.services.medicines.thesaurus import load as read
    from dmp.services.tables import BrokenTable

    path = to or _path(folder)
    try:
        raw = _found(source)
        octets = packed(
            raw,
            medicines=_day(medicines_day, raw.specialities.name, "--medicines-day"),
            interactions=_day(interactions_day, raw.interactions.name, "--interactions-day"),
            loaded=datetime.now(UTC).date(),
        )
        _write(path, octets)
        typer.echo(_told(read(path), path))
    except BrokenTable as error:
        kept = "; the former data stay" if path.exists() else ""
        raise InvalidSetting(f"{error}{kept}") from error
    typer.echo("dmp: the service takes them when it starts again")


@medicines_app.command("show")
def show(to: To = None, folder: AnyFolder = None) -> None:
    """Tell what is loaded, of which day, from which files."""
    from dmp.services.medicines.thesaurus import load as read
    from dmp.services.tables import BrokenTable

    path = to or _path(folder)
    try:
        found = read(path)
    except BrokenTable as error:
        raise InvalidSetting(str(error)) from error
    typer.echo(_told(found, path))
    for name, digest in found.origin.files:
        typer.echo(f"  {name}  sha256 {digest}")


def _path(folder: Path | None) -> Path:
    path = operations(folder).settings.medicines
    if path is None:
        raise InvalidSetting("DMP_MEDICINES is not set: name the file to keep the medicines in, or give --to")
    return path


def _found(source: Path) -> "Raw":
    """The files of a folder, by the names under which they are published."""
    from dmp.services.medicines.bdpm import found_file
    from dmp.services.medicines.compact import Raw

    specialities, components, packs, generics = (
        found_file(source, f"CIS{part}_bdpm.txt") for part in ("", "_COMPO", "_CIP", "_GENER")
    )
    interactions, substances = (found_file(source, _named(source, each)) for each in (INTERACTIONS, SUBSTANCES))
    return Raw(specialities, components, packs, generics, interactions, substances)


def _named(source: Path, pattern: str) -> str:
    """The newest by name of the files of a pattern: their names hold the month."""
    names = sorted(path.name.removesuffix(".gz") for path in source.glob(pattern))
    return names[-1] if names else pattern.replace("*", "")


def _day(given: datetime | None, name: str, option: str) -> date:
    if given is not None:
        return given.date()
    month = _MONTH.search(name)
    if month is None:
        raise InvalidSetting(f"{name} does not tell its day: give it with {option} YYYY-MM-DD")
    return date(int(month[1]), int(month[2]), 1)


def _write(path: Path, octets: bytes) -> None:
    """All or nothing: whoever reads the file meanwhile has the former one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _told(found: "Thesaurus", path: Path) -> str:
    medicines, presentations, pairs = found.counts
    origin = found.origin
    return (
        f"dmp: {path}: {medicines} medicines and {presentations} presentations of {origin.medicines}, "
        f"{pairs} interactions of {origin.interactions}, loaded on {origin.loaded}"
    )
