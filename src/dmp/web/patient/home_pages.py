"""The first page of a patient (PT-4): why he came is on it, or one touch away."""

from dataclasses import dataclass

from dmp.actions.patient_home import Fresh, Home, ReadHome, Wait, Waiting
from dmp.record.errors import RecordClosed, RecordNotFound
from dmp.record.history import LogLine
from dmp.record.history_words import Language, told
from dmp.record.verb import Verb
from dmp.services import SERVICES, screening
from dmp.services.service import Service
from dmp.web.days import day, moment
from dmp.web.patient.own import is_own
from dmp.web.patient.words import Both, last_day, part_in_words, plain_role
from dmp.web.portal.page import Answer, Page, PageRoute, Visit
from dmp.web.portal.places import PATIENT
from dmp.web.shelf.families import FAMILY_WORDS, Family, family_named

_TITLE = ("Mon espace", "My space")
_OTHERS_TITLE = ("Son dossier", "This record")


@dataclass(frozen=True)
class Door:
    """A big way in: its path, its name, and what is behind it."""

    path: str
    name: Both
    hint: Both


@dataclass(frozen=True)
class Came:
    """Somebody who came, in words."""

    when: str
    who: str
    role: str
    structure: str
    what: str
    how: str


@dataclass(frozen=True)
class New:
    """How many documents of one family came in, and the list of that family."""

    name: Both
    count: int
    path: str


@dataclass(frozen=True)
class Task:
    """Something that waits: what, why, and where to do it."""

    words: Both
    path: str
    button: Both


@dataclass(frozen=True)
class HomeView:
    """What the page shows; `part` is what the viewer is to the holder, empty for the holder himself."""

    part: Both
    since: str
    fresh: tuple[New, ...]
    came: tuple[Came, ...]
    emergencies: tuple[Came, ...]
    tasks: tuple[Task, ...]
    doors: tuple[Door, ...]
    sees_who_came: bool
    hides_everything: bool
    reminders: tuple[Door, ...] = ()
    """Where a new reminder is explained, and answered (RM-1, RM-4)."""
    invitation: str = ""
    """Where an invitation of the insurer is (SC-5)."""


_DOCUMENTS, _CAME, _PROFESSIONALS = "/patient/documents", "/historique", "/patient/professionnels"
_HEALTH = "/patient/sante"
_EMERGENCIES, _FAMILY, _SETTINGS = "/patient/urgences", "/patient/proches", "/patient/reglages"
_OWN = (
    Door(_DOCUMENTS, ("Mes documents", "My documents"), ("Lire, ajouter, masquer", "Read, add, mask")),
    Door(
        _HEALTH,
        ("Ma santé", "My health"),
        ("Vaccins et dépistages à prévoir, résultats, médicaments", "Vaccines and screening due, results, medicines"),
    ),
    Door(_CAME, ("Qui est venu", "Who came"), ("Chaque accès, et demander pourquoi", "Each access, and ask why")),
    Door(
        _PROFESSIONALS,
        ("Mes professionnels", "My professionals"),
        ("Autoriser, retirer, bloquer", "Authorise, remove, block"),
    ),
    Door(
        _EMERGENCIES,
        ("En cas d’urgence", "In an emergency"),
        ("Mes choix, et tout cacher", "My choices, and hide everything"),
    ),
    Door(_FAMILY, ("Mes proches", "My family"), ("Mes enfants, mes délégués", "My children, my delegates")),
    Door(
        _SETTINGS,
        ("Réglages", "Settings"),
        ("Connexion, messages, affichage", "Signing in, messages, display"),
    ),
)
_OF_ANOTHER = (
    Door(_DOCUMENTS, ("Ses documents", "The documents"), ("Ce que vous pouvez lire", "What you may read")),
    Door(
        _HEALTH,
        ("Santé", "Health"),
        ("Vaccins et dépistages à prévoir, résultats, médicaments", "Vaccines and screening due, results, medicines"),
    ),
    Door(_CAME, ("Qui est venu", "Who came"), ("Dans ce dossier", "Into this record")),
    Door(
        _PROFESSIONALS,
        ("Ses professionnels", "The professionals"),
        ("Autoriser ou bloquer pour cette personne", "Authorise or block for this person"),
    ),
    Door(_EMERGENCIES, ("En cas d’urgence", "In an emergency"), ("Les choix en cours", "The choices in force")),
    Door(
        _FAMILY,
        ("Mes proches", "My family"),
        ("Revenir à mon dossier, en ouvrir un autre", "Back to my record, open another"),
    ),
)
_RIGHTS = {_CAME: Verb.VIEW_LOG, _PROFESSIONALS: Verb.AUTHORISE_OTHER, _EMERGENCIES: Verb.CHOOSE_FOR_EMERGENCIES}
"""What a door needs, where not everybody may pass."""


_TASKS: dict[Wait, tuple[Both, str, Both]] = {
    Wait.EMERGENCY_CHOICES: (
        ("Dites qui peut ouvrir votre dossier en cas d’urgence.", "Say who may open your record in an emergency."),
        _EMERGENCIES,
        ("Faire mes choix", "Make my choices"),
    ),
    Wait.ATTENDING: (
        (
            "{who} dit être votre médecin traitant. Est-ce vrai ?",
            "{who} says to be your attending doctor. Is it so?",
        ),
        _PROFESSIONALS,
        ("Répondre", "Answer"),
    ),
    Wait.ANSWER: (
        ("{who} a répondu à votre question.", "{who} answered your question."),
        _CAME,
        ("Lire la réponse", "Read the answer"),
    ),
    Wait.DELEGATE_ENDS: (
        ("{who} est votre délégué jusqu’au {when}.", "{who} is your delegate until {when}."),
        f"{_FAMILY}/delegues",
        ("Voir mes délégués", "See my delegates"),
    ),
    Wait.ADDRESS: (
        ("Nos messages n’arrivent plus à une de vos adresses.", "Our messages no longer reach one of your addresses."),
        _SETTINGS,
        ("Vérifier l’adresse", "Check the address"),
    ),
    Wait.SIGN_IN: (
        (
            "Vous n’avez qu’un moyen de recevoir votre code. Si vous le perdez, vous ne pourrez plus entrer.",
            "You have a single way to receive your code. If you lose it, you cannot come in any more.",
        ),
        "/moyens",
        ("Ajouter un moyen", "Add a means"),
    ),
}
"""What waits for the holder: a sentence, where it is done, and its button."""


def home(visit: Visit) -> Answer:
    """What is new, who came, what waits; where there is no record to open, the ways that are left."""
    acting = not is_own(visit)
    try:
        found = visit.perform(ReadHome(visit.patient, visit.signed_in.since))
    except (RecordNotFound, RecordClosed) as refusal:
        state = "over" if acting else "closed" if isinstance(refusal, RecordClosed) else "none"
        return Page("patient/no_record.html", _TITLE, state)
    return Page("patient/home.html", _OTHERS_TITLE if acting else _TITLE, _view(found, Language(visit.language.value)))


def _view(home: Home, language: Language) -> HomeView:
    return HomeView(
        part=part_in_words(home.part) if home.part is not None else ("", ""),
        since=day(home.previous) if home.previous is not None else "",
        fresh=_by_family(home.fresh),
        came=tuple(_came(line, language) for line in home.came),
        emergencies=tuple(_came(line, language) for line in home.emergencies),
        tasks=tuple(_task(waiting) for waiting in home.waiting),
        doors=tuple(_doors(home)),
        sees_who_came=Verb.VIEW_LOG in home.rights,
        hides_everything=home.hides_everything,
        reminders=tuple(Door(_page_of(one), one.title, ("", "")) for one in SERVICES if one.name in home.reminded),
        invitation=_page_of(screening.SERVICE) if home.invited else "",
    )


def _page_of(service: Service) -> str:
    return f"{_HEALTH}/{service.slug}"


def _by_family(fresh: tuple[Fresh, ...]) -> tuple[New, ...]:
    """The most numerous first."""
    counted: dict[Family, int] = {}
    for one in fresh:
        family = family_named(one.kind.code, one.group.code)
        counted[family] = counted.get(family, 0) + one.count
    most = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(New(FAMILY_WORDS[family], count, f"{_DOCUMENTS}?family={family}") for family, count in most)


def _doors(home: Home) -> list[Door]:
    """No door that would stay shut."""
    doors = _OWN if home.part is None else _OF_ANOTHER
    return [door for door in doors if door.path not in _RIGHTS or _RIGHTS[door.path] in home.rights]


def _came(line: LogLine, language: Language) -> Came:
    words = told(line, language)
    # The documents are in the history; here it is enough to know who.
    what = words.what.split(" : ")[0]
    return Came(moment(line.at), words.who, plain_role(words.role), words.structure, what, words.how)


def _task(waiting: Waiting) -> Task:
    when = last_day(waiting.when) if waiting.when is not None else ""
    (french, english), path, button = _TASKS[waiting.what]
    said = {"who": waiting.who, "when": when}
    return Task((french.format_map(said), english.format_map(said)), path, button)


ROUTES = (PageRoute(PATIENT, home),)
