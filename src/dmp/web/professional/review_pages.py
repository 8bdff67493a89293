"""Emergencies of one's structure to be reviewed, by those whom it designated (security 8)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from dmp.actions.review_emergencies import CasesToReview, ReviewCase
from dmp.record.actor import Mode
from dmp.record.emergency import LONGEST_WORDS, Case, Finding
from dmp.record.errors import IncompleteRequest
from dmp.record.history_words import moment
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.professional.room import alone

REVIEWS = "/professional/urgences"
_TITLE = ("Accès en urgence à relire", "Emergency accesses to review")
_MODES = {
    Mode.BREAK_GLASS: ("Bris de glace", "Break-glass"),
    Mode.EMERGENCY_DISPATCH: ("Centre 15", "Emergency call centre"),
}
_WRONG = {
    "finding": ("Choisissez une réponse.", "Choose an answer."),
    "words": (
        f"Écrivez ce que vous avez vérifié, en {LONGEST_WORDS} caractères au plus.",
        f"Write what you checked, in {LONGEST_WORDS} characters at most.",
    ),
}
_GONE = (
    "Cet accès a déjà été relu, ou n’est pas de votre structure.",
    "This access was reviewed already, or is not of your organisation.",
)


@dataclass(frozen=True)
class ShownCase:
    """A case in words; `record` is a pseudonym, which says nothing of whose record it is."""

    id: str
    record: str
    who: str
    mode: str
    began: str
    last: str
    acts: int
    reasons: tuple[str, ...]
    due: str
    late: bool


@dataclass(frozen=True)
class ReviewPages:
    """The list and its answers."""

    clock: Callable[[], datetime]

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (PageRoute(REVIEWS, self.waiting, self.review, Needs.PROFESSIONAL),)

    def waiting(self, visit: Visit) -> Page:
        """What nobody has reviewed yet."""
        at, cases = self.clock(), alone(visit).perform(CasesToReview())
        return Page("professional/reviews.html", _TITLE, tuple(_shown(visit, one, at) for one in cases))

    def review(self, visit: Visit) -> Answer:
        """Write what was found, for good."""
        form, words = visit.form, visit.form.line("words").replace("\r\n", "\n")
        case, said = form.line("case"), form.line("finding")
        wrong = [] if said in Finding.__members__.values() else ["finding"]
        wrong += [] if 0 < len(words) <= LONGEST_WORDS else ["words"]
        if wrong:
            errors = {f"{name}-{case}": visit.says(*_WRONG[name]) for name in wrong}
            return replace(self.waiting(visit), errors=errors, status=422)
        try:
            alone(visit).perform(ReviewCase(form.line("record"), case, Finding(said), words))
        except IncompleteRequest:
            return replace(self.waiting(visit), errors={"": visit.says(*_GONE)}, status=422)
        return Redirect(REVIEWS)


def _shown(visit: Visit, case: Case, at: datetime) -> ShownCase:
    return ShownCase(
        case.id,
        case.record,
        f"{case.name} ({case.person})" if case.name else case.person,
        visit.says(*_MODES.get(case.mode, (case.mode.value, case.mode.value))),
        moment(case.began),
        moment(case.last),
        case.acts,
        case.reasons,
        moment(case.due),
        case.overdue(at),
    )
