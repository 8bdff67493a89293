"""What people read of the parts of a full copy that are no documents: titles, columns, codes in words. In French."""

from collections.abc import Mapping

from dmp.record.choice import ChoiceKind
from dmp.record.notice import Channel, Frequency
from dmp.record.patient import Sex
from dmp.record.people import Measure
from dmp.record.prescription import Deed

Columns = tuple[tuple[str, str], ...]
TABLES: Mapping[str, tuple[str, Columns]] = {
    "identity": ("Identité et vie du dossier", (("what", "Quoi"), ("value", "Valeur"))),
    "profile": (
        "Profil médical",
        (("section", "Partie"), ("text", "Ce qui est écrit"), ("since", "Depuis"), ("written", "Écrit le")),
    ),
    "measures": (
        "Mesures",
        (("measure", "Mesure"), ("value", "Valeur"), ("day", "Jour"), ("written", "Écrit le")),
    ),
    "choices": (
        "Choix et déclarations sur les services de santé",
        (
            ("service", "Service"),
            ("kind", "Quoi"),
            ("subject", "À propos de"),
            ("day", "Jour"),
            ("until", "Jusqu’au"),
            ("reason", "Raison écrite"),
            ("shared", "Montré aux professionnels"),
            ("written", "Écrit le"),
        ),
    ),
    "invitations": (
        "Invitations de l’Assurance Maladie",
        (("programme", "Programme"), ("day", "Lettre du"), ("name", "Numéro de la lettre"), ("received", "Reçue le")),
    ),
    "reminders": (
        "Rappels déjà faits",
        (("service", "Service"), ("rule", "À propos de"), ("stage", "Étape"), ("day", "Jour")),
    ),
    "prescriptions": (
        "Ordonnances numériques, ligne par ligne",
        (
            ("written", "Ordonnance du"),
            ("prescriber", "Prescripteur"),
            ("state", "État le jour de la copie"),
            ("product", "Produit"),
            ("posology", "Posologie"),
            ("quantity", "Quantité par délivrance"),
            ("repeats", "Renouvellements"),
            ("delivered", "Déjà délivré"),
            ("cancelled", "Annulée le"),
            ("reason", "Raison"),
        ),
    ),
    "deliveries": (
        "Ce que les pharmaciens en ont fait",
        (
            ("day", "Jour"),
            ("pharmacist", "Pharmacien"),
            ("deed", "Quoi"),
            ("product", "Produit"),
            ("quantity", "Quantité"),
            ("lot", "Lot"),
            ("reason", "Raison"),
            ("prescription", "Ordonnance du"),
        ),
    ),
    "professionals": (
        "Professionnels et structures : décisions en cours",
        (("role", "Quoi"), ("who", "Qui"), ("since", "Depuis"), ("until", "Jusqu’au")),
    ),
    "people": (
        "Proches",
        (("role", "Quoi"), ("name", "Qui"), ("about", "Précision"), ("since", "Depuis"), ("until", "Jusqu’au")),
    ),
    "emergencies": ("Urgences et masquage", (("what", "Choix"), ("value", "Réponse"))),
    "settings": ("Messages et codes", (("what", "Quoi"), ("value", "Valeur"))),
    "questions": (
        "Questions posées sur un accès",
        (
            ("access", "Accès du"),
            ("person", "De qui"),
            ("asked_at", "Posée le"),
            ("asked", "Question"),
            ("answered_at", "Réponse le"),
            ("answer", "Réponse"),
        ),
    ),
    "notes": ("Notes privées", (("text", "Note"), ("written", "Écrite le"))),
}
"""By the name of a part: its title, and its columns for machines and for people."""
FACTS: Mapping[str, str] = {
    "identifier": "Numéro (INS)",
    "birth-name": "Nom de naissance",
    "birth-first-names": "Prénoms de naissance",
    "used-name": "Nom utilisé",
    "used-first-name": "Prénom utilisé",
    "birth-date": "Date de naissance",
    "sex": "Sexe",
    "birth-place": "Lieu de naissance (code INSEE)",
    "address": "Adresse",
    "telecom": "Téléphone ou adresse électronique",
    "opened": "Dossier ouvert le",
    "consent": "Consentement noté le",
    "closed": "Dossier fermé le",
    "break-glass-refused": "Refus de l’accès en urgence des professionnels (bris de glace)",
    "dispatch-refused": "Refus de l’accès du centre 15",
    "emergency-reads-masked": "Documents masqués lisibles en urgence",
    "everything-hidden": "Tout le dossier est caché aux professionnels",
    "channel": "Les codes de connexion vont à",
    "frequency": "Messages",
    "first-channel": "D’abord",
    "stopped": "Adresse qui ne reçoit plus de messages",
}
SEXES = {Sex.FEMALE: "féminin", Sex.MALE: "masculin", Sex.UNDETERMINED: "indéterminé"}
CHOICES = {
    ChoiceKind.DONE: "fait, d’après vous",
    ChoiceKind.DECLINED: "non voulu",
    ChoiceKind.SNOOZED: "rappels reportés ou arrêtés",
    ChoiceKind.CONDITION: "situation ou risque",
    ChoiceKind.EXCLUDED: "raison de ne pas faire ce dépistage",
}
DEEDS = {Deed.DELIVERED: "délivré", Deed.ADAPTED: "adapté", Deed.REFUSED: "refusé"}
ROLES: Mapping[str, str] = {
    "let-in": "peut lire le dossier",
    "attending": "médecin traitant",
    "attending-declared": "s’est déclaré médecin traitant, à confirmer",
    "blocked": "bloqué",
    "team": "équipe de soins",
    "team-opposed": "équipe de soins refusée",
    "guardian": "représentant légal",
    "guardian-before": "a été représentant légal, avant la majorité",
    "protection": "mesure de protection",
    "delegate": "délégué",
    "heirs-opposed": "opposition à l’accès des ayants droit",
}
MEASURES = {
    Measure.GUARDIANSHIP: "tutelle",
    Measure.FAMILY_EMPOWERMENT: "habilitation familiale",
    Measure.FUTURE_MANDATE: "mandat de protection future",
    Measure.CURATORSHIP: "curatelle",
    Measure.SAFEGUARD: "sauvegarde de justice",
}
FREQUENCIES = {Frequency.IMMEDIATE: "tout de suite", Frequency.DAILY: "une fois par jour", Frequency.NONE: "jamais"}
CHANNELS = {Channel.EMAIL: "par message électronique", Channel.SMS: "par SMS"}
STAGES: Mapping[str, str] = {
    "soon": "bientôt",
    "due": "c’est le moment",
    "overdue": "en retard",
    "late": "en retard",
    "last": "dernier rappel",
    "again-1": "de nouveau (1)",
    "again-2": "de nouveau (2)",
    "again-3": "de nouveau (3)",
    "season-start": "début de la saison",
    "season-midway": "milieu de la saison",
    "new": "nouvelle recommandation",
}
"""Of reminders; a stage that a programme names otherwise is told by its name."""
