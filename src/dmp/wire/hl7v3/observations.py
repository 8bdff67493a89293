"""Consents, oppositions and marks of a record: the `administrativeObservation`s of a patient (xds-wire 9.2, 9.3)."""

from dmp.record.errors import ConsentMissing, IncompleteRequest
from dmp.wire.hl7v3.build import boolean, coded, make, time
from dmp.wire.hl7v3.names import CONSENTS
from dmp.wire.hl7v3.node import Node
from dmp.wire.hl7v3.times import instant
from dmp.wire.xml import Element


def read_mark(patient: Node, code: str, system: str = CONSENTS) -> bool | None:
    """The value of a boolean observation; None when it is not told.

    Raises:
        IncompleteRequest: no boolean, or told both ways.
    """
    values = {node.need("value").boolean for node in _observations(patient, code, system)}
    if len(values) > 1:
        raise IncompleteRequest("told both ways", element=_path(patient, code))
    return values.pop() if values else None


def read_consent(patient: Node, code: str) -> str:
    """The DTM of a consent that must have been given (LC-2, LC-12).

    Raises:
        ConsentMissing: no such consent, a refusal, or one without its time.
        IncompleteRequest: as `read_mark`, or a time that is none.
    """
    if not read_mark(patient, code):
        raise ConsentMissing("consent missing or not given", element=_path(patient, code))
    effective = _observations(patient, code, CONSENTS)[0].find("effectiveTime")
    if effective is None or effective.empty:
        raise ConsentMissing("a consent without its time", element=f"{_path(patient, code)}/effectiveTime")
    return instant(effective)


def write_mark(code: str, *, value: bool, system: str = CONSENTS, effective: str = "") -> Element:
    """A `subjectOf` that tells a boolean, with the DTM it holds from when there is one."""
    observation = make(
        "administrativeObservation",
        coded("code", code, system),
        time("effectiveTime", effective) if effective else None,
        boolean("value", value=value, typed=True),
        classCode="OBS",
        moodCode="EVN",
    )
    return make("subjectOf", observation, typeCode="SBJ")


def _observations(patient: Node, code: str, system: str) -> list[Node]:
    told = (node for subject in patient.all("subjectOf") for node in subject.all("administrativeObservation"))
    return [node for node in told if _is(node.maybe("code"), code, system)]


def _is(node: Node | None, code: str, system: str) -> bool:
    return node is not None and node.get("code") == code and node.get("codeSystem") in ("", system)


def _path(patient: Node, code: str) -> str:
    return f"{patient.path}/subjectOf/administrativeObservation[{code}]"
