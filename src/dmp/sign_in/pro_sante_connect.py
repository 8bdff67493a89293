"""Pro Santé Connect: what it tells of a professional, and as what he may act here (functional 1.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from dmp.record.account import Account
from dmp.record.professional import PHARMACIST, is_national
from dmp.sign_in import ciba
from dmp.sign_in.activity import Choice, Claim, Directories, known_as, proven
from dmp.sign_in.ciba import Waiting
from dmp.sign_in.oidc import Identity, RelyingParty
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Challenge, Proof, Proven

Text = str | None
"""Absent, empty and null say the same there."""
"""`8` and RPPS, or `0` and ADELI (functional 1.4)."""


class Activity(msgspec.Struct, frozen=True, rename="camel"):
    """Where and how a profession is exercised («activité»)."""

    code_secteur_dactivite: Text = None
    code_section_pharmacien: Text = None
    numero_finess_site: Text = None
    numero_siret_site: Text = None
    numero_siren_site: Text = None
    identifiant_technique_de_la_structure: Text = None
    ancien_identifiant_de_la_structure: Text = None


class Exercise(msgspec.Struct, frozen=True, rename="camel"):
    """One exercise of a profession («exercice professionnel»)."""

    code_profession: Text = None
    code_savoir_faire: Text = None
    nom_dexercice: Text = None
    prenom_dexercice: Text = None
    activities: list[Activity] = []


class Reference(msgspec.Struct, frozen=True):
    """What the national register says of him («référentiel»)."""

    exercices: list[Exercise] = []


class Claims(msgspec.Struct, frozen=True):
    """The claims that are used; the others are left unread."""

    sub: str
    subject_name_id: str = msgspec.field(name="SubjectNameID", default="")
    preferred_username: str = ""
    given_name: str = ""
    family_name: str = ""
    reference: Reference = msgspec.field(name="SubjectRefPro", default=Reference())


@dataclass(frozen=True)
class ProSanteConnect:
    """The means, by a browser that goes there and by telephone."""

    party: RelyingParty
    directories: Directories

    @property
    def proof(self) -> Proof:
        """Two factors in one: a card or a telephone, and its code."""
        return Proof.PROVIDER

    def offered(self, account: Account) -> bool:  # noqa: ARG002
        """Never for an account: it is for professionals, who need none."""
        return False

    def challenge(self, account: Account | None, *, secret: str, at: datetime) -> Challenge:  # noqa: ARG002
        """Send the browser there."""
        return self.party.begin(secret=secret, at=at)

    def proves(self, account: Account | None, kept: str, answer: str, *, at: datetime) -> Proven | None:  # noqa: ARG002
        """The professional; None for one who has yet to choose an activity (see `returned`)."""
        found = self.returned(kept, answer, at=at)
        return found if isinstance(found, Proven) else None

    def returned(self, kept: str, answer: str, *, at: datetime) -> Proven | Choice:
        """What a browser that came back proves.

        Raises:
            ProofRefused: see `RelyingParty.finish` and `activity.known_as`.
        """
        return self._recognised(self.party.finish(kept, answer, at=at), at)

    def ask(self, hint: str, *, secret: str, at: datetime) -> Challenge:
        """Have a professional asked on his telephone, by his national id.

        Raises:
            ProofRefused: see `ciba.ask`.
        """
        return ciba.ask(self.party, hint.strip(), secret=secret, at=at)

    def agreed(self, kept: str, *, at: datetime) -> Proven | Choice | Waiting:
        """What the one who was asked has proved so far.

        Raises:
            ProofRefused: he declined, it took too long, or something does not hold.
        """
        found = ciba.poll(self.party, kept, at=at)
        return found if isinstance(found, Waiting) else self._recognised(found, at)

    def _recognised(self, identity: Identity, at: datetime) -> Proven | Choice:
        claims = read_claims(identity)
        person = national_id(claims)
        with self.directories() as directory:
            activities = known_as(person, _name(claims), activities_of(claims), directory)
        return proven(activities, Proof.PROVIDER, at=at, leave=self.party.leave(identity, at=at))


def read_claims(identity: Identity) -> Claims:
    """The claims of a professional.

    Raises:
        ProofRefused: they are not of their form.
    """
    try:
        return msgspec.json.decode(identity.claims, type=Claims)
    except msgspec.MsgspecError as error:
        raise ProofRefused("psc: claims not of their form", why=Why.NOT_BELIEVED) from error


def national_id(claims: Claims) -> str:
    """The national id (IDNPS) of the professional.

    Raises:
        ProofRefused: there is none, or two that differ.
    """
    said = {each for each in (claims.subject_name_id, claims.preferred_username) if each}
    if len(said) != 1 or not is_national(person := said.pop()):
        raise ProofRefused("psc: no national id, or several", why=Why.UNKNOWN_PROFESSIONAL)
    return person


def activities_of(claims: Claims) -> Iterator[Claim]:
    """Each exercise of a profession in each of its places."""
    for exercise in claims.reference.exercices:
        for activity in exercise.activities:
            pharmacist = exercise.code_profession == PHARMACIST
            know_how = activity.code_section_pharmacien if pharmacist else exercise.code_savoir_faire
            yield Claim(
                exercise.code_profession or "",
                know_how or "",
                structures_of(activity),
                activity.code_secteur_dactivite or "",
            )


def structures_of(activity: Activity) -> tuple[str, ...]:
    """The national ids (IDNST) that the structure of an activity may be known by, best first (functional 1.4).

    The id of a private practice, an RPPS and a rank, is what the provider calls the former one.
    """
    kinds = (
        ("", activity.ancien_identifiant_de_la_structure),
        ("1", activity.numero_finess_site),
        ("3", activity.numero_siret_site),
        ("2", activity.numero_siren_site),
        ("", activity.identifiant_technique_de_la_structure),
    )
    return tuple(dict.fromkeys(kind + number for kind, number in kinds if number))


def _name(claims: Claims) -> str:
    """The name that he exercises under, else his own."""
    exercise = next(iter(claims.reference.exercices), Exercise())
    given, family = exercise.prenom_dexercice or claims.given_name, exercise.nom_dexercice or claims.family_name
    return f"{given} {family}".strip()
