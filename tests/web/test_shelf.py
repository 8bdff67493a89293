"""The shelf: what a list makes of the entries of a search, and of nothing else."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.record.codes import Code
from dmp.record.entry import Deposit, DocumentEntry, EntryStatus
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.record.visibility import Visibility
from dmp.web.days import day_of
from dmp.web.shelf.choice import A_PAGE, Choice, Order, State, plain, read_choice, shelve
from dmp.web.shelf.families import Family, Pin, _rows, family_of, kind_of
from dmp.web.shelf.lines import Badge, Line, Visitor, lines_of, speciality_of
from store_builders import an_entry
from xds_builders import an_author

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LOINC, FRENCH = "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.12"
BIOLOGY = Code("11502-2", LOINC, "CR d'examens biologiques")
PRESCRIPTION = Code("57833-6", LOINC, "Prescription de produits de santé")
CARDIOLOGIST = an_author(
    person="899900000303^NOËL-TEST^Zoé^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
    specialties=("G15_10/SM04^Cardiologie^1.2.250.1.213.1.1.4.5",),
)


def a_document(number: int = 1, **changes) -> DocumentEntry:
    """A document of its own: another title and other octets."""
    own = {"hash": f"{number:040x}", "title": f"Consultation {number}", "service_start": ""}
    return an_entry(number, **{**own, **changes})


def many(count: int = 400) -> list[DocumentEntry]:
    """A record of four years, in no order."""
    chance = random.Random(5)  # noqa: S311 - a record of a test
    types = list(value_set(Nomenclature.DOCUMENT_TYPES).concepts.values())
    found = []
    for number in range(1, count + 1):
        at = AT - timedelta(days=chance.randrange(4 * 365))
        kind = chance.choice(types)
        found.append(
            a_document(
                number,
                type_code=kind.code,
                class_code=Code(kind.parent, ""),
                service_start=f"{at:%Y%m%d}",
                authors=(chance.choice([an_author(), CARDIOLOGIST]),),
            )
        )
    return found


def shelved(entries: list[DocumentEntry], **choice):
    return shelve(lines_of(entries, AT), Choice(**choice), AT)


def titles(lines: tuple[Line, ...]) -> list[str]:
    return [line.title for line in lines]


def test_a_line_says_when_the_care_was_given_what_it_is_who_wrote_it_and_where():
    (line,) = lines_of([a_document(service_start="202611212330", title="")], AT)
    assert (line.day, line.title, line.kind) == ("22/11/2026",) + (
        "Compte rendu ou fiche de consultation ou de visite",
    ) * 2
    assert line.speciality == "Médecine générale"
    assert line.author
    assert line.structure
    assert lines_of([a_document(creation_time="20261120")], AT)[0].day == "20/11/2026", "else when it was made"


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026", "2026"), ("202601", "01/2026"), ("20260131", "31/01/2026"), ("20260131233000", "01/02/2026"), ("", "")],
)
def test_a_day_is_told_with_the_precision_that_was_sent_and_in_paris_time(text, day):
    assert day_of(text) == day


def test_what_was_replaced_is_folded_under_its_newest_version():
    old = a_document(1, chain="c", status=EntryStatus.DEPRECATED, deposit=_deposit(9))
    oldest = a_document(2, chain="c", status=EntryStatus.DEPRECATED, deposit=_deposit(12))
    new = a_document(3, chain="c", deposit=_deposit(1))
    (line,) = lines_of([old, new, oldest], AT)
    assert line.id == new.uuid.removeprefix("urn:uuid:")
    assert [one.id[-1] for one in line.versions] == ["1", "2"]
    assert not line.badges


def test_what_was_replaced_by_something_that_is_not_there_stands_alone_and_says_so():
    (line,) = lines_of([a_document(1, chain="c", status=EntryStatus.DEPRECATED)], AT)
    assert (line.badges, line.versions) == ((Badge.REPLACED,), ())


def test_the_same_octets_are_shown_once():
    (line,) = lines_of([a_document(1), replace(a_document(2, title="Autre"), hash=a_document(1).hash)], AT)
    assert len(line.copies) == 1


def test_the_same_type_author_day_and_title_are_shown_once():
    pair = [a_document(number, title="Ordonnance", service_start="20261101") for number in (1, 2)]
    assert len(lines_of(pair, AT)) == 1
    assert len(lines_of([pair[0], replace(pair[1], service_start="20261102")], AT)) == 2
    assert len(lines_of([pair[0], replace(pair[1], authors=(CARDIOLOGIST,))], AT)) == 2


def a_scan(number: int, **changes) -> DocumentEntry:
    """What the patient added: a document of his own kind, without a structure."""
    own = {"type_code": Code("DOCPAT03", FRENCH), "class_code": Code("90", ""), "deposit": _deposit(1, structure="")}
    return a_document(number, **{**own, **changes})


def three_of_one() -> list[DocumentEntry]:
    """The report of a hospital, the same from a doctor, and the scan of the patient."""
    told = {"service_start": "20261101", "title": "Échographie du genou droit"}
    return [
        a_document(1, **told, deposit=_deposit(300)),
        a_document(2, **told, authors=(CARDIOLOGIST,), deposit=_deposit(200)),
        a_scan(3, **told),
    ]


def test_one_report_from_a_hospital_a_doctor_and_the_patient_is_one_line_with_all_three():
    (line,) = lines_of(three_of_one(), AT)
    assert [one.id[-1] for one in line.all] == ["1", "2", "3"]
    assert [one.by_patient for one in line.all] == [False, False, True]
    assert sorted(each[-1] for each in line.ids) == ["1", "2", "3"]


def test_a_new_copy_makes_its_line_new_and_the_last_added():
    alone = a_document(9, deposit=_deposit(100))
    visitor = Visitor("899900000999", AT - timedelta(days=7))
    lines = lines_of([*three_of_one(), alone], AT, visitor)
    assert [Badge.NEW in line.badges for line in lines if line.copies] == [True]
    first, *_ = shelve(lines, Choice(order=Order.ADDED), AT).lines
    assert first.copies


def test_a_line_is_found_by_the_words_the_family_and_the_speciality_of_its_copies():
    entries = [*three_of_one(), a_document(9)]
    assert [len(line.copies) for line in shelved(entries, words="noel-test").lines] == [2]
    assert [len(line.copies) for line in shelved(entries, family=Family.OWN).lines] == [2]
    heart = speciality_of(CARDIOLOGIST.specialties[0])
    assert [len(line.copies) for line in shelved(entries, speciality=heart).lines] == [2]
    assert (heart, 1) in shelved(entries).specialities


def test_former_versions_of_a_copy_are_kept_with_it():
    one, other = (
        a_document(number, title="Ordonnance", service_start="20261101", chain=f"c{number}") for number in (1, 2)
    )
    old = a_document(3, chain="c2", status=EntryStatus.DEPRECATED, deposit=_deposit(30))
    (line,) = lines_of([one, other, old], AT)
    assert sorted(each[-1] for each in line.ids) == ["1", "2", "3"]
    assert [len(each.versions) for each in line.all] == [0, 1]


def test_pages_of_a_long_record_with_copies_hold_each_document_once():
    entries = many(400)
    copies = [
        replace(entry, uuid=a_document(1000 + place).uuid, chain="", logical_id="", unique_id=f"9.{place}")
        for place, entry in enumerate(entries[::5])
    ]
    lines = lines_of([*entries, *copies], AT)
    assert sum(1 for line in lines if line.copies) >= len(copies)
    first = shelve(lines, Choice(), AT)
    shown = [each for page in range(1, first.pages + 1) for each in shelve(lines, Choice(page=page), AT).lines]
    ids = [each for line in shown for each in line.ids]
    assert len(shown) == first.total == len(lines)
    assert (len(ids), set(ids)) == (480, {entry.uuid.removeprefix("urn:uuid:") for entry in (*entries, *copies)})
    assert [line.when for line in shown] == sorted((line.when for line in shown), reverse=True)


def test_two_copies_that_are_not_hidden_alike_are_never_folded():
    one = a_document(1)
    other = replace(a_document(2), hash=one.hash, visibility=Visibility(masked=True))
    assert [line.badges for line in lines_of([one, other], AT)] in ([(), (Badge.MASKED,)], [(Badge.MASKED,), ()])


def test_badges_say_what_hides_a_document_and_until_when():
    waiting = Visibility(hidden_from_patient_since=AT - timedelta(days=3), hidden_from_guardians=True)
    (line,) = lines_of([a_document(visibility=waiting)], AT)
    assert (line.badges, line.announced_on) == ((Badge.TO_ANNOUNCE, Badge.FROM_GUARDIANS), "19/12/2026")
    over = Visibility(hidden_from_patient_since=AT - timedelta(days=40))
    assert lines_of([a_document(visibility=over)], AT)[0].badges == ()


def test_new_is_what_came_since_the_last_visit_and_nothing_where_none_is_known():
    entries = [a_document(1, deposit=_deposit(2)), a_document(2, deposit=_deposit(20))]
    seen = {line.title: line.badges for line in lines_of(entries, AT, Visitor("899900000999", AT - timedelta(days=7)))}
    assert seen == {"Consultation 1": (Badge.NEW,), "Consultation 2": ()}
    assert all(line.badges == () for line in lines_of(entries, AT))
    own = lines_of(entries, AT, Visitor("899900000101", AT - timedelta(days=7)))
    assert all(line.badges == () for line in own), "what one put in oneself is not new"


def test_every_type_and_class_has_a_family():
    families = {family_of(entry) for entry in many()}
    assert families == set(Family)
    assert family_of(a_document(type_code=BIOLOGY)) is Family.BIOLOGY
    assert family_of(a_document(type_code=Code("X", "1.2"), class_code=Code("31", ""))) is Family.IMAGING
    assert family_of(a_document(type_code=Code("X", "1.2"), class_code=Code("X", ""))) is Family.OTHERS


def test_each_type_of_the_table_of_families_exists():
    known = {code for code, _ in value_set(Nomenclature.DOCUMENT_TYPES).concepts} | {"48765-2"}
    assert {code for kind, code in _rows() if kind == "type"} <= known


def test_a_kind_is_written_out_and_an_unknown_one_keeps_the_words_of_its_sender():
    assert kind_of(BIOLOGY.code, LOINC, "") == "Compte rendu d'examens biologiques"
    assert kind_of("X", "1.2", "Carnet") == "Carnet"
    assert speciality_of("G15_10/SM04^Cardiologie^1.2.250.1.213.1.1.4.5") == "Cardiologie et Maladies vasculaires"
    assert speciality_of("G15_60^Infirmier^1.2.250.1.213.1.1.4.5") == "Infirmier"


def test_what_the_holder_added_also_stands_in_its_own_family():
    by_holder = a_document(1, type_code=BIOLOGY, deposit=Deposit(AT, "1", "", ""))
    shelf = shelved([by_holder, a_document(2, type_code=BIOLOGY)])
    assert dict(shelf.families) == {Family.BIOLOGY: 2, Family.OWN: 1}
    assert titles(shelved([by_holder, a_document(2)], family=Family.OWN).lines) == ["Consultation 1"]


def test_a_filter_counts_what_it_would_leave_of_what_the_others_leave():
    entries = [
        a_document(1, type_code=BIOLOGY, service_start="20261101"),
        a_document(2, type_code=BIOLOGY, service_start="20250101", authors=(CARDIOLOGIST,)),
        a_document(3, type_code=PRESCRIPTION, service_start="20261101"),
    ]
    shelf = shelved(entries, family=Family.BIOLOGY, period="2026")
    assert dict(shelf.families) == {Family.BIOLOGY: 1, Family.TREATMENTS: 1}
    assert dict(shelf.years) == {"2026": 1, "2025": 1}
    assert (shelf.total, shelf.every) == (1, 3)
    assert dict(shelf.specialities) == {"Médecine générale": 1}
    assert titles(shelved(entries, speciality="Cardiologie et Maladies vasculaires").lines) == ["Consultation 2"]


@pytest.mark.parametrize(("period", "left"), [("", 4), ("3m", 1), ("12m", 3), ("2025", 2), ("1999", 0)])
def test_a_period_is_counted_from_the_day_of_the_visit(period, left):
    days = ("20261101", "20260101", "20251122", "20250101")
    entries = [a_document(number, service_start=day) for number, day in enumerate(days, start=1)]
    assert shelved(entries, period=period).total == left


@pytest.mark.parametrize("words", ["noel", "NOËL-test", "  zoé  CARDIO ", "résumé coeur", "RESUME CŒUR"])
def test_words_are_found_in_title_author_or_kind_whatever_their_case_and_accents(words):
    entries = [a_document(1, title="Résumé du cœur", authors=(CARDIOLOGIST,)), a_document(2)]
    assert titles(shelved(entries, words=words).lines) == ["Résumé du cœur"]


def test_every_word_is_needed_and_none_of_them_is_a_pattern():
    assert shelved([a_document(1)], words="consultation absent").total == 0
    assert shelved([a_document(1)], words=".*").total == 0
    assert plain("Œdème À L’ŒIL") == "oedeme a l'oeil"


def test_lines_stand_by_month_newest_first_and_in_other_orders_without_months():
    entries = [
        a_document(number, service_start=day) for number, day in [(1, "20260110"), (2, "20260301"), (3, "20260131")]
    ]
    shelf = shelved(entries)
    assert [group.heading for group in shelf.groups] == [("Mars 2026", "March 2026"), ("Janvier 2026", "January 2026")]
    assert titles(shelf.lines) == ["Consultation 2", "Consultation 3", "Consultation 1"]
    assert titles(shelved(entries, order=Order.OLDEST).lines) == ["Consultation 1", "Consultation 3", "Consultation 2"]
    assert [group.heading for group in shelved(entries, order=Order.AUTHOR).groups] == [("", "")]


def test_a_document_without_a_readable_date_is_there_all_the_same():
    shelf = shelved([a_document(creation_time="jadis")])
    assert (shelf.groups[0].heading[0], shelf.lines[0].day) == ("Sans date", "")


def test_four_hundred_documents_are_cut_in_pages_of_which_none_is_lost():
    entries = many()
    lines = lines_of(entries, AT)
    pages = [shelve(lines, Choice(page=page), AT) for page in range(1, 9)]
    seen = [line.id for page in pages for line in page.lines]
    assert (pages[0].total, pages[0].pages, len(pages[0].lines)) == (400, 8, A_PAGE)
    assert sorted(seen) == sorted(entry.uuid.removeprefix("urn:uuid:") for entry in entries)
    assert (pages[0].before, pages[7].after) == ("", "")
    assert shelve(lines, Choice(page=99), AT).choice.page == 8


def test_a_shelf_is_made_of_what_was_given_and_of_nothing_else():
    """What is left out leaves no mark: the shelf is that of a record without it (AR-17)."""
    entries = many(60)
    without = [entry for number, entry in enumerate(entries) if number % 7]
    for choice in (Choice(), Choice(family=Family.OTHERS), Choice(words="test"), Choice(order=Order.KIND)):
        again = [replace(entry) for entry in reversed(without)]
        assert shelve(lines_of(without, AT), choice, AT) == shelve(lines_of(again, AT), choice, AT)


def test_an_address_keeps_what_was_chosen_but_the_words():
    asked = {
        "family": "biology",
        "period": "3m",
        "speciality": "Sage-Femme",
        "state": "archived",
        "order": "kind",
        "page": "3",
    }
    choice = read_choice(lambda name: asked.get(name, ""), "  coeur ")
    assert (choice.family, choice.state, choice.page, choice.words) == (Family.BIOLOGY, State.ARCHIVED, 3, "coeur")
    assert choice.query(page=3) == "?family=biology&period=3m&speciality=Sage-Femme&state=archived&order=kind&page=3"
    assert "coeur" not in choice.query()
    assert choice.query(family=None).startswith("?period=3m")


@pytest.mark.parametrize("odd", ["x" * 300, "-1", "²", "٣", "'; --", "0000000", ""])
def test_what_is_not_understood_is_not_chosen(odd):
    choice = read_choice(lambda _: odd)
    assert replace(choice, speciality="", page=1) == Choice()
    assert choice.page == 1
    assert len(choice.speciality) <= 100


def test_pins_are_those_of_the_table():
    lines = lines_of([a_document(1, type_code=BIOLOGY), a_document(2, type_code=PRESCRIPTION), a_document(3)], AT)
    assert {line.title: line.pin for line in lines} == {
        "Consultation 1": Pin.BIOLOGY,
        "Consultation 2": Pin.PRESCRIPTION,
        "Consultation 3": None,
    }


def _deposit(days_ago: int, structure: str = "1750000001") -> Deposit:
    return Deposit(AT - timedelta(days=days_ago), "899900000101", structure, "DIRECTE")
