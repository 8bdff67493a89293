"""The declarative test plans of the NIST XDS toolkit, as values.

A kit is a folder of tests, a test a folder of sections, a section a
`testplan.xml` with steps in order. A step sends one message and says what must
come back; it fills the symbols of its message from what earlier steps sent or
received. The README beside the kit tells what each element means.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Self

from lxml import etree

XDS = Path(__file__).parents[2].parent / "shared" / "data" / "xds"
"""Where the data are; they are no part of the project."""
ORDER = {
    "20003": ("original", "query_original", "failed_update", "query_failed_update", "success_update"),
    "20006": ("submit", "eval", "failed_update", "eval_failed_update", "success_update", "eval_success_update"),
}
"""First sections, in order, of tests whose index leaves some out that belong between or after others."""


INSTRUCTIONS = {
    *("XDSb", "MetadataFile", "Metadata", "Document", "UseId", "UseReport", "Report", "NoPatientId", "AssignUuids"),
    *("NoAssignUids", "ExpectedContents", "Assertions", "WaitBefore", "Headers", "BodyFile"),
    # What the runner does in any case, or what says how the toolkit draws, logs or reads its own files.
    *("ParseMetadata", "ReferenceMetadata", "ReferenceDocument", "InteractionSequence", "NoMetadata"),
    *("CreateNewPatientId", "NoConvert"),
}
"""What an action of a plan may hold."""


class Kind(StrEnum):
    """What a step does; the values are the element names of the plans."""

    REGISTER = "RegisterTransaction"
    SUBMIT = "ProvideAndRegisterTransaction"
    QUERY = "StoredQueryTransaction"
    RETRIEVE = "RetrieveTransaction"
    UPDATE = "MuTransaction"
    REMOVE_METADATA = "RemoveMetadataTransaction"
    REMOVE_DOCUMENTS = "RdTransaction"
    RAW = "HttpTransaction"
    ASSERT = "NullTransaction"
    FEED = "PatientIdentityFeedTransaction"
    NEW_PATIENT = "NewPatientId"
    NOTHING = "nothing"
    """The step has no action at all."""


@dataclass(frozen=True)
class Place:
    """Where another step stands."""

    test: str
    section: str
    step: str


@dataclass(frozen=True)
class UseId:
    """A symbol that stands for an identifier given by an earlier step."""

    symbol: str
    object_id: str
    given: str
    """AssignedUuids, AssignedUids or AssignedPatientId."""
    place: Place
    """Its section is empty when the plan does not say."""


@dataclass(frozen=True)
class UseReport:
    """A symbol that stands for a value reported by an earlier step."""

    symbol: str
    name: str
    place: Place


@dataclass(frozen=True)
class Report:
    """A value to keep for later steps."""

    name: str
    section: str
    """InputMetadata for what is sent, Result for what comes back."""
    xpath: str


@dataclass(frozen=True)
class Expected:
    """What must come back."""

    status: str
    code: str
    contents: tuple[tuple[str, int], ...]
    """Names of the plan with their count; 0 where a name has none."""
    assertions: tuple[tuple[str, str], ...]
    """Names and XPath expressions, over the log of the section."""


@dataclass(frozen=True)
class Step:
    """One step of a plan."""

    place: Place
    kind: Kind
    element: etree._Element
    """The action."""
    folder: Path
    expected: Expected
    alternate_patient: bool
    """Sent for somebody whose record was never opened."""

    @property
    def id(self) -> str:
        """Its name in the tests."""
        return re.sub(r"\s+", "_", f"{self.place.test}/{self.place.section}/{self.place.step}")

    @property
    def message_file(self) -> Path | None:
        """The body of the message, or of the HTTP request."""
        found = self.element.findtext("MetadataFile") or self.element.findtext("BodyFile")
        return self.folder / found.strip() if found else None

    @property
    def inline_message(self) -> etree._Element | None:
        """The body of the message where the plan holds it itself."""
        return next(iter(self.element.find("Metadata")), None) if self.has("Metadata") else None

    @property
    def names_its_patient(self) -> bool:
        """Whether the plan fills in the patient by a symbol; otherwise the runner puts one in."""
        return self.has("NoPatientId") and self.has("UseReport")

    @property
    def documents(self) -> dict[str, Path]:
        """The files to send, by the id of their entry."""
        return {d.get("id", ""): self.folder / (d.text or "").strip() for d in self.element.findall("Document")}

    @property
    def content_type(self) -> str:
        """The media type of a raw HTTP request."""
        headers = (self.element.findtext("Headers") or "").strip()
        return headers.partition("Content-Type:")[2].strip()

    @property
    def delay(self) -> float:
        """How long to wait before, in seconds: just enough for another time, which is written to the second."""
        return min(int(self.element.findtext("WaitBefore") or 0) / 1000, 1.1)

    def has(self, flag: str) -> bool:
        """Whether an empty element stands in the action."""
        return self.element.find(flag) is not None

    @property
    def keeps_ids_of(self) -> set[str] | None:
        """The objects whose uniqueId is sent as it stands; `None` for all of them."""
        flags = self.element.findall("NoAssignUids")
        return None if any(not f.get("id") for f in flags) else {f.get("id", "") for f in flags}

    @cached_property
    def uses(self) -> tuple[UseId | UseReport, ...]:
        """The symbols to fill, in order."""
        return tuple(self._uses())

    def _uses(self) -> Iterator[UseId | UseReport]:
        for use in self.element.iterchildren("UseId", "UseReport"):
            if use.tag == "UseId":
                yield UseId(use.get("symbol"), use.get("id"), use.get("section"), self._place(use))
            else:
                place = Place(use.get("test") or self.place.test, self._section(use.get("section")), use.get("step"))
                yield UseReport(use.get("useAs"), use.get("reportName"), place)

    def _place(self, use: etree._Element) -> Place:
        parts = [part for part in (use.get("testdir") or "").split("/") if part not in ("", "..")]
        test, section = parts if len(parts) == 2 else (self.place.test, parts[0] if parts else "")
        return Place(test, section, use.get("step"))

    def _section(self, named: str) -> str:
        return self.place.section if named == "THIS" else named

    @property
    def reports(self) -> list[Report]:
        """What to keep."""
        found = self.element.iterchildren("Report")
        return [Report(r.get("name"), r.get("section"), (r.text or "").strip()) for r in found]


@dataclass(frozen=True)
class Test:
    """The sections of a test, in order: those of its index, then those that it leaves out."""

    __test__ = False  # pytest: not a class of tests

    name: str
    steps: tuple[Step, ...]
    absent: tuple[str, ...]
    """Sections of the index that are not in the data."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The test of a folder, which holds sections or is itself one."""
        index = folder / "index.idx"
        lines = index.read_text().splitlines() if index.exists() else []
        listed = tuple(dict.fromkeys(name for line in lines if (name := line.partition("#")[0].strip())))
        there = sorted(plan.parent.name for plan in folder.glob("*/testplan.xml"))
        order = ORDER.get(folder.name, listed)
        names = [name for name in order if name in there] + [name for name in there if name not in order]
        folders = [(name, folder / name) for name in names] or [("plan", folder)]
        steps = tuple(step for name, at in folders for step in read_steps(folder.name, name, at))
        return cls(folder.name, steps, tuple(name for name in listed if name not in there))


@dataclass(frozen=True)
class Kit:
    """Tests by name."""

    tests: dict[str, Test]

    @classmethod
    def read(cls, *folders: Path) -> Self:
        """Every test of the folders; none where they are absent."""
        found = sorted(test for folder in folders if folder.is_dir() for test in folder.iterdir() if test.is_dir())
        return cls({folder.name: Test.read(folder) for folder in found})

    @property
    def absent(self) -> int:
        """How many sections the tests list that are not in the data."""
        return sum(len(test.absent) for test in self.tests.values())

    @property
    def steps(self) -> list[Step]:
        """Every step, test by test, in order."""
        return [step for test in self.tests.values() for step in test.steps]


def read_steps(test: str, section: str, folder: Path) -> Iterator[Step]:
    """The steps of one plan."""
    plan = etree.parse(folder / "testplan.xml", etree.XMLParser(remove_comments=True)).getroot()
    for element in plan.iter("TestStep"):
        action = next((e for e in element if e.tag in set(Kind)), None)
        place = Place(test, section, element.get("id"))
        kind = Kind.NOTHING if action is None else Kind(action.tag)
        alternate = element.find("AltPatientId") is not None
        yield Step(place, kind, element if action is None else action, folder, _expected(element, action), alternate)


def _expected(step: etree._Element, action: etree._Element | None) -> Expected:
    said = step.findtext("ExpectedErrorCode") or step.findtext("ExpectedErrorMessage") or ""
    contents = action.iterfind("ExpectedContents/*") if action is not None else ()
    assertions = action.iterfind("Assertions/Assert") if action is not None else ()
    return Expected(
        step.findtext("ExpectedStatus") or "",
        said.strip(),
        tuple((content.tag, int(content.get("count") or 0)) for content in contents),
        tuple((assertion.get("id"), (assertion.text or "").strip()) for assertion in assertions),
    )
