"""Serve a sandbox: prepare the folder, fill the directory, listen, then write the contract."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from dmp.main import make_server, open_store
from dmp.sandbox.folder import SERVER_NAME, SandboxOptions, prepare, write_contract
from dmp.sandbox.pki import Holders
from dmp.settings import Settings
from dmp.store import dialect, migrate
from dmp.store.directory import Listed
from dmp.store.vault import Vault
from dmp.wire.vihf.certificates import HolderKind

TEMPORARY = "postgresql"
"""A database of this name is a temporary server, started and stopped with the sandbox."""


def run(folder: Path, options: SandboxOptions, *, say: Callable[[str], None]) -> None:
    """Serve until interrupted; `DIR/sandbox.json` appears when the service answers."""
    with database(options) as given:
        settings, holders = ready(folder, given)
        (folder / "sandbox.json").unlink(missing_ok=True)

        def announce() -> None:
            contract = write_contract(folder, settings, holders)
            say(f"dmp: sandbox ({settings.profile}) at https://localhost:{settings.port}, contract in {contract}")
            say("dmp: fictional people and test certificates only. Ctrl-C ends it.")

        make_server(settings, when_ready=announce).run()


@contextmanager
def running(folder: Path, options: SandboxOptions) -> Iterator[str]:
    """A sandbox in a thread of this process, for a demonstration or a test; gives its address."""
    settings, holders = ready(folder, options)
    listening = threading.Event()
    server = make_server(settings, when_ready=listening.set)
    thread = threading.Thread(target=server.run, name="dmp-server")
    thread.start()
    try:
        if not listening.wait(timeout=30):
            raise RuntimeError("the server did not start")
        write_contract(folder, settings, holders)
        yield f"https://{SERVER_NAME}:{settings.port}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def database(options: SandboxOptions) -> Iterator[SandboxOptions]:
    """The options, with a real address in place of the temporary database."""
    with ExitStack() as stack:
        if options.database_url == TEMPORARY:
            from dmp.sandbox.postgres import temporary_postgresql

            place = Path(stack.enter_context(TemporaryDirectory(prefix="dmp-postgresql-", ignore_cleanup_errors=True)))
            options = replace(options, database_url=stack.enter_context(temporary_postgresql(place)))
        yield options


def ready(folder: Path, options: SandboxOptions) -> tuple[Settings, Holders]:
    """Make what a sandbox lacks: certificates, keys, tables, directory."""
    settings, holders = prepare(folder, options, at=datetime.now(UTC))
    Vault.create(settings.keys)
    engine = dialect.open_engine(settings.database_url, connections=1)
    migrate.upgrade(engine)
    engine.dispose()
    store = open_store(settings)
    with store.begin() as tx:
        tx.directory.load(*_directory(holders))
    store.close()
    return settings, holders


def _directory(holders: Holders) -> tuple[list[Listed], list[tuple[str, str]]]:
    """Every holder of the test PKI exists, and works in the structure of his card."""
    people = [holder.person for holder in holders.all]
    structures = {person.structure: person.structure_name for person in people}
    listed = [Listed("structure", name, title) for name, title in structures.items()]
    professionals = [person for person in people if person.kind is HolderKind.PERSON]
    listed += [Listed("professional", p.national_id, f"{p.given} {p.family}") for p in professionals]
    return listed, [(p.national_id, p.structure) for p in professionals]
