"""The signature of a lot: whole, and of the one who sends (DEC-108, xds-wire 10.1)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from dmp.documents.intake import LotSignature
from dmp.record.actor import Caller, Professional, Staff, facility_of
from dmp.record.errors import AssertionRefused, Problem, Refused, XdsCode
from dmp.record.submission import Submission
from dmp.wire.vihf.certificates import Holder, HolderKind, Use
from dmp.wire.vihf.certificates import check as check_certificate
from dmp.wire.vihf.verify import VihfPolicy
from dmp.wire.xds import lot_signature

Policies = Callable[[datetime], VihfPolicy]
"""The trust of the installation at an instant."""


TRUSTED_FOR = timedelta(minutes=1)
"""How long a signing certificate that was found good is not looked at again, lists unchanged."""
_MOST = 4096


class _KnownCards:
    """The signing certificates found good a moment ago: a card signs many lots."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[VihfPolicy, datetime, Holder]] = {}

    def holder(self, certificate: x509.Certificate, policy: VihfPolicy, at: datetime) -> Holder:
        """The holder of a signing certificate.

        Raises:
            AssertionRefused: it is not to be trusted.
        """
        name = certificate.fingerprint(hashes.SHA256())
        known = self._known.get(name)
        until = certificate.not_valid_after_utc
        if known is not None and known[0] is policy and known[1] <= at < min(known[1] + TRUSTED_FOR, until):
            return known[2]
        holder = check_certificate(certificate, Use.SIGNATURE, trust=policy.trust, crls=policy.crls, at=at)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[name] = (policy, at, holder)
        return holder


def verifier(policies: Policies) -> LotSignature:
    """A verifier bound to the trust of an installation."""
    cards = _KnownCards()

    def verify(signature: bytes, submission: Submission, caller: Caller, at: datetime) -> None:
        policy = policies(at)
        signed_by: list[Holder] = []

        def trusted(certificate: x509.Certificate) -> None:
            try:
                signed_by.append(cards.holder(certificate, policy, at))
            except AssertionRefused as error:
                raise _refused("KeyInfo", f"the certificate is not trusted: {error.reason}") from error

        signed = [entry for entry in submission.entries if not entry.is_signature]
        lot_signature.verify(
            signature,
            submission_set_unique_id=submission.submission_set.unique_id,
            documents={entry.unique_id: submission.documents[entry.uuid] for entry in signed},
            trust=trusted,
            at=at,
            accept_sha1=policy.trust.accept_sha1,
        )
        _same(signed_by[-1], caller)

    return verify


def _same(signer: Holder, caller: Caller) -> None:
    """The signer is the user of the assertion (direct) or its structure."""
    actor, facility = caller.actor, facility_of(caller.actor)
    if isinstance(actor, Professional | Staff) and signer.kind is not HolderKind.STRUCTURE:
        same = signer.national_id == actor.id
    else:
        same = facility is not None and facility.id in signer.structure_ids
    if not same:
        raise _refused("KeyInfo", "the lot is not signed by the user or structure of the assertion")


def _refused(element: str, what: str) -> Refused:
    return Refused(Problem(XdsCode.REPOSITORY_METADATA_ERROR, f"Signature/{element}: {what}"))
