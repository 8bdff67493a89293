"""A card on the web («carte CPS, CPF, CPE»): the certificate of the connection says who is there (functional 1.5).

It is trusted like the authentication certificate under an assertion (xds-wire
8.4-3): same anchors, policies and revocation lists. No assertion comes along,
so profession, know-how and places are those of the directory.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from dmp.record.errors import AssertionRefused
from dmp.record.professional import is_national
from dmp.sign_in.activity import Choice, Directories, employed_in, listed_as, proven
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof, Proven
from dmp.wire.vihf import certificates
from dmp.wire.vihf.certificates import Holder, HolderKind, Use
from dmp.wire.vihf.verify import VihfPolicy


@dataclass(frozen=True)
class Cards:
    """The cards that this service takes."""

    policy: Callable[[datetime], VihfPolicy]
    directories: Directories

    def presented(self, certificate: bytes, *, at: datetime) -> Proven | Choice:
        """What the certificate of a connection proves, DER; a professional of several activities chooses one.

        Raises:
            ProofRefused: there is none, it is not trusted, revoked or of a structure, or the directory does not know
                its holder.
        """
        holder = self._holder(certificate, at)
        with self.directories() as directory:
            if holder.kind is HolderKind.STAFF:
                employee = employed_in(holder.national_id, holder.name, holder.structure_ids, directory)
                return Proven(Proof.CERTIFICATE, staff=employee)
            activities = listed_as(holder.national_id, holder.name, directory)
        return proven(activities, Proof.CERTIFICATE, at=at)

    def _holder(self, certificate: bytes, at: datetime) -> Holder:
        if not certificate:
            raise ProofRefused("card: no certificate", why=Why.CERTIFICATE)
        policy = self.policy(at)
        try:
            read = x509.load_der_x509_certificate(certificate)
            holder = certificates.check(read, Use.AUTHENTICATION, trust=policy.trust, crls=policy.crls, at=at)
        except (ValueError, x509.InvalidVersion) as error:
            raise ProofRefused("card: a certificate that cannot be read", why=Why.CERTIFICATE) from error
        except AssertionRefused as error:
            raise ProofRefused(f"card: {error.reason}", why=Why.CERTIFICATE) from error
        if holder.kind is HolderKind.STRUCTURE:
            raise ProofRefused("card: of a structure, and nobody in person", why=Why.CERTIFICATE)
        if holder.kind is HolderKind.PERSON and not is_national(holder.national_id):
            raise ProofRefused("card: no national id", why=Why.CERTIFICATE)
        return holder
