"""What the desk writes down for people who have no portal (PT-18), and the openings of the OPT_OUT regime (LC-5)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dmp.actions.action import Action
from dmp.actions.care_team import DeclareCare, OpposeCare
from dmp.actions.decide_access import ChooseForEmergencies, HideEverything
from dmp.actions.decide_on_others import AuthoriseOther, Block, ConfirmAttending, RemoveAttending, Unblock, Withdraw
from dmp.actions.open_informed import OpposeOpening
from dmp.desk.installation import Installation
from dmp.record.errors import IncompleteRequest
from dmp.record.opening import TO_OPPOSE, Informed
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId, Sex
from dmp.record.record import Oppositions
from dmp.store.directory import start_of, team_key


@dataclass(frozen=True)
class Desk(Installation):
    """Decisions of holders, written down by the operator, through the gate and traced as his."""

    def authorise(self, ins: str, subject: str, last_day: date | None) -> str:
        """Let a professional or a structure in."""
        until = None if last_day is None else start_of(last_day + timedelta(days=1))
        return self._said(AuthoriseOther(self._patient(ins), subject, until))

    def withdraw(self, ins: str, subject: str) -> str:
        """Take the right to read back."""
        return self._said(Withdraw(self._patient(ins), subject))

    def block(self, ins: str, subject: str) -> str:
        """Keep a professional or a structure out."""
        return self._said(Block(self._patient(ins), subject))

    def unblock(self, ins: str, subject: str) -> str:
        """Lift a block."""
        return self._said(Unblock(self._patient(ins), subject))

    def confirm_doctor(self, ins: str, doctor: str) -> str:
        """Confirm an attending doctor."""
        return self._said(ConfirmAttending(self._patient(ins), doctor))

    def remove_doctor(self, ins: str, doctor: str) -> str:
        """Take the role of attending doctor from somebody."""
        return self._said(RemoveAttending(self._patient(ins), doctor))

    def emergencies(self, ins: str, oppositions: Oppositions, *, reads_masked: bool) -> str:
        """Write the three wishes about emergencies."""
        return self._said(ChooseForEmergencies(self._patient(ins), oppositions, reads_masked))

    def hide(self, ins: str, *, hidden: bool) -> str:
        """Turn the global switch."""
        return self._said(HideEverything(self._patient(ins), hidden))

    def care(self, ins: str, structure: str, team: str, *, informed: date, last_day: date) -> str:
        """Declare a care team."""
        until = start_of(last_day + timedelta(days=1))
        return self._said(DeclareCare(self._patient(ins), team_key(structure, team), informed, until))

    def oppose_care(self, ins: str, structure: str, team: str, *, opposed: bool) -> str:
        """Write an objection to a care team, or lift it."""
        return self._said(OpposeCare(self._patient(ins), team_key(structure, team), opposed))

    def oppose_opening(self, ins: str) -> str:
        """Write an opposition to the opening of a record."""
        self._perform(OpposeOpening(self._patient(ins)))
        return "dmp: written; no record is opened for this person, unless consent is given (dmp record open --consent)"

    def load_notices(self, file: Path) -> str:
        """Keep who was sent the notice of opening, one line of JSON for each person: all of the file or nothing."""
        told = [
            self._informed(line, number)
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
            if line.strip()
        ]
        with self._store() as store, store.begin() as tx:
            for each in told:
                tx.openings.note(each)
        return f"dmp: {len(told)} notices; records are opened {TO_OPPOSE.days // 7} weeks after each"

    def openings(self) -> Iterator[str]:
        """How many records wait to be opened, and how many could not be; nobody is named."""
        with self._store() as store, store.begin() as tx:
            counts = tx.openings.counts()
        for state, said, count in counts:
            yield f"{count:>9}  {state}{f'  {said}' if said else ''}"

    def _informed(self, line: str, number: int) -> Informed:
        try:
            told: dict[str, Any] = json.loads(line)
            traits = told["traits"]
            return Informed(
                self._patient(told["ins"]),
                date.fromisoformat(told["informed"]),
                IdentityTraits(**{**traits, "sex": Sex(traits.get("sex", ""))}),
                Contact(telecoms=_pairs(told)),
                tuple(_guardian(each) for each in told.get("guardians", ())),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            needed = (
                "ins, informed (a day), traits, perhaps telecoms and guardians (relationship, family, given, telecoms)"
            )
            raise IncompleteRequest(f"each line holds {needed}", element=f"line {number}") from error

    def _said(self, action: Action[str]) -> str:
        return f"dmp: {self._perform(action) or 'fait'}"


def _pairs(told: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((use, address) for use, address in told.get("telecoms", ()))


def _guardian(told: dict[str, Any]) -> Guardian:
    identifier = PatientId(told["number"], told["root"]) if "number" in told else None
    return Guardian(told["relationship"], told["family"], told["given"], Contact(telecoms=_pairs(told)), identifier)
