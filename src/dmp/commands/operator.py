"""The commands `dmp operator …`: who may sign in to the pages of the operator (security 9.2)."""

from typing import TYPE_CHECKING, Annotated

import typer

from dmp.commands.record import AnyFolder, operations

if TYPE_CHECKING:
    from pathlib import Path

    from dmp.desk.operators import OperatorDesk

operator_app = typer.Typer(
    help="Those who run the service, at its pages: by name, with a passkey.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="Small letters, digits, dots and hyphens, as claire.arnoux.")]


def _desk(folder: "Path | None") -> "OperatorDesk":
    from dmp.desk.operators import OperatorDesk

    return OperatorDesk(operations(folder).settings)


@operator_app.command("add")
def add(name: Name, folder: AnyFolder = None) -> None:
    """Enrol an operator, or another key of one; prints where, and a code that serves once, within the hour."""
    for line in _desk(folder).add(name):
        typer.echo(line)


@operator_app.command("list")
def list_(folder: AnyFolder = None) -> None:
    """Tell the operators: name, since when, keys."""
    for line in _desk(folder).listed():
        typer.echo(line)


@operator_app.command("remove")
def remove(name: Name, folder: AnyFolder = None) -> None:
    """End the access of an operator, and his sessions, at once."""
    typer.echo(_desk(folder).remove(name))
