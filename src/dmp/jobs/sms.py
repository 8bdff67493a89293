"""Messages by SMS, behind the small protocol of `delivery.Sender`: two back ends that send nothing by themselves.

A gateway of the operator takes them from the file; the console is for a trial.
A real gateway is one more class of one method.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from dmp.jobs.runner import Failed
from dmp.notices.words import Words


@dataclass(frozen=True)
class ConsoleSms:
    """Print each message: for trials, refused in production."""

    out: TextIO = sys.stdout

    def send(self, address: str, words: Words, *, name: str) -> None:
        """Print one line."""
        print(f"SMS {name} {address}: {words.sms}", file=self.out, flush=True)


@dataclass(frozen=True)
class FileSms:
    """Append each message to a file, one line of JSON each: `id`, `to`, `text`; readable by the service alone."""

    path: Path

    def send(self, address: str, words: Words, *, name: str) -> None:
        """Append one line, whole or not at all, and wait until it is on the disk.

        Raises:
            Failed: it cannot be written.
        """
        line = json.dumps({"id": name, "to": address, "text": words.sms}, ensure_ascii=False) + "\n"
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, line.encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise Failed("sms-file-not-written") from error
