"""OpenID Connect over HTTP on loopback, against the sandbox providers: what is taken, and every refusal."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from dmp.sandbox import identity_provider as sandbox
from dmp.sandbox.identity_provider import Answer, IdentityProvider, serving
from dmp.sign_in.calls import Calls
from dmp.sign_in.refusal import FRENCH, ProofRefused, Why
from provider_builders import REDIRECT, Clock, Once, a_party, a_provider, anne, picks, the_doctor

SECRET, OTHER_SECRET = "5e" * 32, "5f" * 32


@pytest.fixture
def clock():
    return Clock(datetime(2026, 11, 22, 10, tzinfo=UTC))


@pytest.fixture
def calls():
    made = Calls()
    yield made
    made.close()


class Twisted(IdentityProvider):
    """A provider whose tokens a test may alter on their way."""

    claims: Mapping = MappingProxyType({})
    dropped: tuple = ()
    signer = None
    replayed = ""

    def id_claims(self, person, nonce, access_token):
        said = {**super().id_claims(person, nonce, access_token), **self.claims}
        return {name: value for name, value in said.items() if name not in self.dropped}

    def sign(self, claims):
        if self.replayed:
            return self.replayed
        if self.signer is not None:
            return self.signer(claims)
        return super().sign(claims)


@pytest.fixture
def psc(clock):
    provider = a_provider(sandbox.PSC, clock, the_doctor(), made=Twisted)
    with serving(provider):
        yield provider


@pytest.fixture
def france_connect(clock):
    provider = a_provider(sandbox.FRANCE_CONNECT, clock, anne(), made=Twisted)
    with serving(provider):
        yield provider


def signs_in(party, clock, person="doctor"):
    begun = party.begin(secret=SECRET, at=clock.at)
    return party.finish(begun.kept, picks(begun.shown, person), at=clock.at)


def refused(party, clock, **changed):
    with pytest.raises(ProofRefused) as told:
        signs_in(party, clock, **changed)
    assert told.value.french == FRENCH[told.value.why]
    return told.value.why, told.value.reason


def test_the_address_asks_for_what_functional_1_5_says(psc, clock, calls):
    begun = a_party(psc, calls).begin(secret=SECRET, at=clock.at)

    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.shown).query).items()}
    assert begun.shown.startswith(f"{psc.issuer}/auth?")
    assert asked.pop("state") != asked.pop("nonce") != asked.pop("code_challenge")
    assert asked == {
        "response_type": "code",
        "client_id": "dmp-test",
        "redirect_uri": REDIRECT.format("psc"),
        "scope": "openid scope_all",
        "acr_values": "eidas1",
        "code_challenge_method": "S256",
    }


def test_a_professional_comes_back_with_his_claims(psc, clock, calls):
    identity = signs_in(a_party(psc, calls), clock)

    assert json.loads(identity.claims)["SubjectNameID"] == "899900000011"
    assert "899900000011" not in repr(identity)


def test_signed_claims_are_verified_and_read(france_connect, clock, calls):
    identity = signs_in(a_party(france_connect, calls), clock, person="anne")

    said = json.loads(identity.claims)
    assert (said["family_name"], said["birthdate"], said["birthplace"]) == ("DURAND-FICTIF", "1979-03-28", "51215")


def test_who_declines_is_told_so(psc, clock, calls):
    assert refused(a_party(psc, calls), clock, person="")[0] is Why.DECLINED


def test_a_code_serves_once(psc, clock, calls):
    party = a_party(psc, calls)
    begun = party.begin(secret=SECRET, at=clock.at)
    answer = picks(begun.shown, "doctor")
    party.finish(begun.kept, answer, at=clock.at)

    with pytest.raises(ProofRefused, match="invalid_grant") as told:
        party.finish(begun.kept, answer, at=clock.at)
    assert told.value.why is Why.BEGIN_AGAIN


def test_a_late_code_is_refused(psc, clock, calls):
    party = a_party(psc, calls)
    begun = party.begin(secret=SECRET, at=clock.at)
    answer = picks(begun.shown, "doctor")
    with pytest.raises(ProofRefused, match="invalid_grant"):
        party.finish(begun.kept, answer, at=clock.passes(seconds=31))


def test_a_sign_in_that_took_too_long_is_refused_before_anything_is_sent(psc, clock, calls):
    party = a_party(psc, calls)
    begun = party.begin(secret=SECRET, at=clock.at)
    answer = picks(begun.shown, "doctor")
    with pytest.raises(ProofRefused, match="too long ago"):
        party.finish(begun.kept, answer, at=clock.at + timedelta(minutes=10))
    assert len(psc.codes) == 1


@pytest.mark.parametrize(
    "alter",
    [
        lambda _answer: "",
        lambda _answer: "code=x",
        lambda answer: answer.replace("state=", "state=x"),
        lambda answer: answer.replace("code=", "coda="),
        lambda answer: answer.replace("code=", "code=wrong"),
        lambda answer: f"{answer}&code=another",
        lambda answer: f"{answer}&state=another",
        lambda answer: answer.replace("iss=", "iss=x"),
        lambda _answer: "x" * 10_000,
        lambda answer: "&".join(f"{answer}&a{rank}=1" for rank in range(20)),
    ],
)
def test_an_answer_that_was_altered_is_refused(psc, clock, calls, alter):
    party = a_party(psc, calls)
    begun = party.begin(secret=SECRET, at=clock.at)
    with pytest.raises(ProofRefused):
        party.finish(begun.kept, alter(picks(begun.shown, "doctor")), at=clock.at)


def test_the_answer_of_another_browser_is_refused(psc, clock, calls):
    party = a_party(psc, calls)
    mine, other = (party.begin(secret=secret, at=clock.at) for secret in (SECRET, OTHER_SECRET))
    with pytest.raises(ProofRefused, match="state is of another browser"):
        party.finish(mine.kept, picks(other.shown, "doctor"), at=clock.at)


def test_a_code_put_beside_the_state_of_another_browser_fits_no_verifier(psc, clock, calls):
    party = a_party(psc, calls)
    mine, other = (party.begin(secret=secret, at=clock.at) for secret in (SECRET, OTHER_SECRET))
    stolen = parse_qs(picks(other.shown, "doctor"))["code"][0]
    state = parse_qs(urlsplit(mine.shown).query)["state"][0]
    with pytest.raises(ProofRefused, match="invalid_grant"):
        party.finish(mine.kept, f"code={stolen}&state={state}", at=clock.at)


@pytest.mark.parametrize("kept", ["", "{}", "nonsense", '{"state":"","nonce":"","verifier":"","until":9e9}'])
def test_a_browser_that_began_nothing_is_refused(psc, clock, calls, kept):
    with pytest.raises(ProofRefused):
        a_party(psc, calls).finish(kept, "code=x&state=y", at=clock.at)


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"iss": "https://evil.example"}, (Why.NOT_BELIEVED, "another issuer")),
        ({"aud": "somebody-else"}, (Why.NOT_BELIEVED, "another audience")),
        ({"aud": []}, (Why.NOT_BELIEVED, "another audience")),
        ({"aud": ["dmp-test", "somebody-else"], "azp": "somebody-else"}, (Why.NOT_BELIEVED, "another party")),
        ({"azp": "somebody-else"}, (Why.NOT_BELIEVED, "another party")),
        ({"exp": 1_000_000_000}, (Why.BEGIN_AGAIN, "expired")),
        ({"exp": True}, (Why.NOT_BELIEVED, "not of its form")),
        ({"exp": float("nan")}, (Why.NOT_BELIEVED, "not of its form")),
        ({"iat": 4_000_000_000}, (Why.NOT_BELIEVED, "of the future")),
        ({"nbf": 4_000_000_000}, (Why.NOT_BELIEVED, "of the future")),
        ({"iat": 1_700_000_000, "exp": 4_000_000_000}, (Why.BEGIN_AGAIN, "too long ago")),
        ({"nonce": "another"}, (Why.NOT_BELIEVED, "nonce")),
        ({"acr": "eidas0"}, (Why.TOO_WEAK, "level")),
        ({"acr": ""}, (Why.TOO_WEAK, "level")),
        ({"at_hash": "AAAA"}, (Why.NOT_BELIEVED, "at_hash")),
        ({"sub": ""}, (Why.NOT_BELIEVED, "nobody")),
        ({"sub": "somebody else"}, (Why.NOT_BELIEVED, "another person")),
        ({"sub": 3}, (Why.NOT_BELIEVED, "not of its form")),
    ],
)
def test_a_token_that_says_something_else_is_refused(psc, clock, calls, claims, refusal):
    psc.claims = claims
    told, said = refused(a_party(psc, calls), clock)
    assert told is refusal[0]
    assert refusal[1] in said


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "exp", "iat", "nonce", "acr"])
def test_a_token_that_lacks_a_claim_is_refused(psc, clock, calls, name):
    psc.dropped = (name,)
    refused(a_party(psc, calls), clock)


def test_a_level_that_is_higher_is_taken_and_one_that_is_lower_is_not(psc, clock, calls):
    psc.acr = "eidas2"
    signs_in(a_party(psc, calls), clock)
    assert refused(a_party(psc, calls, acr="eidas3"), clock)[0] is Why.TOO_WEAK


def _unsigned(claims):
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.generate_key())
    none = "eyJhbGciOiJub25lIn0"
    return f"{none}.{token.split('.')[1]}."


@pytest.mark.parametrize(
    "signer",
    [
        _unsigned,
        lambda claims: jwt.encode({"alg": "RS256"}, claims, RSAKey.generate_key(2048)),
        lambda _claims: "not.a.token",
        lambda _claims: "a.b.c.d.e",
        lambda _claims: "",
        lambda _claims: "x" * 100_000,
    ],
    ids=["alg none", "foreign key", "no token", "encrypted", "empty", "too long"],
)
def test_a_token_that_is_not_signed_as_it_must_be_is_refused(psc, clock, calls, signer):
    psc.signer = signer
    assert refused(a_party(psc, calls), clock)[0] is Why.NOT_BELIEVED


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(psc, clock, calls):
    key = psc.keys[0]
    for secret in (key.as_pem(private=False), json.dumps(key.as_dict(private=False)).encode()):
        forged = OctKey.import_key(
            secret.replace(b"-----BEGIN PUBLIC KEY-----", b"").replace(b"-----END PUBLIC KEY-----", b"")
        )
        psc.signer = lambda claims, forged=forged: jwt.encode({"alg": "HS256", "kid": key.kid}, claims, forged)
        assert refused(a_party(psc, calls), clock)[0] is Why.NOT_BELIEVED


def test_a_shared_secret_among_the_published_keys_is_no_key(psc, clock, calls, monkeypatch):
    shared = OctKey.generate_key(256, {"kid": "shared"})
    answer = psc.answer

    def answers(method, path, query, form, bearer):
        if path == "/certs":
            return Answer(200, json.dumps({"keys": [shared.as_dict(private=True)]}).encode(), "application/json")
        return answer(method, path, query, form, bearer)

    monkeypatch.setattr(psc, "answer", answers)
    psc.signer = lambda claims: jwt.encode({"alg": "HS256", "kid": "shared"}, claims, shared)
    assert refused(a_party(psc, calls), clock)[0] is Why.NOT_BELIEVED


def test_the_token_of_another_sign_in_is_refused(psc, clock, calls):
    party = a_party(psc, calls)
    identity = signs_in(party, clock)
    psc.replayed = identity.id_token
    begun = party.begin(secret=OTHER_SECRET, at=clock.at)
    with pytest.raises(ProofRefused, match="nonce"):
        party.finish(begun.kept, picks(begun.shown, "doctor"), at=clock.at)


def test_a_token_that_was_used_is_refused_even_with_its_own_nonce(psc, clock, calls):
    first = Once()
    identity = signs_in(a_party(psc, calls, first), clock)
    psc.replayed, psc.dropped = identity.id_token, ("at_hash",)
    psc.claims = {}
    said = jwt.decode(identity.id_token, psc.keys[0]).claims
    psc.replayed = jwt.encode(
        {"alg": "RS256", "kid": psc.keys[0].kid}, {k: v for k, v in said.items() if k != "at_hash"}, psc.keys[0]
    )
    party = a_party(psc, calls, first)
    signs_in(party, clock)
    assert refused(party, clock) == (Why.BEGIN_AGAIN, "token: it was used before")


def test_keys_that_were_renewed_are_read_again(psc, clock, calls):
    party = a_party(psc, calls)
    signs_in(party, clock)
    psc.rotate()
    assert refused(party, clock)[0] is Why.NOT_BELIEVED, "not read again at once: a stranger cannot make us ask"
    clock.passes(seconds=31)
    signs_in(party, clock)


def test_discovery_is_kept_for_an_hour(psc, clock, calls, monkeypatch):
    party = a_party(psc, calls)
    signs_in(party, clock)
    monkeypatch.setattr(psc, "metadata", lambda: {})
    signs_in(party, clock.__class__(clock.at))
    clock.passes(hours=1)
    assert refused(party, clock)[0] is Why.UNAVAILABLE


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "https://user@evil.example/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": ""},
        {"end_session_endpoint": "ftp://evil.example"},
    ],
)
def test_a_discovery_that_leads_elsewhere_is_refused(psc, clock, calls, monkeypatch, told):
    monkeypatch.setattr(psc, "metadata", lambda true=psc.metadata: true() | told)
    with pytest.raises(ProofRefused) as refusal:
        a_party(psc, calls).begin(secret=SECRET, at=clock.at)
    assert refusal.value.why is Why.UNAVAILABLE


def test_addresses_in_clear_are_for_a_sandbox(psc, clock, calls):
    with pytest.raises(ProofRefused, match="not protected"):
        a_party(psc, calls, loopback=False).begin(secret=SECRET, at=clock.at)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(303, location="https://evil.example/token"),
        Answer(500),
        Answer(200, b"<html>", "text/html"),
        Answer(200, b'{"access_token": "x"}', "application/json"),
        Answer(200, b'{"access_token": "x", "id_token": "y", "token_type": "mac"}', "application/json"),
        Answer(200, b"x" * 300_000),
    ],
    ids=["redirection", "failure", "no JSON", "no id_token", "another kind", "too large"],
)
def test_a_token_endpoint_that_answers_something_else_is_refused(psc, clock, calls, monkeypatch, answer):
    monkeypatch.setattr(psc, "token", lambda _form: answer)
    refused(a_party(psc, calls), clock)


def test_a_provider_that_does_not_answer_is_told_plainly(psc, clock, calls):
    party = a_party(psc, calls, issuer="http://127.0.0.1:1/psc")
    with pytest.raises(ProofRefused) as told:
        party.begin(secret=SECRET, at=clock.at)
    assert told.value.why is Why.UNAVAILABLE


def test_nobody_else_waits_for_a_provider_that_just_failed(psc, clock, calls, monkeypatch):
    asked = []
    true = psc.metadata
    monkeypatch.setattr(psc, "metadata", lambda: asked.append(1) or {})
    party = a_party(psc, calls)
    for _ in range(3):
        with pytest.raises(ProofRefused):
            party.begin(secret=SECRET, at=clock.at)
    assert len(asked) == 1

    monkeypatch.setattr(psc, "metadata", true)
    assert party.begin(secret=SECRET, at=clock.passes(seconds=10)).shown


def test_a_wrong_secret_is_refused(psc, clock, calls):
    assert refused(a_party(psc, calls, secret="another"), clock)[0] is Why.UNAVAILABLE


@pytest.mark.parametrize("changed", [{"redirect": "https://evil.example/"}, {"client_id": "another"}])
def test_the_provider_sends_nobody_to_an_address_that_was_not_declared(psc, clock, calls, changed):
    begun = a_party(psc, calls, **changed).begin(secret=SECRET, at=clock.at)
    told = psc.answer("GET", "/auth", {k: v[0] for k, v in parse_qs(urlsplit(begun.shown).query).items()}, {}, "")
    assert (told.status, told.location) == (400, "")


@pytest.mark.parametrize(
    "alter",
    [
        lambda claims: claims | {"iss": "https://evil.example"},
        lambda claims: claims | {"aud": "somebody-else"},
        lambda claims: claims | {"exp": 1},
        lambda claims: claims | {"sub": "somebody else"},
    ],
)
def test_signed_claims_for_another_party_are_refused(france_connect, clock, calls, alter):
    def signer(claims):
        altered = claims if "nonce" in claims else alter(claims)
        return jwt.encode({"alg": "RS256", "kid": france_connect.keys[0].kid}, altered, france_connect.keys[0])

    france_connect.signer = signer
    assert refused(a_party(france_connect, calls), clock, person="anne")[0] is Why.NOT_BELIEVED


def test_signed_claims_of_a_foreign_key_are_refused(france_connect, clock, calls):
    def signer(claims):
        key = france_connect.keys[0] if "nonce" in claims else RSAKey.generate_key(2048)
        return jwt.encode({"alg": "RS256", "kid": france_connect.keys[0].kid}, claims, key)

    france_connect.signer = signer
    assert refused(a_party(france_connect, calls), clock, person="anne")[0] is Why.NOT_BELIEVED


def test_leaving_ends_the_session_of_the_provider_too(psc, clock, calls):
    party = a_party(psc, calls)
    identity = signs_in(party, clock)

    address = party.leave(identity, at=clock.at)

    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{psc.issuer}/logout?")
    state = asked["state"]
    assert asked == {
        "id_token_hint": identity.id_token,
        "state": state,
        "post_logout_redirect_uri": "https://portail.example.fr/",
    }
    assert psc.answer("GET", "/logout", asked, {}, "").location == f"https://portail.example.fr/?state={state}"
    assert a_party(psc, calls, after_logout="").leave(identity, at=clock.at) == ""


def test_the_secret_of_a_registration_is_not_shown(psc, calls):
    assert "a-secret-that-both-know" not in repr(a_party(psc, calls).registration)
    assert replace(a_party(psc, calls).registration).secret == "a-secret-that-both-know"
