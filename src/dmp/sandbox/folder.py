"""The folder of a sandbox: everything it needs, made once, and `sandbox.json`, its contract (DEC-124)."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dmp.record.actor import Authentication
from dmp.record.profile import ProfileName
from dmp.record.record import Regime
from dmp.sandbox.pki import Holder, Holders, make_pki
from dmp.sandbox.trouble import Trouble
from dmp.settings import Settings
from dmp.wire.vihf.certificates import HolderKind

SERVER_NAME = "localhost"
SERVICES = ("repository", "registry", "patients", "habilitations", "admin")
DAILY_PATIENTS = 100_000
"""One doctor of a sandbox may read everybody: benchmarks and claims have no other (security 10)."""
MESSAGES = "sms.jsonl"
"""Where the messages of a sandbox go, one-time codes among them."""
ADMINISTRATION = ("admin-registry", "admin-repository")
"""Services of the internal listener, where the sandbox has one."""


@dataclass(frozen=True)
class SandboxOptions:
    """What the person who starts a sandbox chooses; kept in the folder for the commands that join in later."""

    port: int
    profile: ProfileName = ProfileName.DMP
    tolerant: bool = False
    database_url: str = ""
    regime: Regime = Regime.OPT_IN
    administration_port: int = 0
    """Port of the internal listener of the administrator; 0 for none."""
    admin_port: int = 0
    """Port of those who watch the service; 0 for none."""
    portal_port: int = 0
    """Port of the pages for people; 0 for none."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder: two services over one folder would share a contract that tells the truth of one only.

    Raises:
        Trouble: it cannot be used, or a sandbox already serves from it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise Trouble(f"{folder} cannot be used ({error.strerror}): choose another folder", option="--dir") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            told = f"a sandbox already serves from {folder}: stop it first, or choose another folder"
            raise Trouble(told, option="--dir") from error
        yield


def prepare(folder: Path, options: SandboxOptions, *, at: datetime) -> tuple[Settings, Holders]:
    """Make the certificates and folders that are missing; gives the settings of the service."""
    holders = make_pki(folder / "pki", at=at, server_name=SERVER_NAME)
    kept = {
        "port": options.port,
        "profile": options.profile,
        "tolerant": options.tolerant,
        "database_url": options.database_url,
        "regime": options.regime,
        "administration_port": options.administration_port,
        "admin_port": options.admin_port,
        "portal_port": options.portal_port,
    }
    (folder / "options.json").write_text(json.dumps(kept, indent=2) + "\n")
    return settings_of(folder, options, holders), holders


def read_options(folder: Path) -> SandboxOptions:
    """The options a sandbox was started with.

    Raises:
        Trouble: no sandbox was ever started in this folder.
    """
    kept = _read(folder, "options.json", f"{folder} holds no sandbox: start one with ./dev sandbox --dir {folder}")
    return SandboxOptions(
        port=kept["port"],
        profile=ProfileName(kept["profile"]),
        tolerant=kept["tolerant"],
        database_url=kept["database_url"],
        regime=Regime(kept["regime"]),
        administration_port=kept.get("administration_port", 0),
        admin_port=kept.get("admin_port", 0),
        portal_port=kept.get("portal_port", 0),
    )


def read_contract(folder: Path) -> dict[str, Any]:
    """What `sandbox.json` says.

    Raises:
        Trouble: no sandbox serves from this folder.
    """
    return _read(folder, "sandbox.json", f"no sandbox serves from {folder}: start it with ./dev sandbox --dir {folder}")


def _read(folder: Path, name: str, otherwise: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / name).read_text())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Trouble(otherwise, option="--dir") from error
    return found


def settings_of(folder: Path, options: SandboxOptions, holders: Holders) -> Settings:
    """The settings of a sandbox: loopback, test identities, its own certificates."""
    return Settings(
        database_url=options.database_url or f"sqlite:///{(folder / 'dmp.db').resolve()}",
        blobs=folder / "blobs",
        keys=folder / "keys",
        certificate=holders.server.certificate,
        private_key=holders.server.key,
        client_authorities=holders.ca,
        crls=holders.folder / "crl",
        host="127.0.0.1",
        port=options.port,
        profile=options.profile,
        regime=options.regime,
        production=False,
        daily_patients=DAILY_PATIENTS,
        tolerant=options.tolerant,
        crl_max_age=30 * 24 * 3600,
        regulation_centres=(holders["regulation_centre"].person.structure,),
        administration_port=options.administration_port,
        admin_port=options.admin_port,
        portal_port=options.portal_port,
        portal_url=f"https://{SERVER_NAME}:{options.portal_port}/" if options.portal_port else None,
        sms=f"file:{(folder / MESSAGES).resolve()}",
        administrators=(holders["administrator"].person.national_id,),
    )


def write_contract(folder: Path, settings: Settings, holders: Holders) -> Path:
    """Write `sandbox.json`, last of all: its presence says that the service answers."""
    base = f"https://{SERVER_NAME}:{settings.port}"
    services = {name: f"{base}/{name}" for name in SERVICES}
    if settings.administration_port:
        inside = f"https://{SERVER_NAME}:{settings.administration_port}"
        services |= {name: f"{inside}/{name}" for name in ADMINISTRATION} | {"administration": inside}
    if settings.portal_port:
        services["portal"] = f"https://{SERVER_NAME}:{settings.portal_port}"
    if settings.admin_port:
        services["health"] = f"http://{settings.admin_host}:{settings.admin_port}"
    contract = {
        "ca": str(holders.ca.resolve()),
        "server_name": SERVER_NAME,
        "base_url": base,
        "services": services,
        "repository_unique_id": settings.repository_unique_id,
        "profile": settings.profile,
        "holders": {holder.name: _holder(holder) for holder in holders.all},
    }
    path = folder / "sandbox.json"
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(contract, indent=2, ensure_ascii=False) + "\n")
    temporary.rename(path)
    return path


def _holder(holder: Holder) -> dict[str, object]:
    person = holder.person
    structure = person.kind is HolderKind.STRUCTURE
    return {
        "kind": "structure" if structure else "person",
        "national_id": person.national_id,
        "profession": person.profession,
        "know_how": person.know_how,
        "structure": person.structure,
        "structure_name": person.structure_name,
        "sector": person.sector,
        "family": person.family,
        "given": person.given,
        "mode": Authentication.INDIRECT if structure else Authentication.DIRECT,
        "auth": {"cert": str(holder.auth.certificate.resolve()), "key": str(holder.auth.key.resolve())},
        "sign": {"cert": str(holder.sign.certificate.resolve()), "key": str(holder.sign.key.resolve())},
    }
