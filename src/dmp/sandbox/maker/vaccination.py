"""Vaccination history and vaccination note («historique des vaccinations», «note de vaccination»), level N3.

Models VAC (M.37) and VAC-NOTE (M.46): one section 11369-6, one entry a dose
(cda-and-services 2 and 3.2).
"""

from collections.abc import Sequence

from dmp.record.codes import Code
from dmp.sandbox.maker.context import FICTION, DocumentContext
from dmp.sandbox.maker.entries import REACTION, REPORTED_SYMPTOM, comment, completed, consumable, observation, related
from dmp.sandbox.maker.facts import ACT_CODE, LOINC, Dose, Series
from dmp.sandbox.maker.header import Act, Content, Model, document
from dmp.sandbox.maker.narrative import Cell, anchor, day, paragraph, section, table
from dmp.sandbox.maker.people import assigned
from dmp.sandbox.maker.tree import Node, cda, coded, original_text, reference, stamp, templates, time_text, typed

HISTORY = Code("11369-6", LOINC, "Historique des vaccinations")
NOTE = Code("87273-9", LOINC, "Note de vaccination")
RANK = Code("30973-2", LOINC, "Rang de la vaccination")
SERIES = {
    Series.PRIMARY: "1ère série vaccinante",
    Series.BOOSTER: "Rappel de vaccin",
    Series.UNSPECIFIED: "Vaccination sans autre précision",
}

IMMUNIZATION_CONTENT = "1.3.6.1.4.1.19376.1.5.3.1.1.18.1.2"
HISTORY_MODEL = Model(HISTORY, ((IMMUNIZATION_CONTENT, ""), ("1.2.250.1.213.1.1.1.37", "2023.01")))
NOTE_MODEL = Model(NOTE, ((IMMUNIZATION_CONTENT, ""), ("1.2.250.1.213.1.1.1.46", "2023.01")))
SECTION = ("2.16.840.1.113883.10.20.1.6", "1.3.6.1.4.1.19376.1.5.3.1.3.23", "1.2.250.1.213.1.1.2.147")
IMMUNIZATION = ("2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.12", "1.2.250.1.213.1.1.3.45")
SERIES_NUMBER = ("2.16.840.1.113883.10.20.1.46", "1.2.250.1.213.1.1.3.82")

HEADINGS = ("Date", "Vaccin", "Lot", "Rang", "Voie", "Région", "Réaction", "Remarque", "Vaccinateur")


def vaccination_history(
    context: DocumentContext, doses: Sequence[Dose], *, title: str = "Historique des vaccinations"
) -> bytes:
    """Every dose that the author knows of, in one document.

    Raises:
        ValueError: no dose.
    """
    return _vaccinations(context, HISTORY_MODEL, title, doses)


def vaccination_note(context: DocumentContext, dose: Dose, *, title: str = "Note de vaccination") -> bytes:
    """The report of one act of vaccination."""
    return _vaccinations(context, NOTE_MODEL, title, (dose,))


def _vaccinations(context: DocumentContext, model: Model, title: str, doses: Sequence[Dose]) -> bytes:
    if not doses:
        raise ValueError("a vaccination document needs a dose")
    named = [(f"vac-{rank:02}", dose) for rank, dose in enumerate(doses, 1)]
    rows = (_row(context, name, dose) for name, dose in named)
    text = cda("text", table(HEADINGS, rows), paragraph(FICTION))
    entries = (cda("entry", _immunization(context, name, dose)) for name, dose in named)
    part = section(SECTION, HISTORY, title, text, *entries, entry_id=context.entry_id("section", HISTORY.code))
    return document(context, model, Content(title, Act(model.type), cda("structuredBody", part)))


def _row(context: DocumentContext, name: str, dose: Dose) -> list[Cell]:
    """A line of the table; the pieces that the entry points to carry the ids it uses."""
    return [
        day(dose.on),
        anchor(name, dose.vaccine.name),
        dose.lot or "-",
        str(dose.rank or "-"),
        dose.route.display if dose.route else "-",
        anchor(f"{name}-site", dose.site.display) if dose.site else "-",
        anchor(f"{name}-reaction", dose.reaction.display) if dose.reaction else "-",
        anchor(f"{name}-remark", _remark(dose)) if _remark(dose) else "-",
        (dose.performer or context.author).name,
    ]


def _remark(dose: Dose) -> str:
    """The comment; a refusal is told in words, since readers do not see `negationInd`."""
    return " ".join(part for part in ("Vaccination refusée." if dose.refused else "", dose.comment) if part)


def _immunization(context: DocumentContext, name: str, dose: Dose) -> Node:
    """The coded act of vaccination («FR-Vaccination»)."""
    performer = dose.performer or context.author
    ident = context.entry_id("immunization", dose.vaccine.cis, dose.on.isoformat(), str(dose.rank))
    return cda(
        "substanceAdministration",
        *templates(*IMMUNIZATION),
        cda("id", root=ident),
        coded("code", Code(dose.series, ACT_CODE, SERIES[dose.series])),
        cda("text", reference(name)),
        completed(),
        cda("effectiveTime", value=time_text(dose.on)),
        coded("routeCode", dose.route) if dose.route else None,
        coded("approachSiteCode", dose.site, original_text(f"{name}-site")) if dose.site else None,
        consumable(dose.vaccine, anchor=name, lot=dose.lot),
        cda("performer", assigned("assignedEntity", performer), typeCode="PRF"),
        cda("author", cda("time", value=stamp(context.at)), assigned("assignedAuthor", context.author)),
        *_details(name, dose, ident, context),
        classCode="SBADM",
        moodCode="EVN",
        negationInd="true" if dose.refused else "false",
    )


def _details(name: str, dose: Dose, ident: str, context: DocumentContext) -> list[Node]:
    """Rank in the series, reaction observed, remark: each only when it is known."""
    details: list[Node] = []
    if dose.rank is not None:
        details.append(related("SUBJ", _rank(dose.rank)))
    if dose.reaction is not None:
        seen = observation(
            REACTION,
            REPORTED_SYMPTOM,
            dose.reaction,
            entry_id=context.entry_id("reaction", ident, dose.reaction.code),
            anchor=f"{name}-reaction",
            since=dose.on,
        )
        details.append(related("CAUS", seen, inversion="false"))
    if _remark(dose):
        details.append(comment(_remark(dose), anchor=f"{name}-remark"))
    return details


def _rank(rank: int) -> Node:
    """The place of the dose in its series («FR-Rang-de-la-vaccination»)."""
    return cda(
        "observation",
        *templates(*SERIES_NUMBER),
        coded("code", RANK),
        completed(),
        typed(cda("value", value=str(rank)), "INT"),
        classCode="OBS",
        moodCode="EVN",
    )
