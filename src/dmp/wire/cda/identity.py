"""Rules on the patient of a header (cda 1.2, DEC-107)."""

import re
from collections.abc import Iterator

from dmp.record.ins import REAL
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.patient import CURRENT_INS
from dmp.wire.cda.shape import Breach
from dmp.wire.cda.tree import Branch, every, text_of

NAME = "recordTarget/patientRole/patient/name"
COUNTY = "recordTarget/patientRole/patient/birthplace/place/addr/county"
INS_NUMBER = re.compile(r"[0-9]{6}[0-9AB][0-9]{8}")
PLACE = re.compile(r"[0-9][0-9AB][0-9]{3}")
CURRENT_RULES = "2022"
"""Documents with a real INS made before this year may lack traits: only a warning (cda 1.8)."""


def one_ins(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The patient has one INS, well formed."""
    del document
    if len(header.patient.ins) != 1:
        roots = ", ".join(sorted(CURRENT_INS))
        count = len(header.patient.ins)
        yield Breach("recordTarget/patientRole/id", f"one must have an INS root ({roots}), found {count}")
    for ins in header.patient.ins:
        if INS_NUMBER.fullmatch(ins.number) is None:
            yield Breach("recordTarget/patientRole/id/@extension", "must be 15 characters under an INS root")


def birth_name(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The birth name stands once, under the qualifier BR."""
    del header
    named = [found for found in every(document, f"{NAME}/family") if found.get("qualifier") == "BR"]
    if len(named) != 1:
        yield Breach(f"{NAME}/family[@qualifier='BR']", f"expected 1..1, found {len(named)}")
    elif not text_of(named[0]):
        yield Breach(f"{NAME}/family[@qualifier='BR']", "its text must be present")


def name_qualifier(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """A family name says whether it is of birth (BR) or used (CL; SP in older documents)."""
    del header
    for family in every(document, f"{NAME}/family"):
        if family.get("qualifier") not in {"BR", "CL", "SP"}:
            yield Breach(f"{family.place}/@qualifier", "must be BR or CL")


def first_name(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """A first name stands, whatever its qualifier, and none is empty."""
    del header
    givens = every(document, f"{NAME}/given")
    if not givens:
        yield Breach(f"{NAME}/given", "expected 1..*, found 0")
    yield from (Breach(given.place, "its text must be present") for given in givens if not text_of(given))


def missing_traits(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """All five traits stand beside an INS («identité qualifiée»)."""
    del document
    if not _is_legacy(header):
        yield from _missing(header)


def missing_legacy_traits(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """An older document with a real INS may lack the list of first names or the birth place."""
    del document
    if _is_legacy(header):
        yield from _missing(header)


def legacy_name(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The used name stands under CL; SP is the former qualifier."""
    del document
    if header.patient.legacy_name:
        yield Breach(f"{NAME}/family[@qualifier='SP']", "is read as CL")


def _is_legacy(header: CdaHeader) -> bool:
    real = any(ins.root in REAL for ins in header.patient.ins)
    return real and header.effective_time < CURRENT_RULES


def _missing(header: CdaHeader) -> Iterator[Breach]:
    patient = header.patient
    if not patient.birth_first_names:
        yield Breach(f"{NAME}/given[not(@qualifier)]", "must hold the list of first names")
    if not patient.birth_first_name:
        yield Breach(f"{NAME}/given[@qualifier='BR']", "must hold the first name of birth")
    if PLACE.fullmatch(patient.birth_place) is None:
        yield Breach(COUNTY, "must hold the code of the birth place")
