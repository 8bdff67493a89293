"""Revocation lists, fail-closed: no fresh list, no certificate (xds-wire 1.6, 8.4-3; stack 6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from dmp.record.errors import DmpCode
from dmp.wire.vihf.vocabulary import refuse

CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class RevocationList:
    """One CRL, its signature already verified: who issued it, when, until when, which serial numbers."""

    issuer: x509.Name
    issued_at: datetime
    next_at: datetime
    serials: frozenset[int]


@dataclass(frozen=True)
class Crls:
    """The revocation lists of all issuers, the newest of each."""

    lists: tuple[RevocationList, ...] = ()

    @staticmethod
    def read(files: Iterable[bytes], issuers: Iterable[x509.Certificate]) -> "Crls":
        """Read CRLs in DER or PEM, each signed by one of `issuers`.

        Raises:
            ValueError: a file is no CRL, is a delta or partial one, or none of the issuers signed it.
        """
        known = tuple(issuers)
        newest: dict[x509.Name, RevocationList] = {}
        for content in files:
            read = _read(content, known)
            kept = newest.get(read.issuer)
            if kept is None or kept.issued_at < read.issued_at:
                newest[read.issuer] = read
        return Crls(tuple(newest.values()))

    def check(self, certificate: x509.Certificate, *, at: datetime, max_age: timedelta) -> None:
        """Make sure that a fresh list of the issuer does not hold this certificate.

        Raises:
            AssertionRefused: `DMPInvalidCertificate`: revoked, or no list to tell.
        """
        found = next((crl for crl in self.lists if crl.issuer == certificate.issuer), None)
        if found is None:
            refuse("revocation: no list of the issuer of the certificate", DmpCode.INVALID_CERTIFICATE)
        if found.issued_at > at + CLOCK_SKEW:
            refuse("revocation: the list of the issuer comes from the future", DmpCode.INVALID_CERTIFICATE)
        if found.next_at <= at:
            refuse("revocation: the list of the issuer has expired", DmpCode.INVALID_CERTIFICATE)
        if at - found.issued_at > max_age:
            refuse("revocation: the list of the issuer is older than the limit", DmpCode.INVALID_CERTIFICATE)
        if certificate.serial_number in found.serials:
            refuse("revocation: the certificate is revoked", DmpCode.INVALID_CERTIFICATE)


def _read(content: bytes, issuers: tuple[x509.Certificate, ...]) -> RevocationList:
    pem = content.lstrip().startswith(b"-----BEGIN")
    crl = x509.load_pem_x509_crl(content) if pem else x509.load_der_x509_crl(content)
    if not any(_signed(crl, issuer) for issuer in issuers if issuer.subject == crl.issuer):
        raise ValueError("a revocation list is not signed by a configured authority")
    if any(extension.critical for extension in crl.extensions):
        raise ValueError("a revocation list is partial: a critical extension limits it")
    next_at = crl.next_update_utc
    if next_at is None:
        raise ValueError("a revocation list does not say when the next one comes")
    return RevocationList(crl.issuer, crl.last_update_utc, next_at, frozenset(entry.serial_number for entry in crl))


def _signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.crl_sign and crl.is_signature_valid(key)
