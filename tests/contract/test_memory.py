"""What a crash may leave behind: nothing of the memory that holds the keys (security 12.6)."""

import subprocess
import sys

import pytest

CRASH = "from dmp.store.keys.memory import forbid_dumps; import resource; forbid_dumps(); "


@pytest.mark.skipif(sys.platform != "linux", reason="a prctl of Linux")
def test_no_core_is_written_and_no_other_process_reads_the_memory():
    ask = CRASH + "import ctypes; print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3))"

    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    assert answer.stdout == "(0, 0) 0\n"
