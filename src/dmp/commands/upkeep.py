"""The commands `dmp check`, `dmp sweep`, `dmp backup` and `dmp restore`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.commands.record import AnyFolder

if TYPE_CHECKING:
    from dmp.desk.upkeep import Upkeep


def check(
    blobs: Annotated[bool, typer.Option("--blobs", help="Read and open every document too.")] = False,
    facts: Annotated[
        bool, typer.Option("--facts", help="Compare what each document says with what is kept of it, too.")
    ] = False,
    after: Annotated[str, typer.Option("--from", help="Go on after this record, as the progress told it.")] = "",
    folder: AnyFolder = None,
) -> None:
    """Verify what must always be true, while the service runs; exit 1 on any fault."""
    from dmp.desk.upkeep import told

    report = _upkeep(folder).check(
        read_blobs=blobs, read_facts=facts, after=after, progress=lambda text: typer.echo(text, err=True)
    )
    for line in told(report):
        typer.echo(line)
    if not report.sound:
        raise typer.Exit(1)


def leads(folder: AnyFolder = None) -> None:
    """Write again what leads to records of a former release: for the lists (TD0.4) and the search (TD0.5)."""
    typer.echo(_upkeep(folder).leads())


def sweep(folder: AnyFolder = None) -> None:
    """Remove the blobs that no row names since an hour; the service does it by itself, each hour."""
    typer.echo(_upkeep(folder).sweep())


def rebuild_facts(
    after: Annotated[str, typer.Option("--from", help="Go on after this record.")] = "", folder: AnyFolder = None
) -> None:
    """Read every document again for what the pages of health show, while the service runs."""
    typer.echo(_upkeep(folder).rebuild_facts(after=after, progress=typer.echo))


def backup(
    destination: Annotated[Path, typer.Argument(file_okay=False, help="A folder, on another machine or disk.")],
    keep: Annotated[int | None, typer.Option(min=1, help="Forget all but the newest ones.")] = None,
    folder: AnyFolder = None,
) -> None:
    """Back up database and documents, sealed, while the service runs; the keys are to be kept apart."""
    for line in _upkeep(folder).backup(destination, keep=keep):
        typer.echo(line)
        if "COULD NOT" in line:
            raise typer.Exit(1)


def restore(
    source: Annotated[Path, typer.Argument(exists=True, help="The folder of backups, or one file of it.")],
    only_check: Annotated[bool, typer.Option("--check", help="Read it whole, restore nothing.")] = False,
    folder: AnyFolder = None,
) -> None:
    """Restore the newest backup into an empty, migrated service; erased records stay erased; exit 1 on any fault."""
    from dmp.desk.upkeep import told

    if only_check:
        found = _upkeep(folder).verify(source)
        typer.echo(f"dmp: {found.file} is whole: {found.rows} rows, {found.blobs} blobs, as of {found.header.at}")
        return
    restored = _upkeep(folder).restore(source)
    typer.echo(restored.sentence)
    for line in told(restored.report):
        typer.echo(line)
    if not restored.report.sound:
        raise typer.Exit(1)


def add_to(app: typer.Typer, panel: str) -> None:
    """Add these commands."""
    for command in (check, sweep, leads, rebuild_facts, backup, restore):
        app.command(command.__name__.replace("_", "-"), rich_help_panel=panel)(command)


def _upkeep(folder: Path | None) -> "Upkeep":
    from dmp.commands.record import operations
    from dmp.desk.upkeep import Upkeep

    return Upkeep(operations(folder).settings)
