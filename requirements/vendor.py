"""`./dev vendor`: fetch the files of `vendor.toml`, check them, put them where pages serve, or tests read, them.

A version whose integrity or hashes are empty is new: they are printed, to be written into `vendor.toml` by whoever
has looked at what changed.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
INTO = "src/dmp/web/static/vendor"


def main() -> int:
    """Fetch all; the exit code is 1 when something differs from what is written down."""
    differing = 0
    for name, told in tomllib.loads((HERE / "vendor.toml").read_text(encoding="utf-8")).items():
        differing += fetch(name, told)
    return 1 if differing else 0


def fetch(name: str, told: dict) -> int:
    """Fetch one package; gives how many of its values differ."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{told.get('package', name)}@{told['version']}"
        subprocess.run(["npm", "pack", "--silent", wanted], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607
        (parcel,) = Path(folder).glob("*.tgz")
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(parcel.read_bytes()).digest()).decode()
        wrong = differs(f"{name}: integrity", told["integrity"], integrity)
        with tarfile.open(parcel) as packed:
            packed.extractall(folder, filter="data")
        place = HERE.parent / told.get("into", INTO) / name
        place.mkdir(parents=True, exist_ok=True)
        for path, sha256 in {**told["files"], told["license"]: None}.items():
            octets = (Path(folder) / "package" / path).read_bytes()
            if sha256 is not None:
                wrong += differs(f"{name}: {path}", sha256, hashlib.sha256(octets).hexdigest())
            (place / Path(path).name).write_bytes(octets)
        return wrong


def differs(what: str, told: str, found: str) -> int:
    """Say so when a value is not the one that is written down."""
    if told == found:
        return 0
    print(f'{what}: "{found}", vendor.toml has "{told}"')  # noqa: T201 - a command
    return 1


if __name__ == "__main__":
    sys.exit(main())
