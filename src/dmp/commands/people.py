"""The commands `dmp record …` on the people around a holder: guardians, protection, delegates, heirs (PT-18)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.commands.record import AnyFolder, Ins, operations
from dmp.record.people import HeirMotive, HeirQuality, Measure

if TYPE_CHECKING:
    from pathlib import Path

    from dmp.desk.entourage import Entourage

Who = Annotated[str, typer.Argument(metavar="PERSON", help="INS of the person who acts, or wants to.")]
By = Annotated[str, typer.Option("--operator", help="Your name, which the trace keeps.")]
Proof = Annotated[str, typer.Option("--reason", help="What was shown: civil status, decision of a court, deed.")]
Name = Annotated[str, typer.Option(help="Name of the person.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="YYYY-MM-DD, included.")]
DayOrNone = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="YYYY-MM-DD, included.")]


def add_to(record_app: typer.Typer) -> None:
    """Add them to `dmp record`."""
    for name, command in _COMMANDS.items():
        record_app.command(name)(command)


def _entourage(folder: "Path | None", operator: str, reason: str = "") -> "Entourage":
    from dmp.desk.entourage import Entourage

    return Entourage(operations(folder).settings, operator, reason)


def people(ins: Ins, operator: By, folder: AnyFolder = None) -> None:
    """Print who acts for the holder of a record, and who did, as JSON."""
    typer.echo(_entourage(folder, operator).people(ins))


def guardian(  # noqa: PLR0917 - the words of a command line
    ins: Ins,
    person: Who,
    family: Annotated[str, typer.Option(help="Family name.")],
    given: Annotated[str, typer.Option(help="First name.")],
    operator: By,
    reason: Proof,
    relationship: Annotated[str, typer.Option(help="HL7 code: MTH, FTH, GUARD…")] = "PRN",
    telecom: Annotated[str, typer.Option(help="mailto:… or tel:…, for the notices of a minor.")] = "",
    folder: AnyFolder = None,
) -> None:
    """Declare a legal representative of a minor, or give back an authority that was withdrawn (LC-15)."""
    desk = _entourage(folder, operator, reason)
    typer.echo(desk.guardian(ins, person, relationship=relationship, family=family, given=given, telecom=telecom))


def protect(  # noqa: PLR0917 - the words of a command line
    ins: Ins,
    person: Who,
    name: Name,
    measure: Annotated[Measure, typer.Option(help="Which measure.")],
    since: Day,
    until: Day,
    operator: By,
    reason: Proof,
    folder: AnyFolder = None,
) -> None:
    """Declare a measure that protects an adult, and who is in charge of it (LC-17)."""
    desk = _entourage(folder, operator, reason)
    typer.echo(desk.protect(ins, person, name=name, measure=measure, since=since.date(), until=until.date()))


def end_representation(ins: Ins, person: Who, operator: By, reason: Proof, folder: AnyFolder = None) -> None:
    """End at once what lets somebody represent the holder: authority or measure (LC-15, LC-17)."""
    typer.echo(_entourage(folder, operator, reason).end(ins, person))


def revoke_delegate(ins: Ins, person: Who, operator: By, folder: AnyFolder = None) -> None:
    """Take back a delegation at once, when its holder asks for it at the desk (PT-11)."""
    typer.echo(_entourage(folder, operator).revoke(ins, person))


def heirs(ins: Ins, operator: By, folder: AnyFolder = None) -> None:
    """Print what the heirs of a dead holder asked, and what was answered, as JSON (LC-13)."""
    typer.echo(_entourage(folder, operator).heirs(ins))


def heir_request(  # noqa: PLR0917 - the words of a command line
    ins: Ins,
    person: Who,
    name: Name,
    quality: Annotated[HeirQuality, typer.Option(help="What the person was to the deceased.")],
    motive: Annotated[HeirMotive, typer.Option(help="What for.")],
    operator: By,
    folder: AnyFolder = None,
) -> None:
    """Write down the request of an heir, cohabitee or partner who wrote a letter (LC-13)."""
    typer.echo(_entourage(folder, operator).ask(ins, person, name=name, quality=quality, motive=motive))


def heir_decide(  # noqa: PLR0917 - the words of a command line
    ins: Ins, person: Who, operator: By, reason: Proof, until: DayOrNone = None, folder: AnyFolder = None
) -> None:
    """Open the record to who asked, to read until a day; without a day, refuse, or end what was granted (LC-13)."""
    typer.echo(_entourage(folder, operator, reason).decide_on_heir(ins, person, until.date() if until else None))


_COMMANDS = {
    "people": people,
    "guardian": guardian,
    "protect": protect,
    "end-representation": end_representation,
    "revoke-delegate": revoke_delegate,
    "heirs": heirs,
    "heir-request": heir_request,
    "heir-decide": heir_decide,
}
