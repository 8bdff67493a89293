"""The form of a deposit, the same for patients and professionals: what was typed, and what is wrong with it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from dmp.documents.files.trouble import UnusableFile, Why
from dmp.documents.files.typed import CDA, TypedFile, typed
from dmp.record.codes import Code
from dmp.record.dtm import PARIS
from dmp.record.errors import AccessRefused, Refused
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.record.profile import MIB
from dmp.record.visibility import Visibility
from dmp.web import deposit_words
from dmp.web.days import read_day
from dmp.web.deposit_authors import EVENTS, Writer
from dmp.web.depositing import Depositing, Told
from dmp.web.portal.page import Visit

UPLOADS = 20 * MIB
"""Octets that a form takes: what makes a document too large is told on its page."""
LONGEST_TITLE = 128


@dataclass(frozen=True)
class Put:
    """What came of a form: the document that was put in, or the errors by field."""

    uuid: str = ""
    errors: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class DepositForm:
    """A form of one portal: who may offer which kinds, and whether a CDA document is taken as it is."""

    depositing: Depositing
    kinds: Collection[str]
    cda: bool = False

    def put_in(self, visit: Visit, writer: Writer, visibility: Visibility, *, replaces: str = "") -> Put:
        """Read what was typed, and put the document in.

        Raises:
            DmpError: the rights say no, other than about the kind; or what is replaced is not there.
        """
        file, errors = self._file(visit)
        errors |= self._typed(visit, file)
        if errors or file is None:
            return Put(errors=errors)
        told = Told(
            self.depositing.nonce(visit.form.line("nonce")),
            title_of(visit),
            kind_of(visit.form.line("kind")),
            typed_day(visit.form.line("day")) or "",
            EVENTS[visit.form.line("event")][0] if visit.form.line("event") in EVENTS else None,
            visibility,
            replaces,
        )
        try:
            return Put(self.depositing.put_in(visit, writer, file, told))
        except AccessRefused as error:
            return Put(errors=deposit_words.of_access(error, visit))
        except Refused as error:
            return Put(errors=deposit_words.of_problems(error.problems, visit))

    def _file(self, visit: Visit) -> tuple[TypedFile | None, dict[str, str]]:
        sent = visit.form.files.get(deposit_words.FILE, ())
        try:
            if any(one.too_large for one in sent):
                raise UnusableFile(Why.TOO_LARGE)
            return typed([one.octets for one in sent], cda=self.cda), {}
        except UnusableFile as error:
            return None, deposit_words.of_file(error.why, visit)

    def _typed(self, visit: Visit, file: TypedFile | None) -> dict[str, str]:
        """What is wrong with the words; a CDA document says them itself."""
        if file is not None and file.media_type == CDA:
            return {}
        errors: dict[str, str] = {}
        if not title_of(visit):
            errors["title"] = visit.says("Donnez un titre au document.", "Give the document a title.")
        if visit.form.line("kind") not in self.kinds:
            errors["kind"] = visit.says("Choisissez de quoi il s’agit.", "Choose what it is.")
        day = typed_day(visit.form.line("day"))
        if day is None or day > f"{self.depositing.clock().astimezone(PARIS):%Y%m%d}":
            errors["day"] = visit.says(
                "Écrivez une date passée, comme 31/01/2026, ou laissez vide.",
                "Write a past date, such as 31/01/2026, or leave it empty.",
            )
        return errors


def title_of(visit: Visit) -> str:
    """The title as it was typed, without what is no sign."""
    signs = "".join(sign if sign.isprintable() else " " for sign in visit.form.line("title"))
    return " ".join(signs.split())[:LONGEST_TITLE]


def kind_of(code: str) -> Code:
    """The type of document of this code."""
    concepts = value_set(Nomenclature.DOCUMENT_TYPES).concepts.values()
    return next((concept.code for concept in concepts if concept.code.code == code), Code(code, ""))


def typed_day(text: str) -> str | None:
    """A day as browsers send it or as people write it, as YYYYMMDD; empty when there is none, None for no day."""
    if not text:
        return ""
    try:
        found = read_day(text)
    except ValueError:
        return None
    return f"{found:%Y%m%d}" if found.year >= 1900 else None
