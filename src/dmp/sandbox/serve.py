"""Serve a sandbox: prepare the folder, fill the directory, listen, then write the contract."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from dmp.main import make_server, open_store
from dmp.record.listed import Listed
from dmp.sandbox.folder import SERVER_NAME, SandboxOptions, alone_in, prepare, write_contract
from dmp.sandbox.pki import Holders
from dmp.sandbox.port import check_port, free_port
from dmp.sandbox.trouble import Trouble
from dmp.settings import Settings
from dmp.store import dialect, migrate
from dmp.store.vault import Vault
from dmp.web.portal.page import NO_ANNEX, Annex
from dmp.wire.vihf.certificates import HolderKind

TEMPORARY = "postgresql"
"""A database of this name is a temporary server, started and stopped with the sandbox."""
DATABASES = ("sqlite:///", "postgresql://")


def run(folder: Path, options: SandboxOptions, *, say: Callable[[str], None]) -> None:
    """Serve until interrupted; `DIR/sandbox.json` is there as long as the service answers.

    Raises:
        Trouble: the folder, the port or the database cannot be used.
    """
    unwind_on_sigterm()
    with suppress(KeyboardInterrupt), alone_in(folder), _contract(folder) as contract, database(options) as given:
        check_port(given.port)
        if not (folder / "pki").exists():
            say("dmp: making test certificates and keys, once, a few seconds")
        settings, holders = ready(folder, with_internal_ports(given))

        def announce() -> None:
            write_contract(folder, settings, holders)
            say(f"dmp: sandbox, profile {settings.profile}, at https://{SERVER_NAME}:{settings.port}")
            say(f"dmp: who may call, and with which certificates: {contract}")
            say("dmp: fictional people and test certificates only; Ctrl-C ends it")

        make_server(settings, when_ready=announce).run()


@contextmanager
def running(folder: Path, options: SandboxOptions, annex: Annex = NO_ANNEX) -> Iterator[str]:
    """A sandbox in a thread of this process, for a demonstration or a test; gives its address.

    `annex` adds pages to its portal.

    Raises:
        Trouble: the folder, the port or the database cannot be used.
    """
    with alone_in(folder), _contract(folder):
        check_port(options.port)
        settings, holders = ready(folder, with_internal_ports(options))
        listening = threading.Event()
        server = make_server(settings, when_ready=listening.set, annex=annex)
        thread = threading.Thread(target=server.run, name="dmp-server")
        thread.start()
        try:
            while not listening.wait(timeout=0.2):
                if not thread.is_alive():
                    raise Trouble(f"the service could not listen on {settings.port}", option="--port")
            write_contract(folder, settings, holders)
            yield f"https://{SERVER_NAME}:{settings.port}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)


@contextmanager
def _contract(folder: Path) -> Iterator[Path]:
    """The contract, absent before the service answers and after it ended."""
    path = folder / "sandbox.json"
    path.unlink(missing_ok=True)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def with_internal_ports(options: SandboxOptions) -> SandboxOptions:
    """The options, with a free port for each internal listener that has none."""
    return replace(
        options,
        admin_port=options.admin_port or free_port(),
        administration_port=options.administration_port or free_port(),
        portal_port=options.portal_port or free_port(),
    )


def unwind_on_sigterm() -> None:
    """End like Ctrl-C when told to stop: what was started for the time of the sandbox is stopped too."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))


@contextmanager
def database(options: SandboxOptions) -> Iterator[SandboxOptions]:
    """The options, with a real address in place of the temporary database.

    Raises:
        Trouble: not a database that we speak to, or the temporary server does not start.
    """
    url = options.database_url
    if url and url != TEMPORARY and not url.startswith(DATABASES):
        told = f"not {TEMPORARY}, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        raise Trouble(told, option="--database")
    with ExitStack() as stack:
        if url == TEMPORARY:
            options = replace(options, database_url=_temporary(stack))
        yield options


def _temporary(stack: ExitStack) -> str:
    from dmp.sandbox.postgres import temporary_postgresql

    place = Path(stack.enter_context(TemporaryDirectory(prefix="dmp-postgresql-", ignore_cleanup_errors=True)))
    try:
        return stack.enter_context(temporary_postgresql(place))
    except RuntimeError as error:
        raise Trouble(str(error), option="--database") from error


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
    structures = {person.structure: person for person in people}
    listed = [
        Listed("structure", name, person.structure_name, sector=person.sector) for name, person in structures.items()
    ]
    professionals = [person for person in people if person.kind is HolderKind.PERSON]
    listed += [
        Listed(
            "professional",
            p.national_id,
            f"{p.given} {p.family}",
            profession=p.profession,
            know_hows=(p.know_how,) if p.know_how else (),
        )
        for p in professionals
    ]
    return listed, [(p.national_id, p.structure) for p in professionals]
