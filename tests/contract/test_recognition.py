"""An assertion is verified once and known again: over the same certificate, unchanged, in its window."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from lxml import etree

from dmp.recognition import MOST, TRUSTED_FOR, Recognition
from dmp.record.actor import Authentication, Caller, Operator
from dmp.record.errors import AssertionRefused
from dmp.wire.soap import Envelope
from dmp.wire.vihf.verify import Times, VihfPolicy

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WHO = Caller(Operator("test"))


@dataclass
class Scene:
    """A clock, a policy, and how often an assertion was verified."""

    at: datetime = NOON
    verified: int = 0
    refuses: bool = False
    card: datetime = NOON + timedelta(days=30)
    ends: datetime = NOON + timedelta(hours=1)
    rules: VihfPolicy = field(default_factory=lambda: VihfPolicy(None, None))  # type: ignore[arg-type]

    def verify(self, _envelope: Envelope, _certificate: bytes):
        self.verified += 1
        if self.refuses:
            raise AssertionRefused("no")
        window = SimpleNamespace(not_on_or_after=self.ends - Times().skew)
        statements = SimpleNamespace(windows=(window,), issued_at=NOON, authenticated_at=NOON)
        return WHO, SimpleNamespace(statements=statements, mode=Authentication.DIRECT)

    def recognition(self) -> Recognition:
        return Recognition(self.verify, lambda _at: self.rules, lambda: self.at, lambda _: self.card)  # type: ignore[arg-type]


def message(assertion: str, body: str = "b") -> Envelope:
    header = etree.fromstring(f"<Security>{assertion}</Security>")
    return Envelope("", "", "", "", header, etree.Element(body), header)


def test_the_same_assertion_over_the_same_certificate_is_verified_once():
    scene = Scene()
    recognise = scene.recognition()

    for body in ("one", "two"):
        assert recognise(message("<a/>", body), b"certificate")[0] is WHO

    assert scene.verified == 1


@pytest.mark.parametrize(
    ("assertion", "certificate"),
    [("<b/>", b"certificate"), ("<a/>", b"another"), ("<a x='1'/>", b"certificate"), ("<a/><a/>", b"certificate")],
    ids=["another assertion", "another certificate", "one attribute more", "twice"],
)
def test_anything_else_is_verified(assertion: str, certificate: bytes):
    scene = Scene()
    recognise = scene.recognition()
    recognise(message("<a/>"), b"certificate")

    recognise(message(assertion), certificate)

    assert scene.verified == 2


def test_it_is_verified_again_when_a_revocation_list_changed():
    scene = Scene()
    recognise = scene.recognition()
    recognise(message("<a/>"), b"certificate")

    scene.rules = VihfPolicy(None, None)  # type: ignore[arg-type]
    recognise(message("<a/>"), b"certificate")

    assert scene.verified == 2


def test_it_is_verified_again_after_some_minutes_since_the_directory_may_change():
    scene = Scene()
    recognise = scene.recognition()
    recognise(message("<a/>"), b"certificate")

    scene.at = NOON + TRUSTED_FOR - timedelta(seconds=1)
    recognise(message("<a/>"), b"certificate")
    assert scene.verified == 1
    scene.at = NOON + TRUSTED_FOR
    recognise(message("<a/>"), b"certificate")
    assert scene.verified == 2


def test_an_assertion_that_is_over_is_not_known_any_more():
    scene = Scene(ends=NOON + timedelta(seconds=30))
    recognise = scene.recognition()
    recognise(message("<a/>"), b"certificate")

    scene.at = NOON + timedelta(seconds=30)
    scene.refuses = True

    with pytest.raises(AssertionRefused):
        recognise(message("<a/>"), b"certificate")


def test_a_card_that_is_over_is_not_known_any_more():
    scene = Scene(card=NOON + timedelta(seconds=30))
    recognise = scene.recognition()
    recognise(message("<a/>"), b"certificate")

    scene.at = NOON + timedelta(seconds=30)
    recognise(message("<a/>"), b"certificate")

    assert scene.verified == 2


def test_a_refusal_is_never_remembered():
    scene = Scene(refuses=True)
    recognise = scene.recognition()

    for _ in range(2):
        with pytest.raises(AssertionRefused):
            recognise(message("<a/>"), b"certificate")

    assert scene.verified == 2


def test_memory_is_bounded():
    scene = Scene()
    recognise = scene.recognition()

    for number in range(MOST + 10):
        recognise(message(f"<a n='{number}'/>"), b"certificate")

    assert len(recognise._known) == MOST
