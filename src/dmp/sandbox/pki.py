"""The test PKI of the sandbox, on disk: authorities, revocation lists, server and holders (DEC-124).

Two levels: a root, then an authority for people and one for structures. All
of it says TEST in its names and carries the test marker in its policies, so
that a production refuses it whatever its anchors. Keys are fresh at each
making, data never change.

::

    FOLDER/ca.pem                           the three authorities
    FOLDER/ca/NAME.cert.pem, NAME.key.pem   root, persons, structures
    FOLDER/crl/NAME.crl.pem
    FOLDER/server.cert.pem, server.key.pem  with the chain
    FOLDER/holders/NAME/auth.cert.pem, auth.key.pem, sign.cert.pem, sign.key.pem
"""

import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from dmp.sandbox import issuing
from dmp.sandbox.issuing import Authority, Key, Span
from dmp.sandbox.people import PEOPLE, Person
from dmp.wire.vihf.certificates import HolderKind, TrustPolicy, Use
from dmp.wire.vihf.revocation import Crls

AUTHORITIES = ("root", "persons", "structures")
CRL_RENEWAL = timedelta(days=1)
"""Age from which a revocation list is made again, well before anyone refuses it."""
RENEWAL = timedelta(days=30)
"""What must be left of the life of a certificate."""
ELLIPTIC = frozenset({"doctor2", "pharmacist", "expired", "revoked", "foreign"})
"""Holders with EC keys; the others have RSA ones, which every peer can read."""
USES = (("auth", Use.AUTHENTICATION), ("sign", Use.SIGNATURE))


@dataclass(frozen=True)
class KeyPair:
    """The files of a certificate and of its key, PEM."""

    certificate: Path
    key: Path

    @property
    def exists(self) -> bool:
        """Tell whether both files are there."""
        return self.certificate.exists() and self.key.exists()

    def load_certificate(self) -> x509.Certificate:
        """The certificate; the first one when a chain follows."""
        return x509.load_pem_x509_certificate(self.certificate.read_bytes())

    def load_key(self) -> Key:
        """The private key.

        Raises:
            TypeError: the file holds a key of another kind than ours.
        """
        key = serialization.load_pem_private_key(self.key.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.key}: neither an RSA nor an EC key")
        return key


@dataclass(frozen=True)
class Holder:
    """Someone with certificates: who he is and where they are (DEC-124)."""

    person: Person
    auth: KeyPair
    sign: KeyPair

    @property
    def name(self) -> str:
        """The name in `sandbox.json`."""
        return self.person.name

    @property
    def kind(self) -> str:
        """`person` or `structure`, as `sandbox.json` says; an employee is a person."""
        return "structure" if self.person.kind is HolderKind.STRUCTURE else "person"


@dataclass(frozen=True)
class Holders:
    """The whole test PKI; `renewed` names what was made or made again this time."""

    folder: Path
    ca: Path
    server: KeyPair
    crls: tuple[Path, ...]
    all: tuple[Holder, ...]
    renewed: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Holder:
        """The holder of that name; KeyError when there is none."""
        return {holder.name: holder for holder in self.all}[name]

    def trust(self) -> TrustPolicy:
        """What a sandbox trusts: this PKI and nothing else."""
        root, *intermediates = x509.load_pem_x509_certificates(self.ca.read_bytes())
        return TrustPolicy((root,), tuple(intermediates), sandbox=True, crl_max_age=issuing.CRL_LIFE)

    def revocation(self) -> Crls:
        """Its revocation lists, read again from disk."""
        return Crls.read((path.read_bytes() for path in self.crls), self.trust().authorities)


def load_holders(folder: Path) -> Holders:
    """Name the files of a PKI that `make_pki` made.

    Raises:
        FileNotFoundError: there is none, or it is not complete.
    """
    holders = tuple(Holder(person, _pair(folder, person, "auth"), _pair(folder, person, "sign")) for person in PEOPLE)
    server = KeyPair(folder / "server.cert.pem", folder / "server.key.pem")
    crls = tuple(folder / "crl" / f"{name}.crl.pem" for name in AUTHORITIES)
    pairs = [server, *(holder.auth for holder in holders), *(holder.sign for holder in holders)]
    expected = [folder / "ca.pem", *crls, *(path for pair in pairs for path in (pair.certificate, pair.key))]
    missing = next((path for path in expected if not path.exists()), None)
    if missing is not None:
        raise FileNotFoundError(missing)
    return Holders(folder, folder / "ca.pem", server, crls, holders)


def load_authority(folder: Path, name: str) -> Authority:
    """Read one of `AUTHORITIES` with its key, to sign more test certificates."""
    pair = _authority_pair(folder, name)
    return Authority(pair.load_certificate(), pair.load_key())


def make_pki(folder: Path, *, at: datetime, server_name: str = "localhost") -> Holders:
    """Make what is missing, renew what is stale, keep the rest.

    Args:
        folder: Where the files go; made when absent.
        at: Now; certificates and revocation lists are dated from it.
        server_name: Host name or address that clients will use, beside localhost.
    """
    renewed = [*_authorities(folder, at), *_people(folder, at), *_server(folder, server_name, at)]
    for name in AUTHORITIES:
        renewed += _crl(folder, name, at)
    return replace(load_holders(folder), renewed=tuple(renewed))


def _authorities(folder: Path, at: datetime) -> list[str]:
    """The root and the two authorities below it: all three or none, since one signs the others."""
    if (folder / "ca.pem").exists() and all(_authority_pair(folder, name).exists for name in AUTHORITIES):
        return []
    root = issuing.make_authority("root", key=issuing.rsa_key(), at=at)
    below = [issuing.make_authority(name, key=issuing.rsa_key(), at=at, above=root) for name in AUTHORITIES[1:]]
    for name, authority in zip(AUTHORITIES, (root, *below), strict=True):
        write_pair(_authority_pair(folder, name), authority.key, authority.certificate)
    (folder / "ca.pem").write_bytes(_pem(root.certificate, *(authority.certificate for authority in below)))
    return ["authorities"]


def _people(folder: Path, at: datetime) -> list[str]:
    authorities = {name: load_authority(folder, name) for name in AUTHORITIES[1:]}
    renewed: list[str] = []
    for person in PEOPLE:
        by = authorities["structures" if person.kind is HolderKind.STRUCTURE else "persons"]
        for name, use in USES:
            pair = _pair(folder, person, name)
            if not _usable(pair, person, by=by, at=at):
                _issue(pair, person, use, by=by, at=at)
                renewed.append(f"{person.name} {name}")
    return renewed


def _usable(pair: KeyPair, person: Person, *, by: Authority, at: datetime) -> bool:
    if not pair.exists:
        return False
    certificate = pair.load_certificate()
    if person.name == "foreign":
        return _lasts(certificate, at)
    issued = _issued(certificate, by)
    if person.name == "expired":
        return issued and certificate.not_valid_after_utc < at
    return issued and _lasts(certificate, at)


def _issue(pair: KeyPair, person: Person, use: Use, *, by: Authority, at: datetime) -> None:
    key = issuing.ec_key() if person.name in ELLIPTIC else issuing.rsa_key()
    span = Span.of(issuing.HOLDER_LIFE, at)
    if person.name == "expired":
        span = Span(at - 10 * RENEWAL, at - RENEWAL)
    if person.name == "foreign":  # an authority that nobody knows, and whose key is thrown away
        by = issuing.make_authority("foreign", key=issuing.ec_key(), at=at)
    write_pair(pair, key, issuing.holder_certificate(person, use, public_key=key, by=by, span=span))


def _server(folder: Path, server_name: str, at: datetime) -> list[str]:
    """The certificate of the server, made again when it must bear another name."""
    pair = KeyPair(folder / "server.cert.pem", folder / "server.key.pem")
    by = load_authority(folder, "structures")
    if pair.exists:
        current = pair.load_certificate()
        names = current.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if names == issuing.server_names(server_name) and _lasts(current, at) and _issued(current, by):
            return []
    key = issuing.rsa_key()
    write_pair(pair, key, issuing.server_certificate(server_name, public_key=key, by=by, at=at), by.certificate)
    return ["server"]


def _crl(folder: Path, name: str, at: datetime) -> list[str]:
    """The revocation list of one authority, which holds `revoked` when it issued it."""
    path = folder / "crl" / f"{name}.crl.pem"
    by = load_authority(folder, name)
    person = next(person for person in PEOPLE if person.name == "revoked")
    certificates = [_pair(folder, person, use).load_certificate() for use, _ in USES]
    serials = {certificate.serial_number for certificate in certificates if _issued(certificate, by)}
    if path.exists() and _current(path, serials, by=by, at=at):
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(issuing.revocation_list(by, serials, at=at).public_bytes(serialization.Encoding.PEM))
    return [f"crl {name}"]


def _current(path: Path, serials: set[int], *, by: Authority, at: datetime) -> bool:
    crl = x509.load_pem_x509_crl(path.read_bytes())
    young = timedelta(0) <= at - crl.last_update_utc < CRL_RENEWAL
    signed = crl.is_signature_valid(by.key.public_key())
    return young and signed and {entry.serial_number for entry in crl} == serials


def _lasts(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc - RENEWAL


def _issued(certificate: x509.Certificate, by: Authority) -> bool:
    try:
        certificate.verify_directly_issued_by(by.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _pair(folder: Path, person: Person, use: str) -> KeyPair:
    place = folder / "holders" / person.name
    return KeyPair(place / f"{use}.cert.pem", place / f"{use}.key.pem")


def _authority_pair(folder: Path, name: str) -> KeyPair:
    return KeyPair(folder / "ca" / f"{name}.cert.pem", folder / "ca" / f"{name}.key.pem")


def _pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


def write_pair(pair: KeyPair, key: Key, *chain: x509.Certificate) -> None:
    """Write the key for its owner alone, then the certificate and what completes its chain."""
    pair.key.parent.mkdir(parents=True, exist_ok=True)
    octets = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pair.key.unlink(missing_ok=True)
    with os.fdopen(os.open(pair.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(octets)
    pair.certificate.write_bytes(_pem(*chain))
