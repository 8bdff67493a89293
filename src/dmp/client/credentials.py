"""Who the client is: certificates, identity, and how he authenticates."""

import json
import ssl
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from dmp.client.errors import Unreachable
from dmp.record.actor import Authentication, Facility, Professional
from dmp.record.codes import Code
from dmp.record.nomenclature import role_code


@dataclass(frozen=True)
class Credentials:
    """A holder of certificates; in indirect modes `user` is the person he declares.

    `profession` is a code of TRE_G15 or of a table of roles, `know_how` the
    second occurrence of the role (doctors, pharmacists).
    """

    user: str
    family: str
    given: str
    profession: str
    know_how: str
    facility: Facility
    authentication: Authentication
    auth_certificate: Path
    auth_key: Path
    sign_certificate: Path
    sign_key: Path

    @staticmethod
    def from_sandbox(contract: dict[str, Any], name: str) -> "Credentials":
        """The holder of that name in `sandbox.json` (DEC-124)."""
        known = contract["holders"]
        if name not in known:
            raise KeyError(f"no holder {name!r} in the sandbox: {', '.join(known)}")
        holder = known[name]
        return Credentials(
            user=holder["national_id"],
            family=holder["family"],
            given=holder["given"],
            profession=holder["profession"],
            know_how=holder["know_how"],
            facility=Facility(holder["structure"], holder["structure_name"], holder["sector"]),
            authentication=Authentication(holder["mode"]),
            auth_certificate=Path(holder["auth"]["cert"]),
            auth_key=Path(holder["auth"]["key"]),
            sign_certificate=Path(holder["sign"]["cert"]),
            sign_key=Path(holder["sign"]["key"]),
        )

    def standing_for(self, person: "Credentials", authentication: Authentication) -> "Credentials":
        """A structure calling for one of its users: its certificates, the person's identity."""
        return replace(
            self,
            user=person.user,
            family=person.family,
            given=person.given,
            profession=person.profession,
            know_how=person.know_how,
            authentication=authentication,
        )

    @property
    def name(self) -> str:
        """Given and family name, or the name of the structure."""
        return f"{self.given} {self.family}".strip() or self.facility.name

    @property
    def roles(self) -> tuple[Code, ...]:
        """The one or two occurrences of the role in the assertion."""
        return tuple(role_code(code) for code in (self.profession, self.know_how) if code)

    @property
    def professional(self) -> Professional:
        """The person as an author of documents."""
        return Professional(self.user, self.name, self.profession, self.know_how, self.facility)

    def tls(self, authorities: str) -> ssl.SSLContext:
        """The mutual TLS of the holder towards services that these authorities (a PEM file) vouch for."""
        context = ssl.create_default_context(cafile=authorities)
        context.load_cert_chain(self.auth_certificate, self.auth_key)
        return context

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The signature certificate."""
        return x509.load_pem_x509_certificate(self.sign_certificate.read_bytes())

    @cached_property
    def key(self) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
        """The signature key, loaded once: parsing it costs more than signing."""
        key = load_pem_private_key(self.sign_key.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)  # noqa: S101
        return key


def read_contract(folder: Path) -> dict[str, Any]:
    """Read `sandbox.json`.

    Raises:
        Unreachable: no sandbox serves from this folder.
    """
    try:
        contract: dict[str, Any] = json.loads((folder / "sandbox.json").read_text())
    except FileNotFoundError as error:
        raise Unreachable(str(folder), "no sandbox.json there") from error
    return contract
