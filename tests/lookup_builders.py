"""Papers for the search: a record of fiction (`corpus.toml`), and single ones."""

import tomllib
from datetime import date
from functools import cache
from hashlib import sha1
from pathlib import Path

from dmp.documents.text import DocumentText, TextSection
from dmp.record.codes import Code
from dmp.record.entry import Author, DocumentEntry
from dmp.record.nomenclature import class_of
from dmp.services.lookup.find import Found, Paper, find
from dmp.services.lookup.lexicon import shipped
from dmp.services.lookup.query import parse
from dmp.services.lookup.terms import terms_of
from xds_builders import an_entry

HERE = Path(__file__).parent / "services" / "lookup"
TODAY = date(2026, 1, 15)
LOINC, LOCAL = "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.12"


def entry_of(told: dict[str, str]) -> DocumentEntry:
    family, _, given = told.get("author", "").partition(" ")
    specialties = (f"G15_10^{told['specialty']}^1.2",) if "specialty" in told else ()
    code = told.get("kind", "11488-4")
    kind = Code(code, LOINC if code[0].isdigit() else LOCAL)
    return an_entry(
        uuid=f"urn:uuid:{told['id']}",
        unique_id=f"1.2.{told['id']}",
        hash=told.get("hash", sha1(told["id"].encode()).hexdigest()),  # noqa: S324 - what XDS asks for
        title=told["title"],
        type_code=kind,
        class_code=class_of(kind) or Code("", ""),
        authors=(Author(person=f"1^{family}^{given}", specialties=specialties),),
        service_start=told.get("day", "20240101"),
        event_codes=(),
    )


def a_paper(name: str, text: str = "", **told: str) -> Paper:
    """A document with this text, titled «Document» unless said."""
    sections = (TextSection("", text),) if text else ()
    return Paper(entry_of({"title": "Document", **told, "id": name}), terms_of(DocumentText(sections)))


@cache
def corpus() -> tuple[Paper, ...]:
    documents = tomllib.loads((HERE / "corpus.toml").read_text(encoding="utf-8"))["document"]
    return tuple(a_paper(told.pop("id"), told.pop("text"), **told) for told in documents)


def asked(typed: str, *papers: Paper) -> Found:
    """The answer among these papers, else in the whole corpus."""
    return find(parse(typed, shipped()), papers or corpus(), TODAY)


def names(found: Found) -> list[str]:
    """The documents that were found, in order."""
    return [hit.entry.uuid.removeprefix("urn:uuid:") for hit in found.hits]
