"""Makes a medical summary («volet de synthèse médicale», VSM 1.4, M.13), from the facts that a doctor keeps.

Every section stands there: what the author leaves empty says so, and is never
written as "none" (VSM-4); "none known" is a fact of its own, with its code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dmp.documents.kind import model
from dmp.record.codes import Code
from dmp.record.facts import (
    Allergy,
    Concept,
    Fact,
    Facts,
    Kinship,
    Lifestyle,
    Medication,
    Problem,
    Procedure,
    Source,
    Stated,
)
from dmp.wire.cda.making import parts
from dmp.wire.cda.making.acts import procedure
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.header import Act, Content, Model, document
from dmp.wire.cda.making.observations import lifestyle
from dmp.wire.cda.making.pen import Pen
from dmp.wire.cda.making.problems import allergy, kinship, problem
from dmp.wire.cda.making.treatments import medication
from dmp.wire.cda.making.tree import Node, cda

TYPE = Code("SYNTH", "1.2.250.1.213.1.1.4.12", "Synthèse")
INTERNATIONAL_TYPE = Code("60591-5", "2.16.840.1.113883.6.1", "Synthèse médicale")
TEMPLATES = ((model("13")[0], "201310"),)
ACT = Act(parts.CLINICAL_HISTORY.code)
TITLE = "Synthèse médicale"


@dataclass(frozen=True)
class Summary:
    """What the doctor keeps. `remarks` are points to watch, `occupation` exposures at work, both in words."""

    problems: tuple[Problem, ...] = ()
    """Those of the history say so themselves."""
    procedures: tuple[Procedure, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    lifestyle: tuple[Lifestyle, ...] = ()
    family: tuple[Kinship, ...] = ()
    medications: tuple[Medication, ...] = ()
    remarks: tuple[str, ...] = ()
    occupation: tuple[str, ...] = ()

    @property
    def facts(self) -> Facts:
        """The same as a document tells it in entries."""
        return Facts(
            problems=self.problems,
            procedures=self.procedures,
            allergies=self.allergies,
            lifestyle=self.lifestyle,
            family=self.family,
            medications=self.medications,
        )


def medical_summary(context: DocumentContext, summary: Summary, *, title: str = TITLE, kind: Code = TYPE) -> bytes:
    """The octets of a summary; `kind` is SYNTH, or 60591-5 under which older software files it."""
    pen = Pen(context)
    notice = (context.notice,) if context.notice else ()
    body = cda(
        "structuredBody",
        pen.part(parts.SUMMARY, _history(pen, summary), _risks(pen, summary)),
        pen.told(parts.WATCHED, (*summary.remarks, *notice)),
        pen.part(parts.LONG_TERM, pen.listed(parts.TREATMENTS, [medication(pen, one) for one in summary.medications])),
    )
    return document(context, Model(kind, TEMPLATES), Content(title, ACT, body))


def _history(pen: Pen, summary: Summary) -> Node:
    """Problems first: treatments and acts name them as their reasons."""
    current = [problem(pen, one) for one in summary.problems if not one.history]
    past = [problem(pen, one) for one in summary.problems if one.history]
    return pen.part(
        parts.CLINICAL_HISTORY,
        pen.listed(parts.ACTIVE_PROBLEMS, current),
        pen.listed(parts.PAST_PROBLEMS, past),
        pen.listed(parts.ACTS, [procedure(pen, one) for one in summary.procedures]),
        pen.listed(parts.ALLERGIES, [allergy(pen, one) for one in summary.allergies]),
    )


def _risks(pen: Pen, summary: Summary) -> Node:
    return pen.part(
        parts.RISKS,
        pen.listed(parts.LIFESTYLE, [lifestyle(pen, one) for one in summary.lifestyle]),
        pen.told(parts.OCCUPATION, summary.occupation),
        pen.listed(parts.FAMILY, [kinship(pen, one) for one in summary.family]),
    )


# -- what a doctor writes in words, or states that there is none


NONE_KNOWN: Mapping[str, Code] = MappingProxyType(
    {
        "problems": Code("no-known-problems", "2.16.840.1.113883.5.1150.1", "Pas de problème connu"),
        "procedures": Code("no-known-procedures", "2.16.840.1.113883.5.1150.1", "Pas d'acte ou intervention connu"),
        "allergies": Code("no-known-allergies", "2.16.840.1.113883.5.1150.1", "Pas d'allergie/hypersensibilité connue"),
        "medications": Code(
            "no-known-medications", "2.16.840.1.113883.5.1150.1", "Pas de traitement médicamenteux connu"
        ),
    }
)
"""The statements of absence that a doctor may make, by section (VSM-4)."""
ALLERGY_TYPE = Code("ALG", "2.16.840.1.113883.5.4", "Allergie")


def none_known(section: str) -> Fact:
    """The statement that nothing is known of a section.

    Raises:
        KeyError: the section has no such statement.
    """
    code = NONE_KNOWN[section]
    return _worded(section, Concept(code.code, code.system, code.display), Stated.ABSENT)


def in_words(section: str, words: str) -> Fact:
    """A line that has words and no code: nothing is guessed from them.

    Raises:
        KeyError: the section holds no facts.
    """
    return _worded(section, Concept(text=words), Stated.PRESENT)


def _worded(section: str, told: Concept, stated: Stated) -> Fact:
    source = Source()
    type_ = Concept(ALLERGY_TYPE.code, ALLERGY_TYPE.system, ALLERGY_TYPE.display)
    base = Fact(source, told, stated=stated, status="completed")
    made: Mapping[str, Callable[[], Fact]] = {
        "problems": lambda: Problem(**vars(base), clinical_status="active"),
        "history": lambda: Problem(**vars(base), clinical_status="completed", history=True),
        "procedures": lambda: Procedure(**vars(base)),
        "allergies": lambda: Allergy(source, type_, stated=stated, status="completed", agent=told),
        "lifestyle": lambda: Lifestyle(**vars(base)),
        "family": lambda: Kinship(**vars(base)),
        "medications": lambda: Medication(**vars(base)),
    }
    return made[section]()
