"""nginx in front, as the guide shows it: it ends TLS, and its word about the caller counts, nobody else's."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from test_slow_callers import Crowd

from dmp.sandbox.port import free_port
from serving_builders import SEARCH, Installed, Service, head, installed, search, serving, simple_type

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
EXAMPLE = Path(__file__).parents[2] / "docs/guide/examples/nginx.conf"
SECRET = "a-secret-of-a-test-that-nobody-guesses-0001"

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: nginx-light)")


@dataclass
class Fronted:
    """nginx, and the service behind it."""

    service: Service
    port: int

    def caller(self, holder: str | None = "hospital", **how: object) -> httpx2.Client:
        """A plain client of nginx, without certificate when nobody is named."""
        tls = self.service.tls(holder) if holder else ssl.create_default_context(cafile=self.contract["ca"])
        base = f"https://localhost:{self.port}"
        return httpx2.Client(verify=tls, base_url=base, trust_env=False, timeout=30, **how)

    @property
    def contract(self) -> dict:
        return json.loads(self.service.installed.contract.read_text())


@contextmanager
def nginx(folder: Path, service: Service, front: str) -> Iterator[int]:
    """The configuration of the guide, with the files of this service in place of its own."""
    port, settings = free_port(), service.installed.settings
    replaced = {
        "unix:/run/dmp/front.sock": front,
        "443": f"127.0.0.1:{port}",
        "/etc/dmp/server.pem": str(settings.certificate.resolve()),
        "/etc/dmp/server.key": str(settings.private_key.resolve()),
        "/etc/dmp/authorities.pem": str(settings.client_authorities.resolve()),
        "/etc/dmp/front-secret.conf": str(folder / "front-secret.conf"),
    }
    text = EXAMPLE.read_text().partition("\n\n")[2]
    assert {old: text.count(old) for old in replaced} == dict.fromkeys(replaced, 1)
    # All at once: a path that takes the place of one may hold the text of another.
    text = re.sub("|".join(map(re.escape, replaced)), lambda found: replaced[found[0]], text)
    (folder / "dmp.conf").write_text(text)
    (folder / "front-secret.conf").write_text(f'proxy_set_header X-Dmp-Front-Secret "{SECRET}";\n')
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"daemon off; {user} pid {folder}/nginx.pid; error_log {folder}/error.log;"
        f"events {{ worker_connections 1024; }} http {{ {temporary} include {folder}/dmp.conf; }}"
    )
    process = subprocess.Popen([NGINX or "nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        wait_for(port, process, folder / "error.log")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="module", params=["unix", "tcp"])
def fronted(request, installation: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fronted]:
    folder = tmp_path_factory.mktemp("nginx")
    secret = folder / "secret"
    secret.write_text(f"{SECRET}\n")
    secret.chmod(0o600)
    front = f"unix:{folder}/front.sock" if request.param == "unix" else f"127.0.0.1:{free_port()}"
    with (
        serving(installation.having(front=front, front_secret=secret)) as service,
        nginx(folder, service, front) as port,
    ):
        yield Fronted(service, port)


def forged(fronted: Fronted, holder: str, **more: str) -> dict[str, str]:
    """What a caller may write to look like somebody else."""
    pem = Path(fronted.contract["holders"][holder]["auth"]["cert"]).read_text()
    return {"X-Dmp-Client-Verified": "SUCCESS", "X-Dmp-Client-Certificate": quote(pem, safe=""), **more}


def test_a_call_through_nginx_is_answered(fronted: Fronted):
    with fronted.caller() as caller:
        answer = caller.post(
            "/registry", content=search(fronted.service), headers={"Content-Type": simple_type(SEARCH)}
        )
    assert answer.status_code == 200
    assert b"ResponseStatusType:Success" in answer.content


def test_a_forged_certificate_is_overwritten_by_nginx(fronted: Fronted):
    """The assertion is of the hospital: over the connection of another it is refused, whatever the headers say."""
    headers = {"Content-Type": simple_type(SEARCH), **forged(fronted, "hospital", **{"X-Dmp-Front-Secret": "mine"})}
    with fronted.caller("laboratory") as caller:
        refused = caller.post("/registry", content=search(fronted.service), headers=headers)
    assert refused.status_code == 400
    assert b"DMPInvalid" in refused.content

    headers = {"Content-Type": simple_type(SEARCH), **forged(fronted, "laboratory")}
    with fronted.caller("hospital") as caller:
        answered = caller.post("/registry", content=search(fronted.service), headers=headers)
    assert answered.status_code == 200


def test_nobody_without_a_certificate_passes_nginx(fronted: Fronted):
    with fronted.caller(None) as caller:
        assert caller.get("/admin", headers=forged(fronted, "hospital")).status_code == 400


@contextmanager
def beside(fronted: Fronted) -> Iterator[httpx2.Client]:
    """Somebody of this machine who speaks to the listener of nginx himself."""
    front = fronted.service.installed.settings.front
    path = front.removeprefix("unix:") if front.startswith("unix:") else None
    base = "http://localhost" if path else f"http://{front}"
    with httpx2.Client(transport=httpx2.HTTPTransport(uds=path), base_url=base, timeout=10, trust_env=False) as caller:
        yield caller


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x"])
def test_who_does_not_know_the_secret_is_refused_beside_nginx(fronted: Fronted, secret: str | None):
    known = {} if secret is None else {"X-Dmp-Front-Secret": secret}
    with beside(fronted) as caller:
        refused = caller.post("/registry", content=b"<x/>", headers=forged(fronted, "hospital", **known))
    assert (refused.status_code, refused.content) == (403, b"")


def test_a_certificate_that_is_not_one_or_comes_twice_is_refused(fronted: Fronted):
    known = {"X-Dmp-Front-Secret": SECRET, "X-Dmp-Client-Verified": "SUCCESS"}
    with beside(fronted) as caller:
        assert caller.get("/admin", headers={**known, "X-Dmp-Client-Certificate": "odd"}).status_code == 403
        twice = [*forged(fronted, "hospital", **known).items(), ("X-Dmp-Client-Certificate", "odd")]
        assert caller.get("/admin", headers=twice).status_code == 403
        assert caller.get("/admin", headers=forged(fronted, "hospital", **known)).status_code == 200


def test_the_listener_with_tls_believes_no_header(fronted: Fronted):
    headers = {"Content-Type": simple_type(SEARCH), **forged(fronted, "hospital", **{"X-Dmp-Front-Secret": SECRET})}
    with fronted.service.caller("laboratory") as caller:
        refused = caller.post("/registry", content=search(fronted.service), headers=headers)
    assert refused.status_code == 400


def test_200_slow_callers_of_nginx_are_closed_in_15_seconds(fronted: Fronted):
    """One listener shows it: what is slow at nginx never reaches the service, but for bodies that drip."""
    crowd = Crowd(fronted.service)
    for _ in range(50):
        crowd.join(socket.create_connection(("127.0.0.1", fronted.port)))
    for number in range(150):
        bare = socket.create_connection(("127.0.0.1", fronted.port))
        connection = fronted.service.tls().wrap_socket(bare, server_hostname="localhost")
        if number % 2:
            connection.sendall(head(SEARCH, "/registry", 1000))
        crowd.join(connection, drops=b"x" * 1000 if number % 2 else head(SEARCH, "/registry", 9))
    with fronted.caller() as caller:
        assert caller.get("/admin").status_code == 200
    took = crowd.watch(20)
    assert crowd.open == {}
    assert took < 15


def test_a_503_passes_through_with_its_retry_after(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    front = f"unix:{tmp_path}/front.sock"
    with (
        installed(tmp_path / "installation", front=front, front_secret=secret) as made,
        serving(made) as service,
        nginx(tmp_path, service, front) as port,
        Fronted(service, port).caller() as caller,
    ):
        Path(made.settings.database_url.removeprefix("sqlite:///")).write_bytes(b"not a database" * 1000)
        answer = caller.get("/admin", timeout=60)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
