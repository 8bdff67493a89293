"""At the desk of a hospital: a record is opened with consent, and the person signs in with what she was given."""

import re
from datetime import datetime

from dmp.record.record import RecordState
from portal_builders import DOCTOR

MOBILE = "0639980777"


def test_a_secretary_opens_a_record_hands_out_an_access_and_the_person_activates_it(home, opens):
    person = next(home.adults)
    traits, day = person.traits, datetime.fromisoformat(person.traits.birth_date)
    with opens() as window:
        window.hold(home.secret_of_staff()).goes("/desk")
        window.fills(ins=person.patient.number, name=traits.birth_name, birth=f"{day:%d/%m/%Y}")
        window.page.get_by_label("Ouvrir son dossier", exact=True).check()
        window.page.locator("#present").check()
        window.presses("Commencer")
        assert traits.birth_name in window.page.get_by_role("region", name="Dossier ouvert").inner_text()

        window.presses("Ouvrir son dossier").fills(birth_first_name=traits.birth_first_name)
        for box in (f"sex-{traits.sex.value}", "paper", "break_glass-yes", "dispatch-no", "informed", "consent"):
            window.page.locator(f"#{box}").check()
        window.presses("Ouvrir le dossier")
        assert home.client(DOCTOR).test_record(person.patient).state is RecordState.ACTIVE

        window.goes("/desk/accord").page.locator("#consent").check()
        window.presses("Noter son accord").goes("/desk/acces")
        window.page.locator("#channel-sms").check()
        window.fills(address=MOBILE).presses("Faire le courrier")
        login, password = window.page.locator(".letter dd").all_inner_texts()[-2:]
        window.goes("/desk").presses("Mettre fin au mandat")
        assert window.page.get_by_role("region", name="Dossier ouvert").count() == 0

    before = len(home.messages())
    with opens() as window:
        window.goes("/activation").fills(login=login, password=password).presses("Continuer")
        window.fills(code=home.code(MOBILE, after=before)).presses("Se connecter")
        assert window.path == "/connexion/mot-de-passe"
    assert re.fullmatch(r"\S+", login)
