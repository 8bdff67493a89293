"""Whom this installation trusts: anchors and revocation lists read from files, lists read again when renewed."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from dmp.record import nomenclature
from dmp.settings import InvalidSetting, Settings
from dmp.wire.vihf.certificates import CertificateProfile, HolderKind, TrustPolicy, Use
from dmp.wire.vihf.revocation import Crls
from dmp.wire.vihf.verify import Times, VihfPolicy

RELOAD = timedelta(seconds=60)
"""How often the folder of the revocation lists is looked at again."""


def trust_policy(settings: Settings) -> TrustPolicy:
    """Anchors (self-signed) and intermediates of `client_authorities`; test certificates in a sandbox only."""
    found = x509.load_pem_x509_certificates(settings.client_authorities.read_bytes())
    anchors = tuple(certificate for certificate in found if certificate.subject == certificate.issuer)
    intermediates = tuple(certificate for certificate in found if certificate.subject != certificate.issuer)
    age = timedelta(seconds=settings.crl_max_age)
    if not settings.production:
        return TrustPolicy(anchors, intermediates, sandbox=True, crl_max_age=age, accept_sha1=settings.accept_sha1)
    profiles = tuple(_profile(text) for text in settings.certificate_profiles)
    return TrustPolicy(anchors, intermediates, profiles=profiles, crl_max_age=age)


def _profile(text: str) -> CertificateProfile:
    """Read `OID=person/authentication`."""
    policy, _, meaning = text.partition("=")
    kind, _, use = meaning.partition("/")
    try:
        return CertificateProfile(policy, HolderKind(kind), Use(use))
    except ValueError as error:
        known = f"{'|'.join(HolderKind)}/{'|'.join(Use)}"
        raise InvalidSetting(f"DMP_CERTIFICATE_PROFILES: {text!r} is not OID={known}") from error


@dataclass
class Trust:
    """The policy for assertions, with lists at most a minute old in memory."""

    settings: Settings
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _read_at: datetime = datetime.min.replace(tzinfo=UTC)
    _policy: VihfPolicy | None = None
    _seen: tuple[tuple[str, int, int], ...] = ()

    def policy(self, at: datetime) -> VihfPolicy:
        """The policy at an instant: the same value as long as no list changed."""
        with self._lock:
            if self._policy is None or at - self._read_at > RELOAD:
                seen = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in self._lists())
                if self._policy is None or seen != self._seen:
                    self._policy, self._seen = self._read(), seen
                self._read_at = at
            return self._policy

    def _lists(self) -> list[Path]:
        return [path for path in sorted(Path(self.settings.crls).iterdir()) if path.is_file()]

    def _read(self) -> VihfPolicy:
        trust = trust_policy(self.settings)
        return VihfPolicy(
            trust=trust,
            crls=Crls.read((path.read_bytes() for path in self._lists()), trust.authorities),
            role_known=nomenclature.role_known,
            audiences=frozenset(self.settings.audiences),
            times=_times(self.settings),
        )


def _times(settings: Settings) -> Times:
    """How far clocks and lives may go (DEC-51)."""
    return Times(
        ahead=timedelta(seconds=settings.assertion_ahead),
        skew=timedelta(seconds=settings.assertion_skew),
        life=timedelta(seconds=settings.assertion_life),
        life_direct=timedelta(seconds=settings.assertion_life_direct),
        authentication=timedelta(seconds=settings.authentication_age),
    )
