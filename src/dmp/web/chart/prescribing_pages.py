"""A professional prescribes: he types lines, reads them again with what the checks say, signs (RX-1, RX-3, RX-5, RX-7).

Lines travel with the form, as they were typed, until they are signed: nothing
is kept of a prescription that nobody signed. Checks advise, and block nothing.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from dmp.actions.prescribe import OpenPrescribing, Prescribe, Prescribing
from dmp.documents.prescription import make
from dmp.record.dtm import PARIS
from dmp.record.errors import IncompleteRequest, Refused
from dmp.record.prescription import OCTETS, Prescription, number_of
from dmp.services.medicines.cycle import Rules, cycle_of
from dmp.services.medicines.durations import restriction_of
from dmp.web import deposit_words
from dmp.web.chart.medicines_alerts import data_words
from dmp.web.chart.medicines_words import OBSTACLES, PRESCRIPTION_FLAGS
from dmp.web.chart.prescribed_page import SIGNED, signed
from dmp.web.chart.prescribing_copy import copy_of
from dmp.web.chart.prescribing_form import FLAGS, MOST_LINES, Sent, read_sent
from dmp.web.chart.prescribing_lines import Understood, faults, renewed, understood
from dmp.web.chart.prescribing_view import (
    CurrentView,
    FormView,
    ReviewView,
    alerts_of,
    current_of,
    current_view,
    lines_view,
    seen_of,
    told_of,
    unchecked_of,
)
from dmp.web.chart.prescription_pages import WRITTEN
from dmp.web.deposit_authors import EVENTS, by_professional
from dmp.web.depositing import Depositing, Told
from dmp.web.portal.callers import professional_of
from dmp.web.portal.forms import number_in
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL as HOME_OF_PROFESSIONALS

NEW = f"{WRITTEN}/nouvelle"
_FORM = Page("chart/prescribing.html", ("Prescrire", "Prescribe"))
_REVIEW = Page("chart/prescribing_review.html", ("Relire et signer", "Read again and sign"))
_MOST_FOUND = 12
_NARROWER = (
    "Aucun médicament ne porte ce nom : vérifiez, ou gardez vos mots.",
    "No medicine has this name: check it, or keep your words.",
)
_FULL = (
    f"Une ordonnance prend {MOST_LINES} lignes au plus ici : signez celle-ci, puis faites-en une autre.",
    f"A prescription takes {MOST_LINES} lines at most here: sign this one, then write another one.",
)
_EMPTY = ("Ajoutez au moins un médicament.", "Add at least one medicine.")
_LINES_WRONG = ("Des lignes sont à corriger.", "Some lines are to be corrected.")
_MOVED = (
    "Votre ordonnance n’a pas été envoyée : une règle s’y oppose depuis la relecture. Relisez-la.",
    "Your prescription was not sent: a rule is against it since you read it. Read it again.",
)


@dataclass(frozen=True)
class PrescribingPages:
    """The pages, with what an installation gives to who puts in documents."""

    depositing: Depositing

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (
            PageRoute(NEW, _with_record(self._empty), _with_record(self._sent), Needs.PROFESSIONAL),
            PageRoute(SIGNED, _with_record(signed), needs=Needs.PROFESSIONAL),
        )

    # -- typing

    def _empty(self, visit: Visit) -> Answer:
        """The form without a line; who may not prescribe here reads so at once."""
        return self._current(visit, Sent())

    def _sent(self, visit: Visit) -> Answer:
        """One step: a line more, less or again, a search, the review, the signature."""
        sent = read_sent(visit.form)
        steps: dict[str, Callable[[Visit, Sent], Answer]] = {
            "search": self._search,
            "take": self._take,
            "current": self._current,
            "renew": self._renew,
            "drop": self._drop,
            "edit": self._edit,
            "back": self._shown,
            "review": self._review,
            "sign": self._sign,
        }
        return steps.get(sent.step, self._add)(visit, sent)

    def _add(self, visit: Visit, sent: Sent) -> Answer:
        """The line that was typed joins the others; a wrong one stays where it is, with what to do."""
        wrong = self._wrong(visit, sent, needed=True)
        return wrong or self._shown(visit, sent.settled(), taken=True)

    def _edit(self, visit: Visit, sent: Sent) -> Answer:
        """A line is taken up again; that which was being typed is kept first."""
        wrong, rank = self._wrong(visit, sent), number_in(sent.number, 2) or 0
        known = 0 < rank <= len(sent.lines)
        return wrong or self._shown(visit, sent.taken_up(rank - 1) if known else sent)

    def _drop(self, visit: Visit, sent: Sent) -> Answer:
        rank = number_in(sent.number, 2) or 0
        return self._shown(visit, sent.without(rank - 1) if 0 < rank <= len(sent.lines) else sent)

    def _search(self, visit: Visit, sent: Sent) -> Answer:
        """Medicines of the database of the operator, by name."""
        names = visit.portal.medicines
        found = names.named(sent.typed.product, _MOST_FOUND) if names is not None else ()
        errors = {} if found or names is None else {"product": visit.says(*_NARROWER)}
        told = tuple((f"{each.cis:08d}", each.label) for each in found)
        return replace(_FORM, view=self._form(visit, sent, found=told), errors=errors, status=422 if errors else 200)

    def _take(self, visit: Visit, sent: Sent) -> Answer:
        """One of those that a search found."""
        names = visit.portal.medicines
        known = names.medicine(sent.number) if names is not None else None
        if known is None:
            return self._shown(visit, sent)
        label = known.label[:150]
        return self._shown(visit, replace(sent, typed=replace(sent.typed, product=label, named=label, cis=sent.number)))

    def _current(self, visit: Visit, sent: Sent) -> Answer:
        """Current treatments, to be taken over."""
        before = visit.perform(OpenPrescribing(visit.patient))
        current = current_view(current_of(before, visit.portal.medicines))
        return replace(_FORM, view=self._form(visit, sent, current))

    def _renew(self, visit: Visit, sent: Sent) -> Answer:
        """Those that were ticked become lines, to be completed where their documents do not tell all."""
        before = visit.perform(OpenPrescribing(visit.patient))
        current = current_of(before, visit.portal.medicines)
        lines = [
            renewed(each, sent.renew_days, sent.renew_repeats) for key, each in current.items() if key in sent.renewed
        ]
        if len(sent.lines) + len(lines) > MOST_LINES:
            return self._shown(visit, sent, errors={"": visit.says(*_FULL)})
        return self._shown(visit, replace(sent, lines=(*sent.lines, *lines)), taken=bool(lines))

    def _wrong(self, visit: Visit, sent: Sent, *, needed: bool = False) -> Page | None:
        """The form again, when the line that was typed cannot join the others."""
        if sent.typed.is_empty and not needed:
            return None
        if len(sent.lines) >= MOST_LINES:
            return self._shown(visit, sent, errors={"": visit.says(*_FULL)})
        errors = {each.field: visit.says(*each.words) for each in faults(sent.typed, self._today(), _rules(visit))}
        return self._shown(visit, sent, errors=errors) if errors else None

    def _shown(self, visit: Visit, sent: Sent, *, errors: dict[str, str] | None = None, taken: bool = False) -> Page:
        view = replace(self._form(visit, sent), taken=taken)
        return replace(_FORM, view=view, errors=errors or {}, status=422 if errors else 200)

    def _form(
        self,
        visit: Visit,
        sent: Sent,
        current: tuple[CurrentView, ...] | None = None,
        found: tuple[tuple[str, str], ...] | None = None,
    ) -> FormView:
        nonce, has_names = self.depositing.nonce(visit.form.line("nonce")), visit.portal.medicines is not None
        rules = _rules(visit)
        lines = lines_view(sent.lines, self._today(), rules)
        return FormView(NEW, nonce, sent, lines, rules, has_names, current, found)

    # -- reading again, signing

    def _review(self, visit: Visit, sent: Sent) -> Answer:
        """What will be signed, with what the checks say of it."""
        wrong = self._wrong(visit, sent)
        if wrong is not None:
            return wrong
        sent, before = sent.settled(), visit.perform(OpenPrescribing(visit.patient))
        return self._reviewed(visit, self._reading(visit, sent, self._understood(sent), before))

    def _reading(self, visit: Visit, sent: Sent, lines: tuple[Understood, ...], before: Prescribing) -> ReviewView:
        """What the page shows of it."""
        alerts = alerts_of(before, lines, visit.portal.medicines)
        return ReviewView(
            action=NEW,
            nonce=self.depositing.nonce(visit.form.line("nonce")),
            seen=seen_of(visit.patient, sent, alerts),
            sent=sent,
            lines=lines_view(sent.lines, self._today(), _rules(visit), before.mine),
            flags=tuple(PRESCRIPTION_FLAGS[code] for code in _flags(visit, sent, lines)),
            alerts=alerts,
            data=data_words(visit.portal.medicines),
            may_do_without_paper=before.may_do_without_paper,
            who=professional_of(visit.signed_in),
            unchecked=unchecked_of(lines, visit.portal.medicines),
        )

    def _reviewed(self, visit: Visit, view: ReviewView, error: str = "") -> Page:
        if not view.lines:
            return self._shown(visit, view.sent, errors={"product": visit.says(*_EMPTY)})
        if not view.is_ready:
            error = error or visit.says(*_LINES_WRONG)
        return replace(_REVIEW, view=view, errors={"": error} if error else {}, status=422 if error else 200)

    def _sign(self, visit: Visit, sent: Sent) -> Answer:
        """One signs what one has read: what changed since is shown once more, and sent twice is signed once."""
        before = visit.perform(OpenPrescribing(visit.patient))
        nonce = self.depositing.nonce(visit.form.line("nonce"))
        if any(each.id == nonce for each in before.mine):
            return Redirect(SIGNED.format(id=nonce))
        lines = self._understood(sent)
        view = self._reading(visit, sent, lines, before)
        if not view.is_ready or not lines or visit.form.line("seen") != view.seen:
            return self._reviewed(visit, replace(view, changed=True))
        told = replace(
            self._prescription(visit, sent, lines, before),
            checked=told_of(before, view.alerts, visit.portal.medicines, visit.says),
        )
        try:
            kept = visit.perform(self._act(visit, told, lines, nonce, before))
        except IncompleteRequest as refusal:
            words = OBSTACLES.get(refusal.element, _MOVED)
            return self._reviewed(visit, view, visit.says(*words))
        except Refused as error:
            found = deposit_words.of_problems(error.problems, visit)
            return self._reviewed(visit, view, " ".join(found.values()))
        return Redirect(SIGNED.format(id=kept.id))

    def _prescription(
        self, visit: Visit, sent: Sent, lines: tuple[Understood, ...], before: Prescribing
    ) -> Prescription:
        return Prescription(
            id="",
            number=number_of(secrets.token_bytes(OCTETS)),
            prescriber="",
            prescriber_name="",
            structure="",
            written=self._today(),
            items=tuple(line.item for line in lines),
            signed=self.depositing.clock(),
            paper=not (before.may_do_without_paper and visit.form.ticked("paperless")),
            comment=sent.comment,
            flags=_flags(visit, sent, lines),
        )

    def _act(
        self, visit: Visit, told: Prescription, lines: tuple[Understood, ...], nonce: str, before: Prescribing
    ) -> Prescribe:
        """The number, and the document unless the patient opposed it (RX-3)."""
        if visit.form.ticked("opposed"):
            return Prescribe(visit.patient, told, once=nonce)
        who = professional_of(visit.signed_in)
        written = copy_of(told, lines, who, attending=before.chart.attending)
        about = Told(nonce, make.TITLE, make.TYPE, event=EVENTS["AMB"][0])
        copy = self.depositing.deposit_written(visit, by_professional(who), written, about)
        return Prescribe(visit.patient, told, copy, nonce)

    def _understood(self, sent: Sent) -> tuple[Understood, ...]:
        today = self._today()
        return tuple(understood(draft, str(rank), today) for rank, draft in enumerate(sent.lines, start=1))

    def _today(self) -> date:
        return self.depositing.clock().astimezone(PARIS).date()


def _flags(visit: Visit, sent: Sent, lines: tuple[Understood, ...]) -> tuple[str, ...]:
    """What is said of the whole; that a narcotic needs a secured paper is said by itself."""
    rules = _rules(visit).restrictions
    found = (restriction_of(line.item, rules) for line in lines)
    secured = (make.SECURED.code,) if any(rule is not None and rule.late_days > 0 for rule in found) else ()
    return (*(FLAGS[name].code for name in sent.flags), *secured)


def _rules(visit: Visit) -> Rules:
    """The rules of prescriptions in force."""
    return cycle_of(visit.portal.rules())


def _with_record(page: Callable[[Visit], Answer]) -> Callable[[Visit], Answer]:
    """A page that needs a record open."""
    return lambda visit: page(visit) if visit.signed_in.patient is not None else Redirect(HOME_OF_PROFESSIONALS)
