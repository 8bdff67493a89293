"""The commands `dmp job …` and `dmp record notices`."""

from typing import Annotated

import typer

from dmp.commands.record import AnyFolder, Ins, operations
from dmp.record.job import JobState
from dmp.record.notice import Channel, Frequency

job_app = typer.Typer(
    help="What is to be done later: messages to people, days to come back, files to read.", no_args_is_help=True
)


@job_app.command("list")
def list_(
    states: Annotated[
        list[JobState] | None, typer.Option("--state", help="Those in this state; else waiting and dead ones.")
    ] = None,
    folder: AnyFolder = None,
) -> None:
    """Tell the jobs: id, kind, state, when due or over, attempts, what came of it; nothing of anybody."""
    from dmp.desk.errands import Errands

    for line in Errands(operations(folder).settings).listed(*(states or (JobState.WAITING, JobState.DEAD))):
        typer.echo(line)


@job_app.command("run")
def run(folder: AnyFolder = None) -> None:
    """Do what is due, now; the service does it by itself, every few seconds. Exit 1 when something failed."""
    from dmp.desk.errands import Errands

    done = Errands(operations(folder).settings).run()
    typer.echo(done.sentence)
    if not done.whole:
        raise typer.Exit(1)


@job_app.command("remind")
def remind(
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the records.")] = 1, folder: AnyFolder = None
) -> None:
    """Work out now the reminders of every record whose day has come; messages leave by day. Exit 1 when a look failed.

    The service does it by itself, some hundreds of records a minute: a large installation has this run each night.
    """
    from dmp.desk.reminders import Reminders

    done = Reminders(operations(folder).settings).run(workers=workers)
    typer.echo(done.told_of("records"))
    if not done.whole:
        raise typer.Exit(1)


@job_app.command("refused")
def refused(
    name: Annotated[str, typer.Argument(metavar="ID", help="Of the message: its Message-ID up to the @, or `id`.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where it was sent: e-mail address or number.")],
    folder: AnyFolder = None,
) -> None:
    """Note that a message came back because its address is none; after two of them nothing more is sent there."""
    from dmp.desk.errands import Errands

    typer.echo(Errands(operations(folder).settings).refused(name, address))


@job_app.command("retry")
def retry(
    name: Annotated[str, typer.Argument(metavar="ID", help="As `dmp job list` tells it.")], folder: AnyFolder = None
) -> None:
    """Have a dead job tried again."""
    from dmp.desk.errands import Errands

    typer.echo(Errands(operations(folder).settings).retry(name))


def notices(
    ins: Ins,
    frequency: Annotated[Frequency, typer.Option(help="What need not be told: at once, once a day, or never.")],
    channel: Annotated[Channel, typer.Option(help="The one to try first.")] = Channel.EMAIL,
    folder: AnyFolder = None,
) -> None:
    """Say what the holder wants to be told of, and how (PT-9); some things are told in any case."""
    from dmp.desk.errands import Errands

    installation = operations(folder)
    typer.echo(Errands(installation.settings).choose(ins, frequency, channel))


def add_to(record_app: typer.Typer) -> None:
    """Add what is said of one record."""
    record_app.command("notices")(notices)
