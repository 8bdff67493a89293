"""Signing in elsewhere: Pro Santé Connect, FranceConnect, a card; then an activity to choose (functional 1.5)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dmp.record.actor import Professional
from dmp.record.history_words import plain_role
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.sign_in.activity import chosen, offered
from dmp.sign_in.ceremonies import Ceremony
from dmp.sign_in.ciba import Waiting
from dmp.sign_in.france_connect import FranceConnect
from dmp.sign_in.pro_sante_connect import ProSanteConnect
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof
from dmp.web.portal.page import Answer, Needs, OtherWay, Page, PageFunction, PageRoute, Redirect, Visit
from dmp.web.portal.strong import ACTIVITY, PROOF, Strong, onward, refused

PSC, PSC_BACK, TELEPHONE = "/connexion/psc", "/connexion/psc/retour", "/connexion/psc/telephone"
FRANCE_CONNECT, FRANCE_CONNECT_BACK = "/connexion/franceconnect", "/connexion/franceconnect/retour"
BIND_BACK = "/moyens/franceconnect/retour"
"""Where somebody who is signed in binds it: the provider knows of one return for both."""
CARD, PASSKEY = "/connexion/carte", "/connexion/cle"
_TELEPHONE = ("Connexion par téléphone", "Sign-in by telephone")


@dataclass(frozen=True)
class Asked:
    """What the page shows while somebody looks at his telephone: empty before he is asked."""

    number: str = ""
    seconds: int = 0


@dataclass(frozen=True)
class ActivityLine:
    """One of the activities to choose from, in words."""

    rank: int
    place: str
    role: str


@dataclass(frozen=True)
class ProviderPages:
    """The pages of the means that an installation has."""

    strong: Strong

    @property
    def ways(self) -> tuple[OtherWay, ...]:
        """The buttons of the sign-in page."""
        found: list[OtherWay] = []
        if self.strong.france_connect is not None:
            found.append(OtherWay(FRANCE_CONNECT, "FranceConnect", "FranceConnect"))
        if self.strong.psc is not None:
            found.append(OtherWay(PSC, "Pro Santé Connect (professionnels)", "Pro Santé Connect (professionals)"))
            telephone = ("e-CPS, depuis mon téléphone (professionnels)", "e-CPS, on my telephone (professionals)")
            found.append(OtherWay(TELEPHONE, *telephone))
        if self.strong.passkeys is not None:
            found.append(OtherWay(PASSKEY, "Clé d’accès", "Passkey"))
        return tuple(found)

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return tuple(self._routes())

    def _routes(self) -> Iterator[PageRoute]:
        psc, france_connect, nobody = self.strong.psc, self.strong.france_connect, Needs.NOBODY
        if psc is not None:
            yield PageRoute(PSC, self._door("Pro Santé Connect"), self._leave(Ceremony.PSC, psc), nobody)
            yield PageRoute(PSC_BACK, self._psc_back(psc), needs=nobody)
            yield PageRoute(TELEPHONE, _telephone, self._telephone(psc), nobody)
        if france_connect is not None:
            leave = self._leave(Ceremony.FRANCE_CONNECT, france_connect)
            yield PageRoute(FRANCE_CONNECT, self._door("FranceConnect"), leave, nobody)
            yield PageRoute(FRANCE_CONNECT_BACK, self._france_connect_back(france_connect), needs=nobody)
        if self.strong.card is not None:
            yield PageRoute(CARD, self._door("Carte CPS"), self._card, nobody)
        yield PageRoute(ACTIVITY, self._choices, self._chosen, nobody)

    def _door(self, name: str) -> PageFunction:
        """What will happen, and the button: an address that is only looked at begins nothing."""

        def page(visit: Visit) -> Answer:
            return Page("provider.html", (name, name), visit.path)

        return page

    def _leave(self, ceremony: Ceremony, means: ProSanteConnect | FranceConnect) -> PageFunction:
        def leave(visit: Visit) -> Answer:
            try:
                self.strong.ceremonies.check(visit.browser.address)
                challenge = means.challenge(None, secret=self.strong.new_secret(), at=self.strong.now())
            except ProofRefused as error:
                return refused(visit, error)
            return onward(Redirect(challenge.shown, (self.strong.begun(ceremony, challenge.kept),)))

        return leave

    def _psc_back(self, means: ProSanteConnect) -> PageFunction:
        def back(visit: Visit) -> Answer:
            kept = self.strong.taken(visit, Ceremony.PSC)
            found = means.returned(kept, visit.query, at=self.strong.now())
            return self.strong.reached(visit, found, from_elsewhere=True)

        return _guarded(back, Proof.PROVIDER)

    def _france_connect_back(self, means: FranceConnect) -> PageFunction:
        def back(visit: Visit) -> Answer:
            if self.strong.ceremonies.look(Ceremony.BIND, visit.cookies.get(PROOF, "")):
                return onward(Redirect(f"{BIND_BACK}?{visit.query}"))
            kept = self.strong.taken(visit, Ceremony.FRANCE_CONNECT)
            found = means.proves(None, kept, visit.query, at=self.strong.now())
            if found is None:
                raise ProofRefused("franceconnect: nobody", why=Why.NOT_BOUND)
            return self.strong.reached(visit, found, from_elsewhere=True)

        return _guarded(back, Proof.PROVIDER)

    def _telephone(self, means: ProSanteConnect) -> PageFunction:
        def ask_or_wait(visit: Visit) -> Answer:
            at = self.strong.now()
            if not visit.form.ticked("wait"):
                hint = visit.form.line("hint")
                self.strong.ceremonies.check(visit.browser.address, asked=hint)
                challenge = means.ask(hint, secret=self.strong.new_secret(), at=at)
                return self._wait(challenge.kept, challenge.shown, 1)
            number, _, kept = self.strong.taken(visit, Ceremony.TELEPHONE).partition(" ")
            found = means.agreed(kept, at=at)
            if isinstance(found, Waiting):
                return self._wait(found.kept, number, found.seconds)
            return self.strong.reached(visit, found)

        return _guarded(ask_or_wait, Proof.PROVIDER)

    def _wait(self, kept: str, number: str, seconds: int) -> Page:
        cookie = self.strong.begun(Ceremony.TELEPHONE, f"{number} {kept}")
        return Page("telephone.html", _TELEPHONE, Asked(number, seconds), cookies=(cookie,))

    def _card(self, visit: Visit) -> Answer:
        def look(visit: Visit) -> Answer:
            card = self.strong.card
            if card is None:
                raise ProofRefused("card: none is taken here", why=Why.CERTIFICATE)
            self.strong.ceremonies.check(visit.browser.address)
            return self.strong.reached(visit, card(visit.certificate, self.strong.now()))

        return _guarded(look, Proof.CERTIFICATE)(visit)

    def _choices(self, visit: Visit) -> Answer:
        try:
            activities = offered(self.strong.ceremonies.look(Ceremony.ACTIVITY, visit.cookies.get(PROOF, "")))
        except ProofRefused as error:
            return refused(visit, error)
        lines = tuple(_line(rank, activity) for rank, activity in enumerate(activities))
        return Page("activity.html", ("Votre situation d’exercice", "Your activity"), lines)

    def _chosen(self, visit: Visit) -> Answer:
        def choose(visit: Visit) -> Answer:
            kept = self.strong.taken(visit, Ceremony.ACTIVITY)
            return self.strong.reached(visit, chosen(kept, visit.form.line("activity"), at=self.strong.now()))

        return _guarded(choose, Proof.PROVIDER)(visit)


def _line(rank: int, activity: Professional) -> ActivityLine:
    profession = value_set(Nomenclature.PROFESSIONS).label(activity.profession) or activity.profession
    know_how = value_set(Nomenclature.KNOW_HOW).label(activity.know_how) if activity.know_how else ""
    role = plain_role(", ".join(part for part in (profession, know_how) if part))
    return ActivityLine(rank, activity.facility.name or activity.facility.id, role)


def _telephone(_visit: Visit) -> Answer:
    """The form: who is to be asked."""
    return Page("telephone.html", _TELEPHONE, Asked())


def _guarded(page: Callable[[Visit], Answer], proof: Proof) -> PageFunction:
    """A page whose refusals are counted, traced and told."""

    def guarded(visit: Visit) -> Answer:
        try:
            return page(visit)
        except ProofRefused as error:
            return refused(visit, error, proof)

    return guarded
