"""Why a strong or federated means was refused: one reason for the trace, one French sentence for the person."""

from enum import StrEnum

from dmp.record.errors import AssertionRefused


class Why(StrEnum):
    """What a person is told; the words are those of `FRENCH`."""

    BEGIN_AGAIN = "begin-again"
    NOT_BEGUN = "not-begun"
    DECLINED = "declined"
    UNAVAILABLE = "unavailable"
    NOT_BELIEVED = "not-believed"
    TOO_WEAK = "too-weak"
    UNKNOWN_PROFESSIONAL = "unknown-professional"
    OTHER_PROFESSION = "other-profession"
    OTHER_STRUCTURE = "other-structure"
    NOT_BOUND = "not-bound"
    OTHER_PERSON = "other-person"
    CERTIFICATE = "certificate"
    PASSKEY = "passkey"
    WRONG_CODE = "wrong-code"
    LAST_MEANS = "last-means"
    ENROLMENT = "enrolment"
    TOO_MANY = "too-many"


FRENCH = {
    Why.BEGIN_AGAIN: "Cette connexion n’a pas abouti ou a expiré. Recommencez depuis la page de connexion.",
    Why.NOT_BEGUN: "Aucune connexion n’est en cours dans ce navigateur, ou il refuse les cookies. "
    "Commencez depuis la page de connexion.",
    Why.DECLINED: "La connexion a été annulée ou refusée. Vous pouvez recommencer.",
    Why.UNAVAILABLE: "Le service d’identité ne répond pas. Réessayez plus tard ou choisissez un autre moyen.",
    Why.NOT_BELIEVED: "La réponse du service d’identité n’a pas pu être vérifiée. "
    "Recommencez depuis la page de connexion.",
    Why.TOO_WEAK: "Le moyen utilisé n’est pas assez sûr. Recommencez avec un moyen plus fort, par exemple l’e-CPS.",
    Why.UNKNOWN_PROFESSIONAL: "L’annuaire de ce service ne vous connaît pas comme professionnel en activité. "
    "Adressez-vous à votre structure.",
    Why.OTHER_PROFESSION: "La profession ou la spécialité annoncée n’est pas celle de l’annuaire de ce service. "
    "Faites corriger l’annuaire avant de vous connecter.",
    Why.OTHER_STRUCTURE: "Aucune de vos structures d’exercice n’est connue de ce service. "
    "Demandez à votre structure de vous déclarer.",
    Why.NOT_BOUND: "Aucun compte n’est lié à cette identité FranceConnect. "
    "Connectez-vous d’abord avec votre identifiant, puis liez FranceConnect dans vos réglages.",
    Why.OTHER_PERSON: "L’identité transmise par FranceConnect n’est pas celle du titulaire de ce compte.",
    Why.CERTIFICATE: "Votre carte n’a pas été acceptée : absente, expirée, révoquée ou d’une autre autorité. "
    "Vérifiez-la ou utilisez un autre moyen.",
    Why.PASSKEY: "Cette clé d’accès n’a pas été acceptée. Réessayez ou choisissez un autre moyen.",
    Why.WRONG_CODE: "Ce code n’est pas le bon, ou il a déjà servi. Attendez le code suivant et réessayez.",
    Why.LAST_MEANS: "C’est votre dernier moyen de connexion : ajoutez-en un autre avant de retirer celui-ci.",
    Why.ENROLMENT: "Ce code d’inscription n’est pas le bon, a déjà servi ou a plus d’une heure. "
    "Demandez-en un autre à qui administre la machine.",
    Why.TOO_MANY: "Trop d’essais. Attendez quelques minutes, puis recommencez.",
}
"""One sentence that says what to do; none tells whether an account or a record exists."""


class ProofRefused(AssertionRefused):
    """A means proves nothing, or may not be changed so; `reason` is for the trace and names nobody."""

    def __init__(self, reason: str, *, why: Why):
        super().__init__(reason)
        self.why = why

    @property
    def french(self) -> str:
        """What the person reads."""
        return FRENCH[self.why]
