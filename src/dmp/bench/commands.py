"""`dmp bench …`: the command line of the benchmarks."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.bench.plan import Act, Mix, Plan

if TYPE_CHECKING:
    from dmp.bench.pages import Times

app = typer.Typer(
    help="Measure the service on this machine, load generator included: see docs/benchmarks.md.", no_args_is_help=True
)

Database = Annotated[str, typer.Option(help="`postgresql` starts a temporary server; or postgresql://…")]
Clients = Annotated[int, typer.Option(min=1, help="Connections that call at once.")]
Seconds = Annotated[float, typer.Option(min=0.1, help="How long, after a warm-up.")]
Records = Annotated[int, typer.Option(min=3, help="Records, filled before.")]
Documents = Annotated[int, typer.Option(min=1, help="Documents in each record.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes that serve.")]
Lots = Annotated[int, typer.Option(min=1, help="Lots made before: a run of submissions ends when they are used up.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same people, documents and choices.")]
Profiled = Annotated[bool, typer.Option("--profile", help="Tell in which functions the service spends its time.")]
Json = Annotated[Path | None, typer.Option("--json", dir_okay=False, help="Also write the figures to this file.")]

_HELP = {
    Act.SUBMIT: "Submissions (ITI-41): signed lots of one document of 50 KB, with the floor of the same machine.",
    Act.SEARCH: "Searches (ITI-18): FindDocuments over records of 20 documents, whole metadata.",
    Act.READ: "Readings (ITI-43): one document of 50 KB.",
}


def _closed(act: Act) -> Callable[..., None]:
    """The command of one act; its callers ask again as soon as they are answered."""

    def command(  # noqa: PLR0917
        database: Database = "postgresql",
        clients: Clients = 16,
        seconds: Seconds = 20.0,
        records: Records = 2000,
        documents: Documents = 20,
        workers: Workers = 2,
        lots: Lots = 8000,
        seed: Seed = 2026,
        profile: Profiled = False,
        json: Json = None,
    ) -> None:
        plan = Plan(database, clients, seconds, records=records, documents=documents, workers=workers)
        _run(act, replace(plan, submissions=lots, seed=seed, profiled=profile), None, json)

    return command


for _act in Act:
    app.command(_act.value, help=_HELP[_act])(_closed(_act))


@app.command()
def mix(  # noqa: PLR0917
    database: Database = "postgresql",
    clients: Clients = 32,
    seconds: Seconds = 300.0,
    records: Records = 4000,
    documents: Documents = 20,
    workers: Workers = 2,
    submissions: Annotated[float, typer.Option(min=0, help="A second.")] = 75.0,
    searches: Annotated[float, typer.Option(min=0, help="A second.")] = 520.0,
    reads: Annotated[float, typer.Option(min=0, help="A second.")] = 520.0,
    seed: Seed = 2026,
    profile: Profiled = False,
    json: Json = None,
) -> None:
    """The busy hour of the country: calls that come at their rate, whether or not the earlier ones were answered."""
    plan = Plan(database, clients, seconds, records=records, documents=documents, workers=workers)
    _run(None, replace(plan, seed=seed, profiled=profile), Mix(submissions, searches, reads), json)


@app.command()
def grow(  # noqa: PLR0917
    database: Database = "postgresql",
    documents: Annotated[
        list[int] | None, typer.Option("--documents", min=1000, help="Sizes to load and measure, each in turn.")
    ] = None,
    clients: Clients = 4,
    seconds: Seconds = 20.0,
    workers: Workers = 2,
    seed: Seed = 2026,
    json: Json = None,
) -> None:
    """Load 10^5 documents, then 10^6, and see how search, submission and size grow."""
    from dmp.bench.growing import grow as grown
    from dmp.sandbox.serve import unwind_on_sigterm

    unwind_on_sigterm()
    plan = Plan(database, clients, seconds, own_octets=0, workers=workers, submissions=900, seed=seed)
    growth = grown(plan, documents or (100_000, 1_000_000), say=lambda line: typer.echo(line, err=True))
    for line in growth.lines():
        typer.echo(line)
    if json is not None:
        growth.write(json)
    if not growth.sound:
        raise typer.Exit(1)


@app.command()
def decide() -> None:
    """Time the rights alone: one decision of every kind, and those on 500 documents; no service, no database."""
    from dmp.bench.deciding import table

    for line in table():
        typer.echo(line)


@app.command()
def facts(
    folders: Annotated[
        list[Path] | None, typer.Argument(exists=True, file_okay=False, help="Of CDA documents, instead of those made.")
    ] = None,
    documents: Annotated[int, typer.Option(min=8, help="Documents to make, of ten years of care.")] = 100,
    seed: Seed = 2026,
) -> None:
    """Time what a document says, from its octets to its facts, as when it arrives; no service, no database."""
    from dmp.bench.extracting import found, made, table

    for line in table(found(folders) if folders else made(documents, seed)):
        typer.echo(line)


@app.command()
def pages(  # noqa: PLR0917
    database: Database = "postgresql",
    clients: Clients = 8,
    seconds: Seconds = 10.0,
    records: Records = 8,
    documents: Documents = 400,
    workers: Workers = 2,
    seed: Seed = 2026,
) -> None:
    """The pages of the portals over records of 400 documents: rendered for readers at once, and seen in Chromium."""
    from dmp.bench.pages import bench as measured

    plan = Plan(
        database, clients, seconds, records=records, documents=documents, own_octets=1, workers=workers, seed=seed
    )
    _tell(measured(replace(plan, submissions=0), say=lambda line: typer.echo(line, err=True)))


@app.command()
def health(  # noqa: PLR0917
    database: Database = "postgresql",
    clients: Clients = 1,
    seconds: Seconds = 5.0,
    records: Records = 10,
    documents: Documents = 400,
    workers: Workers = 1,
    seed: Seed = 2026,
) -> None:
    """The pages of the chart, for one reader, over records of ten years of care whose documents were read."""
    from dmp.bench.health import bench as measured

    plan = Plan(database, clients, seconds, records=records, documents=documents, workers=workers, seed=seed)
    _tell(measured(replace(plan, submissions=0), say=lambda line: typer.echo(line, err=True)))


def _tell(pages: "Iterable[Times]") -> None:
    wrong = 0
    for times in pages:
        typer.echo(str(times))
        wrong += times.wrong
    if wrong:
        raise typer.Exit(1)


@app.command()
def remind(
    database: Database = "postgresql",
    records: Annotated[int, typer.Option(min=100, help="Records, all of them due.")] = 20_000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that look at them.")] = 2,
    seed: Seed = 2026,
) -> None:
    """Two nights of reminders: records a second, and the memory of the workers at each quarter."""
    from dmp.bench.reminding import nights
    from dmp.sandbox.serve import unwind_on_sigterm

    unwind_on_sigterm()
    plan = Plan(database, records=records, workers=workers, seed=seed, submissions=0)
    sound = True
    for measured in nights(plan, say=lambda line: typer.echo(line, err=True)):
        sound = sound and measured.sound
        for line in measured.lines():
            typer.echo(line)
    if not sound:
        raise typer.Exit(1)


@app.command()
def report(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="What --json wrote.")],
    page: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The page to fill.")] = Path(
        "docs/benchmarks.md"
    ),
) -> None:
    """Put figures into the page of the documentation, with drawings beside it."""
    from dmp.bench.page import write

    write(page, files)
    typer.echo(f"dmp: {page} holds the figures of {len(files)} runs")


@app.command()
def size(
    files: Annotated[list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="What --json wrote.")] = None,
    page: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A page to put table and drawing into.")
    ] = None,
) -> None:
    """Compute what 10^5 to 7 x 10^7 records take, from measured figures: disks, cores, machines."""
    from dmp.bench import sizing

    costs = sizing.costs_of(files or [])
    for line in sizing.lines(costs):
        typer.echo(line)
    if page is not None:
        sizing.write(page, costs)


def _run(act: Act | None, plan: Plan, stream: Mix | None, json: Path | None) -> None:
    from dmp.bench.benchmark import bench
    from dmp.sandbox.serve import unwind_on_sigterm

    unwind_on_sigterm()
    report = bench(act or "mix", plan, mix=stream, say=lambda line: typer.echo(line, err=True))
    for line in report.lines():
        typer.echo(line)
    if json is not None:
        report.write(json)
    if not report.sound:
        raise typer.Exit(1)
