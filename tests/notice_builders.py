"""People, callers and a mail server for tests of notices: every default valid, every test names only what matters."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from dmp.record.actor import Caller, Facility, Mode, Professional
from dmp.record.patient import Contact, Guardian, IdentityTraits, Sex
from dmp.record.record import Record
from store_builders import NOW, a_record

MAIL, MOBILE = "anne@example.org", "+33612345678"
TELECOMS = (("H", "tel:0145678900"), ("MC", "tel:06 12 34 56 78"), ("", f"mailto:{MAIL}"))
ADULT = IdentityTraits("FICTIF", "ANNE", "ANNE", "1979-03-28", Sex.FEMALE)
CHILD = replace(ADULT, birth_date="2015-03-28")
PARENTS = (
    Guardian("MTH", "FICTIF", "MERE", Contact(telecoms=(("", "mailto:mere@example.org"),))),
    Guardian("FTH", "FICTIF", "PERE", Contact(telecoms=(("MC", "tel:+33698765432"),))),
)


def a_reachable_record(**changes: Any) -> Record:
    return a_record(**{"traits": ADULT, "contact": Contact(telecoms=TELECOMS), **changes})


def a_childs_record(**changes: Any) -> Record:
    return a_reachable_record(**{"traits": CHILD, "guardians": PARENTS, **changes})


def a_doctor_calling(person: str = "899900000101", **changes: Any) -> Caller:
    facility = Facility("1750000001", "Cabinet", "SA07")
    return replace(Caller(Professional(person, "DOCTEUR Test", "10", "SM26", facility)), **changes)


def in_glass(person: str = "899900000101", **changes: Any) -> Caller:
    return a_doctor_calling(person, **{"mode": Mode.BREAK_GLASS, "reason": "inconscient", **changes})


@dataclass
class MailBox:
    """What a mail server took, and how it behaves."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    refuses_recipient: int = 0
    """SMTP code to answer RCPT with, instead of taking it."""
    refuses_data: int = 0
    hangs_up_after_taking: int = 0
    """How many times to take a message and hang up before saying so."""
    tls: ssl.SSLContext | None = None
    from_the_start: bool = False
    """TLS before the first word, instead of STARTTLS."""
    encrypted: list[bool] = field(default_factory=list)
    """For each message, whether it came encrypted."""


@contextmanager
def mail_box(**how: Any) -> Iterator[MailBox]:
    """A mail server of a few words on loopback."""
    box = MailBox(**how)

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if box.from_the_start:
                self._encrypt()
            self._say(220, "mail")
            while line := self.rfile.readline().decode().strip():
                if not self._answer(*line.partition(" ")[::2]):
                    return

        def _answer(self, verb: str, rest: str) -> bool:
            match verb.upper():
                case "EHLO":
                    more = ["mail", "AUTH PLAIN", *(["STARTTLS"] if box.tls and not box.from_the_start else [])]
                    self.wfile.write(b"".join(f"250-{word}\r\n".encode() for word in more))
                    self._say(250, "8BITMIME")
                case "STARTTLS":
                    self._say(220, "go on")
                    self._encrypt()
                case "AUTH":
                    box.logins.append(rest)
                    self._say(235, "welcome")
                case "RCPT" if box.refuses_recipient:
                    self._say(box.refuses_recipient, "5.1.1 no" if box.refuses_recipient >= 500 else "no")
                case "RCPT":
                    self.recipient = rest.partition("<")[2].partition(">")[0]
                    self._say(250, "ok")
                case "DATA":
                    return self._data()
                case "QUIT":
                    self._say(221, "bye")
                    return False
                case _:
                    self._say(250, "ok")
            return True

        def _data(self) -> bool:
            self._say(354, "go on")
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line[1:] if line.startswith(b"..") else line)
            if box.refuses_data:
                self._say(box.refuses_data, "no")
                return True
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(message, EmailMessage)
            box.taken.append((self.recipient, message))
            box.encrypted.append(isinstance(self.connection, ssl.SSLSocket))
            if box.hangs_up_after_taking:
                box.hangs_up_after_taking -= 1
                return False
            self._say(250, "taken")
            return True

        def _encrypt(self) -> None:
            assert box.tls is not None
            self.connection = self.request = box.tls.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

        def finish(self) -> None:
            super().finish()
            if isinstance(self.connection, ssl.SSLSocket):
                self.connection.close()

        def _say(self, code: int, text: str) -> None:
            self.wfile.write(f"{code} {text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A caller that goes away is no error."""

    with Server(("127.0.0.1", 0), Conversation) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()


__all__ = ["NOW", "MailBox", "a_reachable_record", "mail_box"]
