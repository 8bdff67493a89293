"""Medical synthesis («volet de synthèse médicale», VSM 1.4) of an invented patient, level N3."""

from collections.abc import Sequence
from typing import cast

from dmp.documents.medical_summary.make import INTERNATIONAL_TYPE, TITLE, Summary, medical_summary, none_known
from dmp.record import facts
from dmp.sandbox.maker.facts import Allergy, Done, Problem, Treatment
from dmp.sandbox.maker.fiction import fictional
from dmp.wire.cda.making.context import DocumentContext

_NO_ALLERGY = cast("facts.Allergy", none_known("allergies"))


def medical_synthesis(
    context: DocumentContext,
    *,
    problems: Sequence[Problem] = (),
    history: Sequence[Problem] = (),
    allergies: Sequence[Allergy] = (),
    treatments: Sequence[Treatment] = (),
    procedures: Sequence[Done] = (),
    remarks: Sequence[str] = (),
    no_allergy: bool = False,
    title: str = TITLE,
) -> bytes:
    """The synthesis a doctor keeps of a patient; `remarks` are points to watch, in words; `no_allergy`: none is known.

    `problems` go on, `history` is over. Filed as older software does, under 60591-5.
    """
    summary = Summary(
        problems=(*(one.current for one in problems), *(one.past for one in history)),
        procedures=tuple(one.fact for one in procedures),
        allergies=(*(one.fact for one in allergies), *([_NO_ALLERGY] if no_allergy else [])),
        medications=tuple(one.fact for one in treatments),
        remarks=tuple(remarks),
    )
    return medical_summary(fictional(context), summary, title=title, kind=INTERNATIONAL_TYPE)
