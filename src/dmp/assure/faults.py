"""A disk that fails on demand, for processes started with it: a small library loaded before that of C (Linux, cc)."""

import errno
import mmap
import os
import shutil
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("faults.c")
_CONTROL = struct.Struct("7i32s")
EVERY = 2**31 - 1


class NoCompiler(Exception):
    """Nothing here compiles C."""


@dataclass(frozen=True)
class Fault:
    """What fails: one step, or with `lasting` that one and all after it, until it is lifted."""

    step: int
    error: int
    lasting: bool

    def __str__(self) -> str:
        """As a note tells it."""
        return f"step {self.step} {'and all after it' if self.lasting else 'alone'}: {errno.errorcode[self.error]}"


class Faults:
    """The control of the failing disk: shared memory with every process that was started in `environment`."""

    def __init__(self, folder: Path, under: Sequence[Path]):
        """Compile the library into a folder; steps count under some folders.

        Raises:
            NoCompiler: there is no cc.
        """
        compiler = shutil.which("cc")
        if compiler is None:
            raise NoCompiler("a C compiler (cc) is needed to make a disk fail")
        library, shared = folder / "faults.so", folder / "faults"
        command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        shared.write_bytes(bytes(_CONTROL.size))
        shared.chmod(0o666)  # a database server that root starts runs as somebody else
        with shared.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _CONTROL.size)
        self.environment = {
            "LD_PRELOAD": str(library),
            "DMP_FAULTS": str(shared),
            "DMP_FAULTS_UNDER": os.pathsep.join(map(str, under)),
        }

    def arm(self, fault: Fault | None = None) -> None:
        """Make steps fail from now on; without a fault, only count them."""
        first, last, error = (EVERY, 0, 0)
        if fault is not None:
            first, last, error = fault.step, EVERY if fault.lasting else fault.step, fault.error
        self._write(1, first, last, error, 0)

    def lift(self) -> tuple[int, int, str]:
        """End it; gives how many steps were counted, how many failed, and what kind of step failed first."""
        _, _, _, _, count, failed, lie, kind = _CONTROL.unpack(self._memory[:])
        self._write(0, EVERY, 0, 0, lie)
        return count, failed, kind.rstrip(b"\0").decode()

    def lie(self) -> None:
        """From now on the disk says that everything is safe, and does nothing for it."""
        self._write(0, EVERY, 0, 0, 1)

    def _write(self, armed: int, first: int, last: int, error: int, lie: int) -> None:
        self._memory[:] = _CONTROL.pack(armed, first, last, error, 0, 0, lie, b"")
