"""Messages by e-mail, handed to a server of the operator by SMTP."""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from dmp.jobs.runner import Failed
from dmp.notices.words import Words
from dmp.record.notice import MailSecurity

PATIENCE = 10.0
"""Seconds for each step of the server: all of them together stay under the lease of a job."""


_FINER = re.compile(rb"\A\s*5\.(\d{1,3})\.(\d{1,3})\b")
_GONE = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)})
"""No such mailbox, no such domain, no address, moved, a domain that takes no mail, disabled (RFC 3463, RFC 7505)."""


def is_gone(code: int, text: bytes) -> bool:
    """Tell that an address is none, or shut for good.

    A full box, a rule against us or a fault of the sender says nothing of it;
    nor does a bare 550, with which a server may as well refuse to relay: one
    wrong setting of ours would stop everybody's address.
    """
    finer = _FINER.match(text)
    return code >= 500 and finer is not None and (int(finer[1]), int(finer[2])) in _GONE


@dataclass(frozen=True)
class MailServer:
    """The server that takes our messages; its certificate is always checked."""

    host: str
    port: int
    security: MailSecurity = MailSecurity.STARTTLS
    authorities: Path | None = None
    """PEM; None for those of the system."""
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Mail:
    """E-mail as a channel; `sender` is the address that messages come from."""

    server: MailServer
    sender: str
    clock: Callable[[], datetime]

    def send(self, address: str, words: Words, *, name: str) -> None:
        """Send one message.

        Raises:
            Failed: the server is away, or did not take it; not to be tried again where it said «never».
        """
        message = self._message(address, words, name)
        try:
            self._hand_over(message)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, text),) = error.recipients.values()
            raise Failed(f"recipient-refused-{code}", again=code < 500, gone=is_gone(code, text)) from error
        except smtplib.SMTPDataError as error:
            raise Failed(f"refused-{error.smtp_code}", again=error.smtp_code < 500) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Failed(type(error).__name__) from error

    def _message(self, address: str, words: Words, name: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = self.sender, address, words.subject
        message["Date"] = format_datetime(self.clock())
        message["Message-ID"] = f"<{name}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(words.mail, cte="quoted-printable")
        return message

    def _hand_over(self, message: EmailMessage) -> None:
        server = self._connected()
        try:
            if self.server.security is MailSecurity.STARTTLS:
                server.starttls(context=self._tls())
            if self.server.user:
                server.login(self.server.user, self.server.password)
            server.send_message(message)
        finally:
            # The server has taken it or not: a farewell that fails changes nothing of that.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _connected(self) -> smtplib.SMTP:
        where = (self.server.host, self.server.port)
        if self.server.security is MailSecurity.TLS:
            return smtplib.SMTP_SSL(*where, timeout=PATIENCE, context=self._tls())
        return smtplib.SMTP(*where, timeout=PATIENCE)

    def _tls(self) -> ssl.SSLContext:
        authorities = self.server.authorities
        context = ssl.create_default_context(cafile=str(authorities) if authorities else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
