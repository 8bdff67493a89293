"""The words of vaccination: states, reasons, sources, in plain French and in English."""

from dmp.services.panel import Words, same
from dmp.services.vaccination.calendar import Mark
from dmp.services.vaccination.doses import Strength, Unusable
from dmp.services.vaccination.spans import span_words
from dmp.services.vaccination.states import Reason, State, Why
from dmp.web.days import day

STATES: dict[State, tuple[str, Words]] = {
    State.OVERDUE: ("danger", ("En retard", "Overdue")),
    State.DUE: ("primary", ("À faire maintenant", "Due now")),
    State.UPCOMING: ("primary", ("Bientôt", "Soon")),
    State.MAY_BE_OFFERED: ("light", ("Possible, si vous le souhaitez", "Possible, if you wish")),
    State.UP_TO_DATE: ("success", ("À jour", "Up to date")),
    State.PROBABLY_UP_TO_DATE: ("secondary", ("Sans doute à jour", "Probably up to date")),
    State.COMPLETE: ("success", ("Terminé", "Complete")),
    State.NOT_ELIGIBLE_YET: ("light", ("Plus tard", "Later")),
    State.OUT_OF_SEASON: ("light", ("Hors saison", "Out of season")),
    State.CONTRAINDICATED: ("warning", ("À ne pas faire", "Not to be given")),
    State.REFUSED: ("light", ("Refusé", "Refused")),
    State.IMMUNE: ("success", ("Protégé par la maladie", "Protected by the disease")),
    State.CLOSED: ("light", ("N’est plus proposé à cet âge", "No longer offered at this age")),
    State.UNKNOWN: ("light", ("On ne sait pas", "Not known")),
}
"""By state: the colour of its badge, and its words."""

UNUSABLE: dict[Unusable, Words] = {
    Unusable.NO_DAY: ("sa date n’est pas indiquée", "its date is not told"),
    Unusable.PARTIAL_DAY: ("sa date est incomplète", "its date is incomplete"),
    Unusable.BAD_DAY: ("sa date ne peut pas être lue", "its date cannot be read"),
    Unusable.FUTURE: ("sa date est à venir", "its date is to come"),
    Unusable.BEFORE_BIRTH: ("sa date est avant la naissance", "its date is before birth"),
    Unusable.NOT_DONE: ("le document dit qu’elle n’a pas été faite", "the document says that it was not given"),
    Unusable.UNKNOWN_VACCINE: ("ce vaccin n’est pas reconnu", "this vaccine is not recognised"),
}
SOURCES: dict[Strength, Words] = {
    Strength.PERFORMED: ("Fait par", "Given by"),
    Strength.TRANSCRIBED: ("Recopié par un professionnel", "Copied by a professional"),
    Strength.DECLARED: ("Déclaré, sans preuve", "Declared, without proof"),
}
MARKS: dict[Mark, Words] = {
    Mark.CONFIRMED: ("Confirmée", "Confirmed"),
    Mark.RECALLED: ("De mémoire, à confirmer", "From memory, to be confirmed"),
    Mark.DECIDED: ("Choix de ce service, à confirmer", "A choice of this service, to be confirmed"),
}
PARTLY: Words = ("Confirmée en partie, le reste à confirmer", "Confirmed in part, the rest to be confirmed")
CATCH_UP: Words = ("rattrapage", "catch-up")
_PLAIN: dict[Why, Words] = {
    Why.CATCH_UP: (
        "Rattrapage : on reprend où la série s’est arrêtée, sans rien recommencer.",
        "Catch-up: the series goes on where it stopped, nothing is restarted.",
    ),
    Why.NO_FACT: (
        "Aucun vaccin n’apparaît dans ce qui est visible : regardez le carnet de santé ou de vaccination.",
        "No vaccine appears in what can be seen: look at the paper health or vaccination booklet.",
    ),
    Why.NO_BIRTH: (
        "La date de naissance n’est pas connue en entier : rien ne peut être calculé.",
        "The date of birth is not known in full: nothing can be computed.",
    ),
    Why.NO_WEEKS: (
        "Le début de la grossesse n’est pas connu : indiquez la date des dernières règles.",
        "The start of the pregnancy is not known: tell the date of the last period.",
    ),
    Why.DECLARED: ("D’après une dose déclarée, sans preuve.", "By a dose that was declared, without proof."),
    Why.UNDATED: (
        "Une dose est inscrite sans date complète : à vérifier, elle n’est pas comptée.",
        "A dose is recorded without a full date: to be checked, it is not counted.",
    ),
    Why.TWO_DOSES: (
        "Deux doses la première année, à un mois d’écart.",
        "Two doses in the first year, a month apart.",
    ),
}


_ON_DAYS: dict[Why, Words] = {
    Why.TOO_YOUNG: ("Donnée avant l’âge minimal ({what}).", "Given before the minimal age ({what})."),
    Why.TOO_SOON: (
        "Donnée trop tôt après celle du {on} (au moins {what}).",
        "Given too soon after that of {on} (at least {what}).",
    ),
    Why.AFTER_UNCOUNTED: (
        "Au moins {what} après la dose du {on}, qui ne compte pas.",
        "At least {what} after the dose of {on}, which does not count.",
    ),
    Why.LIVE_SPACING: (
        "Un autre vaccin vivant a été injecté le {on} : même jour, ou {what} d’écart.",
        "Another live vaccine was injected on {on}: the same day, or {what} apart.",
    ),
    Why.TOO_LATE: ("Donnée après l’âge limite ({what}).", "Given after the age limit ({what})."),
    Why.WAIT: ("Attendre {what} après le {on}.", "Wait {what} after {on}."),
    Why.MOVED: (
        "Le rappel prévu le {on} est reporté : une dose était récente.",
        "The booster foreseen on {on} is moved: a dose was recent.",
    ),
    Why.SERIES_FIRST: ("Après la série : {what}.", "After the series: {what}."),
    Why.OTHER_RULE: ("Voir : {what}.", "See: {what}."),
    Why.CONDITION: (
        "À ne pas faire dans cette situation : {what}. À voir avec votre professionnel.",
        "Not to be given in this situation: {what}. To be seen with your professional.",
    ),
    Why.ALLERGY: (
        "Une allergie grave est inscrite : {what}. À voir avec votre professionnel.",
        "A severe allergy is recorded: {what}. To be seen with your professional.",
    ),
    Why.REFUSED: ("Refus inscrit, {on}.", "Refusal on record, {on}."),
    Why.DECLINED: ("Écarté par son titulaire le {on}.", "Put aside by the holder on {on}."),
}
_NO_DAY: Words = ("date inconnue", "day not known")


def reason_words(reason: Reason) -> Words:
    """A reason as a sentence."""
    if reason.why in _PLAIN:
        return _PLAIN[reason.why]
    names = span_words(reason.about)
    what = names if names[0] else reason.words
    on = same(day(reason.day)) if reason.day is not None else _NO_DAY
    french, english = _ON_DAYS[reason.why]
    return french.format(on=on[0], what=what[0]), english.format(on=on[1], what=what[1])
