"""The demonstration: a sandbox of its own, the story before the reader's eyes, and what to try next."""

import tempfile
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

from rich.console import Console

from dmp.client import CallRefused
from dmp.sandbox.folder import MESSAGES, SandboxOptions, read_contract
from dmp.sandbox.landing import DEMO, Landing
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import database as with_database
from dmp.sandbox.serve import running, unwind_on_sigterm
from dmp.sandbox.story import STEPS, Step, Story, WentWrong


def play(*, check: bool, database: str, port: int) -> int:
    """Play the main job; with `check` stop there, else keep serving. Returns the exit code.

    Raises:
        Trouble: the port or the database cannot be used.
    """
    unwind_on_sigterm()
    console = Console(highlight=False, soft_wrap=True)
    console.print("[dim]Certificats, clés, base de données… — making certificates, keys, database…[/dim]")
    with tempfile.TemporaryDirectory(prefix="dmp-demo-", ignore_cleanup_errors=True) as place:
        folder, options = Path(place), SandboxOptions(port or free_port(), database_url=database)
        landing = Landing()
        with with_database(options) as given, running(folder, given, landing.annex) as base_url:
            console.print(f"\n[bold]Dossier médical partagé, démonstration[/bold] · {base_url}")
            console.print("[dim]Personnes, numéros et certificats fictifs — everything here is fictional.[/dim]\n")
            with closing(Story(folder)) as story:
                try:
                    _tell(story, console)
                except (WentWrong, CallRefused) as error:
                    console.print(f"\n[bold red]✗[/bold red] {error}")
                    return 1
                traits = story.person.traits
                landing.patient = story.patient
                landing.patient_name = f"{traits.given.title()} {traits.family.title()}"
            if not check:
                _keep_serving(story, console, base_url)
    return 0


def _tell(story: Story, console: Console) -> None:
    """Each step in French, in English beside it; under it, what came of it and how long it took."""
    act, wire, french = (max(len(line[n]) for line in map(_words, STEPS)) for n in range(3))
    for step in STEPS:
        begun = time.perf_counter()
        outcome = step.play(story)
        took = (time.perf_counter() - begun) * 1000
        names = f"[bold]{step.act:{act}}[/bold] [dim]{step.wire:{wire}}[/dim]"
        console.print(f"[green]✓[/green] {names} {step.french:{french}}  [dim]{step.english}[/dim]")
        console.print(f"{'':{act + wire + 4}}[cyan]{outcome}[/cyan] [dim]· {took:.0f} ms[/dim]")


def _words(step: Step) -> tuple[str, str, str]:
    return step.act, step.wire, step.french


def _keep_serving(story: Story, console: Console, base_url: str) -> None:
    ins, handed = story.patient.number, story.handed
    portal = read_contract(story.folder)["services"]["portal"]
    lines = (
        ("Ouvrez ici — open this page", f"{portal}{DEMO}"),
        ("", "le navigateur prévient que le certificat est de test : acceptez — accept the test certificate"),
        ("Le service — the wire", base_url),
        ("Qui appelle — who may call", f"{story.folder}/sandbox.json"),
        ("Un jeton — a signed header", f"./dev vihf --dir {story.folder} --patient {ins}"),
        ("Les traces — check the traces", f"./dev verify-traces --dir {story.folder}"),
        ("Ses pages — sign in as her", f"{portal}/activation · {handed.login} · {handed.password}"),
        ("Ses codes — where her codes go", f"tail -f {story.folder / MESSAGES}"),
        ("Tout effacer — end, remove all", "Ctrl-C"),
    )
    width = max(len(what) for what, _ in lines)
    console.print()
    for what, how in lines:
        console.print(f"[dim]{what:{width}}[/dim]  {how}")
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
