"""Assertions verified a moment ago: the same one over the same certificate is not verified again (DEC-50).

What is remembered is who calls, never what a message says: the security header
must be the same to the octet, and come over the same client certificate. It is
forgotten when the assertion is over, when a revocation list changed, and after
`TRUSTED_FOR` in any case, since a list may become too old and the directory
may change.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from lxml import etree

from dmp.record.actor import Caller
from dmp.wire.soap import Envelope
from dmp.wire.vihf.assertion import Vihf
from dmp.wire.vihf.verify import VihfPolicy, good_until

TRUSTED_FOR = timedelta(minutes=5)
MOST = 8192
"""Assertions that one process remembers, some KiB each."""

Verify = Callable[[Envelope, bytes], tuple[Caller, Vihf]]


@dataclass(frozen=True)
class _Recognised:
    caller: Caller
    vihf: Vihf
    policy: VihfPolicy
    until: datetime


def _end_of(certificate: bytes) -> datetime:
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


@dataclass
class Recognition:
    """Says who calls: verifies each assertion once, then knows it again."""

    verify: Verify
    policy: Callable[[datetime], VihfPolicy]
    clock: Callable[[], datetime]
    end_of: Callable[[bytes], datetime] = _end_of
    """When a client certificate is over."""
    _known: OrderedDict[bytes, _Recognised] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, envelope: Envelope, certificate: bytes) -> tuple[Caller, Vihf]:
        """The caller and what his assertion says.

        Raises:
            AssertionRefused: as `verify` does; a refusal is never remembered.
        """
        at = self.clock()
        policy, name = self.policy(at), _name(envelope, certificate)
        with self._lock:
            known = self._known.get(name)
        if known is not None and known.policy is policy and at < known.until:
            return known.caller, known.vihf
        caller, vihf = self.verify(envelope, certificate)
        until = min(at + TRUSTED_FOR, good_until(vihf, policy.times), self.end_of(certificate))
        with self._lock:
            self._known[name] = _Recognised(caller, vihf, policy, until)
            self._known.move_to_end(name)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return caller, vihf


def _name(envelope: Envelope, certificate: bytes) -> bytes:
    """The header as it stands in the tree that was read, so that what is hashed is what would be verified."""
    header = etree.tostring(envelope.required_security(), with_tail=False)
    return hashlib.sha256(hashlib.sha256(certificate).digest() + header).digest()
