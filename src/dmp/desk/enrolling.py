"""Accounts made at the desk of the service («guichet», PT-18), as the operator commands them."""

from dataclasses import dataclass

from dmp.actions.patient_account import ChangeChannel, CloseAccount, CreateAccount, RenewAccount
from dmp.desk.installation import Installation
from dmp.main import enrolling
from dmp.record.enrolment import ACTIVATION, ChannelChange, Enrolment
from dmp.record.errors import IncompleteRequest
from dmp.record.notice import Channel
from dmp.record.patient import PatientId
from dmp.sign_in.passwords import HashingPool


@dataclass(frozen=True)
class AccountDesk(Installation):
    """The accounts of one installation."""

    def open(self, ins: str, channel: Channel, canal: str, *, name: str) -> str:
        """Make an account; who holds no record is known by the name that is given here."""
        patient = self._patient(ins)
        self._check_named(patient, name)
        action = CreateAccount(patient, channel, canal, self._enrol(), name=name, element="--to")
        return _told(self._perform(action))

    def renew(self, ins: str) -> str:
        """Give a new login and password."""
        return _told(self._perform(RenewAccount(self._patient(ins), self._enrol())))

    def change_channel(self, ins: str, change: ChannelChange) -> str:
        """Change where one-time codes go."""
        channels = self._perform(ChangeChannel(self._patient(ins), change, element="--to"))
        return f"dmp: done; one-time codes go to {len(channels)} address{'es' if len(channels) > 1 else ''}"

    def close(self, ins: str) -> str:
        """End an account."""
        self._perform(CloseAccount(self._patient(ins)))
        return "dmp: the account is closed; it opens nothing any more"

    def _check_named(self, patient: PatientId, name: str) -> None:
        with self._store() as store, store.begin() as tx:
            record = tx.records.of(patient)
        if (record is None or record.traits is None) and not name.strip():
            raise IncompleteRequest("no record tells this person's name: give it", element="--name")

    def _enrol(self) -> Enrolment:
        return enrolling(HashingPool())()


def _told(enrolment: Enrolment) -> str:
    """Told once: nobody can find the password again."""
    last = f"dmp: to be changed at the first sign-in, within {ACTIVATION.days // 7} weeks"
    return f"login     {enrolment.login}\npassword  {enrolment.password}\n{last}"
