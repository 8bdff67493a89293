"""What entries of several families are made of: links, comments, reasons, people (cda-and-services 3.2, 3.3)."""

from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Concept, Fact, Stated
from dmp.record.professional import name_parts
from dmp.wire.cda.entries.absence import absences
from dmp.wire.cda.entries.values import time
from dmp.wire.cda.making.concepts import beside, code_of
from dmp.wire.cda.making.labels import by_code
from dmp.wire.cda.making.pen import Line, Pen
from dmp.wire.cda.making.tree import Node, cda, coded, identifier, is_identifier, reference, templates

LOINC = "2.16.840.1.113883.6.1"
SNOMED_CT = "2.16.840.1.113883.6.96"
ACT_CODE = "2.16.840.1.113883.5.4"
ANS_TERMS = "1.2.250.1.213.1.1.4.322"
"""Terms of the ANS (MED-, GEN-, ORG-)."""
DIAGNOSIS = Code("282291009", SNOMED_CT, "interprétation diagnostique")
REPORTED_SYMPTOM = Code("418799008", SNOMED_CT, "symptôme rapporté par le patient ou le répondant")
COMMENT = Code("48767-8", LOINC, "Commentaire")

SIMPLE_OBSERVATION = ("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48")
COMMENT_ACT = ("2.16.840.1.113883.10.20.1.40", "1.3.6.1.4.1.19376.1.5.3.1.4.2", "1.2.250.1.213.1.1.3.32")
INTERNAL_REFERENCE = ("1.3.6.1.4.1.19376.1.5.3.1.4.4.1", "1.2.250.1.213.1.1.3.36")
REMARK = "Remarque"


def completed() -> Node:
    """The status of an act that is over, or of a statement that is made."""
    return cda("statusCode", code="completed")


def status_of(fact: Fact, otherwise: str = "") -> Node | None:
    """The status of an entry; `otherwise` is that of one which says none of the set, for models that ask for one."""
    told = by_code("status", fact.status)
    code = told.code if told else otherwise
    return cda("statusCode", code=code) if code else None


def related(kind: str, *content: Node, inversion: str = "") -> Node:
    """An `entryRelationship` of the given typeCode."""
    return cda("entryRelationship", *content, typeCode=kind, inversionInd=inversion)


def comments(fact: Fact, line: Line) -> list[Node]:
    """The free comments on an entry («FR-Commentaire-ER»), one for each of its lines."""
    return [_comment(words, line) for words in fact.comment.split("\n") if words.strip()]


def _comment(text: str, line: Line) -> Node:
    words = cda("text", reference(line.say(REMARK, text, "comment")), text)
    act = cda(
        "act",
        *templates(*COMMENT_ACT),
        coded("code", COMMENT),
        words,
        completed(),
        classCode="ACT",
        moodCode="EVN",
    )
    return related("SUBJ", act, inversion="true")


def reason(pen: Pen, why: Concept, line: Line, heading: str = "Motif") -> Node | None:
    """Why: a reference to a problem told elsewhere in the document («FR-Reference-interne»)."""
    if why == NOTHING:
        return None
    code = beside("code", why, line, heading)
    act = cda(
        "act",
        *templates(*INTERNAL_REFERENCE),
        pen.reason_id(code_of(why)),
        code,
        classCode="ACT",
        moodCode="EVN",
    )
    return related("RSON", act)


def negated(fact: Fact, *told: Concept) -> str:
    """Whether an entry is negated: it states an absence that none of its codes states."""
    return "true" if fact.stated is Stated.ABSENT and not any(states_absence(found) for found in told) else "false"


def states_absence(found: Concept) -> bool:
    """Whether a code by itself says that there is nothing («absence»)."""
    return any(key in absences() for key in found.codes())


def author(fact: Fact, line: Line) -> Node | None:
    """Who says it and since when, where the entry that it comes from names somebody («auteur»)."""
    told = fact.source
    if not told.author_name and not told.author:
        return None
    line.add("Auteur", told.author_name)
    recorded = time(told.recorded)
    who = cda(
        "assignedAuthor",
        identifier(told.author) if told.author and is_identifier(told.author) else cda("id", nullFlavor="UNK"),
        cda("assignedPerson", person_name(told.author_name)) if told.author_name else None,
    )
    return cda("author", cda("time", value=recorded) if recorded else cda("time", nullFlavor="UNK"), who)


def person_name(name: str) -> Node:
    """A name as it is shown, in its parts where it has two."""
    family, given = name_parts(name)
    if f"{given} {family}".strip() != name.strip():
        family, given = name, ""
    return cda("name", cda("family", family), cda("given", given) if given else None)


def performer(name: str, ident: str = "", organisation: str = "") -> Node | None:
    """Who did it, by the name that is shown and the id that is known."""
    if not (name or ident or organisation):
        return None
    who = cda(
        "assignedEntity",
        identifier(ident) if ident and is_identifier(ident) else cda("id", nullFlavor="UNK"),
        cda("assignedPerson", person_name(name)) if name else None,
        cda("representedOrganization", cda("name", organisation)) if organisation else None,
    )
    return cda("performer", who, typeCode="PRF")
