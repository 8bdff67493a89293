"""Two worlds that differ only by what a viewer may not read: every page of the chart is the same to the octet for him.

What is hidden says the same as what is seen, the opposite of it, and more: it would lead a fold, add a conflict,
a count, a choice, an alert or a gap, were it looked at.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from browser_builders import Browser
from dmp.record.actor import Mode, Professional
from dmp.record.codes import Code
from dmp.record.entry import EntryStatus
from dmp.record.facts import Facts
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import Authorisation
from dmp.record.visibility import Visibility
from dmp.web.chart.prescribing_pages import NEW
from dmp.web.chart.proposal_pages import PROPOSE
from hostile_builders import Hostile, paths, put_facts
from own_pages_builders import (
    CHILD_TRAITS,
    DAY,
    DOCTOR,
    MERE,
    NOW,
    NURSE,
    PAUL,
    SON,
    Around,
    professional,
    put_in,
)
from own_pages_builders import GUARDIAN as PARENT
from store_builders import PERSON

PATIENT, PROFESSIONAL = "/patient/sante", "/professional/dossier/sante"
STRANGER = "899900000999"
PHARMACIST = replace(DOCTOR, id="899900000901", name="Odile PHARMA-TEST", profession="21", know_how="")
COLLEAGUE = replace(DOCTOR, id="899900000902", name="Hugo COLLEGUE-TEST")
LET_IN = tuple(
    Authorisation(who.id, NOW - DAY, NOW + 300 * DAY, who.id, by_holder=True)
    for who in (DOCTOR, NURSE, PHARMACIST, COLLEAGUE)
)
LOINC, CLASSES = "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.1"
ANY_KIND: Mapping[str, Code] = {}
HIDDEN = (1, 20, 30)
"""Documents that one world has alone: before, between and after the others."""
MASKED, UNANNOUNCED = Visibility(masked=True), Visibility(hidden_from_patient_since=NOW - 2 * DAY)
SECRET = Visibility(hidden_from_guardians=True)


@dataclass(frozen=True)
class Viewer:
    """Somebody with the record open, and what would be hidden from him."""

    room: str
    browser: Callable[[Around], Browser]
    hidden: Visibility


def _of(who: Professional, mode: Mode = Mode.NORMAL) -> Viewer:
    return Viewer(PROFESSIONAL, lambda around: professional(around, who, mode), MASKED)


def _delegate(around: Around) -> Browser:
    return around.browser(PAUL, PERSON)


VIEWERS = {
    "holder": Viewer(PATIENT, lambda around: around.browser(), UNANNOUNCED),
    "representative": Viewer(PATIENT, lambda around: around.browser(MERE, PERSON), SECRET),
    "delegate": Viewer(PATIENT, _delegate, UNANNOUNCED),
    "delegate-secret": Viewer(PATIENT, _delegate, SECRET),
    "doctor": _of(DOCTOR),
    "nurse": _of(NURSE),
    "pharmacist": _of(PHARMACIST),
    "emergency": _of(replace(COLLEAGUE, id="899900000903"), Mode.BREAK_GLASS),
}


def worlds(
    around: Around,
    other: Around,
    seed: int,
    hidden: Visibility,
    *,
    status: EntryStatus = EntryStatus.APPROVED,
    kind: Mapping[str, Code] = ANY_KIND,
    **changes: Any,
) -> None:
    """What is seen, in both; what is hidden, in the first alone."""
    chance = Hostile(seed)
    seen = [chance.facts(2) for _ in range(3)]
    unseen = [seen[0], chance.facts(3), Facts()]
    people = {
        "authorisations": LET_IN,
        "guardians": (PARENT,),
        "delegates": (Delegate(SON, "Paul FICTIF", DelegateScope.READ, NOW - DAY, NOW + 100 * DAY),),
        **changes,
    }
    visible = [put_in(number, by=STRANGER, authors=()) for number in (11, 12, 13)]
    concealed = [
        put_in(number, NOW - 2 * DAY, by=STRANGER, authors=(), status=status, title=f"Titre secret {number}", **kind)
        for number in HIDDEN
    ]
    chains = {entry.chain: hidden for entry in concealed}
    put_facts(around, list(zip(visible + concealed, seen + unseen, strict=True)), visibility=chains, **people)
    put_facts(other, list(zip(visible, seen, strict=True)), **people)


def told(browser: Browser) -> tuple[int, dict[str, str], str]:
    """All of an answer, without what differs by itself: secrets, ids, the time of day."""
    assert browser.answer is not None
    page = re.sub(r'(name="(?:token|nonce|once)" value=)"[^"]*"', r"\1", browser.page)
    page = re.sub(r'data-draft="[^"]*"', "", page)
    page = re.sub(r"2\.25\.\d+|\b\d{14}[+-]\d{4}", "", page)
    # An id of chance is of this length, or a little shorter.
    kept = {name: value for name, value in browser.answer.headers.items() if name not in _OF_CHANCE}
    return browser.status, kept, page


_OF_CHANCE = ("set-cookie", "date", "content-length", "x-request-id")


def same(one: Browser, two: Browser, path: str) -> None:
    assert told(one) == told(two), path


def walk(one: Browser, two: Browser, room: str) -> int:
    """Compare every page; returns how many answered."""
    stand = 0
    for path in (*paths(room), f"{room}/ips/fichier", f"{room}/carnet/fichier"):
        same(one.get(path), two.get(path), path)
        stand += one.status == 200
    for path in (f"{room}/{slug}{query}" for slug in ("resultats", "parcours", "medicaments") for query in QUERIES):
        same(one.get(path), two.get(path), path)
    for words in ("secret", "Titre secret 30", "diabete", "lettre"):
        search = f"{room}/recherche"
        if one.get(search).status == two.get(search).status == 200:
            same(one.submit(search, words=words), two.submit(search, words=words), words)
    return stand


QUERIES = (
    "?period=2024",
    "?lane=imaging",
    "?periode=12",
    "?tout=1",
    "?exam=scanner",
    "?examen=QEQK004",
    "?analyse=4548-4",
)


def propose(one: Browser, two: Browser) -> None:
    """Compare what is proposed for a summary, and what it would say with every line of it."""
    same(one.get(PROPOSE), two.get(PROPOSE), PROPOSE)
    if one.status == 200:
        ticked = dict.fromkeys(re.findall(r'name="(line-[0-9a-f]{20})"', one.page), "1")
        former = re.findall(r'name="former" value="([^"]*)"', one.page)[0]
        sent = {**ticked, "former": former, "step": "preview", "words-problems": "Vu ce jour"}
        same(one.submit(PROPOSE, **sent), two.submit(PROPOSE, **sent), "preview")
        assert one.status == 200


def prescribe(one: Browser, two: Browser) -> None:
    """Compare what a prescriber begins with, what he may take over, and what the checks say of a line."""
    same(one.get(NEW), two.get(NEW), NEW)
    if one.status == 200:
        ticked = dict.fromkeys(re.findall(r'name="(renew-[0-9a-f]{16})"', one.page), "1")
        same(one.submit(NEW, do="renew", **ticked), two.submit(NEW, do="renew", **ticked), "renew")
        line = {"product": "Ramipril", "atc": "C09AA05", "posology": "1 le matin", "quantity": "1", "days": "30"}
        same(one.get(NEW).submit(NEW, do="review", **line), two.get(NEW).submit(NEW, do="review", **line), "review")
        assert "Signer et envoyer" in one.page


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", VIEWERS)
def test_what_is_hidden_changes_no_octet_of_any_page(around: Around, other: Around, name: str, seed: int):
    viewer = VIEWERS[name]
    traits = {"traits": CHILD_TRAITS} if name == "representative" else {}
    worlds(around, other, seed, viewer.hidden, **traits)

    one, two = viewer.browser(around), viewer.browser(other)
    assert walk(one, two, viewer.room) > 5
    if viewer.room == PROFESSIONAL:
        propose(one, two)
        prescribe(one, two)


@pytest.mark.parametrize("status", [EntryStatus.ARCHIVED, EntryStatus.DELETED, EntryStatus.DEPRECATED])
@pytest.mark.parametrize("name", ["holder", "doctor", "representative"])
def test_what_is_no_longer_in_force_changes_no_octet(around: Around, other: Around, name: str, status: EntryStatus):
    viewer = VIEWERS[name]
    traits = {"traits": CHILD_TRAITS} if name == "representative" else {}
    worlds(around, other, 3, Visibility(), status=status, **traits)

    assert walk(viewer.browser(around), viewer.browser(other), viewer.room) > 5


@pytest.mark.parametrize(
    ("name", "type_code", "class_code"),
    [("pharmacist", "51969-4", "11"), ("pharmacist", "68599-0", "10"), ("nurse", "REMB", "60")],
)
def test_a_type_that_a_profession_does_not_read_says_nothing_on_any_page(
    around: Around, other: Around, name: str, type_code: str, class_code: str
):
    kind = {"type_code": Code(type_code, LOINC), "class_code": Code(class_code, CLASSES)}
    worlds(around, other, 4, Visibility(), kind=kind)

    one, two = VIEWERS[name].browser(around), VIEWERS[name].browser(other)
    assert walk(one, two, PROFESSIONAL) > 5
    propose(one, two)


@pytest.mark.parametrize(("name", "kind"), [("pharmacist", ("51969-4", "11")), ("nurse", ("REMB", "60"))])
@pytest.mark.parametrize("newest", [True, False])
def test_a_version_of_a_type_that_is_not_read_says_nothing_beside_the_one_that_is(
    around: Around, other: Around, name: str, kind: tuple[str, str], newest: bool
):
    """The newest version is read and the former one is not, or the other way round."""
    unread_kind = {"type_code": Code(kind[0], LOINC), "class_code": Code(kind[1], CLASSES)}
    shown, hidden = (NOW - DAY, NOW - 2 * DAY) if newest else (NOW - 2 * DAY, NOW - DAY)
    statuses = (EntryStatus.APPROVED, EntryStatus.DEPRECATED)
    mine, secret = statuses if newest else statuses[::-1]
    chance = Hostile(6)
    seen, unseen, beside = chance.facts(3), chance.facts(3), chance.facts(2)
    read = put_in(11, shown, by=STRANGER, authors=(), status=mine, chain=put_in(1).chain)
    more = put_in(12, by=STRANGER, authors=())
    unread = put_in(1, hidden, by=STRANGER, authors=(), status=secret, **unread_kind)
    put_facts(around, [(read, seen), (more, beside), (unread, unseen)], authorisations=LET_IN)
    put_facts(other, [(replace(read, chain=read.uuid), seen), (more, beside)], authorisations=LET_IN)

    one, two = VIEWERS[name].browser(around), VIEWERS[name].browser(other)
    assert walk(one, two, PROFESSIONAL) > 5


@pytest.mark.parametrize("name", ["doctor", "holder"])
def test_the_comparison_can_fail(around: Around, other: Around, name: str):
    viewer = VIEWERS[name]
    worlds(around, other, 0, Visibility())

    with pytest.raises(AssertionError):
        walk(viewer.browser(around), viewer.browser(other), viewer.room)


def test_a_mask_counts_at_once_for_who_has_just_read_everything(around: Around, other: Around):
    viewer = VIEWERS["doctor"]
    worlds(around, other, 5, Visibility())
    one, two = viewer.browser(around), viewer.browser(other)
    for path in paths(PROFESSIONAL):
        one.get(path)
    around.change(visibility={put_in(number).chain: MASKED for number in HIDDEN})

    assert walk(one, two, PROFESSIONAL) > 5
