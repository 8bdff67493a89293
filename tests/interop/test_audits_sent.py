"""Traces reach a repository of audits over TLS: all, once at least, in order, whatever happens on the way."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from dmp.audit.atna import Source
from dmp.forwarding import Forwarding, Repository, forward_if_possible
from dmp.record.patient import PatientId
from dmp.store.sealing import seal_traces
from sandboxes import Sandbox

TEST_NIR = "1.2.250.1.213.1.4.10"


class Audits:
    """A repository of audits that keeps what it reads; it can be told to hang up."""

    def __init__(self, context: ssl.SSLContext):
        self.context = context
        self.octets = b""
        self.hangs_up = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self.listener.accept()
                with suppress(ssl.SSLError, OSError), self.context.wrap_socket(plain, server_side=True) as secure:
                    self._take(secure)

    def _take(self, secure: ssl.SSLSocket) -> None:
        read = b""
        while piece := secure.recv(65536):
            if self.hangs_up:
                self.hangs_up -= 1
                secure.shutdown(socket.SHUT_RDWR)
                return
            read += piece
        self.octets += read
        secure.unwrap()

    @property
    def messages(self) -> list[etree._Element]:
        """What was kept, frame after frame."""
        found, rest = [], self.octets
        while rest:
            length, _, rest = rest.partition(b" ")
            line, rest = rest[: int(length)], rest[int(length) :]
            found.append(etree.fromstring(line.partition(b"\xef\xbb\xbf")[2]))
        return found

    def traces(self) -> list[str]:
        """The transactions told, in order."""
        return [m.find("EventIdentification/EventTypeCode").get("csd-code") for m in self.messages]


@contextmanager
def audits(settings) -> Iterator[Audits]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.certificate, settings.private_key)
    repository = Audits(context)
    thread = threading.Thread(target=repository.run, daemon=True)
    thread.start()
    try:
        yield repository
    finally:
        repository.listener.close()


def ins_of(message: etree._Element) -> str:
    """Whose record the message is about."""
    return message.find("ParticipantObjectIdentification").get("ParticipantObjectID").partition("^")[0]


def forwarding(sandbox: Sandbox, port: int) -> Forwarding:
    settings = sandbox.settings
    folder = Path(settings.certificate).parent
    authorities = folder / "ca.pem" if (folder / "ca.pem").exists() else settings.client_authorities
    where = Repository("localhost", port, authorities, settings.certificate, settings.private_key)
    return Forwarding(sandbox.store, where, Source("dmp-essai", "Essai", "https://localhost"))


@pytest.fixture
def sandbox(strict: Sandbox, ins: str) -> Sandbox:
    """A service some of whose traces are in the tree; another repository of audits for each test."""
    strict.client("doctor").find(PatientId(ins, TEST_NIR))
    seal_traces(strict.store, datetime.now(UTC))
    return strict


def test_every_trace_is_sent_once_when_all_goes_well(sandbox, ins):
    with audits(sandbox.settings) as repository:
        assert forwarding(sandbox, repository.port).forward() == sandbox.count_traces()
        assert forwarding(sandbox, repository.port).forward() == 0

        assert len(repository.messages) == sandbox.count_traces()
        assert repository.traces()[-3:] == ["TD1.1", "TD0.3-authorise", "ITI-18"]
        assert ins_of(repository.messages[-1]) == ins


def test_what_was_not_taken_is_sent_again(sandbox):
    with audits(sandbox.settings) as repository:
        repository.hangs_up = 1
        sending = forwarding(sandbox, repository.port)

        assert forward_if_possible(sending) != ""
        assert forward_if_possible(sending) == ""

        assert len(repository.messages) == sandbox.count_traces()


def test_a_repository_that_is_not_there_stops_nothing(sandbox):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert forward_if_possible(forwarding(sandbox, port)) == "ConnectionRefusedError"


def test_a_repository_that_cannot_prove_itself_is_sent_nothing(sandbox):
    with audits(sandbox.settings) as repository:
        sending = forwarding(sandbox, repository.port)
        stranger = replace(sending.repository, host="127.0.0.1", authorities=sending.repository.certificate)
        assert forward_if_possible(Forwarding(sandbox.store, stranger, sending.source)) != ""
        assert repository.octets == b""
