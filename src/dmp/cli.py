"""The command line: `dmp serve`, `dmp migrate`, `dmp record …` for operators; the sandbox for integrators."""

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from dmp import __version__
from dmp.bench.commands import app as bench_app
from dmp.commands import (
    account,
    desk,
    emergency,
    invitations,
    job,
    keys,
    medicines,
    operator,
    people,
    record,
    rules,
    upkeep,
    watch,
)
from dmp.commands.record import AnyFolder, Ins, Traits, operations, readable_json
from dmp.record.errors import DmpError
from dmp.record.profile import ProfileName
from dmp.record.record import Regime
from dmp.sandbox.trouble import Trouble
from dmp.settings import InvalidSetting
from dmp.store.keys.memory import forbid_dumps

SANDBOX, SERVICE = "For integrators: a sandbox", "For operators: the service"
ASSURANCE = "For buyers: what is claimed, tried"

app = typer.Typer(
    name="dmp",
    help="Dossier médical partagé : un dossier par personne, chez vous. — France's shared medical record, self-hosted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run a command; what is wrong is told in one line that says what to do, not by a traceback."""
    forbid_dumps()
    try:
        status = app(standalone_mode=False, prog_name="dmp")
    except typer.TyperException as error:
        _end(_misused(error), error.exit_code)
    except (DmpError, Trouble, InvalidSetting) as error:
        _end(_told(error), 1)
    except OSError as error:
        if error.filename is None:
            raise
        _end(f"{error.filename}: {error.strerror}", 1)
    raise SystemExit(status or 0)


def _end(message: str, status: int) -> NoReturn:
    if message:
        typer.echo(f"dmp: {' '.join(message.split())}", err=True)
    raise SystemExit(status)


def _misused(error: typer.TyperException) -> str:
    """What was typed wrong, and where to look; without a message, the help that replaces it has been printed."""
    message = error.format_message().replace("Value error, ", "").rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{message}; see {context.command_path} --help" if message and context else message


def _told(error: Exception) -> str:
    """The sentence of an error, with the element at fault before it and the name of the refusal after it."""
    if not isinstance(error, DmpError):
        return str(error)
    element = getattr(error, "element", "")
    named = element and not str(error).startswith(element)
    return f"{f'{element}: ' if named else ''}{error} ({error.code})"


def _say(text: str) -> None:
    typer.echo(text)


def _version(wanted: bool) -> None:
    if wanted:
        _say(__version__)
        raise typer.Exit


Folder = Annotated[Path, typer.Option("--dir", help="Folder of the sandbox.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port on loopback.")]
Database = Annotated[str, typer.Option(help="URL; `postgresql` starts a temporary server; default SQLite.")]


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the release.")
    ] = False,
) -> None:
    """France's shared medical record, self-hosted."""


# -- the sandbox


@app.command(rich_help_panel=SANDBOX)
def demo(
    check: Annotated[bool, typer.Option("--check", help="Play, verify and stop.")] = False,
    database: Database = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback; 0 for a free one.")] = 0,
) -> None:
    """Open fictional records, play the main job before your eyes, keep serving."""
    from dmp.sandbox.demo import play

    raise typer.Exit(play(check=check, database=database, port=port))


@app.command(rich_help_panel=SANDBOX)
def sandbox(
    folder: Folder,
    port: Port = 8443,
    profile: Annotated[ProfileName, typer.Option(help="dmp, or plain ihe.")] = ProfileName.DMP,
    tolerant: Annotated[bool, typer.Option("--tolerant", help="Take the published examples (DEC-120).")] = False,
    database: Database = "",
    regime: Annotated[Regime, typer.Option(help="OPT_IN or OPT_OUT.")] = Regime.OPT_IN,
    administration_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of ITI-42, 62 and 86, for the administrator; 0 for none.")
    ] = 0,
) -> None:
    """Serve the whole protocol on loopback, with test certificates, until interrupted."""
    from dmp.sandbox.folder import SandboxOptions
    from dmp.sandbox.serve import run

    run(folder, SandboxOptions(port, profile, tolerant, database, regime, administration_port), say=_say)


@app.command("open", rich_help_panel=SANDBOX)
def sandbox_open(folder: Folder, ins: Ins, traits: Traits = None) -> None:
    """Open a record in a sandbox; says so when it is already open (DEC-122)."""
    _say(operations(folder).open(ins, traits=traits, consent=True, again=True))


@app.command(rich_help_panel=SANDBOX)
def vihf(
    folder: Folder,
    patient: Annotated[str, typer.Option(help="INS or CX of the patient; empty for none.")] = "",
    holder: Annotated[str, typer.Option(help="Who calls: a name of sandbox.json; else the doctor.")] = "",
    profession: Annotated[str, typer.Option(help="Profession (TRE_G15), e.g. 10; picks the holder too.")] = "",
    know_how: Annotated[str, typer.Option("--know-how", help="Know-how, e.g. SM26.")] = "",
    auth: Annotated[str, typer.Option(help="direct, indirect or air; else what the holder's certificate is for.")] = "",
    mode: Annotated[str, typer.Option(help="normal, bris_de_glace or centre_15.")] = "normal",
    reason: Annotated[str, typer.Option(help="Reason, in words, for bris_de_glace.")] = "",
    secret: Annotated[bool, typer.Option("--secret", help="Secret connection of a minor.")] = False,
) -> None:
    """Print a complete wsse:Security header, signed by a holder of the sandbox (DEC-123)."""
    from dmp.sandbox.headers import HeaderRequest, doubt, header

    wanted = HeaderRequest(patient, holder, profession, know_how, auth, mode, reason, secret)
    sys.stdout.buffer.write(header(folder, wanted))
    if doubtful := doubt(folder, patient):
        typer.echo(f"dmp: warning: {doubtful}", err=True)


@app.command("sign-lot", rich_help_panel=SANDBOX)
def sign_lot(
    folder: Folder,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="A SubmitObjectsRequest, or an ITI-41 body with its documents inline."
        ),
    ],
    holder: Annotated[str, typer.Option(help="Name in sandbox.json.")] = "doctor",
    documents: Annotated[
        list[Path] | None,
        typer.Option("--document", exists=True, dir_okay=False, help="A document of the lot; again for the next one."),
    ] = None,
) -> None:
    """Print the signature document of a lot (DEC-123)."""
    from dmp.sandbox.lot import sign_lot as signature_of

    sys.stdout.buffer.write(signature_of(folder, holder, file, documents or []))


@app.command(rich_help_panel=SANDBOX)
def why(
    folder: Folder,
    last: Annotated[int, typer.Option(min=1, help="How many calls.")] = 5,
) -> None:
    """Tell why the last calls were refused: the traces know more than the answers may say."""
    from dmp.sandbox.folder import read_options
    from dmp.sandbox.why import why as reasons

    read_options(folder)
    _say("\n".join(reasons(folder, last=last)) or "dmp: no call was refused")


@app.command(rich_help_panel=ASSURANCE)
def who(
    page: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The page to fill.")] = Path(
        "docs/guide/who-can-see-what.md"
    ),
) -> None:
    """Write who may do what into the page «Qui peut voir quoi», asked of the rights themselves."""
    from dmp.access.explain_page import written

    try:
        page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
    except ValueError as error:
        raise Trouble(f"{page}: {error}", option="--page") from error
    _say(f"dmp: {page} tells who may do what")


# -- the service


@app.command(rich_help_panel=SERVICE)
def serve(
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for one per core. Else DMP_WORKERS.")] = 0,
) -> None:
    """Serve, with the settings of the environment (DMP_…); SIGHUP renews the processes one after the other."""
    from dataclasses import replace

    from dmp import journal
    from dmp.settings import from_environment
    from dmp.workers import StartRefused, supervise

    journal.configure()
    settings = from_environment()
    try:
        supervise(replace(settings, workers=workers or settings.workers), when_ready=lambda: _say("dmp: ready"))
    except StartRefused as refused:
        _end(str(refused), 1)


@app.command(rich_help_panel=SERVICE)
def migrate() -> None:
    """Bring the database to the schema of this release."""
    from dmp.settings import from_environment
    from dmp.store import dialect
    from dmp.store import migrate as migrations

    engine = dialect.open_engine(from_environment().database_url, connections=1)
    migrations.upgrade(engine)
    engine.dispose()
    _say("dmp: the database is up to date")


@app.command(rich_help_panel=SERVICE)
def directory(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            callback=readable_json,
            help="JSON: {structures: […], professionals: […], activities: […], teams: […], designated: […]}.",
        ),
    ],
) -> None:
    """Load professionals and structures that may call; lines already there are replaced."""
    from dmp.main import open_store
    from dmp.record.listed import Listed
    from dmp.settings import from_environment
    from dmp.store.directory import Membership, designation

    told = json.loads(file.read_text(encoding="utf-8"))
    try:
        lines = [Listed.read("structure", line) for line in told.get("structures", [])]
        lines += [Listed.read("professional", line) for line in told.get("professionals", [])]
        lines += [
            designation(each["person"], each["structure"], active=each.get("active", True))
            for each in told.get("designated", [])
        ]
        links = [(link["professional"], link["structure"]) for link in told.get("activities", [])]
        members = [Membership.read(line) for line in told.get("teams", [])]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        needed = (
            "structures: id, name, perhaps active, parent, sector; "
            "professionals: id, name, perhaps active, profession, know_hows (a list); "
            "activities: professional, structure; "
            "teams: structure, team, professional, since, perhaps until (days); "
            "designated: person, structure, perhaps active"
        )
        raise typer.BadParameter(f"each line holds, of {needed}", param_hint="FILE") from error
    store = open_store(from_environment())
    with store.begin() as tx:
        tx.directory.load(lines, links)
        tx.directory.load_teams(members)
    store.close()
    _say(f"dmp: {len(lines)} lines, {len(links)} activities and {len(members)} members of teams loaded")


@app.command("verify-traces", rich_help_panel=SERVICE)
def verify_traces(
    folder: AnyFolder = None,
    export: Annotated[Path | None, typer.Option(help="Also write the tree for the stand-alone verifier.")] = None,
) -> None:
    """Check every trace against the sealed tree; exit 1 when one was changed, lost or added."""
    report = operations(folder).verify_traces(export)
    _say(report.sentence)
    if not report.sound:
        raise typer.Exit(1)


@app.command(rich_help_panel=ASSURANCE)
def assure(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Claims to try; else all.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Replay this seed; else today's date.")] = 0,
    count: Annotated[int, typer.Option(min=0, help="How many to try, instead of the claim's own figure.")] = 0,
    into: Annotated[Path, typer.Option(file_okay=False, help="Folder of the report.")] = Path("assurance"),
    engine: Annotated[str, typer.Option(help="sqlite or postgresql; else each claim's own.")] = "",
    tell: Annotated[bool, typer.Option("--list", help="Tell what is claimed, try nothing.")] = False,
) -> None:
    """Try what the project claims, on services of its own; exit 1 when a claim falls short."""
    from dmp.assure import command

    if tell:
        _say("\n".join(command.listed()))
        raise typer.Exit
    raise typer.Exit(command.run(command.Typed(names or (), seed, count, into, engine), say=_say))


# -- the commands of other modules

app.add_typer(record.record_app, name="record", rich_help_panel=SERVICE)
keys.add_to(record.record_app)
people.add_to(record.record_app)
upkeep.add_to(app, SERVICE)
job.add_to(record.record_app)
desk.add_to(record.record_app)
app.add_typer(desk.opening_app, name="opening", rich_help_panel=SERVICE)
app.add_typer(job.job_app, name="job", rich_help_panel=SERVICE)
app.add_typer(watch.watch_app, name="watch", rich_help_panel=SERVICE)
app.add_typer(emergency.emergency_app, name="emergency", rich_help_panel=SERVICE)
app.add_typer(account.account_app, name="account", rich_help_panel=SERVICE)
app.add_typer(operator.operator_app, name="operator", rich_help_panel=SERVICE)
app.add_typer(medicines.medicines_app, name="medicines", rich_help_panel=SERVICE)
app.add_typer(rules.rules_app, name="rules", rich_help_panel=SERVICE)
app.add_typer(invitations.invitations_app, name="invitations", rich_help_panel=SERVICE)
app.add_typer(keys.keys_app, name="keys", rich_help_panel=SERVICE)
app.add_typer(keys.retention_app, name="retention", rich_help_panel=SERVICE)
app.add_typer(bench_app, name="bench", rich_help_panel=ASSURANCE)
