"""The command `dmp emergency list`: what the structures have not reviewed yet."""

import typer

from dmp.commands.record import AnyFolder, operations

emergency_app = typer.Typer(no_args_is_help=True)


@emergency_app.callback()
def emergency() -> None:
    """Emergency accesses, which the structures review within 72 hours."""


@emergency_app.command("list")
def list_(folder: AnyFolder = None) -> None:
    """Tell how many wait, how many are overdue, and how old the oldest is, by structure; no record, no person."""
    from dmp.desk.lookout import Lookout

    for line in Lookout(operations(folder).settings).emergencies():
        typer.echo(line)
