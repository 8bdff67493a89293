"""«Proposer une synthèse»: a doctor chooses line by line what his summary says, reads it, then signs it (VSM-3).

Nothing is ticked for him, and nothing is filed by itself. His former summary is replaced (VSM-1).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import NAMESPACE_OID, uuid5

from dmp.actions.open_chart import OpenChart
from dmp.documents.medical_summary import make
from dmp.record.actor import Professional
from dmp.record.entry import DocumentEntry
from dmp.record.errors import AccessRefused, Refused
from dmp.record.patient import PatientId
from dmp.services.chart import Chart, Sheet
from dmp.services.days import digits_of_care
from dmp.services.synthesis.proposal import Overdue, Part, Proposal, former_of, overdue, proposal
from dmp.services.words import day_words
from dmp.web import deposit_words
from dmp.web.chart.context import context_of, whole
from dmp.web.chart.narrated import Narrated, narrated
from dmp.web.chart.proposal_form import LINE, Choice, read_choice
from dmp.web.chart.room import PROFESSIONAL, Room
from dmp.web.deposit_authors import EVENTS, by_professional
from dmp.web.depositing import Depositing, Place, Told, Written
from dmp.web.entry_ids import bare
from dmp.web.portal.callers import professional_of
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL as HOME_OF_PROFESSIONALS
from dmp.wire.cda.making.context import ATTENDING, DocumentContext
from dmp.wire.cda.templates import CI_SIS, HL7_FRANCE

PROPOSE = PROFESSIONAL.page("synthese/proposer")
RECEIPT = "/professional/deposer/recus/{id}"
SIGN = "sign"
_PAGE = Page("chart/proposal.html", ("Proposer une synthèse", "Propose a summary"))
_TEMPLATES = (HL7_FRANCE, CI_SIS, make.TEMPLATES[0][0])


@dataclass(frozen=True)
class Paper:
    """A document that proposes no line: to be opened; `day` is that of the care."""

    uuid: str
    title: str
    day: str
    author: str


@dataclass(frozen=True)
class ProposalView:
    """What the form shows. `former` is the summary of the same doctor, which this one replaces."""

    room: Room
    action: str
    nonce: str
    parts: tuple[Part, ...]
    author: str
    structure: str
    attending: bool
    former: str = ""
    last: str = ""
    """Title, author and day of the summary that the proposal goes on from."""
    late: Overdue | None = None
    late_since: str = ""
    unmasks: bool = False
    preview: Narrated | None = None
    seen: str = ""
    """What the preview showed, in short."""
    changed: bool = False
    """Something was signed that the preview had not shown."""
    ticked: frozenset[str] = field(default_factory=frozenset[str])
    unread: tuple[Paper, ...] = ()
    beside: tuple[Paper, ...] = ()


@dataclass(frozen=True)
class _Desk:
    """One visit of the page: what the chart says, and who asks."""

    visit: Visit
    who: Professional
    chart: Chart
    proposed: Proposal

    @property
    def former(self) -> DocumentEntry | None:
        return former_of(self.chart, self.who.id)


@dataclass(frozen=True)
class ProposalPages:
    """The page, with what an installation gives to who puts in documents."""

    depositing: Depositing

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Its address."""
        return (PageRoute(PROPOSE, self._empty, self._sent, needs=PROFESSIONAL.needs),)

    def _empty(self, visit: Visit) -> Answer:
        """The lines that are proposed, none of them ticked."""
        if visit.signed_in.patient is None:
            return Redirect(HOME_OF_PROFESSIONALS)
        return replace(_PAGE, view=self._view(_desk(visit)))

    def _sent(self, visit: Visit) -> Answer:
        """Show what the summary would say, or sign and deposit it."""
        if visit.signed_in.patient is None:
            return Redirect(HOME_OF_PROFESSIONALS)
        desk = _desk(visit)
        choice = read_choice(visit, desk.proposed)
        errors = choice.errors | _moved(desk)
        if errors:
            return replace(_PAGE, view=self._view(desk, choice), status=422, errors=errors)
        signs, seen = visit.form.line("step") == SIGN, _seen(choice)
        if signs and visit.form.line("seen") == seen:
            return self._signed(desk, choice)
        # One signs what one has read: a choice that changed since is shown once more.
        preview = self._preview(desk, choice)
        return replace(_PAGE, view=replace(self._view(desk, choice), preview=preview, seen=seen, changed=signs))

    def _signed(self, desk: _Desk, choice: Choice) -> Answer:
        visit, former = desk.visit, desk.former
        told = Told(
            self.depositing.nonce(visit.form.line("nonce")),
            make.TITLE,
            make.TYPE,
            event=EVENTS["AMB"][0],
            replaces=bare(former.uuid) if former is not None else "",
        )
        try:
            writer = by_professional(desk.who)
            uuid = self.depositing.put_written(visit, writer, _written(desk, choice), told)
        except AccessRefused:
            return self._refused(desk, choice, 403, {"": visit.says(*_NO_RIGHT)})
        except Refused as error:
            found = deposit_words.of_problems(error.problems, visit)
            return self._refused(desk, choice, 422, {"": " ".join(found.values())})
        return Redirect(RECEIPT.format(id=uuid))

    def _refused(self, desk: _Desk, choice: Choice, status: int, errors: dict[str, str]) -> Answer:
        return replace(_PAGE, view=self._view(desk, choice), status=status, errors=errors)

    def _preview(self, desk: _Desk, choice: Choice) -> Narrated:
        """What anybody would read, written once as it will be."""
        at = self.depositing.clock()
        context = DocumentContext("2.25.1", desk.visit.patient, whole(None), desk.who, at)
        return narrated(make.medical_summary(context, choice.summary))

    def _view(self, desk: _Desk, choice: Choice | None = None) -> ProposalView:
        form, who, late = desk.visit.form, desk.who, _late(desk)
        return ProposalView(
            PROFESSIONAL,
            PROPOSE,
            self.depositing.nonce(form.line("nonce")),
            desk.proposed.parts,
            who.name,
            who.facility.name,
            desk.chart.attending,
            bare(desk.former.uuid) if desk.former is not None else "",
            _named(desk.proposed.last),
            late,
            f"{late.last:%d/%m/%Y}" if late is not None and late.last is not None else "",
            choice.unmasks if choice is not None else False,
            ticked=frozenset(name.removeprefix(LINE) for name in form.fields if name.startswith(LINE)),
            unread=_papers(desk.proposed.unread),
            beside=_papers(desk.proposed.beside),
        )


_NO_RIGHT = (
    "Vous ne pouvez pas déposer de synthèse médicale dans ce dossier : votre profession, ou les choix du patient, "
    "ne le permettent pas. Rien n’a été déposé.",
    "You may not deposit a medical summary in this record: your profession, or the choices of the patient, "
    "do not allow it. Nothing was deposited.",
)


def series_of(patient: PatientId, doctor: str) -> str:
    """The setId of the summaries of one doctor about one patient: the same for all their versions."""
    about = "|".join(("medical-summary", patient.root, patient.number, doctor))
    return f"2.25.{uuid5(NAMESPACE_OID, about).int}"


def _desk(visit: Visit) -> _Desk:
    who = professional_of(visit.signed_in)
    # Every kind of facts: what says something of another kind is no document without structure.
    chart = visit.perform(OpenChart(visit.patient))
    return _Desk(visit, who, chart, proposal(chart))


def _moved(desk: _Desk) -> dict[str, str]:
    """That the former summary is no longer the one that the form was shown with."""
    shown, now = desk.visit.form.line("former"), desk.former
    if shown == (bare(now.uuid) if now is not None else ""):
        return {}
    told = "Votre synthèse en cours a changé entre-temps : relisez ce qui est proposé, puis recommencez."
    return {"": desk.visit.says(told, "Your current summary changed meanwhile: read again, then try again.")}


def _late(desk: _Desk) -> Overdue | None:
    """Told to the attending doctor alone (VSM-2)."""
    return overdue(desk.chart, desk.who.id) if desk.chart.attending else None


def _papers(sheets: Iterable[Sheet]) -> tuple[Paper, ...]:
    return tuple(
        Paper(sheet.uuid, sheet.evidence.title, day_words(digits_of_care(sheet.entry)), sheet.evidence.author)
        for sheet in sheets
    )


def _seen(choice: Choice) -> str:
    return hashlib.sha256(repr(choice.summary).encode()).hexdigest()


def _named(entry: DocumentEntry | None) -> str:
    if entry is None:
        return ""
    title = entry.title or entry.type_code.display
    return f"{title}, {day_words(entry.service_start or entry.creation_time)}"


def _written(desk: _Desk, choice: Choice) -> Written:
    who, summary, attending = desk.who, choice.summary, desk.chart.attending

    def write(place: Place) -> bytes:
        return make.medical_summary(context_of(place, who, ATTENDING if attending else None), summary)

    return Written(repr(summary).encode(), series_of(desk.visit.patient, who.id), _TEMPLATES, write)
