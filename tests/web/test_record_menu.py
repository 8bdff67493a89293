"""What a professional may do with the record that is open stands in the menu: of each profession, its own."""

from dataclasses import replace

import pytest

from dmp.sign_in.sessions import Session
from dmp.web.portal.places import record_menu_of
from professional_builders import DOCTOR
from store_builders import NOW, PERSON

OPEN = Session("1", NOW, NOW, (), professional=DOCTOR, patient=PERSON)


@pytest.mark.parametrize(
    ("profession", "words"),
    [("10", "Prescrire"), ("40", "Prescrire"), ("50", "Prescrire"), ("21", "Délivrer"), ("60", "")],
)
def test_who_prescribes_and_who_delivers_are_one_click_from_it(profession, words):
    menu = record_menu_of(replace(OPEN, professional=replace(DOCTOR, profession=profession)))

    found = [place.french for place in menu if "/ordonnances" in place.path]
    assert found == ([words] if words else [])
    assert menu[0].french == "Dossier"


def test_without_a_record_nobody_prescribes():
    assert record_menu_of(replace(OPEN, patient=None)) == ()
