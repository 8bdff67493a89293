"""«Mes volontés»: directives, trusted person, people to warn, organ donation, heirs (PT-7, R.1111-19)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dmp.actions.heirs import OpposeHeirs
from dmp.actions.wishes import ViewWishes, Wishes
from dmp.documents.files.trouble import UnusableFile, Why
from dmp.documents.files.typed import TEXT, TypedFile, typed
from dmp.record.entry import DocumentEntry
from dmp.record.errors import AccessRefused, DocumentNotFound, Refused
from dmp.record.visibility import Visibility
from dmp.web import deposit_words
from dmp.web.days import day_of
from dmp.web.deposit_authors import by_citizen
from dmp.web.depositing import Depositing, Told
from dmp.web.depositing_form import UPLOADS, kind_of
from dmp.web.entry_ids import bare, is_uuid
from dmp.web.patient.own import is_own
from dmp.web.patient.wishes_forms import WISHES, WRITTEN, Question, Wish, text_of
from dmp.web.portal import trouble
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit

ALL, HEIRS, ONE = "/patient/volontes", "/patient/volontes/ayants-droit", "/patient/volontes/{wish}"
_TITLE = ("Mes volontés", "My wishes")
_WRITE = ("Répondez à cette question.", "Answer this question.")
_LONG = ("Raccourcissez ce texte.", "Shorten this text.")
_SIGNS = ("Ce texte contient un signe qui ne peut pas être gardé.", "This text holds a sign that cannot be kept.")
_CHOOSE = ("Choisissez une réponse.", "Choose an answer.")
_NOT_YOURS = (
    "Ce qui est là a été ajouté par quelqu’un d’autre, ou vient d’être remplacé. Revenez à vos volontés.",
    "What is there was put in by somebody else, or was just replaced. Go back to your wishes.",
)
_YES, _NO = "yes", "no"
_WANTED = {"words": "text", "place": "where"}
"""Of directives, which field each way needs."""


@dataclass(frozen=True)
class Card:
    """A wish and what stands of it today; `id` is the bare UUID of its document, empty where there is none."""

    place: str
    title: str
    id: str = ""
    day: str = ""
    replaceable: bool = False


@dataclass(frozen=True)
class AllView:
    """The page of all of them; `heirs` is empty where the reader is not the holder."""

    cards: tuple[Card, ...]
    others: tuple[Card, ...]
    own: bool
    heirs: str
    done: bool


@dataclass(frozen=True)
class FieldView:
    """A question in words."""

    question: Question
    label: str
    hint: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FormView:
    """The form of one wish; `replaces` is the bare UUID of what it takes the place of."""

    place: str
    about: str
    fields: tuple[FieldView, ...]
    nonce: str
    replaces: str
    file: bool


@dataclass(frozen=True)
class WishesPages:
    """The pages, with what an installation gives to who puts in documents."""

    depositing: Depositing

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (
            PageRoute(ALL, _all),
            PageRoute(HEIRS, post=_choose_for_heirs),
            PageRoute(ONE, self._form, self._write, uploads=UPLOADS),
        )

    def _form(self, visit: Visit) -> Answer:
        """The form of one wish, beside what it would replace."""
        wish = WISHES.get(visit.parts["wish"])
        if wish is None:
            return trouble.of_status(404)
        if not is_own(visit):
            return Redirect(ALL)
        found = _latest(wish, visit.perform(ViewWishes(visit.patient)).documents)
        return self._page(visit, wish, replaces=bare(found.uuid) if found is not None and _is_own(found) else "")

    def _write(self, visit: Visit) -> Answer:
        """Put the document in, in the place of the one of before."""
        wish = WISHES.get(visit.parts["wish"])
        if wish is None:
            return trouble.of_status(404)
        file, errors = _read(visit, wish)
        replaces = visit.form.line("replaces")
        if errors or file is None:
            return self._page(visit, wish, replaces=replaces, errors=errors)
        told = Told(
            self.depositing.nonce(visit.form.line("nonce")),
            wish.title,
            kind_of(wish.type_code),
            visibility=Visibility(),
            replaces=replaces if is_uuid(replaces) else "",
        )
        writer = by_citizen(visit.signed_in, visit.patient, visit.signed_in.patient_called or visit.signed_in.name)
        try:
            self.depositing.put_in(visit, writer, file, told)
        except Refused as error:
            errors = deposit_words.of_problems(error.problems, visit)
            return self._page(visit, wish, replaces=replaces, errors=errors)
        except (AccessRefused, DocumentNotFound) as error:
            if not replaces or (isinstance(error, AccessRefused) and error.rule != "not-own-document"):
                raise
            return self._page(visit, wish, replaces="", errors={"": visit.says(*_NOT_YOURS)})
        return Redirect(f"{ALL}?fait=1")

    def _page(self, visit: Visit, wish: Wish, *, replaces: str, errors: dict[str, str] | None = None) -> Page:
        fields = tuple(_shown(visit, question) for question in wish.questions)
        nonce = self.depositing.nonce(visit.form.line("nonce"))
        view = FormView(wish.place, visit.says(*wish.about), fields, nonce, replaces, wish.file)
        page = Page("patient/wish.html", (wish.title, wish.english), view)
        return replace(page, status=422, errors=errors) if errors else page


def _all(visit: Visit) -> Answer:
    """What stands today."""
    found = visit.perform(ViewWishes(visit.patient))
    return Page("patient/wishes.html", _TITLE, _overview(visit, found))


def _choose_for_heirs(visit: Visit) -> Answer:
    """Whether heirs may ask to read the record one day."""
    chosen = visit.form.line("heirs")
    if chosen not in (_YES, _NO):
        page = _all(visit)
        assert isinstance(page, Page)  # noqa: S101 - the page of all of them is one
        return replace(page, status=422, errors={"heirs": visit.says(*_CHOOSE)})
    visit.perform(OpposeHeirs(visit.patient, opposed=chosen == _NO))
    return Redirect(f"{ALL}?fait=1")


def _overview(visit: Visit, found: Wishes) -> AllView:
    known = {wish.place: _latest(wish, found.documents) for wish in WISHES.values()}
    cards = tuple(_card(visit, wish, known[wish.place]) for wish in WISHES.values())
    shown = {entry.uuid for entry in known.values() if entry is not None}
    others = tuple(
        Card("", entry.title or entry.type_code.display, bare(entry.uuid), _day(entry))
        for entry in found.documents
        if entry.uuid not in shown
    )
    heirs = "" if found.heirs_opposed is None else _NO if found.heirs_opposed else _YES
    return AllView(cards, others, is_own(visit), heirs, bool(visit.asked("fait")))


def _card(visit: Visit, wish: Wish, entry: DocumentEntry | None) -> Card:
    title = visit.says(wish.title, wish.english)
    if entry is None:
        return Card(wish.place, title)
    return Card(wish.place, title, bare(entry.uuid), _day(entry), _is_own(entry))


def _latest(wish: Wish, documents: Iterable[DocumentEntry]) -> DocumentEntry | None:
    """The newest document of a wish: any directives, and of the other type the one of its title."""
    of_it = (entry for entry in documents if entry.type_code.code == wish.type_code)
    return next((entry for entry in of_it if wish is WRITTEN or entry.title == wish.title), None)


def _is_own(entry: DocumentEntry) -> bool:
    """Whether a citizen put it in: the holder replaces no other (DEC-17)."""
    return entry.deposit is not None and not entry.deposit.structure


def _day(entry: DocumentEntry) -> str:
    return day_of(entry.creation_time)


def _shown(visit: Visit, question: Question) -> FieldView:
    answers = tuple((value, visit.says(*words)) for value, words in question.answers)
    return FieldView(question, visit.says(*question.words), visit.says(*question.hint), answers)


def _read(visit: Visit, wish: Wish) -> tuple[TypedFile | None, dict[str, str]]:
    """The content of the document, from what was typed or sent; else what is wrong, by field."""
    how = visit.form.line("how")
    if wish.file and how == "file":
        sent = visit.form.files.get(deposit_words.FILE, ())
        try:
            if any(one.too_large for one in sent):
                raise UnusableFile(Why.TOO_LARGE)
            return typed([one.octets for one in sent]), {}
        except UnusableFile as error:
            return None, deposit_words.of_file(error.why, visit)
    # Of the fields of the other ways, what was typed is not meant.
    unmeant = {name for way, name in _WANTED.items() if wish.file and way != how}
    asked = [question for question in wish.questions if question.name not in unmeant]
    errors = {one.name: told for one in asked if (told := _wrong(visit, one, wanted=one.name == _WANTED.get(how)))}
    answers = {one.name: visit.form.text(one.name).replace("\r\n", "\n") for one in asked}
    return (None, errors) if errors else (TypedFile(TEXT, text_of(wish, answers).encode()), {})


def _wrong(visit: Visit, question: Question, *, wanted: bool) -> str:
    said = visit.form.text(question.name)
    if question.answers:
        return "" if said in dict(question.answers) else visit.says(*_CHOOSE)
    if (question.required or wanted) and not said.strip():
        return visit.says(*_WRITE)
    if len(said) > question.most:
        return visit.says(*_LONG)
    return "" if _is_text(said, long=question.long) else visit.says(*_SIGNS)


def _is_text(said: str, *, long: bool) -> bool:
    """Whether it may stand in a plain text: no control sign but, in a long one, tabs and ends of lines."""
    return all(sign.isprintable() or (long and sign in "\t\r\n") for sign in said)
