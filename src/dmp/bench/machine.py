"""What processes cost: their processor time and their memory, as Linux counts them in /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

TICK = 1.0 / os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True)
class Machine:
    """Where a run took place."""

    processor: str
    cores: int
    memory_gb: float
    kernel: str

    @property
    def told(self) -> str:
        """In one line."""
        return f"{self.cores} cores, {self.processor}, {self.memory_gb:.0f} GB, Linux {self.kernel}"


def this_machine() -> Machine:
    """What the kernel says of it."""
    models = [line for line in (PROC / "cpuinfo").read_text().splitlines() if line.startswith("model name")]
    octets = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0))
    return Machine(
        models[0].partition(":")[2].strip() if models else "unknown", cores, octets / 1e9, os.uname().release
    )


def family(root: int) -> tuple[int, ...]:
    """A process and all that descend from it, those that live now."""
    parents: dict[int, int] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found, waiting = [root], [root]
    while waiting:
        parent = waiting.pop()
        children = [pid for pid, above in parents.items() if above == parent]
        found += children
        waiting += children
    return tuple(found)


def cpu_seconds(root: int) -> float:
    """Processor time of a process, of its children that live, and of those it has buried."""
    return sum(_consumed(pid) for pid in family(root))


def cpu_of_all() -> float:
    """Processor time that the whole machine has spent on anything, what its own host took from it included."""
    user, nice, system, _idle, _waiting, *interrupts = map(int, (PROC / "stat").read_text().split()[1:9])
    return sum((user, nice, system, *interrupts)) * TICK


def peak_memory(pid: int) -> int:
    """The most memory that a process ever had at once, in octets (VmHWM); 0 when it is gone."""
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    peaks = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    return peaks[0] if peaks else 0


def parent_of(pid: int) -> int:
    """The process above; 0 when it is not of this machine."""
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def command_of(pid: int) -> str:
    """The name of the program a process runs; empty when it is gone."""
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _consumed(pid: int) -> float:
    fields = _stat(pid)
    return sum(int(field) for field in fields[11:15]) * TICK if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; empty when the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
