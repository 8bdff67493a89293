"""Reads one PDF on its standard input and writes its words: run by `pdf_words` alone, as a process of its own.

Stands by itself: it loads nothing of the house.
"""

import logging
import resource
import sys

CPU_SECONDS = 5
MEMORY = 512 * 1024 * 1024
MOST_PAGES = 60
MOST_CHARACTERS = 200_000


def bound() -> None:
    """Take away what reading needs not: more time and memory than this, files to write, processes to start."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Write what can be read; whatever goes wrong on a page, the others are read."""
    octets = sys.stdin.buffer.read()
    from io import BytesIO

    from pypdf import PdfReader

    logging.disable(logging.CRITICAL)
    bound()
    left = MOST_CHARACTERS
    reader = PdfReader(BytesIO(octets), strict=False)
    for page in reader.pages[:MOST_PAGES]:
        try:
            words = page.extract_text()
        except Exception:  # noqa: S112 - the edge of a process: a page that cannot be read says nothing
            continue
        sys.stdout.buffer.write(words[:left].encode("utf-8", "replace") + b"\n")
        left -= len(words)
        if left <= 0:
            break
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
