"""Publish the medical profile: a snapshot of it becomes a document that professionals may read (PT-6, DOCPAT08)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dmp.actions.personal_space import ViewProfile
from dmp.documents.files.typed import TEXT, TypedFile
from dmp.record.errors import AccessRefused, Refused
from dmp.record.personal import SNAPSHOT, HealthProfile, Reading
from dmp.web import deposit_words
from dmp.web.days import day
from dmp.web.deposit_authors import by_citizen
from dmp.web.depositing import Depositing, Told
from dmp.web.depositing_form import kind_of
from dmp.web.entry_ids import bare
from dmp.web.patient.profile_pages import PROFILE
from dmp.web.patient.profile_words import MEASURES, SECTIONS, shown
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit

PUBLISH = "/patient/profil/publier"
TITLE = "Profil médical"
_PUBLISH = ("Publier mon profil", "Publish my profile")
_EMPTY = (
    "Votre profil est vide : écrivez au moins une ligne avant de le publier.",
    "Your profile is empty: write at least one line before you publish it.",
)


@dataclass(frozen=True)
class PublishView:
    """What will be published, word for word."""

    text: str
    nonce: str
    again: bool


@dataclass(frozen=True)
class ProfilePublishing:
    """The page, with what an installation gives to who puts in documents."""

    depositing: Depositing

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Its address."""
        return (PageRoute(PUBLISH, self._preview, self._publish),)

    def _preview(self, visit: Visit) -> Answer:
        """What will be published."""
        return self._page(visit, visit.perform(ViewProfile(visit.patient)))

    def _publish(self, visit: Visit) -> Answer:
        """Read the profile, then put the snapshot in, in the place of the one of before: two acts, each traced."""
        found = visit.perform(ViewProfile(visit.patient))
        if not found.lines and not found.readings:
            return replace(self._page(visit, found), status=422, errors={"": visit.says(*_EMPTY)})
        told = Told(
            self.depositing.nonce(visit.form.line("nonce")),
            TITLE,
            kind_of(SNAPSHOT),
            replaces=_replaced(visit, found),
        )
        writer = by_citizen(visit.signed_in, visit.patient, visit.signed_in.patient_called or visit.signed_in.name)
        try:
            self.depositing.put_in(visit, writer, TypedFile(TEXT, text_of(found).encode()), told)
        except Refused as error:
            problems = deposit_words.of_problems(error.problems, visit)
            return replace(self._page(visit, found), status=422, errors={"": next(iter(problems.values()))})
        except AccessRefused as error:
            errors = deposit_words.of_access(error, visit)
            return replace(self._page(visit, found), status=403, errors={"": next(iter(errors.values()))})
        return Redirect(PROFILE)

    def _page(self, visit: Visit, found: HealthProfile) -> Page:
        nonce = self.depositing.nonce(visit.form.line("nonce"))
        view = PublishView(text_of(found), nonce, found.published is not None)
        return Page("patient/profile_publish.html", _PUBLISH, view)


def text_of(found: HealthProfile) -> str:
    """The snapshot, in French as all the record; measures bear their LOINC codes."""
    return "\n".join(["Profil médical, déclaré par le patient", *_sections(found), *_measures(found), ""])


def _sections(found: HealthProfile) -> Iterator[str]:
    for section, words in SECTIONS.items():
        lines = found.of(section)
        if lines:
            yield f"\n{words[0]}"
        for line in lines:
            yield f"- {line.text}{f' (depuis le {day(line.day)})' if line.day is not None else ''}"


def _measures(found: HealthProfile) -> Iterator[str]:
    for measure, words in MEASURES.items():
        readings: list[Reading] = [one for one in found.readings if one.measure is measure]
        if readings:
            yield f"\n{words[0]} [LOINC {measure}]"
        for one in readings:
            yield f"- {day(one.day)} : {shown(one)}"


def _replaced(visit: Visit, found: HealthProfile) -> str:
    """The snapshot of before, where who publishes may replace it: what is not his own stays beside (DEC-17)."""
    entry, session = found.published, visit.signed_in
    if entry is None or entry.deposit is None or entry.deposit.structure:
        return ""
    is_holder = session.patient is None or session.patient == session.person
    mine = session.person is not None and entry.deposit.person == session.person.number
    return bare(entry.uuid) if is_holder or mine else ""
