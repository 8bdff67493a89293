"""Taking a copy away, closing one's record, opening it again: in a real browser, to the last octet."""

import hashlib
import io
import zipfile

from dmp.record.record import RecordState
from portal_builders import DOCTOR


def test_somebody_takes_a_copy_closes_her_record_and_opens_it_again(home, opens):
    patient = home.patient(documents=3)
    titles = {one.title for one in home.client(DOCTOR).find(patient.id)}
    with opens(accept_downloads=True) as window:
        window.hold(home.secret_of(patient)).goes("/patient/reglages").presses("Emporter une copie complète")
        with window.page.expect_download() as begun:
            window.page.get_by_role("button", name="Télécharger la copie").click()
        with zipfile.ZipFile(io.BytesIO(begun.value.path().read_bytes())) as copy:
            assert copy.testzip() is None
            (page,) = [
                copy.read(name).decode() for name in copy.namelist() if name.lower() in ("index.htm", "index.html")
            ]
            assert all(title in page for title in titles)
            (sums,) = [copy.read(name).decode() for name in copy.namelist() if "sha256" in name.lower()]
            for line in sums.splitlines():
                digest, _, name = line.partition("  ")
                assert hashlib.sha256(copy.read(name.lstrip("*"))).hexdigest() == digest

        window.goes("/patient/fermer")
        window.page.get_by_label("J’ai compris").check()
        window.presses("Fermer mon dossier")
        assert "Fermé depuis le" in window.words
        assert home.client(DOCTOR).test_record(patient.id).state is RecordState.CLOSED
        assert not home.client(DOCTOR).find(patient.id)

        window.page.get_by_label("J’accepte que mon dossier soit rouvert").check()
        window.presses("Rouvrir mon dossier")
        window.goes("/patient/documents")
        assert all(title in window.words for title in titles)


def test_a_record_is_not_closed_by_whoever_has_not_ticked_the_box(home, wide):
    patient = home.patient()
    wide.bears.add(422)
    wide.hold(home.secret_of(patient)).goes("/patient/fermer").presses("Fermer mon dossier")
    assert "Cochez la case" in wide.words
    assert home.client(DOCTOR).test_record(patient.id).state is RecordState.ACTIVE
