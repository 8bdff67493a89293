"""Plays the steps of a kit against a real service: each once, in order, after what they depend on."""

import time
from base64 import b64encode
from collections.abc import Iterator

from lxml import etree
from nist_caller import NistCaller, Patients, cx
from nist_checks import assertion_problems, outcome_of, problems
from nist_ledger import PATIENT, Ledger, Missing, Played, Verdict, depends_on, reports
from nist_messages import Message, Packed, message_of, packed, raw_request
from nist_plan import Kind, Kit, Step
from nist_tables import FORGED, LOADED_FIRST, unreplayable
from raw import Answer


class Replay:
    """The steps of a kit, played when asked for."""

    def __init__(self, kit: Kit, caller: NistCaller):
        """Nothing is played yet."""
        self.kit, self.caller = kit, caller
        self.patients = Patients(caller)
        self.ledger = Ledger(kit, self.patients)

    def play(self, step: Step) -> Played:
        """What came of a step; its test is played up to it, and first the tests that load what it looks for."""
        for name in LOADED_FIRST.get(step.place.test, ()):
            for loading in self.kit.tests[name].steps:
                self._once(loading)
        for earlier in self.kit.tests[step.place.test].steps:
            self._once(earlier)
            if earlier is step:
                break
        return self._once(step)

    def _once(self, step: Step) -> Played:
        played = self.ledger.get(step) or self._play(step)
        self.ledger.add(step, played)
        return played

    def _play(self, step: Step) -> Played:
        if step.kind is Kind.NEW_PATIENT:
            self.patients.renew(step.place.test)
        if reason := unreplayable(step):
            return Played(Verdict.NOT_REPLAYABLE, reason)
        try:
            for other in depends_on(self.ledger, step):
                if self._once(other).verdict is not Verdict.PASSED:
                    return Played(Verdict.DEPENDENCY, f"{other.id} did not pass")
            symbols = self.ledger.symbols(step)
        except Missing as missing:
            return Played(Verdict.DEPENDENCY, str(missing))
        if step.kind is Kind.ASSERT:
            return Played.judged(assertion_problems(step, self.ledger.log(step), symbols))
        return self._send(step, symbols)

    def _send(self, step: Step, symbols: dict[str, str]) -> Played:
        time.sleep(step.delay)
        patient, message, request = self._request(step, symbols)
        answer = self.caller.send(step.kind, request)
        what = {
            "patient": patient,
            "message": message,
            "result": answer.body,
            "reports": {PATIENT: cx(patient), **reports(step, message, answer.body)},
        }
        log = self.ledger.log(step, Played(Verdict.PASSED, **what))
        found = [
            *problems(step, answer),
            *self._document_problems(step, message, answer),
            *assertion_problems(step, log, symbols),
        ]
        return Played.judged(iter(found), **what)

    def _request(self, step: Step, symbols: dict[str, str]) -> tuple[str, Message, Packed]:
        """Whom a step is about, what it says, and the HTTP request."""
        unknown = self.patients.unknown if step.alternate_patient else ""
        owner = unknown or self.patients.of(step.place.test)
        if step.kind is Kind.RAW:
            return owner, Message(etree.Element("raw")), raw_request(step, cx(owner), self._security(step, owner))
        message = message_of(step, symbols, cx(owner))
        patient = unknown or self.ledger.owner(step, message.body)
        return patient, message, packed(step, message, self._security(step, patient))

    def _security(self, step: Step, ins: str) -> str:
        forged = FORGED.get(step.place.test, "") if step.kind is Kind.SUBMIT else ""
        return self.caller.security(step.kind, ins, forged)

    def _document_problems(self, step: Step, message: Message, answer: Answer) -> Iterator[str]:
        """Each document asked for comes back as it was sent; the file that a plan names is not always the one sent."""
        if step.kind is not Kind.RETRIEVE or outcome_of(answer) != "Success":
            return
        sent, got = self.ledger.documents, answer.whole_body.findall("{*}DocumentResponse")
        if len(got) != len(message.body.findall("{*}DocumentRequest")):
            yield "not every document came back"
        for response in got:
            unique_id = response.findtext("{*}DocumentUniqueId")
            if response.findtext("{*}Document") != b64encode(sent.get(unique_id, b"")).decode():
                yield f"the document {unique_id} is not what was sent"
