"""The person's account on the portal, made by the professional who has the record open (TD1.5a, TD1.5d, PT-2).

Login and password are on a letter that is shown once: the answer to the form,
which nothing keeps. The codes of each sign-in go to the person's own address.
"""

from dataclasses import dataclass, replace

from dmp.actions.patient_account import CreateAccount, RenewAccount
from dmp.record.enrolment import Enrolment
from dmp.record.errors import AccountExists, AccountNotFound, IncompleteRequest
from dmp.record.notice import Channel
from dmp.web.portal.letters import letter_of
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Visit
from dmp.web.professional.room import Room, with_record

ACCOUNT, RENEW = "/professional/compte", "/professional/compte/renouveler"
_FORM = Page("professional/account.html", ("Le compte de la personne", "The person’s account"))
_NO_ADDRESS = (
    "Écrivez une adresse électronique, ou un numéro de téléphone mobile comme 06 39 98 00 01.",
    "Write an e-mail address, or a mobile number such as 06 39 98 00 01.",
)
_EXISTS = (
    "La personne a déjà un compte. Elle a perdu son mot de passe ? Donnez-lui-en un nouveau, plus bas.",
    "The person has an account already. The password is lost? Give a new one, below.",
)
_NONE = ("La personne n’a pas encore de compte : créez-le.", "The person has no account yet: make one.")


@dataclass(frozen=True)
class AccountPages:
    """One form, and the letter."""

    room: Room

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (
            PageRoute(ACCOUNT, with_record(form), with_record(self.create), Needs.PROFESSIONAL),
            PageRoute(RENEW, with_record(form), with_record(self.renew), Needs.PROFESSIONAL),
        )

    def create(self, visit: Visit) -> Answer:
        """Make the account."""
        said = visit.form.line("channel")
        channel = Channel(said) if said in Channel.__members__.values() else Channel.SMS
        creation = CreateAccount(visit.patient, channel, visit.form.line("address"), self.room.enrol())
        try:
            return self._letter(visit, visit.perform(creation))
        except IncompleteRequest:
            return replace(_FORM, errors={"address": visit.says(*_NO_ADDRESS)}, status=422)
        except AccountExists:
            return replace(_FORM, errors={"": visit.says(*_EXISTS)}, status=422)

    def renew(self, visit: Visit) -> Answer:
        """A new login and password; the old ones are worth nothing from now on."""
        try:
            return self._letter(visit, visit.perform(RenewAccount(visit.patient, self.room.enrol())))
        except AccountNotFound:
            return replace(_FORM, errors={"": visit.says(*_NONE)}, status=422)

    def _letter(self, visit: Visit, made: Enrolment) -> Page:
        return letter_of(visit, made, self.room.clock(), onward="/professional/acces")


def form(_visit: Visit) -> Page:
    """Where the codes shall go."""
    return _FORM
