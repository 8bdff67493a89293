"""The commands `dmp watch …`: what the watch found in the traces, and the hard brake."""

from datetime import datetime
from typing import Annotated

import typer

from dmp.commands.record import AnyFolder, Ins, operations
from dmp.record.alert import AlertState
from dmp.record.dtm import PARIS

watch_app = typer.Typer(help="Alerts on how records are read, and the daily limit of patients.", no_args_is_help=True)

AlertId = Annotated[str, typer.Argument(metavar="ID", help="As `dmp watch list` tells it.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="National or local id of the professional.")]
ByOperator = Annotated[str, typer.Option("--operator", help="Your name.")]
Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Until when, French time; else the end of today."),
]


@watch_app.command("list")
def list_(
    state: Annotated[AlertState, typer.Option(help="open or closed.")] = AlertState.OPEN, folder: AnyFolder = None
) -> None:
    """Tell the alerts: id, when, kind, score, whom or which record (a pseudonym), rules."""
    from dmp.desk.lookout import Lookout

    for line in Lookout(operations(folder).settings).listed(state):
        typer.echo(line)


@watch_app.command("show")
def show(name: AlertId, folder: AnyFolder = None) -> None:
    """Tell one alert with its reasons."""
    from dmp.desk.lookout import Lookout

    for line in Lookout(operations(folder).settings).shown(name):
        typer.echo(line)


@watch_app.command("close")
def close(
    name: AlertId,
    operator: ByOperator,
    reason: Annotated[str, typer.Option(help="What came of it; kept with the alert and in the traces.")],
    folder: AnyFolder = None,
) -> None:
    """Say that you have looked; the patients concerned then read that the access was checked."""
    from dmp.desk.lookout import Lookout

    typer.echo(Lookout(operations(folder).settings).close(name, operator=operator, reason=reason))


@watch_app.command("run")
def run(folder: AnyFolder = None) -> None:
    """Look at the new traces now; the service does it by itself, twice a minute."""
    from dmp.desk.lookout import Lookout

    typer.echo(Lookout(operations(folder).settings).run())


@watch_app.command("flag")
def flag(
    ins: Ins,
    remove: Annotated[bool, typer.Option("--remove", help="No more.")] = False,
    folder: AnyFolder = None,
) -> None:
    """Say that somebody is exposed to curiosity: a public figure, a case in the news."""
    from dmp.desk.lookout import Lookout

    typer.echo(Lookout(operations(folder).settings).flag(ins, exposed=not remove))


@watch_app.command("approve")
def approve(
    person: Person,
    operator: ByOperator,
    reason: Annotated[str, typer.Option(help="Why; the traces keep it.")],
    until: Until = None,
    folder: AnyFolder = None,
) -> None:
    """Propose that somebody reads more patients than a day holds, or that a stopped account goes on."""
    from dmp.desk.lookout import Lookout

    end = until.replace(tzinfo=PARIS) if until else None
    installation = Lookout(operations(folder).settings)
    typer.echo(installation.approve(person, until=end, operator=operator, reason=reason))


@watch_app.command("confirm")
def confirm(
    person: Person,
    operator: ByOperator,
    reason: Annotated[str, typer.Option(help="Why; the traces keep it.")],
    folder: AnyFolder = None,
) -> None:
    """Confirm it, as another operator."""
    from dmp.desk.lookout import Lookout

    typer.echo(Lookout(operations(folder).settings).confirm(person, operator=operator, reason=reason))


@watch_app.command("limits")
def limits(folder: AnyFolder = None) -> None:
    """Tell whose reading was decided on, and whose account is stopped."""
    from dmp.desk.lookout import Lookout

    for line in Lookout(operations(folder).settings).clearances():
        typer.echo(line)
