"""The commands `dmp record …`, as the operator; and what every command about an installation is given."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.record.record import ClosingReason
from dmp.settings import InvalidSetting

if TYPE_CHECKING:
    from dmp.desk.operations import Operations

record_app = typer.Typer(help="Open, close, reopen and test records, as the operator.", no_args_is_help=True)


def readable_json(path: Path | None) -> Path | None:
    """Refuse a file that is not JSON before anything is done."""
    if path is not None:
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise typer.BadParameter(f"{path} is not JSON: line {error.lineno}, column {error.colno}") from error
    return path


AnyFolder = Annotated[Path | None, typer.Option("--dir", help="Folder of a sandbox; else the environment, DMP_….")]
Ins = Annotated[str, typer.Argument(metavar="INS", help="15 characters, or a CX: number^^^&oid&ISO^NH.")]
Traits = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, callback=readable_json, help="JSON file of the identity traits."),
]
Into = Annotated[str, typer.Argument(metavar="INTO", help="INS of the record that stays.")]
ByOperator = Annotated[str, typer.Option("--operator", help="Your name: another operator confirms.")]
Why = Annotated[str, typer.Option(help="Why; the traces of both records keep it.")]


def operations(folder: Path | None) -> "Operations":
    """The installation to act on.

    Raises:
        Trouble: no sandbox was ever started in this folder.
        InvalidSetting: no folder is given, and the environment does not name an installation.
    """
    from dmp.desk.operations import Operations

    if folder is not None:
        from dmp.sandbox.folder import read_options

        read_options(folder)
        return Operations.at(folder)
    try:
        return Operations.at(None)
    except InvalidSetting as error:
        raise InvalidSetting(f"{error}; or name a sandbox with --dir") from error


@record_app.command("open")
def open_(
    ins: Ins,
    traits: Traits = None,
    consent: Annotated[bool, typer.Option("--consent", help="The person consented, now (OPT_IN).")] = False,
    folder: AnyFolder = None,
) -> None:
    """Open a record (TD1.1), as the operator."""
    typer.echo(operations(folder).open(ins, traits=traits, consent=consent))


@record_app.command("close")
def close(
    ins: Ins,
    reason: Annotated[ClosingReason, typer.Option(help="Why.")] = ClosingReason.PATIENT_REQUEST,
    text: Annotated[str, typer.Option(help="In words.")] = "",
    folder: AnyFolder = None,
) -> None:
    """Close a record (TD1.4): kept, and out of everybody's reach."""
    typer.echo(operations(folder).close(ins, reason, text))


@record_app.command("reopen")
def reopen(
    ins: Ins,
    consent: Annotated[bool, typer.Option("--consent", help="The person consented, now.")] = False,
    folder: AnyFolder = None,
) -> None:
    """Open a closed record again (TD1.2)."""
    typer.echo(operations(folder).reopen(ins, consent=consent))


@record_app.command("hold")
def hold(
    ins: Ins,
    reason: Annotated[str, typer.Option(help="Who asks for it, and why.")],
    folder: AnyFolder = None,
) -> None:
    """Put a record under a legal hold: nothing of it can be removed or destroyed."""
    typer.echo(operations(folder).hold(ins, reason))


@record_app.command("lift-hold")
def lift_hold(ins: Ins, folder: AnyFolder = None) -> None:
    """Lift the legal hold of a record."""
    typer.echo(operations(folder).lift_hold(ins))


@record_app.command("merge")
def merge(ins: Ins, into: Into, operator: ByOperator, reason: Why, folder: AnyFolder = None) -> None:
    """Propose that the record of INS becomes part of that of INTO: two records of one person."""
    typer.echo(operations(folder).merge(ins, into, operator=operator, reason=reason))


@record_app.command("confirm-merge")
def confirm_merge(ins: Ins, into: Into, operator: ByOperator, reason: Why, folder: AnyFolder = None) -> None:
    """Confirm a merge, as another operator."""
    typer.echo(operations(folder).confirm_merge(ins, into, operator=operator, reason=reason))


@record_app.command("split")
def split(ins: Ins, operator: ByOperator, reason: Why, folder: AnyFolder = None) -> None:
    """Propose that the record of INS, which was absorbed, stands by itself again."""
    typer.echo(operations(folder).split(ins, operator=operator, reason=reason))


@record_app.command("confirm-split")
def confirm_split(ins: Ins, operator: ByOperator, reason: Why, folder: AnyFolder = None) -> None:
    """Confirm a split, as another operator."""
    typer.echo(operations(folder).confirm_split(ins, operator=operator, reason=reason))


@record_app.command("test")
def test(ins: Ins, folder: AnyFolder = None) -> None:
    """Tell whether a record exists, and its state (TD0.2)."""
    typer.echo(operations(folder).test(ins))


@record_app.command("identity")
def identity(ins: Ins, folder: AnyFolder = None) -> None:
    """Print the administrative data of a record (TD1.3a), as JSON."""
    typer.echo(operations(folder).identity(ins))


@record_app.command("change")
def change(
    ins: Ins,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            callback=readable_json,
            help="JSON: used_name, used_first_name, address, telecoms, break_glass_opposed, "
            "emergency_dispatch_opposed, deceased; what is left out stays.",
        ),
    ],
    folder: AnyFolder = None,
) -> None:
    """Change administrative data (TD1.3b)."""
    typer.echo(operations(folder).change(ins, file))
