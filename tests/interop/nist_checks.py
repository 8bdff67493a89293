"""What the plans expect of an answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree
from nist_messages import ACTION, filled
from nist_plan import Kind, Step
from published_schemas import assert_valid
from raw import WSA, Answer

HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
XFRM_RPLC = "urn:ihe:iti:2007:AssociationType:XFRM_RPLC"
SUBMISSION_SET = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
FOLDER = "urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2"
RESPONSE = {
    Kind.QUERY: "AdhocQueryResponse",
    Kind.RETRIEVE: "RetrieveDocumentSetResponse",
}
"""What answers; RegistryResponse elsewhere."""


@dataclass(frozen=True)
class Objects:
    """The registry objects of an answer."""

    sets: list[etree._Element]
    folders: list[etree._Element]
    documents: list[etree._Element]
    associations: list[etree._Element]
    references: list[etree._Element]

    @classmethod
    def of(cls, body: etree._Element) -> "Objects":
        """Those of a query response; nested ones do not count."""
        listed = body.find("{*}RegistryObjectList")
        at = () if listed is None else tuple(listed)
        packages = [e for e in at if _name(e) == "RegistryPackage"]
        return cls(
            [p for p in packages if _is(p, SUBMISSION_SET)],
            [p for p in packages if _is(p, FOLDER)],
            [e for e in at if _name(e) == "ExtrinsicObject"],
            [e for e in at if _name(e) == "Association"],
            [e for e in at if _name(e) == "ObjectRef"],
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind, by the names of the plans."""
        return {
            "SubmissionSets": len(self.sets),
            "Folders": len(self.folders),
            "Documents": len(self.documents),
            "Associations": len(self.associations),
            "ObjectRefs": len(self.references),
        }

    def member(self, source: etree._Element, target: etree._Element) -> etree._Element | None:
        """The HasMember association from one object to another."""
        ends = (HAS_MEMBER, source.get("id"), target.get("id"))
        return next((a for a in self.associations if _ends(a) == ends), None)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _is(package: etree._Element, node: str) -> bool:
    return any(c.get("classificationNode") == node for c in package.iterchildren("{*}Classification"))


def _ends(association: etree._Element) -> tuple[str | None, ...]:
    return tuple(association.get(name) for name in ("associationType", "sourceObject", "targetObject"))


def outcome_of(answer: Answer) -> str:
    """Success, Failure, PartialSuccess or Fault."""
    return "Fault" if _name(answer.body) == "Fault" else answer.outcome


def problems(step: Step, answer: Answer) -> Iterator[str]:
    """What is not as the published schemas and the plan expect: form, status, error code, contents."""
    try:
        assert_valid(answer)
    except etree.DocumentInvalid as error:
        yield f"not valid: {error}"
    outcome = outcome_of(answer)
    if outcome != step.expected.status:
        yield f"expected {step.expected.status}, got {outcome} {_told(answer)}".strip()
        return
    if outcome == "Fault":
        return
    action = answer.envelope.findtext(f"{{*}}Header/{{{WSA}}}Action")
    if action != f"{ACTION[step.kind]}Response":
        yield f"the answer says {action}"
    if _name(answer.body) != RESPONSE.get(step.kind, "RegistryResponse"):
        yield f"expected {RESPONSE.get(step.kind, 'RegistryResponse')}, got {_name(answer.body)}"
    if step.expected.code and not any(step.expected.code in said for said in _codes(answer)):
        yield f"expected {step.expected.code}, got {_told(answer)}"
    objects = Objects.of(answer.body)
    for name, count in step.expected.contents:
        yield from contents_problems(objects, name, count)


def _codes(answer: Answer) -> Iterator[str]:
    """Codes and sentences: older plans expect the code in the sentence."""
    for error in answer.body.iter("{*}RegistryError"):
        yield error.get("errorCode", "")
        yield error.get("codeContext", "")


def _told(answer: Answer) -> str:
    if outcome_of(answer) == "Fault":
        return " ".join(answer.fault)
    return ", ".join(f"{e.get('errorCode')} ({e.get('codeContext', '')})" for e in answer.body.iter("{*}RegistryError"))


def contents_problems(objects: Objects, name: str, count: int) -> Iterator[str]:
    """Whether one named content is there."""
    if name in objects.counts:
        yield from _counted(objects, **{name: count} | (_NOTHING_ELSE if name == "ObjectRefs" else {}))
    elif name in COUNTS:
        yield from _counted(objects, **COUNTS[name])
        yield from _members(objects)
    elif name in STATUSES:
        which, status = STATUSES[name]
        wrong = [e.get("status") for e in getattr(objects, which) if not e.get("status", "").endswith(f":{status}")]
        yield from (f"{which} with status {said} rather than {status}" for said in wrong)
    elif name in ONE_DOCUMENT:
        found = sum(e.get("status", "").endswith(f":{ONE_DOCUMENT[name]}") for e in objects.documents)
        yield from () if found == 1 else [f"{found} documents are {ONE_DOCUMENT[name]} rather than one"]
    elif name == "HasXFRM_RPLC":
        found = sum(a.get("associationType") == XFRM_RPLC for a in objects.associations)
        yield from () if found == 1 else [f"{found} XFRM_RPLC associations rather than one"]
    else:
        yield f"the plan expects {name}, which is unknown"
    if name in ("SSwithOneDoc", "SSwithTwoDoc"):
        yield from contents_problems(objects, "SSApproved", 0)


_NOTHING_ELSE = {"SubmissionSets": 0, "Folders": 0, "Documents": 0, "Associations": 0}
COUNTS = {
    "SSwithOneDoc": {"SubmissionSets": 1, "Documents": 1, "Associations": 1},
    "SSwithTwoDoc": {"SubmissionSets": 1, "Documents": 2, "Associations": 2},
    "SSwithOneFol": {"SubmissionSets": 1, "Documents": 0, "Folders": 1, "Associations": 1},
    "SSwithOneDocOneFol": {"SubmissionSets": 1, "Documents": 1, "Folders": 1, "Associations": 4},
    "SSwithTwoDocOneFol": {"SubmissionSets": 1, "Documents": 2, "Folders": 1, "Associations": 7},
    "NoSubmissionSet": {"SubmissionSets": 0},
    "NoDocument": {"Documents": 0},
    "None": _NOTHING_ELSE,
}
STATUSES = {
    "SSApproved": ("sets", "Approved"),
    "DocApp": ("documents", "Approved"),
    "DocDep": ("documents", "Deprecated"),
    "FolApp": ("folders", "Approved"),
}
ONE_DOCUMENT = {"OneDocApp": "Approved", "OneDocDep": "Deprecated"}


def _counted(objects: Objects, **expected: int) -> Iterator[str]:
    for name, count in expected.items():
        if objects.counts[name] != count:
            yield f"expected {count} {name}, got {objects.counts[name]}"


def _members(objects: Objects) -> Iterator[str]:
    """The set holds every document, folder and membership; the folder, every document."""
    for registered in objects.sets:
        for held in (*objects.documents, *objects.folders):
            if objects.member(registered, held) is None:
                yield f"the set does not hold the {_name(held)}"
    for folder in objects.folders:
        for document in objects.documents:
            membership = objects.member(folder, document)
            if membership is None:
                yield "the folder does not hold the document"
            elif not any(objects.member(registered, membership) is not None for registered in objects.sets):
                yield "the set does not hold the membership of the folder"


def assertion_problems(step: Step, log: etree._Element, symbols: Mapping[str, str]) -> Iterator[str]:
    """The assertions of a step that are false over the log of its section (XPath 1.0)."""
    for name, xpath in step.expected.assertions:
        if not log.xpath(f"boolean({filled(xpath, symbols)})"):
            yield f"assertion {name} is false"
