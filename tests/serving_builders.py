"""Words for tests of the service as an operator runs it: real processes on loopback, ended at the end."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from dmp.client import DmpClient
from dmp.desk.operations import Operations
from dmp.record.patient import PatientId
from dmp.sandbox.folder import SandboxOptions, write_contract
from dmp.sandbox.headers import HeaderRequest, header
from dmp.sandbox.pki import Holders
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import ready
from dmp.settings import Settings, to_environment
from dmp.web.metrics import FOLDER

INS = "279035121518989"
PATIENT = PatientId(INS, "1.2.250.1.213.1.4.10")
ENV = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
TEST = "urn:hl7-org:v3:PRPA_IN201307UV02"
SEARCH = "urn:ihe:iti:2007:RegistryStoredQuery"
SUBMIT = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"


@dataclass(frozen=True)
class Installed:
    """A migrated installation that nobody serves yet."""

    folder: Path
    settings: Settings
    holders: Holders

    def having(self, **changes: Any) -> "Installed":
        """The same installation with other settings."""
        return replace(self, settings=replace(self.settings, **changes))

    @property
    def contract(self) -> Path:
        """What `sandbox.json` says of the service at this port."""
        return self.folder / f"at-{self.settings.port}" / "sandbox.json"

    def opened(self) -> PatientId:
        """A record of it is open."""
        Operations(self.settings).open(INS, traits=None, consent=True, again=True)
        return PATIENT


@contextmanager
def installed(folder: Path, *, database_url: str = "", **changes: Any) -> Iterator[Installed]:
    """Certificates, keys, tables, directory, in a folder."""
    settings, holders = ready(folder, SandboxOptions(free_port(), database_url=database_url))
    settings = replace(settings, **{"admin_port": free_port(), "workers": 1} | changes)
    write_contract(folder, settings, holders)
    yield Installed(folder, settings, holders)


@dataclass
class Service:
    """`dmp serve` and its workers."""

    installed: Installed
    process: subprocess.Popen[str]
    log: Path

    @property
    def port(self) -> int:
        return self.installed.settings.port

    def client(self, holder: str = "doctor") -> DmpClient:
        """A client of the project."""
        return DmpClient.from_sandbox(self.installed.contract.parent, holder)

    def caller(self, holder: str = "hospital", **how: Any) -> httpx2.Client:
        """A plain HTTP client over mutual TLS."""
        base = f"https://localhost:{self.port}"
        return httpx2.Client(verify=self.tls(holder), base_url=base, trust_env=False, **{"timeout": 30} | how)

    def tls(self, holder: str = "hospital") -> ssl.SSLContext:
        """The TLS of a holder."""
        contract = json.loads(self.installed.contract.read_text())
        context = ssl.create_default_context(cafile=contract["ca"])
        files = contract["holders"][holder]["auth"]
        context.load_cert_chain(files["cert"], files["key"])
        return context

    def connect(self, *, receive: int = 0) -> ssl.SSLSocket:
        """A bare TLS connection of the hospital; `receive` is the size of its buffer."""
        bare = socket.socket()
        if receive:
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        bare.settimeout(20)
        bare.connect(("127.0.0.1", self.port))
        return self.tls().wrap_socket(bare, server_hostname="localhost")

    def asked(self, path: str) -> httpx2.Response:
        """What the listener of the operator says."""
        port = self.installed.settings.admin_port
        return httpx2.get(f"http://127.0.0.1:{port}{path}", timeout=10, trust_env=False)

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    @property
    def counted(self) -> str:
        """What its workers counted, read where they keep it: even while the database stands still."""
        told = Path(f"/proc/{self.workers[0]}/environ").read_text().split("\0")
        (folder,) = (entry.partition("=")[2] for entry in told if entry.startswith(f"{FOLDER}="))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, folder)
        return generate_latest(registry).decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What it logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lines of one event."""
        return [line for line in self.lines if line["event"] == name]

    def waits_for(self, name: str, count: int = 1, *, seconds: float = 90) -> None:
        """Until an event was logged so many times."""
        deadline = time.monotonic() + seconds
        while len(self.events(name)) < count:
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def stop(self) -> int:
        """End it; gives its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=45)


@contextmanager
def serving(installation: Installed, *, interpreter: tuple[str, ...] = ()) -> Iterator[Service]:
    """`dmp serve`, ready to answer."""
    settings = replace(installation.settings, port=free_port(), admin_port=free_port())
    installation = replace(installation, settings=settings)
    log = installation.contract.with_suffix(".log")
    log.parent.mkdir()
    write_contract(log.parent, settings, installation.holders)
    others = {name: value for name, value in os.environ.items() if not name.startswith("DMP_")}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*(interpreter or (sys.executable, "-m", "dmp")), "serve"],
            env=others | to_environment(installation.settings),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    service = Service(installation, process, log)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "dmp: ready\n", log.read_text()
        yield service
    finally:
        try:
            service.stop()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def security(folder: Path, *, mode: str = "normal", patient: str = INS) -> str:
    """A signed header of the doctor, through the hospital."""
    return header(folder, HeaderRequest(patient=patient, holder="doctor", auth="indirect", mode=mode)).decode()


def envelope(action: str, body: str, head: str = "", *, message: str = "") -> bytes:
    """A SOAP 1.2 message."""
    name = message or f"urn:uuid:{os.urandom(4).hex()}-0000-4000-8000-000000000000"
    return (
        f'<s:Envelope xmlns:s="{ENV}" xmlns:a="{WSA}"><s:Header><a:Action>{action}</a:Action>'
        f"<a:MessageID>{name}</a:MessageID>{head}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def simple_type(action: str) -> str:
    """The media type of a simple message."""
    return f'application/soap+xml; charset=UTF-8; action="{action}"'


def head(action: str, path: str, length: int, *more: str) -> bytes:
    """A request line and its headers."""
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {simple_type(action)}", *more)
    return "\r\n".join((*lines, f"Content-Length: {length}", "", "")).encode()


def search(service: Service, *, mode: str = "normal") -> bytes:
    """A search that the service answers, in an envelope of its own."""
    body = (
        '<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0">'
        '<q:ResponseOption returnType="ObjectRef" returnComposedObjects="true"/>'
        '<r:AdhocQuery xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"'
        ' id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">'
        + _slot("$XDSDocumentEntryPatientId", f"'{INS}^^^&amp;{PATIENT.root}&amp;ISO^NH'")
        + _slot("$XDSDocumentEntryStatus", "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')")
        + "</r:AdhocQuery></q:AdhocQueryRequest>"
    )
    told = security(service.installed.contract.parent, mode=mode)
    return envelope(SEARCH, body, told, message=f"urn:uuid:{uuid.uuid4()}")


def _slot(name: str, value: str) -> str:
    return f'<r:Slot name="{name}"><r:ValueList><r:Value>{value}</r:Value></r:ValueList></r:Slot>'
