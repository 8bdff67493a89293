"""The commands of the desk: `dmp record authorise …`, what a holder decides of others; and `dmp opening …`."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.commands.record import AnyFolder, Ins, operations
from dmp.record.record import Oppositions

if TYPE_CHECKING:
    from dmp.desk.front_desk import Desk

opening_app = typer.Typer(
    help="Records opened by themselves, six weeks after a notice (OPT_OUT).", no_args_is_help=True
)

Subject = Annotated[str, typer.Argument(metavar="ID", help="National id of a professional, or of a structure.")]
Doctor = Annotated[str, typer.Argument(metavar="ID", help="National id of a doctor.")]
Structure = Annotated[str, typer.Argument(metavar="STRUCTURE", help="National id of the structure.")]
Team = Annotated[str, typer.Argument(metavar="TEAM", help="Its name, as the structure declares it.")]
Day = ["%Y-%m-%d"]


def _desk(folder: Path | None) -> "Desk":
    from dmp.desk.front_desk import Desk

    return Desk(operations(folder).settings)


def authorise(
    ins: Ins,
    subject: Subject,
    until: Annotated[datetime | None, typer.Option(formats=Day, help="Last day; else one year from now.")] = None,
    folder: AnyFolder = None,
) -> None:
    """Let a professional or a structure read, as the person asks."""
    typer.echo(_desk(folder).authorise(ins, subject, until.date() if until else None))


def withdraw(ins: Ins, subject: Subject, folder: AnyFolder = None) -> None:
    """Take back the right to read, as the person asks."""
    typer.echo(_desk(folder).withdraw(ins, subject))


def block(ins: Ins, subject: Subject, folder: AnyFolder = None) -> None:
    """Keep a professional or a structure out, before any contact too."""
    typer.echo(_desk(folder).block(ins, subject))


def unblock(ins: Ins, subject: Subject, folder: AnyFolder = None) -> None:
    """Lift a block; what was authorised before and has not lapsed holds again."""
    typer.echo(_desk(folder).unblock(ins, subject))


def confirm_doctor(ins: Ins, doctor: Doctor, folder: AnyFolder = None) -> None:
    """Confirm the attending doctor whom the person chose: the wider rights open."""
    typer.echo(_desk(folder).confirm_doctor(ins, doctor))


def remove_doctor(ins: Ins, doctor: Doctor, folder: AnyFolder = None) -> None:
    """Take the role of attending doctor from somebody."""
    typer.echo(_desk(folder).remove_doctor(ins, doctor))


def emergencies(
    ins: Ins,
    break_glass: Annotated[bool, typer.Option("--break-glass/--no-break-glass", help="May be used.")],
    call_centre: Annotated[bool, typer.Option("--call-centre/--no-call-centre", help="May open the record.")],
    masked: Annotated[bool, typer.Option("--masked/--no-masked", help="Masked documents may be read there.")],
    folder: AnyFolder = None,
) -> None:
    """Write the three wishes about emergencies; all are asked each time."""
    oppositions = Oppositions(break_glass=not break_glass, emergency_dispatch=not call_centre)
    typer.echo(_desk(folder).emergencies(ins, oppositions, reads_masked=masked))


def hide(
    ins: Ins,
    hidden: Annotated[bool, typer.Option("--on/--off", help="Hide everything, even in an emergency; or show it.")],
    folder: AnyFolder = None,
) -> None:
    """The global switch: the whole record hidden from all but the person and the attending doctor."""
    typer.echo(_desk(folder).hide(ins, hidden=hidden))


def care(  # noqa: PLR0917 - the words of a command line
    ins: Ins,
    structure: Structure,
    team: Team,
    informed: Annotated[datetime, typer.Option(formats=Day, help="The day on which the person was told.")],
    until: Annotated[datetime, typer.Option(formats=Day, help="Last day of the care, within a year.")],
    folder: AnyFolder = None,
) -> None:
    """Declare that a care team looks after the person, who was told and does not object."""
    last: date = until.date()
    typer.echo(_desk(folder).care(ins, structure, team, informed=informed.date(), last_day=last))


def oppose_care(
    ins: Ins,
    structure: Structure,
    team: Team,
    lift: Annotated[bool, typer.Option("--lift", help="Lift the objection.")] = False,
    folder: AnyFolder = None,
) -> None:
    """Write that the person objects to a care team."""
    typer.echo(_desk(folder).oppose_care(ins, structure, team, opposed=not lift))


@opening_app.command("load")
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One JSON object a line.")],
    folder: AnyFolder = None,
) -> None:
    """Tell who was sent the notice of opening, and when; a person told again starts again."""
    typer.echo(_desk(folder).load_notices(file))


@opening_app.command("oppose")
def oppose(ins: Ins, folder: AnyFolder = None) -> None:
    """Write that a person opposes the opening of a record."""
    typer.echo(_desk(folder).oppose_opening(ins))


@opening_app.command("list")
def list_(folder: AnyFolder = None) -> None:
    """How many records wait, and how many could not be opened, by what was said; nobody is named."""
    for line in _desk(folder).openings():
        typer.echo(line)


def add_to(record_app: typer.Typer) -> None:
    """Add what is decided of one record."""
    commands = (
        authorise,
        withdraw,
        block,
        unblock,
        confirm_doctor,
        remove_doctor,
        emergencies,
        hide,
        care,
        oppose_care,
    )
    for command in commands:
        record_app.command(command.__name__.replace("_", "-"))(command)
