"""The commands `dmp keys …`, `dmp retention …`, `dmp record destroy` and `dmp record certificate`."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.commands.record import AnyFolder, Ins
from dmp.record.retention import Ground

if TYPE_CHECKING:
    from dmp.desk.custody import Custody
    from dmp.store.keys.token import Token

keys_app = typer.Typer(help="Make, list, renew and retire the keys.", no_args_is_help=True)
retention_app = typer.Typer(help="Closed records whose ten years are over.", no_args_is_help=True)


@keys_app.command("make")
def make(
    folder: Annotated[Path, typer.Argument(help="Folder of the vault, on another disk than the database.")],
) -> None:
    """Make the keys that a vault lacks; never touches those that exist. DMP_PKCS11_… put the master key in a token."""
    from dmp.store.vault import Vault

    Vault.create(folder, _token())
    typer.echo(f"dmp: the vault {folder} is complete; back it up apart from the database")


@keys_app.command("list")
def list_(folder: AnyFolder = None) -> None:
    """Tell the master keys, and how many records each one wraps."""
    for line in _custody(folder).masters():
        typer.echo(line)


@keys_app.command("rotate")
def rotate(folder: AnyFolder = None) -> None:
    """Make a new master key and wrap every record with it, while the service runs; goes on where it was stopped."""
    for line in _custody(folder).rotate():
        typer.echo(line)


@keys_app.command("retire")
def retire(
    master: Annotated[str, typer.Argument(metavar="ID", help="As `dmp keys list` tells it.")], folder: AnyFolder = None
) -> None:
    """Destroy a master key that wraps nothing any more: older copies of the database open no more either."""
    typer.echo(_custody(folder).retire(master))


@retention_app.command("list")
def due(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Due on that day or before; else today.")
    ] = None,
    folder: AnyFolder = None,
) -> None:
    """Tell which closed records may be destroyed: date, keyed hash of the identifier, key of the record; no name."""
    for line in _custody(folder).due((on or datetime.now(UTC)).date()):
        typer.echo(line)


@retention_app.command("run")
def destroy_due(folder: AnyFolder = None) -> None:
    """Destroy every closed record whose ten years are over and that no legal hold keeps: for a nightly timer."""
    for line in _custody(folder).destroy_due():
        typer.echo(line)


def destroy(
    ins: Ins,
    by: Annotated[str, typer.Option(help="The operator who destroys.")],
    confirmed_by: Annotated[str, typer.Option(help="Another operator, who confirms.")],
    ground: Annotated[
        Ground, typer.Option(help="`retention`: ten years after its closure; `request`: the person asks.")
    ] = Ground.RETENTION,
    folder: AnyFolder = None,
) -> None:
    """Destroy a closed record for good, with its key; leaves a signed certificate."""
    typer.echo(_custody(folder).destroy(ins, by=by, confirmed_by=confirmed_by, ground=ground))


def certificate(
    name: Annotated[str, typer.Argument(metavar="INS|RECORD", help="A person, or the key of a destroyed record.")],
    export: Annotated[Path | None, typer.Option(help="Write it with its proof, for `verify_traces.py`.")] = None,
    folder: AnyFolder = None,
) -> None:
    """Tell the certificates of the destroyed records of a person."""
    for line in _custody(folder).certificate(name, export):
        typer.echo(line)


def add_to(record_app: typer.Typer) -> None:
    """Add the commands that end a record to those that open and close it."""
    record_app.command("destroy")(destroy)
    record_app.command("certificate")(certificate)


def _token() -> "Token | None":
    """The token that the environment names, where the other settings may still be missing."""
    from dmp.settings import InvalidSetting
    from dmp.store.keys.token import Token

    names = ("DMP_PKCS11_MODULE", "DMP_PKCS11_TOKEN", "DMP_PKCS11_PIN_FILE")
    module, label, pin_file = (os.environ.get(name, "") for name in names)
    if not (module or label or pin_file):
        return None
    if not (module and label and pin_file):
        raise InvalidSetting(f"{', '.join(names)} go together")
    return Token(Path(module), label, Path(pin_file))


def _custody(folder: Path | None) -> "Custody":
    from dmp.commands.record import operations
    from dmp.desk.custody import Custody
    from dmp.desk.installation import OPERATOR

    return Custody(operations(folder).settings, OPERATOR)
