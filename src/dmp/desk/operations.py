"""What the operator does on the command line: the same acts, through the same gate, as one line of answer."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dmp.actions.consult_record import CheckRecord, ReadIdentity
from dmp.actions.legal_hold import HoldRecord, LiftHold
from dmp.actions.merge_records import ConfirmMerge, ProposeMerge
from dmp.actions.open_record import OpenRecord
from dmp.actions.record_life import ChangeIdentity, CloseRecord, ReopenRecord
from dmp.actions.split_record import ConfirmSplit, ProposeSplit
from dmp.desk.installation import Installation, named_operator
from dmp.main import now
from dmp.record.errors import IncompleteRequest, RecordExists
from dmp.record.management import Device, IdentityChange, MessageHeader, MessageId, PartialTraits
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.profile import ProfileName
from dmp.record.record import ClosingReason
from dmp.settings import from_environment
from dmp.store.sealing import Verification, export_log, seal_traces, verify


@dataclass(frozen=True)
class Operations(Installation):
    """Acts on the store of one installation."""

    sandbox_professionals: tuple[str, ...] = ()
    """In the `ihe` profile of a sandbox, those a new record lets in: plain IHE has no message to ask for it."""

    @staticmethod
    def at(folder: Path | None) -> "Operations":
        """The installation of the environment, or the sandbox of a folder."""
        if folder is None:
            return Operations(from_environment())
        from dmp.sandbox.folder import read_options, settings_of
        from dmp.sandbox.pki import load_holders

        holders, options = load_holders(folder / "pki"), read_options(folder)
        ihe = options.profile is ProfileName.IHE
        professionals = tuple(holder.person.national_id for holder in holders.all) if ihe else ()
        return Operations(settings_of(folder, options, holders), professionals)

    def open(self, ins: str, *, traits: Path | None, consent: bool, again: bool = False) -> str:
        """Open a record; with `again`, one that is already open is no error (DEC-122)."""
        patient, now = self._patient(ins), datetime.now(UTC)
        told = read_traits(traits) if traits else None
        action = OpenRecord(
            (patient,), self.settings.regime, told, now if consent else None, let_in=self.sandbox_professionals
        )
        try:
            self._perform(action)
        except RecordExists:
            if not again:
                raise
            return "dmp: the record was already open"
        return "dmp: the record is open"

    def close(self, ins: str, reason: ClosingReason, text: str) -> str:
        """Close a record."""
        self._perform(CloseRecord(self._patient(ins), reason, text))
        return "dmp: the record is closed; its content is kept and out of reach"

    def reopen(self, ins: str, *, consent: bool) -> str:
        """Open a closed record again."""
        self._perform(ReopenRecord(self._patient(ins), datetime.now(UTC) if consent else None))
        return "dmp: the record is open again; authorisations must be given anew"

    def test(self, ins: str) -> str:
        """The state of a record."""
        status = self._perform(CheckRecord(self._patient(ins)))
        if not status.found:
            return "dmp: no record"
        closed = f", closed on {status.closure.at:%Y-%m-%d} ({status.closure.reason})" if status.closure else ""
        return f"dmp: {status.state}{closed}"

    def identity(self, ins: str) -> str:
        """The administrative data, as JSON."""
        return json.dumps(asdict(self._perform(ReadIdentity(self._patient(ins)))), indent=2, ensure_ascii=False)

    def change(self, ins: str, file: Path) -> str:
        """Change what a JSON file tells."""
        told: dict[str, Any] = json.loads(file.read_text())
        names = PartialTraits(used_name=told.get("used_name"), used_first_name=told.get("used_first_name"))
        patient = self._patient(ins)
        change = IdentityChange(
            MessageHeader(MessageId("command-line"), "", Device("", "dmp")),
            (patient,),
            names,
            address=_pairs(told.get("address")),
            telecoms=_pairs(told.get("telecoms")),
            break_glass_opposed=told.get("break_glass_opposed"),
            emergency_dispatch_opposed=told.get("emergency_dispatch_opposed"),
            deceased=told.get("deceased"),
        )
        self._perform(ChangeIdentity(patient, change))
        return "dmp: changed"

    def hold(self, ins: str, reason: str) -> str:
        """Put a record under a legal hold."""
        self._perform(HoldRecord(self._patient(ins), reason))
        return "dmp: the record is held: nothing of it can be removed or destroyed"

    def lift_hold(self, ins: str) -> str:
        """Lift the legal hold of a record."""
        self._perform(LiftHold(self._patient(ins)))
        return "dmp: the record is not held"

    def merge(self, absorbed: str, into: str, *, operator: str, reason: str) -> str:
        """Propose that a record becomes part of another one."""
        self._perform(ProposeMerge(self._patient(absorbed), self._patient(into)), named_operator(operator, reason))
        return "dmp: the merge is proposed; another operator confirms it"

    def confirm_merge(self, absorbed: str, into: str, *, operator: str, reason: str) -> str:
        """Confirm it."""
        self._perform(ConfirmMerge(self._patient(absorbed), self._patient(into)), named_operator(operator, reason))
        return "dmp: the two records are one; both identifiers lead to it"

    def split(self, ins: str, *, operator: str, reason: str) -> str:
        """Propose that a record that was absorbed stands by itself again."""
        self._perform(ProposeSplit(self._patient(ins)), named_operator(operator, reason))
        return "dmp: the split is proposed; another operator confirms it"

    def confirm_split(self, ins: str, *, operator: str, reason: str) -> str:
        """Confirm it."""
        self._perform(ConfirmSplit(self._patient(ins)), named_operator(operator, reason))
        return "dmp: the two records are two again"

    def verify_traces(self, export: Path | None) -> Verification:
        """Seal what waits, check every trace, and write the log for the stand-alone verifier when asked."""
        with self._store() as store:
            seal_traces(store, now())
            report = verify(store)
            if export is not None:
                with export.open("wb") as file:
                    file.writelines(export_log(store, at=now()))
            return report


def read_traits(path: Path) -> IdentityTraits:
    """Read identity traits from JSON.

    Raises:
        IncompleteRequest: a trait is missing or unknown; it is named.
    """
    told: dict[str, Any] = json.loads(path.read_text())
    try:
        return IdentityTraits(**{**told, "sex": Sex(told.get("sex", ""))})
    except (TypeError, ValueError) as error:
        needed = "birth_name, birth_first_name, birth_first_names, birth_date, sex (M, F or U), birth_place"
        raise IncompleteRequest(f"the file holds: {needed}", element="traits") from error


def _pairs(told: list[list[str]] | None) -> tuple[tuple[str, str], ...] | None:
    return None if told is None else tuple((part, text) for part, text in told)
