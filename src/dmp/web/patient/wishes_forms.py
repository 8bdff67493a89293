"""The forms of the wishes: what is asked for each, and the words that are put into the record (PT-7, R.1111-19)."""

from collections.abc import Mapping
from dataclasses import dataclass

from dmp.actions.wishes import DIRECTIVES, WILL

Words = tuple[str, str]
"""In French and in English."""
LONGEST = 200
"""Characters of an answer of one line."""


@dataclass(frozen=True)
class Question:
    """A field. `most` characters are taken, more than a line of them in a `long` one; `answers` for one of several."""

    name: str
    words: Words
    hint: Words = ("", "")
    required: bool = False
    most: int = LONGEST
    answers: tuple[tuple[str, Words], ...] = ()

    @property
    def long(self) -> bool:
        """Whether it takes several lines."""
        return self.most > LONGEST


@dataclass(frozen=True)
class Wish:
    """A wish: its place in the address, the type and the title of its document, what it is, what is asked."""

    place: str
    type_code: str
    title: str
    english: str
    about: Words
    questions: tuple[Question, ...]
    file: bool = False
    """Whether a file may be put in instead of words."""


def _contact(number: str, *, required: bool) -> tuple[Question, ...]:
    return (
        Question(f"name{number}", ("Prénom et nom", "First name and name"), required=required),
        Question(
            f"tie{number}", ("Qui est cette personne pour vous ?", "Who is this person to you?"), ("Fille, ami…", "")
        ),
        Question(f"phone{number}", ("Téléphone", "Telephone"), required=required),
    )


_HOW = (
    ("words", ("Les écrire ici", "Write them here")),
    ("file", ("Ajouter un document déjà écrit", "Add a document that is written already")),
    ("place", ("Dire seulement où elles se trouvent", "Only say where they are kept")),
)
_ORGANS = (
    ("refusal", ("J’ai inscrit mon refus au registre national des refus", "I am on the national register of refusals")),
    ("agreed", ("Je suis d’accord pour donner", "I agree to donate")),
    ("told", ("J’ai dit ma décision à mes proches", "I told my decision to my family")),
)
TRUSTED = Wish(
    "personne-de-confiance",
    WILL,
    "Personne de confiance",
    "Trusted person",
    (
        "La personne qui dira votre volonté aux soignants si vous ne pouvez plus parler. Elle doit être d’accord : "
        "la loi demande un écrit signé de vous deux. Gardez-le, et indiquez ici qui elle est.",
        "The person who will tell your will to those who treat you if you can no longer speak. That person must "
        "agree: the law asks for a paper signed by both. Keep it, and say here who it is.",
    ),
    (
        *_contact("", required=True),
        Question("address", ("Adresse", "Address")),
        Question("signed", ("Où est le papier signé ?", "Where is the signed paper?")),
    ),
)
WARNED = Wish(
    "personnes-a-prevenir",
    WILL,
    "Personnes à prévenir",
    "People to warn",
    ("Qui appeler s’il vous arrive quelque chose.", "Whom to call if something happens to you."),
    (*_contact("", required=True), *_contact("2", required=False)),
)
WRITTEN = Wish(
    "directives",
    DIRECTIVES,
    "Directives anticipées",
    "Advance directives",
    (
        "Ce que vous voulez, ou ne voulez pas, pour votre fin de vie si vous ne pouvez plus le dire. Elles s’imposent "
        "aux médecins, sauf cas prévus par la loi. Vous pouvez les changer ou les retirer à tout moment.",
        "What you want, or do not want, at the end of your life if you can no longer say it. Doctors must follow "
        "them, but in cases set by law. You may change or withdraw them at any time.",
    ),
    (
        Question("how", ("Comment ?", "How?"), required=True, answers=_HOW),
        Question(
            "text",
            ("Vos directives", "Your directives"),
            (
                "Écrivez ce que vous souhaitez : réanimation, traitements, douleur, lieu de fin de vie…",
                "Write what you wish: resuscitation, treatments, pain, where to end your life…",
            ),
            most=20_000,
        ),
        Question("where", ("Où se trouvent-elles ?", "Where are they?"), ("Chez qui, à quelle adresse.", "With whom.")),
    ),
    file=True,
)
ORGANS = Wish(
    "don-d-organes",
    WILL,
    "Don d’organes",
    "Organ donation",
    (
        "En France, chacun est présumé donneur après sa mort. Pour refuser, inscrivez-vous au registre national des "
        "refus ou remettez un écrit à un proche. Dites ici ce que vous avez décidé : cela ne vous y inscrit pas.",
        "In France everybody is presumed a donor after death. To refuse, put yourself on the national register of "
        "refusals or give a paper to a relative. Say here what you decided: this does not put you on the register.",
    ),
    (
        Question("choice", ("Votre décision", "Your decision"), required=True, answers=_ORGANS),
        Question("more", ("À préciser", "More about it"), most=2000),
    ),
)
WISHES: Mapping[str, Wish] = {wish.place: wish for wish in (WRITTEN, TRUSTED, WARNED, ORGANS)}


def text_of(wish: Wish, answers: Mapping[str, str]) -> str:
    """The words of the document: the title, then each answer under its question. In French, as all the record."""
    lines = [wish.title, ""]
    for question in wish.questions:
        said = answers.get(question.name, "").strip()
        if not said or question.name == "how":
            continue
        told = dict(question.answers)[said][0] if question.answers else said
        lines += [f"{question.words[0]} : {told}" if not question.long else f"{question.words[0]} :\n{told}"]
    return "\n".join(lines) + "\n"
