"""What people read of a full copy: an index that opens without us, a read-me, the history as a table. In French."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Protocol

from dmp.actions.copy_record import CopyTaken
from dmp.record import history_words
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.history import LogLine
from dmp.record.hl7text import Xcn, Xon
from dmp.web.days import day, day_of

_STATUSES = {
    EntryStatus.APPROVED: "",
    EntryStatus.DEPRECATED: "remplacé",
    EntryStatus.ARCHIVED: "archivé",
    EntryStatus.DELETED: "supprimé",
}
_HEADINGS = ("Quand", "Qui", "Profession", "Structure", "Quoi", "Comment")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run, at the start of a cell."""
_STYLE = (
    "body{font:1.1rem/1.5 sans-serif;max-width:70rem;margin:1rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem;border-bottom:1px solid #888}"
    "h1,td{overflow-wrap:anywhere}@media screen and (max-width:40rem){h1{font-size:1.6rem}table,tbody{display:block}"
    "thead{position:absolute;left:-300rem}tr{display:block;border:1px solid #888;margin-bottom:.75rem;"
    "padding:.25rem .6rem}td{display:block;border:0;padding:.15rem 0}td:empty{display:none}}"
)


class FiledDocument(Protocol):
    """A document of the copy (`copy_archive.Filed`)."""

    @property
    def entry(self) -> DocumentEntry:
        """Its metadata."""
        ...

    @property
    def file(self) -> str:
        """Its file; empty when its octets are not kept here."""
        ...

    @property
    def readable(self) -> str:
        """The file that any device opens; empty when there is none."""
        ...


def index(filed: Sequence[FiledDocument], taken: CopyTaken, folder: str) -> Iterator[str]:
    """The page that lists the documents: no script, nothing from elsewhere."""
    named = escape(whose(taken))
    yield (
        '<!doctype html>\n<html lang="fr"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Copie du dossier de {named}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>Copie du dossier médical partagé</h1>\n<p>{named}, le {day(taken.at)}. "
        f"{len(filed)} document{'s' if len(filed) > 1 else ''}.</p>\n"
        '<p><a href="DOSSIER.HTM">Le reste de votre dossier</a> : profil, choix, invitations, ordonnances, proches · '
        '<a href="ACCES.CSV">Qui est venu dans le dossier</a> (tableau) · '
        '<a href="README.TXT">Comment lire cette copie</a></p>\n'
        "<table><thead><tr><th>Date</th><th>Document</th><th>Auteur</th><th>Fichiers</th></tr></thead><tbody>\n"
    )
    for one in filed:
        yield _row(one, folder)
    yield "</tbody></table>\n</body></html>\n"


def read_me(taken: CopyTaken) -> str:
    """What is in the archive, for people and for who takes the documents over."""
    lines = (
        "COPIE DU DOSSIER MEDICAL PARTAGE",
        f"{whose(taken)}, le {day(taken.at)}",
        "",
        "INDEX.HTM    la liste des documents : ouvrez-la dans un navigateur, même sans Internet",
        "LISIBLE      les documents que toute machine sait ouvrir (pages, PDF, texte, images)",
        "IHE_XDM      les documents tels qu'ils ont été déposés, et leur description (IHE XDM),",
        "             pour qu'un autre logiciel de santé puisse les reprendre",
        "DOSSIER.HTM  ce que le dossier contient à côté des documents : identité, profil médical, choix,",
        "             invitations, rappels, ordonnances numériques, professionnels, proches, réglages",
        "DOSSIER.JSON la même chose, pour un logiciel (JSON, UTF-8, jours selon ISO 8601)",
        "ACCES.CSV    qui est venu dans le dossier, pour un tableur",
        "SHA256.TXT   les empreintes : « sha256sum -c SHA256.TXT » dit si un fichier a changé",
        "",
        "Le numéro d'une ordonnance numérique n'est pas dans DOSSIER : qui l'a peut la faire délivrer.",
        "Cette copie contient des données de santé. Gardez-la en lieu sûr.",
        "",
    )
    return "\r\n".join(lines)


def table(lines: Iterable[LogLine]) -> bytes:
    """The history as CSV, UTF-8 with the mark that spreadsheets look for; nothing in a cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(_HEADINGS)
    for line in lines:
        told = history_words.told(line)
        cells = (told.when, told.who, told.role, told.structure, told.what, told.how)
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _row(one: FiledDocument, folder: str) -> str:
    entry = one.entry
    title, kind, status = entry.title or entry.type_code.display, entry.type_code.display, _STATUSES[entry.status]
    links = [f'<a href="{one.readable}">ouvrir</a>'] if one.readable else []
    links += [f'<a href="{folder}/{one.file}">tel que déposé</a>'] if one.file else ["conservé ailleurs"]
    about = " · ".join(escape(words) for words in (kind if kind != title else "", status) if words)
    return (
        f"<tr><td>{day_of(entry.creation_time)}</td>"
        f"<td>{escape(title)}{f'<br><small>{about}</small>' if about else ''}</td>"
        f"<td>{escape(_author(entry))}</td><td>{' · '.join(links)}</td></tr>\n"
    )


def _author(entry: DocumentEntry) -> str:
    author = next(iter(entry.authors), None)
    if author is None:
        return ""
    name = Xcn.parse(author.person).name
    where = next((Xon.parse(text).name for text in author.institutions), "")
    return ", ".join(part for part in (name, where) if part)


def whose(taken: CopyTaken) -> str:
    """The name of the holder."""
    traits = taken.traits
    return f"{traits.given} {traits.family}".strip() if traits is not None else "Titulaire du dossier"
