"""«Emporter une copie» in a browser: all that one may read, to the octet, and no trace of the rest (LC-14)."""

import hashlib
import io
import os
import re
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from dmp.actions.copy_record import TakeCopy
from dmp.actions.personal_space import WriteNote
from dmp.main import build_gate
from dmp.record.actor import Caller, Holder
from dmp.record.entry import EntryStatus
from dmp.record.people import DelegateScope
from dmp.record.record import Attending, ClosingReason, Closure, RecordState
from dmp.record.visibility import Visibility
from dmp.sandbox.maker import biology_report
from dmp.settings import Settings
from dmp.store.tx import Store
from dmp.web.patient.copy_archive import CopyArchive
from dmp.wire.content import MemoryContent
from maker_builders import a_context, some_results
from own_space_builders import ADULT, DAY, DOCTOR, NOW, Doors, delegated, of_a_child, sent
from store_builders import PERSON, a_record, an_entry, deposit, deposited, uuid
from xds_builders import LETTER

COPY = "/patient/copie"
SUBSET = "IHE_XDM/SUBSET01"
RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
HIDDEN = {uuid(2): Visibility(hidden_from_patient_since=NOW - DAY)}
SECRET = {uuid(2): Visibility(hidden_from_guardians=True)}
PLAIN = ("README.TXT", "INDEX.HTM", "DOSSIER.HTM", "DOSSIER.JSON", "ACCES.CSV", "SHA256.TXT", f"{SUBSET}/METADATA.XML")


_OF_ONE_COPY = re.compile(r"2\.25\.\d+|[0-9a-f]{8}-[0-9a-f-]{27}|\b20\d{12}\b|\d\d[h:]\d\d")
"""What two copies of the same differ in: ids that are drawn, and the instant."""


def without_ids(archive: zipfile.ZipFile) -> dict[str, str]:
    """The index and the metadata of a copy, as any other copy of the same has them."""
    names = ("INDEX.HTM", f"{SUBSET}/METADATA.XML")
    return {name: _OF_ONE_COPY.sub("#", archive.read(name).decode()) for name in names}


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Callable[..., Doors]:
    return lambda record=None: Doors(loop, sqlite_store, record or a_record(traits=ADULT))


def taken(browser) -> zipfile.ZipFile:
    answer = browser.get(COPY).submit(COPY).answer
    assert answer.status_code == 200, browser.page
    assert answer.headers["content-disposition"] == 'attachment; filename="copie-du-dossier.zip"'
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["cache-control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def words(archive: zipfile.ZipFile) -> str:
    return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_the_archive_holds_the_documents_as_deposited_and_its_sums_are_right(doors, tmp_path: Path):
    house = doors()
    deposited(house.store, an_entry(1, title="Compte rendu <i>"), an_entry(2, title="Radio"))
    anne = house.holder()
    archive = taken(anne)
    documents = [f"{SUBSET}/DOC00001.XML", f"{SUBSET}/DOC00002.XML"]
    assert sorted(archive.namelist()) == sorted([*PLAIN, *documents])
    assert all(archive.read(name) == LETTER.read() for name in documents)
    sums = dict(reversed(line.split("  ")) for line in archive.read("SHA256.TXT").decode().splitlines())
    assert sums.keys() == set(archive.namelist()) - {"SHA256.TXT"}
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == told for name, told in sums.items())
    file = tmp_path / "copy.zip"
    assert anne.answer is not None
    file.write_bytes(anne.answer.content)
    for command in (["unzip", "-tqq", file], ["unzip", "-qq", file, "-d", tmp_path]):
        subprocess.run(command, check=True, capture_output=True)
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256.TXT"], cwd=tmp_path, check=True)


def test_the_index_opens_without_us_and_without_scripts(doors):
    house = doors()
    deposited(house.store, an_entry(1, title="Compte rendu <i>"))
    archive = taken(house.holder())
    index = archive.read("INDEX.HTM").decode()
    assert "Compte rendu &lt;i&gt;" in index
    assert f'href="{SUBSET}/DOC00001.XML"' in index
    assert "<script" not in index
    assert "http" not in index.replace("http-equiv", "")
    assert "ANNE DURAND" in index
    links = [part.partition('"')[0] for part in index.split('href="')[1:]]
    assert set(links) <= set(archive.namelist())
    assert etree.HTML(index) is not None


def test_the_metadata_are_an_xdm_submission_of_these_files(doors):
    house = doors()
    deposited(house.store, an_entry(1), an_entry(2))
    archive = taken(house.holder())
    root = etree.fromstring(archive.read(f"{SUBSET}/METADATA.XML"))
    assert root.tag == "{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest"
    uris = [slot.findtext(f".//{RIM}Value") for slot in root.iter(f"{RIM}Slot") if slot.get("name") == "URI"]
    assert sorted(f"{SUBSET}/{uri}" for uri in uris) == sorted(n for n in archive.namelist() if "DOC0" in n)
    lot = next(root.iter(f"{RIM}RegistryPackage"))
    members = {link.get("targetObject") for link in root.iter(f"{RIM}Association")}
    assert members == {entry.get("id") for entry in root.iter(f"{RIM}ExtrinsicObject")} == {uuid(1), uuid(2)}
    assert all(link.get("sourceObject") == lot.get("id") for link in root.iter(f"{RIM}Association"))
    names = {slot.get("name") for slot in root.iter(f"{RIM}Slot")}
    assert {"hash", "size", "submissionTime", "creationTime"} <= names


def test_a_document_to_be_announced_is_absent_without_a_trace(doors):
    house = doors(a_record(traits=ADULT, visibility=HIDDEN))
    deposited(house.store, an_entry(1, title="Compte rendu"))
    before = without_ids(taken(house.holder()))
    deposited(house.store, an_entry(2, title="Annonce difficile"), number=2)
    archive = taken(house.holder())
    assert "Annonce" not in words(archive)
    assert uuid(2) not in words(archive)
    assert without_ids(archive) == before
    assert sorted(archive.namelist()) == sorted([*PLAIN, f"{SUBSET}/DOC00001.XML"])


def test_masked_archived_and_replaced_documents_are_the_holders(doors):
    house = doors(a_record(traits=ADULT, visibility={uuid(1): Visibility(masked=True)}))
    deposited(house.store, an_entry(1, title="Masqué"), an_entry(2, title="Rangé", status=EntryStatus.ARCHIVED))
    deposited(house.store, an_entry(3, title="Ancien", status=EntryStatus.DEPRECATED), number=2)
    index = taken(house.holder()).read("INDEX.HTM").decode()
    assert all(title in index for title in ("Masqué", "Rangé", "Ancien", "archivé", "remplacé"))


def test_only_the_newest_version_of_what_is_said_of_a_document_is_copied(doors):
    house = doors()
    with house.store.begin() as tx:
        contents = tx.inside(tx.records.of(PERSON))
        deposit(contents, an_entry(1, title="Avant", status=EntryStatus.DEPRECATED))
        newer = an_entry(
            4, title="Après", logical_id=uuid(1), chain=uuid(1), unique_id=an_entry(1).unique_id, version=2
        )
        contents.add_entry(newer, lot=uuid(1001), document=contents.document_of(uuid(1)))
    archive = taken(house.holder())
    assert ("Avant" in words(archive), "Après" in words(archive)) == (False, True)


def test_the_history_is_in_it_and_no_cell_is_a_formula(doors):
    house = doors()
    anne = house.holder()
    anne.get("/historique")
    table = taken(anne).read("ACCES.CSV").decode("utf-8-sig")
    assert table.startswith("Quand;Qui;Profession;Structure;Quoi;Comment\r\n")
    assert "a consulté l'historique des accès" in table
    assert "a emporté une copie du dossier" in sent(anne, "/historique", mine="1").page


def test_what_is_kept_elsewhere_is_told_so(doors):
    house = doors()
    deposited(house.store, an_entry(1, title="Ailleurs"))
    with house.store.begin() as tx:
        contents = tx.inside(tx.records.of(PERSON))
        contents.remove_document(contents.document_of(uuid(1)))
    archive = taken(house.holder())
    assert "conservé ailleurs" in archive.read("INDEX.HTM").decode()
    assert sorted(archive.namelist()) == sorted(PLAIN)


def test_private_notes_are_in_nobodys_copy(doors):
    house = doors(of_a_child())
    gate = build_gate(house.store, Settings("", *[Path("/nowhere")] * 6, production=False))
    gate.perform(Caller(Holder(PERSON), patient=PERSON), WriteNote(PERSON, "oiseau-4711"), NOW)
    for browser in (house.holder(), house.acting()):
        assert "oiseau-4711" not in words(taken(browser))
    assert "notes" not in taken(house.acting()).read("ACCES.CSV").decode()


def test_a_representative_takes_what_he_may_read_and_no_more(doors):
    house = doors(of_a_child(visibility=SECRET))
    deposited(house.store, an_entry(1, title="Compte rendu"), an_entry(2, title="Contraception"))
    archive = taken(house.acting())
    assert ("Compte rendu" in words(archive), "Contraception" in words(archive)) == (True, False)
    assert len([name for name in archive.namelist() if "DOC0" in name]) == 1


@pytest.mark.parametrize("scope", list(DelegateScope))
def test_a_delegate_takes_no_copy(doors, scope):
    house = doors(delegated(scope))
    deposited(house.store, an_entry(1))
    paul = house.acting().get(COPY).submit(COPY)
    assert (paul.status, b"PK" in paul.answer.content) == (403, False)


def test_a_professional_takes_no_copy(doors):
    house = doors(a_record(traits=ADULT, attending=(Attending(DOCTOR.id, NOW - DAY, confirmed=True),)))
    claire = sent(house.doctor(), COPY)
    assert claire.answer is not None
    assert (claire.status, claire.answer.headers["location"]) == (303, "/")


def test_the_holder_of_a_closed_record_takes_a_copy_and_his_representative_does_not(doors):
    closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
    house = doors(of_a_child(state=RecordState.CLOSED, closure=closure))
    deposited(house.store, an_entry(1, title="Compte rendu"))
    assert "Compte rendu" in words(taken(house.holder()))
    paul = sent(house.acting(), COPY)
    assert (paul.status, b"PK" in paul.answer.content) == (403, False)


def test_a_session_of_a_while_ago_takes_nothing(doors):
    anne = sent(doors().holder(signed_in=timedelta(minutes=16)), COPY)
    assert (anne.status, "moins de quinze minutes" in anne.page) == (403, True)


def test_a_large_record_is_never_held_in_memory(doors):
    house = doors()
    octets = os.urandom(3_000_000)
    for number in range(1, 21):
        deposited(house.store, an_entry(number), number=number, content=MemoryContent(octets))
    gate = build_gate(house.store, Settings("", *[Path("/nowhere")] * 6, production=False))
    tracemalloc.start()
    try:
        archive = CopyArchive(NOW)
        made = archive.finish(gate.perform(Caller(Holder(PERSON), patient=PERSON), TakeCopy(PERSON, archive), NOW))
        assert made.size > 60_000_000
        assert sum(len(piece) for piece in made.chunks()) == made.size
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 25_000_000


def test_the_file_inside_a_document_without_structure_is_there_to_be_opened(doors):
    house = doors()
    wish = "/patient/volontes/don-d-organes"
    anne = sent(house.holder(), wish, nonce="", replaces="", choice="refusal")
    assert anne.status == 303, anne.page
    archive = taken(anne)
    assert "registre national des refus" in archive.read("LISIBLE/DOC00001.TXT").decode()
    assert 'href="LISIBLE/DOC00001.TXT"' in archive.read("INDEX.HTM").decode()


def test_an_act_that_is_run_again_puts_nothing_in_twice(doors):
    house = doors()
    deposited(house.store, an_entry(1))
    archive = CopyArchive(NOW)
    gate = build_gate(house.store, Settings("", *[Path("/nowhere")] * 6, production=False))
    for _ in range(2):
        taken_now = gate.perform(Caller(Holder(PERSON), patient=PERSON), TakeCopy(PERSON, archive), NOW)
    names = zipfile.ZipFile(io.BytesIO(archive.finish(taken_now).read())).namelist()
    assert len([name for name in names if "DOC0" in name]) == 1


def test_on_a_telephone_no_table_of_the_copy_is_wider_than_the_screen(doors):
    house = doors()
    deposited(house.store, an_entry(1), content=MemoryContent(biology_report(a_context(), some_results())))
    archive = taken(house.holder())
    index, beside, document = (
        archive.read(name).decode() for name in ("INDEX.HTM", "DOSSIER.HTM", "LISIBLE/DOC00001.HTM")
    )
    assert "@media screen and (max-width:40rem)" in index
    wide = re.findall("<table([^>]*)>\\s*<thead>(.*?)</thead>", beside, re.DOTALL)
    assert wide
    assert all(("stack" in mark) == (head.count("<th ") > 2) for mark, head in wide)
    assert 'data-label="Valeur"' in beside
    assert ".table-responsive { overflow-x: auto; }" in document


def test_a_document_with_a_text_is_a_page_to_be_opened_without_us(doors):
    house = doors()
    octets = biology_report(a_context(), some_results())
    deposited(house.store, an_entry(1, title="Analyses <b>"), content=MemoryContent(octets))
    archive = taken(house.holder())
    page = archive.read("LISIBLE/DOC00001.HTM").decode()
    assert "<h1>Analyses &lt;b&gt;</h1>" in page
    assert "<table" in page
    assert "<script" not in page
    assert 'href="LISIBLE/DOC00001.HTM"' in archive.read("INDEX.HTM").decode()
