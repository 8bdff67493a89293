"""The command `dmp invitations load`: what the national insurer invites to, kept for the holders (SC-5)."""

from pathlib import Path
from typing import Annotated

import typer

from dmp.commands.record import AnyFolder, operations

invitations_app = typer.Typer(help="Invitations to organised screening, from the national insurer.")


@invitations_app.callback()
def about() -> None:
    """Keep the word that follows: there may be more than one command one day."""


@invitations_app.command("load")
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One line of JSON for each invitation.")],
    operator: Annotated[str, typer.Option("--operator", help="Your name, which the traces keep.")],
    folder: AnyFolder = None,
) -> None:
    """Keep each invitation with the record of whom it is for; sent twice, it counts once.

    A line holds `id` (of the insurer), `ins`, `programme` (breast, colorectal, cervical…) and `day` (YYYY-MM-DD).
    Of a file with a wrong line nothing is kept. Whoever has no open record is counted, and not named.
    """
    from dmp.desk.invitations import Invitations

    typer.echo(Invitations(operations(folder).settings, operator).load(file).told_of("invitations"))
