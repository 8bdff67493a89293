"""The command line: `dmp serve`, `dmp migrate`, `dmp record …` for operators; the sandbox for integrators."""

import json
import sys
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
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the release.")
    ] = False,
) -> None:
    """France's shared medical record, self-hosted."""


# -- the service


@app.command()
def serve() -> None:
    """Serve, with the settings of the environment (DMP_…)."""
    from dmp.main import make_server
    from dmp.settings import from_environment

    make_server(from_environment(), when_ready=lambda: _say("dmp: ready")).run()


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
def keys(
    folder: Annotated[Path, typer.Argument(help="Folder of the vault, on another disk than the database.")],
) -> None:
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
    from dmp.operations import Operations

    report = Operations.at(folder).verify_traces(export)
    _say(report.sentence)
    if not report.sound:
        raise typer.Exit(1)


# -- records, as the operator


@record_app.command("open")
def open_(
    ins: Annotated[str, typer.Argument(help="15 characters, or a CX: number^^^&oid&ISO^NH.")],
    traits: Annotated[Path | None, typer.Option(help="JSON file of the identity traits.")] = None,
    consent: Annotated[bool, typer.Option("--consent", help="The person consented, now (OPT_IN).")] = False,
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a sandbox; else the environment.")] = None,
) -> None:
    """Open a record (TD1.1), as the operator."""
    from dmp.operations import Operations

    _say(Operations.at(folder).open(ins, traits=traits, consent=consent))


@record_app.command("close")
def close(
    ins: str,
    reason: Annotated[ClosingReason, typer.Option(help="Why.")] = ClosingReason.PATIENT_REQUEST,
    text: Annotated[str, typer.Option(help="In words.")] = "",
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a sandbox; else the environment.")] = None,
) -> None:
    """Close a record (TD1.4): kept, and out of everybody's reach."""
    from dmp.operations import Operations

    _say(Operations.at(folder).close(ins, reason, text))


@record_app.command("reopen")
def reopen(
    ins: str,
    consent: Annotated[bool, typer.Option("--consent", help="The person consented, now.")] = False,
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a sandbox; else the environment.")] = None,
) -> None:
    """Open a closed record again (TD1.2)."""
    from dmp.operations import Operations

    _say(Operations.at(folder).reopen(ins, consent=consent))


@record_app.command("test")
def test(
    ins: str,
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a sandbox; else the environment.")] = None,
) -> None:
    """Tell whether a record exists, and its state (TD0.2)."""
    from dmp.operations import Operations

    _say(Operations.at(folder).test(ins))


@record_app.command("identity")
def identity(
    ins: str,
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a sandbox; else the environment.")] = None,
) -> None:
    """Print the administrative data of a record (TD1.3a), as JSON."""
    from dmp.operations import Operations

    _say(Operations.at(folder).identity(ins))


@record_app.command("change")
def change(
    ins: str,
    file: Annotated[Path, typer.Argument(help="JSON: used_name, used_first_name, telecoms, address, oppositions…")],
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a sandbox; else the environment.")] = None,
) -> None:
    """Change administrative data (TD1.3b)."""
    from dmp.operations import Operations

    _say(Operations.at(folder).change(ins, file))


# -- the sandbox


@app.command()
def sandbox(
    folder: Folder,
    port: Annotated[int, typer.Option(help="Port on loopback.")] = 8443,
    profile: Annotated[ProfileName, typer.Option(help="dmp, or plain ihe.")] = ProfileName.DMP,
    tolerant: Annotated[bool, typer.Option("--tolerant", help="Take the published examples (DEC-120).")] = False,
    database: Annotated[str, typer.Option(help="URL; `postgresql` starts a temporary server; default SQLite.")] = "",
    regime: Annotated[Regime, typer.Option(help="OPT_IN or OPT_OUT.")] = Regime.OPT_IN,
) -> None:
    """Serve the whole protocol on loopback, with test certificates, until interrupted."""
    from dmp.sandbox.folder import SandboxOptions
    from dmp.sandbox.serve import run

    run(folder, SandboxOptions(port, profile, tolerant, database, regime), say=_say)


@app.command("open")
def sandbox_open(
    folder: Folder,
    ins: Annotated[str, typer.Argument(help="15 characters (test root), or a CX.")],
    traits: Annotated[Path | None, typer.Option(help="JSON file of the identity traits.")] = None,
) -> None:
    """Open a record in a sandbox; says so when it is already open (DEC-122)."""
    from dmp.operations import Operations

    _say(Operations.at(folder).open(ins, traits=traits, consent=True, again=True))


@app.command()
def vihf(
    folder: Folder,
    patient: Annotated[str, typer.Option(help="INS or CX of the patient; empty for none.")] = "",
    holder: Annotated[str, typer.Option(help="Name in sandbox.json.")] = "",
    profession: Annotated[str, typer.Option(help="Profession (TRE_G15), e.g. 10.")] = "",
    know_how: Annotated[str, typer.Option("--know-how", help="Know-how, e.g. SM26.")] = "",
    auth: Annotated[str, typer.Option(help="direct, indirect or air.")] = "",
    mode: Annotated[str, typer.Option(help="normal, bris_de_glace or centre_15.")] = "normal",
    reason: Annotated[str, typer.Option(help="Reason, in words, for bris_de_glace.")] = "",
    secret: Annotated[bool, typer.Option("--secret", help="Secret connection of a minor.")] = False,
) -> None:
    """Print a complete wsse:Security header, signed by a holder of the sandbox (DEC-123)."""
    from dmp.sandbox.headers import HeaderRequest, header

    wanted = HeaderRequest(patient, holder, profession, know_how, auth, mode, reason, secret)
    sys.stdout.buffer.write(header(folder, wanted))


@app.command("sign-lot")
def sign_lot(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="A SubmitObjectsRequest, or an ITI-41 body with its documents inline.")],
    holder: Annotated[str, typer.Option(help="Name in sandbox.json.")] = "doctor",
    documents: Annotated[list[Path] | None, typer.Option("--document", help="A document of the lot, in order.")] = None,
) -> None:
    """Print the signature document of a lot (DEC-123)."""
    from dmp.sandbox.headers import sign_lot as signature_of

    sys.stdout.buffer.write(signature_of(folder, holder, file, documents or []))


@app.command()
def demo(
    check: Annotated[bool, typer.Option("--check", help="Play, verify and stop.")] = False,
    database: Annotated[str, typer.Option(help="URL; `postgresql` starts a temporary server; default SQLite.")] = "",
    port: Annotated[int, typer.Option(help="Port on loopback; 0 for a free one.")] = 0,
) -> None:
    """Open fictional records, play the main job before your eyes, keep serving."""
    from dmp.sandbox.demo import play

    raise typer.Exit(play(check=check, database=database, port=port))
