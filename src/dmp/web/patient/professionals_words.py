"""What one decides of a professional, and what it means, in plain words: said before it is done (PT-10)."""

from dataclasses import dataclass

from dmp.actions.action import Action
from dmp.actions.care_team import OpposeCare
from dmp.actions.decide_on_others import (
    AuthoriseOther,
    Block,
    ConfirmAttending,
    RemoveAttending,
    Unblock,
    Withdraw,
)
from dmp.record.patient import PatientId
from dmp.web.patient.words import Both


@dataclass(frozen=True)
class Decision:
    """One act: what it is called, what follows from it, what its button says, what is said once it is done.

    `{}` stands for the name of whom it is about.
    """

    title: Both
    means: tuple[Both, ...]
    button: Both
    done: Both
    dangerous: bool = False


_STILL = (
    "{} pourra encore ajouter des documents, et retrouver les siens.",
    "{} will still be able to add documents, and to find his or her own.",
)
DECISIONS: dict[str, Decision] = {
    "autoriser": Decision(
        ("Autoriser à lire", "Authorise to read"),
        (
            (
                "{} pourra lire ce dossier : les documents, sauf ceux qui sont masqués "
                "et ceux que sa profession ne doit pas voir.",
                "{} will be able to read this record: the documents, except those that are masked "
                "and those that the profession must not see.",
            ),
            ("Vous pourrez retirer cette autorisation à tout moment.", "You can take this back at any time."),
        ),
        ("Autoriser", "Authorise"),
        ("C’est fait : l’autorisation est donnée.", "Done: the authorisation is given."),
    ),
    "retirer": Decision(
        ("Retirer l’autorisation", "Take back the authorisation"),
        (
            (
                "{} ne pourra plus lire ce dossier, dès maintenant.",
                "{} will no longer be able to read this record, from now on.",
            ),
            (
                "S’il s’agit du médecin traitant, il ne le sera plus dans ce dossier.",
                "If this is the attending doctor, he or she will not be it any more in this record.",
            ),
            _STILL,
        ),
        ("Retirer l’autorisation", "Take it back"),
        ("C’est fait : l’autorisation est retirée.", "Done: the authorisation is taken back."),
        dangerous=True,
    ),
    "bloquer": Decision(
        ("Bloquer", "Block"),
        (
            (
                "{} ne pourra plus lire ce dossier, même en urgence, et même avec une autorisation.",
                "{} will no longer be able to read this record, even in an emergency, even with an authorisation.",
            ),
            (
                "Si c’est un établissement, personne n’y lira ce dossier ; seul le centre 15 le pourra encore.",
                "If it is an organisation, nobody there will read this record; only the emergency number still can.",
            ),
            _STILL,
            ("Vous pourrez débloquer à tout moment.", "You can lift the block at any time."),
        ),
        ("Bloquer", "Block"),
        ("C’est fait : l’accès est bloqué.", "Done: access is blocked."),
        dangerous=True,
    ),
    "debloquer": Decision(
        ("Débloquer", "Lift the block"),
        (
            ("{} ne sera plus bloqué.", "{} will not be blocked any more."),
            (
                "Une autorisation donnée avant le blocage, si elle est encore en cours, vaudra de nouveau.",
                "An authorisation given before the block, if it still runs, will hold again.",
            ),
        ),
        ("Débloquer", "Lift the block"),
        ("C’est fait : le blocage est levé.", "Done: the block is lifted."),
    ),
    "medecin-traitant": Decision(
        ("Confirmer le médecin traitant", "Confirm the attending doctor"),
        (
            (
                "{} lira tous les documents, même ceux qui sont masqués.",
                "{} will read all the documents, even those that are masked.",
            ),
            (
                "Il verra aussi qui est venu dans le dossier, et pourra bloquer quelqu’un si vous le lui demandez.",
                "He or she will also see who came into the record, and can block somebody if you ask for it.",
            ),
        ),
        ("Oui, c’est le médecin traitant", "Yes, this is the attending doctor"),
        ("C’est fait : le médecin traitant est confirmé.", "Done: the attending doctor is confirmed."),
    ),
    "plus-medecin-traitant": Decision(
        ("Ce n’est pas, ou plus, le médecin traitant", "Not the attending doctor, or no longer"),
        (
            (
                "{} ne lira plus les documents masqués, et ne verra plus qui est venu.",
                "{} will no longer read the masked documents, nor see who came.",
            ),
            (
                "Son autorisation ordinaire reste : vous pouvez la retirer aussi.",
                "The ordinary authorisation stays: you can take it back too.",
            ),
        ),
        ("Ce n’est pas le médecin traitant", "This is not the attending doctor"),
        ("C’est fait : ce n’est plus le médecin traitant.", "Done: not the attending doctor any more."),
        dangerous=True,
    ),
    "refuser-equipe": Decision(
        ("Refuser une équipe de soins", "Object to a care team"),
        (
            (
                "Les personnes de {} ne liront plus ce dossier du seul fait qu’elles soignent cette personne.",
                "The people of {} will no longer read this record by the mere fact that they care for this person.",
            ),
            (
                "Celles qui sont autorisées par leur nom le pourront encore.",
                "Those authorised by name still can.",
            ),
        ),
        ("Refuser cette équipe", "Object to this team"),
        ("C’est fait : l’équipe ne lit plus ce dossier.", "Done: the team does not read this record any more."),
        dangerous=True,
    ),
    "accepter-equipe": Decision(
        ("Accepter une équipe de soins", "Accept a care team"),
        (
            (
                "Les personnes de {} pourront lire ce dossier tant qu’elles vous soignent.",
                "The people of {} will be able to read this record as long as they care for this person.",
            ),
        ),
        ("Accepter cette équipe", "Accept this team"),
        ("C’est fait : l’équipe est acceptée.", "Done: the team is accepted."),
    ),
}
"""By the name of each in forms and addresses."""
OF_TEAMS = ("refuser-equipe", "accepter-equipe")
_ACTS = {
    "autoriser": AuthoriseOther,
    "retirer": Withdraw,
    "bloquer": Block,
    "debloquer": Unblock,
    "medecin-traitant": ConfirmAttending,
    "plus-medecin-traitant": RemoveAttending,
}


def act_of(name: str, patient: PatientId, subject: str) -> Action[str]:
    """The act of a decision, without an end of its own."""
    if name in OF_TEAMS:
        return OpposeCare(patient, subject, opposed=name == "refuser-equipe")
    return _ACTS[name](patient, subject)
