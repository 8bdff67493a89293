"""The security header that `./dev vihf` prints (DEC-123)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dmp.client.credentials import Credentials
from dmp.client.header import Saying, security_header
from dmp.record.actor import Authentication, Mode
from dmp.record.errors import InvalidIdentity
from dmp.record.ins import check_ins, read_ins
from dmp.record.profile import ProfileName
from dmp.sandbox.folder import read_contract
from dmp.sandbox.trouble import Trouble
from dmp.wire.xml import serialise

AUTHENTICATIONS = {
    "direct": Authentication.DIRECT,
    "indirect": Authentication.INDIRECT,
    "air": Authentication.REINFORCED,
}
STRUCTURES = "hospital"
"""The structure that calls when an indirect mode names no holder."""


@dataclass(frozen=True)
class HeaderRequest:
    """The options of `./dev vihf`, as typed; empty means not given."""

    patient: str = ""
    holder: str = ""
    profession: str = ""
    know_how: str = ""
    auth: str = ""
    mode: str = "normal"
    reason: str = ""
    secret: bool = False


def header(folder: Path, wanted: HeaderRequest) -> bytes:
    """A signed `wsse:Security` header, ready to paste into an envelope.

    Raises:
        Trouble: an option names nothing here; the option is named.
        InvalidIdentity: the patient is not written as a CX.
    """
    who = _credentials(read_contract(folder), wanted)
    patient = read_ins(wanted.patient, production=False) if wanted.patient else None
    said = Saying(_mode(wanted.mode), wanted.reason or _usual_reason(wanted.mode), wanted.secret)
    return serialise(security_header(who, patient, said, at=datetime.now(UTC)))


def doubt(folder: Path, patient: str) -> str:
    """Why the service would refuse a patient, whom a header may name all the same; empty when it would not."""
    if not patient or read_contract(folder)["profile"] == ProfileName.IHE:
        return ""
    try:
        check_ins(read_ins(patient, production=False), production=False, tolerant=False)
    except InvalidIdentity as error:
        return f"--patient: {error}: the service will refuse it"
    return ""


def _credentials(contract: dict[str, Any], wanted: HeaderRequest) -> Credentials:
    holders: dict[str, dict[str, str]] = contract["holders"]
    if wanted.auth and wanted.auth not in AUTHENTICATIONS:
        raise Trouble("one of direct, indirect, air", option="--auth")
    authentication = AUTHENTICATIONS.get(wanted.auth)
    name = wanted.holder or _by_profession(holders, wanted)
    if name not in holders:
        raise Trouble(f"the holders are {', '.join(holders)}", option="--holder")
    who = Credentials.from_sandbox(contract, name)
    if authentication is None or authentication is who.authentication:
        return _with_roles(who, wanted)
    if authentication is Authentication.DIRECT:
        raise Trouble("a structure has no card: direct mode is for persons", option="--auth")
    structure = _structure(holders, who)
    return _with_roles(Credentials.from_sandbox(contract, structure).standing_for(who, authentication), wanted)


def _structure(holders: dict[str, dict[str, str]], who: Credentials) -> str:
    """The structure where the person works, if it has certificates; else the hospital."""
    if who.authentication is not Authentication.DIRECT:
        return next(name for name, held in holders.items() if held["national_id"] == who.user)
    own = (n for n, held in holders.items() if held["kind"] == "structure" and held["structure"] == who.facility.id)
    return next(own, STRUCTURES)


def _by_profession(holders: dict[str, dict[str, str]], wanted: HeaderRequest) -> str:
    """The first person of that profession and know-how; the doctor when none is asked, or nobody has both.

    What he then claims is not what the directory of the sandbox knows of him: the service refuses it.
    """
    for name, held in holders.items():
        same = wanted.profession in ("", held["profession"]) and wanted.know_how in ("", held["know_how"])
        if same and held["kind"] == "person":
            return name
    return "doctor"


def _with_roles(who: Credentials, wanted: HeaderRequest) -> Credentials:
    """Say another profession or know-how than the holder's, when asked: the service will judge."""
    profession = wanted.profession or who.profession
    inherited = who.know_how if profession == who.profession else ""
    return replace(who, profession=profession, know_how=wanted.know_how or inherited)


def _mode(name: str) -> Mode:
    try:
        return Mode(name)
    except ValueError:
        raise Trouble(f"one of {', '.join(Mode)}", option="--mode") from None


def _usual_reason(mode: str) -> str:
    return "Urgence vitale (essai)" if mode == Mode.BREAK_GLASS else ""
