"""The page «Qui peut voir quoi» says what the rights decide, and is what its command writes."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dmp.access.explain_page import BEGIN, END, shipped, written
from dmp.cli import app
from dmp.sandbox.trouble import Trouble

PAGE = Path(__file__).parents[2] / "docs/guide/who-can-see-what.md"


def boxes(text: str) -> dict[tuple[str, str], str]:
    """Every box of the two tables of people, by row and column."""
    found: dict[tuple[str, str], str] = {}
    head: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| Qui |"):
            head = cells
        elif line.startswith("|") and head and not line.startswith("| ---"):
            found |= {(cells[0], column): cell for column, cell in zip(head[1:], cells[1:], strict=True)}
        elif not line.startswith("|"):
            head = []
    return found


def test_the_page_is_what_the_command_writes(tmp_path):
    committed = PAGE.read_text(encoding="utf-8")
    before, _, rest = committed.partition(BEGIN)
    empty = tmp_path / "page.md"
    empty.write_text(f"{before}{BEGIN}\nold\n{END}{rest.partition(END)[2]}", encoding="utf-8")

    said = CliRunner().invoke(app, ["who", "--page", str(empty)])

    assert said.exit_code == 0
    assert empty.read_text(encoding="utf-8") == committed, "run ./dev who"


def test_a_page_without_marks_is_left_alone(tmp_path):
    other = tmp_path / "other.md"
    other.write_text("no marks")
    said = CliRunner().invoke(app, ["who", "--page", str(other)])
    assert isinstance(said.exception, Trouble)
    assert "lacks its marks" in str(said.exception)
    assert other.read_text() == "no marks"


@pytest.mark.parametrize(
    ("who", "what", "answer"),
    [
        ("Vous", "Lire un document masqué", "oui†"),
        ("Vous", "Vous annoncer un document", "non†"),
        ("Votre représentant légal", "Fermer le dossier", "non†"),
        ("Votre médecin traitant, que vous avez confirmé", "Lire un document masqué", "oui"),
        ("Un médecin que vous avez autorisé", "Lire un document masqué", "les siens"),
        ("Un pharmacien que vous avez autorisé", "Lire un document", "oui"),
        ("Un pharmacien que vous avez autorisé", "Vous annoncer un document", "non†"),
        ("Un infirmier que vous avez autorisé", "Supprimer", "les siens"),
        ("Un professionnel que vous avez bloqué", "Lire un document", "non"),
        (
            "Un médecin en urgence (bris de glace)",
            "Lire un document masqué",
            "les siens ; les autres si vous l'avez permis d'avance",
        ),
        ("Un médecin du centre 15", "Masquer", "non"),
        ("Un médecin du travail que vous avez autorisé", "Voir la liste des documents", "oui"),
        ("Un médecin du travail que vous avez autorisé", "Lire un document", "non"),
        ("Un secrétariat médical", "Ajouter un document", "oui"),
        ("Un secrétariat médical", "Supprimer", "ceux de sa structure"),
        ("Un hôpital, par son logiciel", "Lire un document", "non"),
        ("Votre employeur", "Savoir que le dossier existe", "non†"),
        ("Un assureur, une mutuelle", "Ajouter un document", "non†"),
    ],
)
def test_a_box_says_who_may_do_what(who, what, answer):
    assert boxes(PAGE.read_text(encoding="utf-8"))[who, what] == answer


def test_every_person_has_an_answer_to_every_act():
    found = boxes(PAGE.read_text(encoding="utf-8"))
    people, acts = ({pair[side] for pair in found} for side in (0, 1))
    assert len(found) == len(people) * len(acts) == 18 * 14


def test_what_was_put_together_again_is_marked_so():
    tables = shipped()
    row = next(line for line in tables.texts["matrix"].splitlines() if line.startswith("TD3.2,"))
    spoilt = tables.texts["matrix"].replace(row, row.replace(",confirmed", ",reconstructed"))
    text = written(f"{BEGIN}{END}", replace(tables, texts={**tables.texts, "matrix": spoilt}))
    assert boxes(text)["Un médecin que vous avez autorisé", "Lire un document"] == "oui‡"
    assert "| `TD3.2` | reconstitué ‡ |" in text


def test_the_tables_tell_their_version():
    text = PAGE.read_text(encoding="utf-8")
    assert "`matrix.csv` : version du 2024-09-25" in text
    assert "Assurance privée" in text
    assert "ostéopathe (DEC-13)" in text


def test_the_page_says_how_much_of_the_table_of_types_is_missing():
    text = PAGE.read_text(encoding="utf-8")
    assert "**Table incomplète.**" in text
    assert "Sur 220 cases, 15 viennent d'un texte publié et 205 ont été reconstituées (‡) ; 82 attendent" in text
    assert "| médecin | oui | oui |" in text
    assert "| pharmacien | oui, sauf liste à compléter‡ |" in text
