"""The command line: `dmp serve`, `dmp migrate`, `dmp record …` for operators; the sandbox for integrators."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dmp import __version__
from dmp.record.errors import DmpError
from dmp.record.profile import ProfileName
from dmp.record.record import ClosingReason, Regime

app = typer.Typer(
    name="dmp",
    help="Dossier médical partagé : un dossier par personne, chez vous. — France's shared medical record, self-hosted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
record_app = typer.Typer(help="Open, close, reopen and test records, as the operator.", no_args_is_help=True)
app.add_typer(record_app, name="record")

Folder = Annotated[Path, typer.Option("--dir", help="Folder of the sandbox.")]


def main() -> None:
    """Run a command; an error of the house is one line, not a traceback."""
    try:
        app()
    except DmpError as error:
        element = getattr(error, "element", "")
        print(f"dmp: {error.code}: {f'{element}: ' if element else ''}{error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from error


def _say(text: str) -> None:
    typer.echo(text)


def _version(wanted: bool) -> None:
    if wanted:
        _say(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the release.")] = False,
) -> None:
    """France's shared medical record, self-hosted."""


# -- the service


@app.command()
def serve() -> None:
    """Serve, with the settings of the environment (DMP_…)."""
    from dmp.main import serve_settings
    from dmp.settings import from_environment

    serve_settings(from_environment(), when_ready=lambda: _say("dmp: ready"))


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this release."""
    from dmp.settings import from_environment
    from dmp.store import dialect
    from dmp.store import migrate as migrations

    engine = dialect.open_engine(from_environment().database_url, connections=1)
    migrations.upgrade(engine)
    _say("dmp: the database is up to date")


@app.command()
def keys(folder: Annotated[Path, typer.Argument(help="Folder of the vault, on another disk than the database.")]) -> None:
    """Make the keys that a vault lacks; never touches those that exist."""
    from dmp.store.vault import Vault

    Vault.create(folder)
    _say(f"dmp: the vault {folder} is complete; back it up apart from the database")


@app.command()
def directory(
    file: Annotated[Path, typer.Argument(help="JSON: {structures: […], professionals: […], activities: […]}.")],
) -> None:
    """Load professionals and structures that may call."""
    from dmp.main import open_store
    from dmp.settings import from_environment
    from dmp.store.directory import Listed

    listed = json.loads(file.read_text())
    lines = [Listed("structure", **line) for line in listed.get("structures", [])]
    lines += [Listed("professional", **line) for line in listed.get("professionals", [])]
    store = open_store(from_environment())
    with store.begin() as tx:
        tx.directory.load(lines, [(link["professional"], link["structure"]) for link in listed.get("activities", [])])
    _say(f"dmp: {len(lines)} lines loaded")


@app.command("verify-traces")
def verify_traces(
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a sandbox; else the environment.")] = None,
    export: Annotated[Path | None, typer.Option(help="Also write the tree for the stand-alone verifier.")] = None,
) -> None:
    """Check every trace against the sealed tree; exit 1 when one was changed, lost or added."""
    from dmp.main import verify_store_traces

    report = verify_store_traces(_store_settings(folder), export=export, at=datetime.now(UTC))
    _say(report.sentence)
    if not report.sound:
        raise typer.Exit(1)


