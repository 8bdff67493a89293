"""Where and with what a claim was tried, without saying on whose machine."""

import hashlib
import os
import platform
import sys
from pathlib import Path

import dmp


def machine() -> str:
    """Cores, memory, kernel and Python; no name of the host, no address."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kernel = ".".join(platform.release().split("-")[0].split(".")[:2])
    return (
        f"{cores()} cores, {memory:.0f} GiB, {platform.system()} {kernel} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def program() -> str:
    """Release and fingerprint of the program that is tried: two reports about the same code say the same."""
    digest, folder = hashlib.sha256(), Path(dmp.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes() + b"\0")
    return f"dmp {dmp.__version__} {digest.hexdigest()[:12]}"
