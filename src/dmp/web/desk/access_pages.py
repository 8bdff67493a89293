"""The online access of the person of a mandate: made, renewed, its address changed (TD1.5a, b, d; PT-2, PT-18).

Login and password are on a letter that is shown once: the answer to the form,
which nothing keeps.
"""

from dataclasses import dataclass

from dmp.actions.patient_account import ChangeChannel, CreateAccount, RenewAccount
from dmp.record.enrolment import ChannelAction, ChannelChange, Enrolment
from dmp.record.errors import AccountExists, AccountNotFound, ChannelExists, IncompleteRequest
from dmp.record.notice import Channel
from dmp.web.desk.counter import PERSON, back, done_for, under_mandate, wrong
from dmp.web.portal.letters import letter_of
from dmp.web.portal.page import Answer, Page, PageRoute, Visit
from dmp.web.portal.places import DESK
from dmp.web.professional.room import Room

ACCESS, RENEWAL, ADDRESS = (f"{DESK}/{name}" for name in ("acces", "renouvellement", "adresse"))
_ACCESS = Page("desk/access.html", ("Remettre un accès en ligne", "Hand out an online access"))
_RENEWAL = Page("desk/renewal.html", ("Nouvel identifiant et mot de passe", "New login and password"))
_ADDRESS = Page("desk/address.html", ("L’adresse des codes", "The address of the codes"))
_NO_ADDRESS = (
    "Écrivez une adresse électronique, ou un numéro de mobile comme 06 39 98 00 01.",
    "Write an e-mail address, or a mobile number such as 06 39 98 00 01.",
)
_NOT_CHANGED = (
    "Rien n’a changé : vérifiez l’adresse. Une adresse en remplace une du même genre, et la dernière reste.",
    "Nothing changed: check the address. An address is replaced by one of its kind, and the last one stays.",
)
_NONE = ("La personne n’a pas d’accès en ligne : remettez-lui-en un.", "The person has no online access: hand one out.")
_EXISTS = (
    "La personne a déjà un accès. S’il est perdu, donnez-lui un nouvel identifiant et mot de passe.",
    "The person has an access already. If it is lost, give a new login and password.",
)
_THERE = ("Les codes arrivent déjà à cette adresse.", "Codes already arrive at this address.")
_CHOOSE = ("Choisissez une réponse.", "Choose an answer.")


@dataclass(frozen=True)
class AccessPages:
    """The forms, and the letter."""

    room: Room

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (
            under_mandate(ACCESS, lambda _: _ACCESS, self._create),
            under_mandate(RENEWAL, lambda _: _RENEWAL, self._renew),
            under_mandate(ADDRESS, lambda _: _ADDRESS, self._change),
        )

    def _create(self, visit: Visit) -> Answer:
        channel = _channel(visit)
        if channel is None:
            return wrong(_ACCESS, {"channel": visit.says(*_CHOOSE)})
        made = CreateAccount(visit.patient, channel, visit.form.line("address"), self.room.enrol())
        try:
            return self._letter(visit, done_for(visit, made))
        except IncompleteRequest:
            return wrong(_ACCESS, {"address": visit.says(*_NO_ADDRESS)})
        except AccountExists:
            return wrong(_ACCESS, {"": visit.says(*_EXISTS)})

    def _renew(self, visit: Visit) -> Answer:
        try:
            return self._letter(visit, done_for(visit, RenewAccount(visit.patient, self.room.enrol())))
        except AccountNotFound:
            return wrong(_RENEWAL, {"": visit.says(*_NONE)})

    def _change(self, visit: Visit) -> Answer:
        channel, said = _channel(visit), visit.form.line("act")
        errors = {"channel": visit.says(*_CHOOSE)} if channel is None else {}
        if said not in ChannelAction.__members__:
            errors["act"] = visit.says(*_CHOOSE)
        if errors or channel is None:
            return wrong(_ADDRESS, errors)
        change = ChannelChange(channel, visit.form.line("address"), ChannelAction[said])
        try:
            done_for(visit, ChangeChannel(visit.patient, change))
        except IncompleteRequest:
            return wrong(_ADDRESS, {"address": visit.says(*_NOT_CHANGED)})
        except ChannelExists:
            return wrong(_ADDRESS, {"address": visit.says(*_THERE)})
        except AccountNotFound:
            return wrong(_ADDRESS, {"": visit.says(*_NONE)})
        return back("adresse")

    def _letter(self, visit: Visit, made: Enrolment) -> Page:
        return letter_of(visit, made, self.room.clock(), onward=PERSON)


def _channel(visit: Visit) -> Channel | None:
    said = visit.form.line("channel")
    return Channel(said) if said in Channel.__members__.values() else None
