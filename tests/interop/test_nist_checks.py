"""The runner of the NIST kit sees what is wrong: a check that cannot fail proves nothing."""

import pytest
from lxml import etree
from nist_checks import FOLDER, HAS_MEMBER, SUBMISSION_SET, Objects, contents_problems
from nist_messages import fill, filled

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
DEPRECATED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"


def package(uuid: str, node: str) -> str:
    inside = f'<Classification classificationNode="{node}"/>'
    return f'<RegistryPackage id="{uuid}" status="{APPROVED}">{inside}</RegistryPackage>'


def document(uuid: str, status: str = APPROVED) -> str:
    return f'<ExtrinsicObject id="{uuid}" status="{status}"/>'


def member(source: str, target: str) -> str:
    ends = f'sourceObject="{source}" targetObject="{target}"'
    return f'<Association id="{source}-{target}" associationType="{HAS_MEMBER}" {ends}/>'


def found(*objects: str) -> Objects:
    inside = "".join(objects)
    return Objects.of(etree.fromstring(f'<r><RegistryObjectList xmlns="{RIM}">{inside}</RegistryObjectList></r>'))


LOT = package("lot", SUBMISSION_SET)
FILED = (
    LOT,
    package("file", FOLDER),
    document("doc"),
    member("lot", "doc"),
    member("lot", "file"),
    member("file", "doc"),
)


@pytest.mark.parametrize(
    ("objects", "name", "count"),
    [
        (found(LOT, document("doc"), member("lot", "doc")), "SSwithOneDoc", 0),
        (found(LOT, package("file", FOLDER), member("lot", "file")), "SSwithOneFol", 0),
        (found(*FILED, member("lot", "file-doc")), "SSwithOneDocOneFol", 0),
        (found(document("a"), document("b")), "Documents", 2),
        (found(document("a"), document("b", DEPRECATED)), "OneDocDep", 0),
        (found(), "DocApp", 0),
        (found(), "None", 0),
    ],
)
def test_what_is_as_the_plan_expects_has_no_problem(objects: Objects, name: str, count: int):
    assert list(contents_problems(objects, name, count)) == []


@pytest.mark.parametrize(
    ("objects", "name", "count", "problem"),
    [
        (found(document("a")), "Documents", 2, "expected 2 Documents, got 1"),
        (found(LOT), "None", 0, "expected 0 SubmissionSets, got 1"),
        (found(document("a", DEPRECATED)), "DocApp", 0, f"documents with status {DEPRECATED} rather than Approved"),
        (found(document("a")), "OneDocDep", 0, "0 documents are Deprecated rather than one"),
        (found(document("a")), "HasXFRM_RPLC", 0, "0 XFRM_RPLC associations rather than one"),
        (found(document("a")), "ObjectRefs", 0, "expected 0 Documents, got 1"),
        (
            found(LOT, document("doc"), member("lot", "other")),
            "SSwithOneDoc",
            0,
            "the set does not hold the ExtrinsicObject",
        ),
        (
            found(*FILED, member("lot", "other")),
            "SSwithOneDocOneFol",
            0,
            "the set does not hold the membership of the folder",
        ),
        (found(), "SomethingElse", 0, "the plan expects SomethingElse, which is unknown"),
    ],
)
def test_what_is_not_as_the_plan_expects_is_named(objects: Objects, name: str, count: int, problem: str):
    assert list(contents_problems(objects, name, count)) == [problem]


def test_a_symbol_that_begins_like_another_is_not_taken_for_it():
    assert filled("$uuid1$ $uuid$ uuid", {"$uuid$": "a", "$uuid1$": "b", "uuid": "c"}) == "b a c"


def test_symbols_are_filled_in_texts_and_attributes():
    element = etree.fromstring("<a x=\"$lid$\"><b>('$lid$')</b></a>")
    fill(element, {"$lid$": "1&2"})
    assert etree.tostring(element) == b"<a x=\"1&amp;2\"><b>('1&amp;2')</b></a>"
