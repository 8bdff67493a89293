"""A stolen database tells counts, never words (security 12.3)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select, text

from dmp.record.codes import Code
from dmp.record.entry import Deposit
from dmp.record.listed import Listed
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId, Sex
from dmp.record.record import Attending, Authorisation, ClosingReason, Closure, Consent, Record, RecordState
from dmp.record.visibility import Visibility
from dmp.store import schema
from dmp.store.tx import Store
from store_builders import NIR, NOW, an_entry, deposit, opened, uuid
from xds_builders import Octets, an_author

INS = PatientId("279035121518989", NIR)
OF_THE_MOTHER = PatientId("255067511614203", NIR)
DOCTOR = "899900077777"
CONTROL = "KABINETT"
"""In clear in the directory, which is public: a search that misses it would prove nothing."""
WORDS = (
    CONTROL,
    "279035121518989",
    "255067511614203",
    "CANARIBIRTHNAME",
    "CANARIFIRSTNAME",
    "CANARIMOTHER",
    "1979-03-28",
    "tel:0612345678",
    "75007 CANARITOWN",
    "CANARICLOSURE",
    DOCTOR,
    "CANARITITLE",
    "CANARICOMMENT",
    "CANARIAUTHOR",
    "CANARILOTTITLE",
    "CANARIREASON",
    "CANARISLOT",
    "CANARIEVENT",
    "1.2.250.1.999.1.1",
    "1.2.250.1.999.4.1",
    "11488-4",
    "CANARIDOCUMENT",
    "MASQUE_PS",
    "hidden_from_patient",
)

A_RECORD = Record(
    key="rec-1",
    identifiers=(INS,),
    traits=IdentityTraits("CANARIBIRTHNAME", "CANARIFIRSTNAME", "CANARIFIRSTNAME", "1979-03-28", Sex.FEMALE),
    contact=Contact((("city", "75007 CANARITOWN"),), (("MC", "tel:0612345678"),)),
    guardians=(Guardian("MTH", "CANARIMOTHER", "ANNE", Contact(), OF_THE_MOTHER),),
    consent=Consent(NOW, DOCTOR),
    closure=Closure(NOW, ClosingReason.PATIENT_REQUEST, "CANARICLOSURE"),
    authorisations=(Authorisation(DOCTOR, NOW, NOW + timedelta(days=365), DOCTOR),),
    blocked=frozenset({DOCTOR}),
    attending=(Attending(DOCTOR, NOW),),
    visibility={uuid(1): Visibility(masked=True, hidden_from_patient_since=NOW)},
)
AN_ENTRY = replace(
    an_entry(1),
    title="CANARITITLE",
    comments="CANARICOMMENT",
    authors=(an_author(person="CANARIAUTHOR"),),
    event_codes=(Code("CANARIEVENT", "1.2.3", "CANARIEVENT"),),
    extra=(("urn:x", ("CANARISLOT",)),),
    deposit=Deposit(NOW, DOCTOR, "499900012345001", "DIRECTE"),
)


def filled(store: Store) -> None:
    """Write, change and read the words, in several transactions."""
    opened(store, A_RECORD)
    with store.begin() as tx:
        tx.directory.load([Listed("structure", "1", CONTROL)], [])
        record = tx.records.of(INS)
        assert record is not None
        contents = tx.inside(record)
        deposit(contents, AN_ENTRY, content=Octets(b"CANARIDOCUMENT" * 100_000))
        contents.add_lot(
            replace(contents.lots()[0], uuid=uuid(1009), unique_id="1.2.250.1.999.4.9", title="CANARILOTTITLE"),
            contents.fingerprint("CANARILOTTITLE"),
        )
        link = contents.links_touching([uuid(1)])[0]
        contents.add_links([replace(link, uuid=uuid(2009), reason=Code("CANARIREASON", "1.2.3", "CANARIREASON"))])
        tx.records.change(replace(record, state=RecordState.CLOSED), at=NOW)
        tx.replays.first("CANARIDOCUMENT", until=NOW)
        tx.replays.first_or_same("CANARITITLE", content="CANARISLOT", holder=DOCTOR, until=NOW)


def told(octets: bytes) -> list[str]:
    """The words that can be read in these octets, in the encodings that a database might use."""
    return [w for w in WORDS if any(w.encode(encoding) in octets for encoding in ("utf-8", "utf-16-le", "utf-16-be"))]


def tellers(places: dict[str, bytes]) -> dict[str, list[str]]:
    """What each place tells, when it tells anything."""
    return {name: words for name, octets in places.items() if (words := told(octets))}


def every_file(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_words_of_this_test_would_be_found_in_clear_text():
    assert told(repr(A_RECORD).encode() + repr(AN_ENTRY).encode("utf-16-le"))


def test_no_file_of_a_sqlite_store_tells_a_word(sqlite_store: Store, tmp_path: Path):
    filled(sqlite_store)

    files = every_file(tmp_path)

    assert {"dmp.db", "dmp.db-wal"} <= files.keys()
    assert len(files["dmp.db-wal"]) > 10_000
    assert len([name for name in files if name.startswith("blobs/")]) == 1
    assert tellers(files) == {"dmp.db-wal": [CONTROL]}


def test_no_column_of_a_dump_tells_a_word(store: Store):
    filled(store)

    with store.engine.connect() as connection:
        dump = {f"{table}.{column}": b"\0".join(values) for table, column, values in columns(connection)}

    assert all(dump[f"{table}.sealed"] for table in ("record", "record_history", "page"))
    assert tellers(dump) == {"directory.name": [CONTROL], "directory_word.word": [CONTROL]}


def columns(connection: Connection):
    """Every value of every column of every table, as octets."""
    for table in schema.metadata.sorted_tables:
        for column in table.columns:
            values = connection.scalars(select(column)).all()
            yield table.name, column.name, [v if isinstance(v, bytes) else str(v).encode() for v in values]


def test_no_blob_tells_a_word(store: Store, tmp_path: Path):
    filled(store)

    blobs = every_file(tmp_path / "blobs")

    assert [len(octets) for octets in blobs.values()] == [1024 * 1024 + 16 + 352 * 1024 + 16]
    assert [told(octets) for octets in blobs.values()] == [[]]


def test_no_file_of_the_database_server_tells_a_word(postgresql_store: Store):
    filled(postgresql_store)

    with postgresql_store.engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.scalar(text("SHOW data_directory")) or "")
        oid = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        files = every_file(folder / "base" / str(oid)) | every_file(folder / "pg_wal")

    assert {word for words in tellers(files).values() for word in words} == {CONTROL}


def test_an_error_of_the_database_does_not_quote_what_was_being_written(store: Store):
    opened(store, A_RECORD)

    try:
        opened(store, A_RECORD)
    except Exception as error:
        shown = repr(error) + repr(error.__cause__) + str(error.__cause__)

    assert told(shown.encode()) == []
    assert "UNIQUE" in shown.upper()


def test_a_key_is_not_shown_with_what_it_opens(store: Store):
    filled(store)
    with store.begin() as tx:
        tx.records.get("rec-1")
        seal = tx.records.seal("rec-1")
    ref = store.blobs.put([b"text"])

    assert "key" not in repr(seal) + repr(ref)
    assert seal.key.hex() not in repr(seal)
