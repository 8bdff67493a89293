"""A PKCS#11 token for tests: SoftHSM2, in a folder of its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dmp.store.keys.token import Token

PIN, SO_PIN = "271828", "314159"
MODULES = (
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/lib64/pkcs11/libsofthsm2.so"),
    Path("/usr/local/lib/softhsm/libsofthsm2.so"),
)


def soft_token(folder: Path, label: str) -> Token:
    """Make a token; the test is skipped where SoftHSM2 or its Python binding is not installed.

    The module reads its settings once by process: all the tokens of a process
    live in one folder, under labels of their own.
    """
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (extra pkcs11)")
    module = next((path for path in MODULES if path.exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM2 is not installed")
    home = folder / "softhsm"
    (home / "tokens").mkdir(parents=True, exist_ok=True)
    settings = home / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {home / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN]
    subprocess.run(command, check=True, capture_output=True)
    pin_file = home / f"{label}.pin"
    pin_file.write_text(f"{PIN}\n")
    pin_file.chmod(0o600)
    return Token(module, label, pin_file)
