"""`canary`: words that people entrusted to the service lie readable nowhere (T-CANARY, security 12.3).

They are said in every field that takes some, over the wire and on the command
line. Then everything that the service left is searched, while it runs and
after it ended: database, documents, logs, temporary files and files that have
no name any more, figures; and what an administrator may take away: a dump of
the database, a backup, an export of the traces, the answers of the commands.
"""

import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import httpx2

from dmp.assure.canaries import search
from dmp.assure.canary_people import PER_PERSON, Entrusting, Marked
from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.service import PROGRAM, Service, served
from dmp.client import DmpClient
from dmp.sandbox.population import people
from dmp.sandbox.postgres import programs

NO_CORE = re.compile(r"Max core file size +0 +0 ")
OPERATOR_SAYS = (("check", "--blobs"), ("sweep",))
"""Commands whose answers are searched too."""


def play(leg: Leg) -> Tally:
    """Entrust words to a service in every field that takes some, then search everything that it left."""
    counter, temporary = Counter(), leg.folder / "temporary"
    temporary.mkdir()
    cast = people(leg.seed, -(-leg.size // PER_PERSON))
    marked = [Marked.of(person, leg.dice("words", number)) for number, person in enumerate(cast)]
    words, since = [word for one in marked for word in one.all], time.time() - 1
    counter.add("asked", leg.size)
    counter.add("words", len(words))
    with served(leg, {"TMPDIR": str(temporary)}) as service:
        since = time.time() - 1
        entrust(leg, service, marked, counter)
        take_away(leg, service)
        counter.add("may dump", sum(not NO_CORE.search(limits) for limits in _limits(service)))
        _look(leg, [*_written(leg.folder, since), *_nameless(service)], words, counter)
    _look(leg, list(_written(leg.folder, since)), words, counter)
    _prove(leg.folder / "planted", words[0], counter)
    return counter.tally()


def entrust(leg: Leg, service: Service, marked: Sequence[Marked], counter: Counter) -> None:
    """Say every word."""
    with ExitStack() as stack:

        def client(holder: str, *, standing_for: str = "", air: bool = False) -> DmpClient:
            return stack.enter_context(closing(service.client(holder, standing_for=standing_for, air=air)))

        everybody = Entrusting(
            doctor=client("doctor"),
            hospital=client("hospital", standing_for="doctor"),
            reader=client("hospital", standing_for="doctor", air=True),
            administrator=client("administrator"),
            operations=service.operations,
            counter=counter,
        )
        for number, one in enumerate(marked):
            everybody.all_about(one, large=number == 0)
            leg.advance(leg.size * (number + 1) // (2 * len(marked)))
        everybody.misuse(marked[0])


def take_away(leg: Leg, service: Service) -> None:
    """What an administrator of the database, of the machine or of the service would take away, by the real commands."""
    place = leg.folder / "taken"
    place.mkdir()
    here = ("--dir", str(service.folder))
    _command(place / "backup.txt", "backup", str(place / "backup"), *here)
    _command(place / "verify.txt", "verify-traces", "--export", str(place / "traces.jsonl"), *here)
    for command in OPERATOR_SAYS:
        _command(place / f"{command[0]}.txt", *command, *here)
    if leg.engine is Engine.POSTGRESQL:
        dump(service, place / "dump.sql")
    else:
        with closing(sqlite3.connect(service.folder / "dmp.db")) as database:
            (place / "dump.sql").write_text("\n".join(database.iterdump()))
    for page in ("metrics", "healthz", "readyz"):
        answer = httpx2.get(f"{service.contract['services']['health']}/{page}", trust_env=False)
        (place / page).write_bytes(answer.content)


def _command(file: Path, *arguments: str) -> None:
    """Run a command of the program, and keep all that it says."""
    with file.open("wb") as said:
        subprocess.run([*PROGRAM, *arguments], check=True, stdout=said, stderr=subprocess.STDOUT)  # noqa: S603


def dump(service: Service, file: Path) -> None:
    """What an administrator of the database would take away."""
    command = [str(programs() / "pg_dump"), "--dbname", service.options.database_url, "--file", str(file)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PGCONNECT_TIMEOUT": "10"})  # noqa: S603


def _look(leg: Leg, files: Sequence[Path], words: Sequence[tuple[str, str]], counter: Counter) -> None:
    counter.add("files", len(files))
    with suppress(FileNotFoundError):
        counter.add("searched", sum(file.stat().st_size for file in files) / 2**20)
    for seen in search(files, words):
        where = seen.file.relative_to(leg.folder) if seen.file.is_relative_to(leg.folder) else seen.file
        counter.wrong("found", f"{seen.place}, {seen.spelling}, in {where}")


def _written(folder: Path, since: float) -> Iterator[Path]:
    """Every file that was written since there are words."""
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):  # the database removes files of its own at any time
            if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= since:
                yield path


def _nameless(service: Service) -> Iterator[Path]:
    """Open files that have no name any more, as those of large messages (Linux, and root alone may look)."""
    for process in (service.process, *service.workers()):
        with suppress(OSError):
            for descriptor in sorted(Path(f"/proc/{process}/fd").iterdir()):
                with suppress(OSError):
                    if str(descriptor.readlink()).endswith("(deleted)") and descriptor.is_file():
                        yield descriptor


def _limits(service: Service) -> Iterator[str]:
    """What the processes of the service may do, as the kernel tells it (security 12.6)."""
    for process in (service.process, *service.workers()):
        with suppress(OSError):
            yield Path(f"/proc/{process}/limits").read_text()


def _prove(file: Path, word: tuple[str, str], counter: Counter) -> None:
    """The search itself finds a word that lies somewhere."""
    file.write_bytes(b"\xff" * 1000 + word[1].encode("utf-16-le") + b"\xff" * 1000)
    counter.add("planted", len(list(search([file], [word]))))


def judge(total: Tally) -> list[Figure]:
    """No word anywhere, though all were stored and the search finds the one that was planted."""
    return [
        Figure("words", total["words"], least=max(1, total["asked"])),
        Figure("found at rest", total["found"], most=0),
        Figure("not stored", total["not stored"], most=0),
        Figure("not refused", total["not refused"], most=0),
        Figure("files", total["files"], least=1),
        Figure("searched", total["searched"], "MiB"),
        Figure("processes that may leave their memory in a file", total["may dump"], most=0),
        Figure("planted word found", total["planted"], least=1),
    ]


CLAIM = Claim(
    name="canary",
    promise="Names, identifiers, titles, comments, reasons and documents lie readable nowhere: not in the database, "
    "its log or its dump, not in stored documents, logs, figures or temporary files, not in backups or exports, not "
    "even as a plain digest.",
    counted="words",
    count=200,
    leg=200,
    play=play,
    judge=judge,
    source="T-CANARY (security 14), security 12.3 and 12.6",
    engines=(Engine.SQLITE, Engine.POSTGRESQL),
)
