"""The words of the counter of a pharmacy: what was done with a line, what stands in the way, and what to do then."""

from collections.abc import Mapping
from datetime import date

from dmp.record.prescription import Deed, PrescriptionState
from dmp.services.panel import Words
from dmp.web.chart.medicines_words import REASONS
from dmp.web.days import day

DEEDS: Mapping[Deed, Words] = {
    Deed.DELIVERED: ("Délivré", "Delivered"),
    Deed.ADAPTED: ("Adapté", "Adapted"),
    Deed.REFUSED: ("Non délivré", "Not delivered"),
}
AFTERWARDS: Mapping[PrescriptionState, Words] = {
    PrescriptionState.EXPIRED: (
        "Le délai pour la faire délivrer est passé. Il faut demander une nouvelle ordonnance.",
        "The time to have it delivered is over. A new prescription must be asked for.",
    ),
    PrescriptionState.CANCELLED: (
        "Ce qui restait ne peut plus être délivré. Il faut voir avec le prescripteur.",
        "What was left can no longer be delivered. The prescriber should be asked.",
    ),
}
OBSTACLES: Mapping[str, Words] = {
    "quantity": (
        "Écrivez une quantité : un nombre plus grand que zéro.",
        "Write a quantity: a number greater than zero.",
    ),
    "too-much": (
        "C’est plus que ce qui reste à délivrer : une autre pharmacie a peut-être délivré entre-temps. "
        "Changez la quantité.",
        "It is more than what is left: another pharmacy may have delivered meanwhile. Change the quantity.",
    ),
    "days-lost": (
        "Ce stupéfiant est délivré trop tard après l’ordonnance : les jours passés sont perdus. "
        "Délivrez au plus ce qui reste.",
        "This narcotic is delivered too late after the prescription: the days that passed are lost. "
        "Deliver at most what is left.",
    ),
    "covered": (
        "Votre pharmacie a déjà délivré ce stupéfiant pour des jours qui ne sont pas finis. Attendez leur fin, ou "
        "demandez au prescripteur une ordonnance qui dit que le chevauchement est voulu.",
        "Your pharmacy already delivered this narcotic for days that are not over. Wait for their end, or ask the "
        "prescriber for a prescription that says that the overlap is meant.",
    ),
    "not-substitutable": (
        "Le prescripteur ne permet pas de remplacer ce produit. Délivrez le produit prescrit, ou choisissez "
        "« Adapté » et dites pourquoi.",
        "The prescriber does not allow another product. Deliver the one prescribed, or choose “Adapted” and say why.",
    ),
    "reason-missing": ("Dites pourquoi, en quelques mots.", "Say why, in a few words."),
    "day": (
        "Choisissez un des jours indiqués : une délivrance se note le jour même ou peu après, jamais d’avance, "
        "jamais avant l’ordonnance.",
        "Choose one of the days told: a delivery is written down on its day or a little later, never ahead, never "
        "before the prescription.",
    ),
    "day-expired": (
        "Ce jour-là, le délai pour délivrer était passé. Vous pouvez seulement noter ce que vous avez délivré avant : "
        "écrivez ce jour.",
        "On that day, the time to deliver was over. You can only write down what you delivered before: write that day.",
    ),
    "dispensed": (
        "Tout a été délivré entre-temps, ici ou dans une autre pharmacie. Rien n’a été noté.",
        "All was delivered meanwhile, here or in another pharmacy. Nothing was written down.",
    ),
    "cancelled": (
        "Le prescripteur a annulé cette ordonnance. Rien n’a été noté : ne délivrez plus rien, et appelez-le.",
        "The prescriber cancelled this prescription. Nothing was written down: deliver no more, and call him.",
    ),
    "expired": (
        "Cette ordonnance est périmée. Rien n’a été noté : il faut une nouvelle ordonnance.",
        "This prescription has expired. Nothing was written down: a new prescription is needed.",
    ),
    "no-such-line": (
        "Cette ligne n’est pas dans l’ordonnance. Relisez-la, puis recommencez.",
        "This line is not in the prescription. Read it again, then try again.",
    ),
    "nothing-done": (
        "Dites ce que vous faites pour une ligne au moins.",
        "Say what you do for one line at least.",
    ),
}
"""By the code of the obstacle (`services.medicines.cycle`)."""
FIELDS: Mapping[str, str] = {
    "quantity": "quantity",
    "too-much": "quantity",
    "days-lost": "quantity",
    "reason-missing": "reason",
    "not-substitutable": "product",
}
"""The field of a line that an obstacle is said at; any other one is said at what is done."""
NOT_DONE: Words = ("Ce n’est pas possible pour cette ordonnance.", "This is not possible for this prescription.")
NO_NUMBER: Words = ("Écrivez un nombre, comme 30 ou 1,5.", "Write a number, such as 30 or 1.5.")
NO_DAY: Words = ("Écrivez un jour, comme 31/01/2026.", "Write a day, such as 31/01/2026.")
UNKNOWN_CODE: Words = (
    "Aucun médicament connu n’a ce code. Vérifiez-le, ou tapez le nom du produit.",
    "No known medicine has this code. Check it, or type the name of the product.",
)
UNKNOWN_NUMBER: Words = (
    "Aucune ordonnance n’a ce numéro. Vérifiez chaque lettre, ou scannez le code de nouveau.",
    "No prescription has this number. Check each letter, or scan the code again.",
)
GONE: Words = (
    "Cette ordonnance n’est plus dans ce que vous voyez de ce dossier. Demandez son numéro au patient.",
    "This prescription is no longer in what you see of this record. Ask the patient for its number.",
)


def days_to_tell(first: date, last: date, today: date) -> Words:
    """The days of which a delivery may be written down."""
    if first >= last:
        return (f"Le {day(last)} seulement.", f"{day(last)} only.")
    if last < today:
        return (f"Du {day(first)} au {day(last)}.", f"From {day(first)} to {day(last)}.")
    return (
        f"Aujourd’hui, ou un jour d’avant, dès le {day(first)}.",
        f"Today, or a day before, from {day(first)} on.",
    )


def why_not_substitutable(told: str) -> Words:
    """The reason of a prescriber, a code of three letters or his own words."""
    code = told.strip().upper()
    words = REASONS.get(code)
    return (f"{words[0]} ({code})", f"{words[1]} ({code})") if words is not None else (told, told)


def lost(amount: str, *, nothing_left: bool) -> Words:
    """What is lost of a narcotic that is fetched late."""
    if nothing_left:
        return (
            "Stupéfiant : les jours prescrits sont passés, plus rien ne peut être délivré. Il faut une nouvelle "
            "ordonnance.",
            "Narcotic: the days prescribed are over, nothing more can be delivered. A new prescription is needed.",
        )
    return (
        f"Stupéfiant délivré trop tard après l’ordonnance : les jours passés sont perdus ({amount}).",
        f"Narcotic delivered too late after the prescription: the days that passed are lost ({amount}).",
    )
