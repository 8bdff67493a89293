"""rs:RegistryResponse, the answer of ITI-41 and ITI-57, and the error list that every answer may carry (xds-wire 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from dmp.record.errors import InvalidMessage, Problem, XdsCode
from dmp.wire.xds import ebrim
from dmp.wire.xds.ebrim import RS, Element, add
from dmp.wire.xds.findings import CONTEXT

REGISTRY_RESPONSE = f"{{{RS}}}RegistryResponse"
ERROR_LIST = f"{{{RS}}}RegistryErrorList"
ERROR = f"{{{RS}}}RegistryError"
_SEVERITY = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:"


class ResponseStatus(StrEnum):
    """How a transaction ended; partial success is for retrieval only."""

    SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
    PARTIAL = "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"
    FAILURE = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"


@dataclass(frozen=True)
class RegistryAnswer:
    """A RegistryResponse as a client reads it."""

    status: ResponseStatus
    problems: tuple[Problem, ...] = ()


def status_of(problems: Sequence[Problem]) -> ResponseStatus:
    """Failure as soon as one problem is not a warning."""
    failed = any(not problem.warning for problem in problems)
    return ResponseStatus.FAILURE if failed else ResponseStatus.SUCCESS


def registry_response(status: ResponseStatus, problems: Sequence[Problem] = ()) -> Element:
    """Build a RegistryResponse.

    Raises:
        ValueError: success was said of something that has errors.
    """
    if status is ResponseStatus.SUCCESS and status_of(problems) is ResponseStatus.FAILURE:
        raise ValueError("a success has no errors, only warnings")
    response = ebrim.root(REGISTRY_RESPONSE, {"status": status})
    add_errors(response, problems)
    return response


def add_errors(response: Element, problems: Sequence[Problem]) -> None:
    """Append the RegistryErrorList, unless there is nothing to say."""
    if not problems:
        return
    warnings_only = all(problem.warning for problem in problems)
    errors = add(response, ERROR_LIST, {"highestSeverity": _SEVERITY + ("Warning" if warnings_only else "Error")})
    for problem in problems:
        attributes = {
            "errorCode": problem.code,
            "codeContext": problem.context[:CONTEXT],
            "severity": _SEVERITY + ("Warning" if problem.warning else "Error"),
            "location": "",
        }
        add(errors, ERROR, attributes)


def errors_text(problems: Sequence[Problem]) -> str:
    """The same list as text, for an answer that is written as text; nothing when there is nothing to say."""
    if not problems:
        return ""
    holder = ebrim.root(REGISTRY_RESPONSE)
    add_errors(holder, problems)
    return "".join([etree.tostring(listed, encoding="unicode") for listed in holder])


def read_registry_response(element: Element) -> RegistryAnswer:
    """Read a RegistryResponse, for a client.

    Raises:
        InvalidMessage: not a RegistryResponse, or a status that is unknown.
    """
    if element.tag != REGISTRY_RESPONSE:
        raise InvalidMessage("a RegistryResponse was expected", element=ebrim.local_name(element))
    return RegistryAnswer(read_response_status(element), read_errors(element))


def read_response_status(response: Element) -> ResponseStatus:
    """The status of any response.

    Raises:
        InvalidMessage: unknown or missing.
    """
    try:
        return ResponseStatus(response.get("status", ""))
    except ValueError as error:
        raise InvalidMessage("missing or unknown status", element=ebrim.local_name(response)) from error


def read_errors(response: Element) -> tuple[Problem, ...]:
    """The error list of any response; empty when there is none."""
    errors = response.find(ERROR_LIST)
    return tuple([_problem(error) for error in errors if error.tag == ERROR]) if errors is not None else ()


def _problem(error: Element) -> Problem:
    """A code that we do not know becomes a registry error that tells it."""
    text, context = error.get("errorCode", ""), error.get("codeContext", "")
    warning = error.get("severity", "").endswith(":Warning")
    try:
        return Problem(XdsCode(text), context, warning)
    except ValueError:
        return Problem(XdsCode.REGISTRY_ERROR, f"{text}: {context}", warning)
