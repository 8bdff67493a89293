"""The words of the page of medicines, in French and English: states, sources, changes, levels (SV-6)."""

from dmp.documents.prescription import make
from dmp.record.prescription import PrescriptionState
from dmp.services.medicines.ansm import Level
from dmp.services.medicines.changes import ChangeKind
from dmp.services.medicines.discharge import Outcome
from dmp.services.medicines.lines import LineState
from dmp.services.medicines.sayings import Source
from dmp.services.medicines.treatment import Basis, Mark
from dmp.services.panel import Words

REASONS: dict[str, Words] = {
    "MTE": ("marge thérapeutique étroite", "narrow therapeutic margin"),
    "EFG": ("enfant de moins de 6 ans, sans autre forme qui convienne", "child under 6, no other form that suits"),
    "CIF": ("contre-indication formelle à un excipient", "contraindicated excipient"),
}
"""Why nothing may be put in the place of a medicine; recalled (services 4, mark R), to be confirmed."""
SOURCES: dict[Source, Words] = {
    Source.PRESCRIBED: ("Prescrit", "Prescribed"),
    Source.DISPENSED: ("Délivré", "Dispensed"),
    Source.LISTED: ("Inscrit dans une synthèse", "In a summary"),
    Source.DECLARED: ("Déclaré", "Declared"),
}
BASES: dict[Basis, Words] = {
    Basis.LISTED: ("dans la dernière liste de traitements", "in the newest list of treatments"),
    Basis.COVERED: ("une ordonnance couvre ce jour", "a prescription covers today"),
    Basis.DELIVERED: ("la dernière délivrance n’est pas épuisée", "the last delivery is not used up"),
}
MARKS: dict[Mark, Words] = {
    Mark.NOT_COLLECTED: ("Pas encore retiré en pharmacie", "Not collected yet"),
    Mark.DISPENSED_UNKNOWN: (
        "Délivré sans ordonnance visible",
        "Dispensed without a prescription that can be seen",
    ),
    Mark.DISPENSED_NOT_LISTED: ("Délivré, absent des synthèses", "Dispensed, in no summary"),
    Mark.TO_BE_LINKED: ("Délivrance à relier à une ordonnance", "Delivery to be linked to a prescription"),
    Mark.DOSES_DIFFER: ("Les documents ne donnent pas la même dose", "The documents do not give the same dose"),
    Mark.LONG_TERM: ("Affection de longue durée", "Long-term illness"),
    Mark.AS_NEEDED: ("Si besoin", "As needed"),
    Mark.SUBSTITUTED: ("Remplacé en pharmacie", "Substituted at the pharmacy"),
}
WARNINGS = frozenset({Mark.NOT_COLLECTED, Mark.DISPENSED_NOT_LISTED, Mark.TO_BE_LINKED, Mark.DOSES_DIFFER})
"""Marks that ask for something."""
STATES: dict[LineState, Words] = {
    LineState.PRESCRIBED: ("Prescrit, à retirer", "Prescribed, to be collected"),
    LineState.PARTLY_DISPENSED: ("Délivré en partie", "Partly dispensed"),
    LineState.DISPENSED: ("Délivré", "Dispensed"),
    LineState.STOPPED: ("Arrêté", "Stopped"),
    LineState.NOT_COLLECTED: ("Non retiré depuis plus de 30 jours", "Not collected for more than 30 days"),
    LineState.EXPIRED: ("Ordonnance périmée", "Prescription expired"),
}
CHANGES: dict[ChangeKind, Words] = {
    ChangeKind.STARTED: ("Début", "Started"),
    ChangeKind.CHANGED: ("Dose changée", "Dose changed"),
    ChangeKind.RENEWED: ("Renouvelé", "Renewed"),
    ChangeKind.STOPPED: ("Arrêté", "Stopped"),
    ChangeKind.ENDED: ("Fin prévue", "Ended as planned"),
    ChangeKind.NOT_LISTED: ("Absent de la dernière synthèse", "Not in the newest summary"),
}
OUTCOMES: dict[Outcome, Words] = {
    Outcome.CONTINUED: ("Poursuivi", "Continued"),
    Outcome.CHANGED: ("Dose changée", "Dose changed"),
    Outcome.STARTED: ("Nouveau", "New"),
    Outcome.NOT_AT_DISCHARGE: ("Absent à la sortie : à vérifier", "Not in the list at discharge: to be checked"),
    Outcome.STAY_ONLY: ("Pendant le séjour seulement", "During the stay only"),
}
LEVELS: dict[Level, Words] = {
    Level.CONTRAINDICATED: ("Contre-indication", "Contraindication"),
    Level.DISCOURAGED: ("Association déconseillée", "Discouraged combination"),
    Level.PRECAUTION: ("Précaution d’emploi", "Precaution for use"),
    Level.NOTE: ("À prendre en compte", "To be taken into account"),
}
LEFT_OUT: dict[str, Words] = {
    "quantity-unknown": ("quantité non précisée", "quantity not told"),
    "quantity-no-number": ("quantité illisible", "quantity that cannot be read"),
    "quantity-not-positive": ("quantité négative ou nulle", "quantity of nothing or less"),
    "quantity-too-large": ("quantité invraisemblable", "unlikely quantity"),
    "posology-unknown": ("posologie non structurée", "posology without structure"),
    "dose-unclear": ("dose par jour non précisée", "dose a day not told"),
    "steps-unclear": ("paliers sans dates ni durées claires", "steps without clear days or lengths"),
    "dose-above-most": ("la dose dépasse la dose maximale écrite", "the dose is above the most that is written"),
    "units-differ": ("dose et boîte comptées autrement", "dose and pack counted in other units"),
}
NO_NAME: Words = ("Médicament sans nom dans le document", "Medicine without a name in the document")
OBSTACLES: dict[str, Words] = {
    "not-signed": ("L’ordonnance n’est pas signée.", "The prescription is not signed."),
    "has-a-number": ("Cette ordonnance a déjà un numéro.", "This prescription has a number already."),
    "no-number": ("Le numéro de l’ordonnance n’est pas valable.", "The number of the prescription is not valid."),
    "no-lines": ("L’ordonnance n’a aucune ligne.", "The prescription has no line."),
    "too-many-lines": ("L’ordonnance a trop de lignes.", "The prescription has too many lines."),
    "line-twice": ("Deux lignes ont le même identifiant.", "Two lines have the same id."),
    "paper-needed": (
        "Le patient n’a pas d’espace ouvert : il lui faut le papier.",
        "The patient has no open space: he needs the paper.",
    ),
}
"""What stands in the way of a whole prescription, by the `element` of the refusal; of a line, `prescribing_lines`."""
PRESCRIPTION_FLAGS: dict[str, Words] = {
    make.AT_HOME.code: ("À exécuter à domicile", "To be carried out at home"),
    make.URGENT.code: ("Urgent", "Urgent"),
    make.EXCEPTIONAL.code: ("Médicament d’exception", "Exceptional medicine"),
    make.SECURED.code: ("Ordonnance sécurisée", "Secured prescription"),
}
PRESCRIPTION_STATES: dict[PrescriptionState, Words] = {
    PrescriptionState.DRAFT: ("Brouillon", "Draft"),
    PrescriptionState.SIGNED: ("Signée", "Signed"),
    PrescriptionState.DEPOSITED: ("À délivrer", "To be dispensed"),
    PrescriptionState.PARTLY_DISPENSED: ("Délivrée en partie", "Partly dispensed"),
    PrescriptionState.DISPENSED: ("Entièrement délivrée", "Wholly dispensed"),
    PrescriptionState.CANCELLED: ("Annulée", "Cancelled"),
    PrescriptionState.EXPIRED: ("Périmée", "Expired"),
}
