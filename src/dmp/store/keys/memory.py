"""Keys stay in the memory of the process (security 12.6)."""

import ctypes
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4


def forbid_dumps() -> None:
    """Let no crash write the memory of this process to a disk, and no other process of this user read it.

    On Linux the process becomes undumpable, which also shuts debuggers out
    that are not run by root; elsewhere the limit on core files alone holds.
    """
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
