"""What is wrong with a deposit, on the field at fault and in plain words."""

from collections.abc import Mapping

from dmp.documents.files.trouble import Why
from dmp.record.errors import AccessRefused, Problem, XdsCode
from dmp.web.portal.page import Visit

FILE, KIND, MASKED, WHOLE = "file", "kind", "masked", ""
OTHERS_KIND = "type-put-in-by-others"
"""The rule of access on types that only others put in (DEC-33)."""
BEYOND = "masked-beyond-the-delegation"
"""The rule of access on the mask of a delegate who may not mask (DEC-29)."""
_FILES: Mapping[Why, tuple[str, str]] = {
    Why.EMPTY: ("Choisissez un fichier.", "Choose a file."),
    Why.TOO_LARGE: (
        "C’est trop lourd : 3,7 Mo en tout au plus. Prenez la photo en plus petit, ou envoyez moins de pages.",
        "This is too large: 3.7 MB in all at most. Take a smaller photo, or send fewer pages.",
    ),
    Why.UNKNOWN: (
        "Ce genre de fichier n’est pas accepté. Choisissez un PDF, une photo (JPEG ou PNG), un texte ou un RTF.",
        "This kind of file is not taken. Choose a PDF, a photo (JPEG or PNG), a text or an RTF.",
    ),
    Why.MARKUP: (
        "C’est une page web, ou un fichier XML : elle n’est pas acceptée. Enregistrez-la d’abord en PDF.",
        "This is a web page, or an XML file: it is not taken. Save it as a PDF first.",
    ),
    Why.ACTIVE: (
        "Ce fichier contient un programme, un autre fichier ou un mot de passe : il est refusé par sécurité. "
        "Imprimez-le dans un nouveau PDF, puis recommencez.",
        "This file holds a program, another file or a password: it is refused for safety. "
        "Print it to a new PDF, then try again.",
    ),
    Why.BROKEN: (
        "Ce fichier est abîmé ou incomplet. Ouvrez-le pour le vérifier, puis recommencez.",
        "This file is damaged or cut short. Open it to check, then try again.",
    ),
    Why.HUGE_PICTURE: (
        "Cette image est trop grande : 60 millions de points au plus. Réduisez-la, puis recommencez.",
        "This picture is too large: 60 million points at most. Make it smaller, then try again.",
    ),
    Why.RARE_PICTURE: (
        "Cette image est enregistrée d’une façon que tout le monde ne sait pas lire. Enregistrez-la en JPEG simple.",
        "This picture is saved in a way that not everybody can read. Save it as a plain JPEG.",
    ),
    Why.MIXED: (
        "Plusieurs fichiers ensemble doivent tous être des photos. Envoyez les autres un par un.",
        "Several files together must all be photos. Send the others one by one.",
    ),
}
_IDENTITY = (
    "Ce document n’est pas au nom de la personne de ce dossier. Vérifiez le dossier ouvert et le fichier.",
    "This document is not about the person of this record. Check the open record and the file.",
)
_STRANGER = (
    "Vous n’êtes ni l’auteur ni le signataire de ce document : déposez seulement les vôtres.",
    "You are neither the author nor the signatory of this document: deposit only your own.",
)
_INCOMPLETE = (
    "L’identité de ce dossier n’est pas encore complète : rien ne peut y être ajouté ici. "
    "Un professionnel ou l’assistance peut la compléter.",
    "The identity of this record is not complete yet: nothing can be added here. "
    "A professional or the support desk can complete it.",
)
_THERE = (
    "Ce document est déjà dans le dossier, avec un autre contenu.",
    "This document is in the record already, with another content.",
)
_REPLACED = (
    "Ce document a été remplacé ou archivé entre-temps. Revenez à la liste et repartez du plus récent.",
    "This document was replaced or archived meanwhile. Go back to the list and start from the newest one.",
)
_MASK = (
    "Votre délégation ne vous laisse pas masquer : décochez cette case.",
    "Your delegation does not let you hide documents: untick this box.",
)
_CODES = (
    "Ce genre de document ne peut pas être déposé ici. Choisissez-en un autre.",
    "This kind of document cannot be put in here. Choose another one.",
)
_CDA = (
    "Ce document n’est pas conforme. Corrigez-le dans le logiciel qui l’a fait : {}",
    "This document is not well formed. Correct it in the software that made it: {}",
)
MOST_TOLD = 3
"""Technical problems of a document, told of one file."""


def of_file(why: Why, visit: Visit) -> dict[str, str]:
    """The sentence about a file, on its field."""
    return {FILE: visit.says(*_FILES[why])}


def of_access(error: AccessRefused, visit: Visit) -> dict[str, str]:
    """The sentence about a kind that only others put in, or a mask that others decide on, on its field.

    Raises:
        AccessRefused: the refusal is about something else, and has a page of its own.
    """
    if error.rule == BEYOND:
        return {MASKED: visit.says(*_MASK)}
    if error.rule != OTHERS_KIND:
        raise error
    return {KIND: visit.says(*_CODES)}


def of_problems(problems: tuple[Problem, ...], visit: Visit) -> dict[str, str]:
    """The sentence about what the examination found, on the field at fault."""
    blocking = [problem for problem in problems if not problem.warning]
    known = (_known(problem) for problem in blocking)
    found = next((place for place in known if place is not None), None)
    if found is not None:
        return {found[0]: visit.says(*found[1])}
    told = " ; ".join(problem.context for problem in blocking[:MOST_TOLD])
    return {FILE: visit.says(*_CDA).format(told)}


_BY_CODE: Mapping[XdsCode, tuple[str, tuple[str, str]]] = {
    XdsCode.DEPRECATED_DOCUMENT: (WHOLE, _REPLACED),
    XdsCode.NON_IDENTICAL_HASH: (FILE, _THERE),
    XdsCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY: (FILE, _THERE),
    XdsCode.LOCAL_POLICY_RESTRICTION: (FILE, _STRANGER),
    XdsCode.REGISTRY_ERROR: (WHOLE, _INCOMPLETE),
}
_BY_WORDS: tuple[tuple[str, str, tuple[str, str]], ...] = (
    ("the document is over", FILE, _FILES[Why.TOO_LARGE]),
    ("the lot is over", FILE, _FILES[Why.TOO_LARGE]),
    ("patientId", FILE, _IDENTITY),
    ("CDA-patient.", FILE, _IDENTITY),
    ("typeCode", KIND, _CODES),
    ("classCode", KIND, _CODES),
    ("a PDF with", FILE, _FILES[Why.ACTIVE]),
    ("an RTF with", FILE, _FILES[Why.ACTIVE]),
)
"""What the examination says in words, of codes that tell many things."""


def _known(problem: Problem) -> tuple[str, tuple[str, str]] | None:
    """The field and the words of a problem that people can do something about."""
    by_words = ((field, words) for said, field, words in _BY_WORDS if said in problem.context)
    return _BY_CODE.get(problem.code) or next(by_words, None)
