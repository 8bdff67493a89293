"""Advice about medicines in words: for professionals with level and rule, for the holder in plain words (SV-6)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dmp.services.chart import Evidence
from dmp.services.medicines.alert import Alert, AlertKind
from dmp.services.medicines.ansm import Level
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.panel import Words
from dmp.web.chart.medicines_words import LEVELS
from dmp.web.days import day


@dataclass(frozen=True)
class AlertView:
    """An advice, in the words of whoever reads it."""

    title: Words
    colour: str
    text: Words
    quoted: tuple[str, ...]
    rule: str
    version: str
    data: str
    recalled: bool
    evidence: tuple[Evidence, ...]


def alert_views(alerts: tuple[Alert, ...], *, holder: bool) -> Iterator[AlertView]:
    """Each once: the holder reads of two medicines that they may act on each other, not by how many ways."""
    said: set[Words] = set()
    for each in alerts:
        if _is_for(each, holder=holder):
            made = _alert(each, holder=holder)
            if not holder or made.text not in said:
                said.add(made.text)
                yield made


def _is_for(alert: Alert, *, holder: bool) -> bool:
    """Reminders are for professionals: to the holder they would announce a result or a state."""
    return not holder or alert.kind is not AlertKind.REMINDER


_TITLES: dict[AlertKind, Words] = {
    AlertKind.ALLERGY: ("Allergie", "Allergy"),
    AlertKind.CROSS_ALLERGY: ("Allergie croisée possible", "Possible cross allergy"),
    AlertKind.INTERACTION: ("Interaction", "Interaction"),
    AlertKind.DUPLICATE: ("Doublon possible", "Possible duplicate"),
    AlertKind.REMINDER: ("À garder en tête", "To keep in mind"),
}
_SERIOUS = (Level.CONTRAINDICATED, Level.DISCOURAGED)


def _alert(alert: Alert, *, holder: bool) -> AlertView:
    level = None if alert.level is None or holder else LEVELS[alert.level]
    serious = alert.kind is AlertKind.ALLERGY or alert.level in _SERIOUS
    return AlertView(
        title=level or _TITLES[alert.kind],
        colour="danger" if serious and not holder else "warning" if alert.kind is not AlertKind.REMINDER else "info",
        text=_for_holder(alert) if holder else _for_professional(alert),
        quoted=() if holder else alert.quoted,
        rule=alert.rule,
        version=alert.version,
        data=day(alert.data),
        recalled=alert.mark == "recalled",
        evidence=alert.evidence,
    )


def _for_professional(alert: Alert) -> Words:
    one, names = alert.medicines[0] if alert.medicines else "", " + ".join(alert.medicines)
    match alert.kind:
        case AlertKind.ALLERGY:
            return (
                f"{one} : une allergie est notée, {alert.french}. À vérifier.",
                f"{one}: an allergy is noted, {alert.english}. To be checked.",
            )
        case AlertKind.CROSS_ALLERGY:
            return (
                f"{one} : une allergie est notée, {alert.french} ; une réaction croisée est possible.",
                f"{one}: an allergy is noted, {alert.english}; a cross reaction is possible.",
            )
        case AlertKind.INTERACTION:
            return (f"{names} : {alert.french}", f"{names}: {alert.english}")
        case AlertKind.DUPLICATE:
            return (f"{names} : {alert.french}", f"{names}: {alert.english}")
        case AlertKind.REMINDER:
            return (alert.french, alert.english)


_TALK: Words = (
    "À voir avec votre médecin ou votre pharmacien. N’arrêtez rien sans leur en parler.",
    "To be seen with your doctor or your pharmacist. Stop nothing without talking to them.",
)


def _for_holder(alert: Alert) -> Words:
    one, names = alert.medicines[0] if alert.medicines else "", alert.medicines
    match alert.kind:
        case AlertKind.ALLERGY | AlertKind.CROSS_ALLERGY:
            said = (
                f"Une allergie est notée dans vos documents : {alert.french}. {one} est dans votre liste.",
                f"An allergy is noted in your documents: {alert.english}. {one} is in your list.",
            )
        case AlertKind.INTERACTION:
            said = (
                f"{' et '.join(names)} peuvent agir l’un sur l’autre.",
                f"{' and '.join(names)} may act on each other.",
            )
        case _:
            said = (
                f"{' et '.join(names)} : il s’agit peut-être deux fois du même traitement.",
                f"{' and '.join(names)}: this may be the same treatment twice.",
            )
    return (f"{said[0]} {_TALK[0]}", f"{said[1]} {_TALK[1]}")


def data_kept(thesaurus: Thesaurus | None, say: Callable[[str, str], str]) -> str:
    """The same as it is kept with what was read, in the words of who read it; empty where no data were loaded."""
    return "" if thesaurus is None else say(*data_words(thesaurus))


def data_words(thesaurus: Thesaurus | None) -> Words:
    """Of which day the data of the checks are."""
    if thesaurus is None:
        return (
            "Les interactions ne sont pas vérifiées : aucune base de médicaments n’est chargée.",
            "Interactions are not checked: no database of medicines is loaded.",
        )
    origin = thesaurus.origin
    medicines, interactions = day(origin.medicines), day(origin.interactions)
    return (
        f"Base publique des médicaments du {medicines}, thésaurus des interactions de l’ANSM du {interactions}.",
        f"Public database of medicines of {medicines}, thesaurus of interactions of the ANSM of {interactions}.",
    )


def old_words(months: int) -> Words:
    """That the reference data are older than so many months."""
    return (
        f"Les données de référence ont plus de {months} mois : les alertes peuvent être incomplètes.",
        f"The reference data are older than {months} months: alerts may be incomplete.",
    )
