"""The words of a PDF, read in a process of its own that may fail, hang or die without harm (security 5.4).

A PDF is a program for whoever reads it: one of a few KiB can ask for hours or
for all the memory. The child that reads it (`pdf_child`) has no environment,
bounds on its time and memory, and gives back text or nothing.
"""

import subprocess
import sys
from pathlib import Path

LARGEST = 30 * 1024 * 1024
"""Octets of a file that is read."""
SECONDS = 15
"""That it may take, by the clock; of the processor it has `pdf_child.CPU_SECONDS`."""
MOST_CHARACTERS = 200_000

BROKEN, TOO_LARGE, TOO_SLOW = "pdf-unreadable", "pdf-too-large", "pdf-too-slow"
"""Why a file was not read, for the operator."""
_CHILD = Path(__file__).with_name("pdf_child.py")


class PdfUnread(Exception):
    """The words of a file could not be read; `said` is why, in one word."""

    def __init__(self, said: str):
        super().__init__(said)
        self.said = said

    @property
    def is_passing(self) -> bool:
        """Whether another try may do better: this one may have come at a busy time."""
        return self.said == TOO_SLOW


def words_of_pdf(octets: bytes, *, seconds: float = SECONDS) -> str:
    """As `read_pdf`; empty for a file that cannot be read."""
    try:
        return read_pdf(octets, seconds=seconds)
    except PdfUnread:
        return ""


def read_pdf(octets: bytes, *, seconds: float = SECONDS) -> str:
    """The words of the layer of text; empty for a scan.

    Costs a process and some tenths of a second: for a job, never within a deposit.

    Raises:
        PdfUnread: it cannot be read within the bounds.
    """
    if len(octets) > LARGEST:
        raise PdfUnread(TOO_LARGE)
    # -I: neither the working folder nor any variable may change what the child loads.
    command = [sys.executable, "-I", str(_CHILD)]
    try:
        done = subprocess.run(  # noqa: S603 - our own file, and nothing of the document in the command
            command, input=octets, capture_output=True, timeout=seconds, check=False, env={}, cwd="/"
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise PdfUnread(TOO_SLOW) from error
    if done.returncode != 0:
        raise PdfUnread(BROKEN)
    return done.stdout.decode("utf-8", "replace")[:MOST_CHARACTERS]
