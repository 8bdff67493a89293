"""What came of the steps played so far, and what later steps read of it: symbols, and the log of a section."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from lxml import etree
from nist_caller import Patients, cx
from nist_messages import Message
from nist_plan import Kind, Kit, Step, UseId, UseReport

FEED_OF_THE_KIT = {"15817": 0, "15817b": 1, "15818": 0}
"""Tests of the toolkit that only register a patient: the first of the test that refers to them, or a second one."""
PATIENT = "$patientid$"


class Verdict(StrEnum):
    """What came of a step."""

    PASSED = "passed"
    FAILED = "failed"
    DEPENDENCY = "failed by dependency"
    NOT_REPLAYABLE = "not replayable"


class Missing(Exception):
    """A step refers to something that no step gave."""


@dataclass(frozen=True)
class Played:
    """A step that was played."""

    verdict: Verdict
    reason: str = ""
    patient: str = ""
    """The INS of whom the message was about."""
    message: Message | None = None
    result: etree._Element | None = None
    """The body of the answer."""
    reports: dict[str, str] = field(default_factory=dict)
    """Values kept by name."""

    @classmethod
    def judged(cls, found: Iterator[str], **what: object) -> "Played":
        """A step that was played to its end; it passed if no problem was found."""
        reason = "; ".join(found)
        return cls(Verdict.FAILED if reason else Verdict.PASSED, reason, **what)


class Ledger:
    """The steps of a kit that were played."""

    def __init__(self, kit: Kit, patients: Patients):
        """Nothing was played yet."""
        self.kit, self.patients = kit, patients
        self._played: dict[str, Played] = {}

    def get(self, step: Step) -> Played | None:
        """What came of a step; `None` if it was not played yet."""
        return self._played.get(step.id)

    def add(self, step: Step, played: Played) -> None:
        """Remember what came of a step."""
        self._played[step.id] = played

    def source(self, step: Step, use: UseId | UseReport) -> Step | None:
        """The step that a symbol comes from, in the same section if it says none; `None` for a patient of the test.

        Raises:
            Missing: the plan names a step that is not in the data.
        """
        place = use.place
        if isinstance(use, UseReport) and (use.name == PATIENT or place.test in FEED_OF_THE_KIT):
            return None
        there = self.kit.tests.get(place.test)
        near_first = sorted(there.steps if there else (), key=lambda s: s.place.section != step.place.section)
        for other in near_first:
            if other.place.step == place.step and place.section in ("", other.place.section):
                return other
        raise Missing(f"no step {place.test}/{place.section}/{place.step}")

    def symbols(self, step: Step) -> dict[str, str]:
        """The values of the symbols of a step, the three dates of the toolkit among them.

        Raises:
            Missing: an earlier step gave no such value.
        """
        now = datetime.now(UTC)
        soon = now + timedelta(minutes=1)  # the end of a span is left out of it
        dates = {
            "$DATE$": f"{now:%Y%m%d}",
            "$now$": f"{soon:%Y%m%d%H%M%S}",
            "$lastyear$": f"{now.replace(year=now.year - 1, day=1):%Y%m%d}",
        }
        return dates | {use.symbol: self._value(step, use) for use in step.uses}

    def _value(self, step: Step, use: UseId | UseReport) -> str:
        source = self.source(step, use)
        if source is None:
            return cx(self.patients.of(step.place.test, FEED_OF_THE_KIT.get(use.place.test, 0)))
        played = self._played[source.id]
        if isinstance(use, UseReport):
            value = played.reports.get(use.name)
        elif use.given == "AssignedPatientId":
            value = cx(played.patient)
        else:
            value = played.message and played.message.given[use.given].get(use.object_id)
        if not value:
            raise Missing(f"{source.id} gave nothing for {use.symbol}")
        return value

    def owner(self, step: Step, body: etree._Element) -> str:
        """Whom a message is about: whom it names, else whom the steps that it refers to were about."""
        said = etree.tostring(body, encoding="unicode")
        named = [ins for ins in self.patients.met(step.place.test) if ins in said]
        sources = [source for use in step.uses if (source := self.source(step, use))]
        referred = [self._played[source.id].patient for source in sources]
        return next(iter(named or referred), "") or self.patients.of(step.place.test)

    def section(self, step: Step) -> list[Step]:
        """The steps of the same section."""
        return [s for s in self.kit.tests[step.place.test].steps if s.place.section == step.place.section]

    def log(self, step: Step, current: Played | None = None) -> etree._Element:
        """What a section sent and received so far, in the form that the toolkit keeps and its assertions read."""
        log = etree.Element("TestResults")
        for other in self.section(step):
            played = current if other is step else self.get(other)
            if played is not None and played.message is not None:
                action = etree.SubElement(etree.SubElement(log, "TestStep", id=other.place.step), other.kind)
                etree.SubElement(action, "InputMetadata").append(deepcopy(played.message.body))
                etree.SubElement(action, "Result").append(deepcopy(played.result))
        return log

    @property
    def documents(self) -> dict[str, bytes]:
        """The octets of every document sent, by uniqueId."""
        sent = (played.message for played in self._played.values() if played.message is not None)
        return {unique_id: octets for message in sent for unique_id, octets in message.documents.items()}


def reports(step: Step, message: Message, result: etree._Element) -> dict[str, str]:
    """What a step keeps: what the plan asks for, and each identifier that was put in."""
    kept = {f"{name}_uid": value for name, value in message.given["AssignedUids"].items()}
    kept |= {f"{name}_uuid": value for name, value in message.given["AssignedUuids"].items()}
    for report in step.reports:
        found = (message.body if report.section == "InputMetadata" else result).xpath(report.xpath)
        if found:
            kept[report.name] = found[0] if isinstance(found[0], str) else (found[0].text or "").strip()
    return kept


def depends_on(ledger: Ledger, step: Step) -> list[Step]:
    """The steps that must have passed: those it refers to; for assertions alone, those before in the section too."""
    needed = [source for use in step.uses if (source := ledger.source(step, use))]
    if step.kind is Kind.ASSERT:
        needed += [other for other in ledger.section(step) if ledger.get(other)]
    return needed
