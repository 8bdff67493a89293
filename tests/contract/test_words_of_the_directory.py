"""The words of a directory that a former release loaded: the migration writes them, so that names are found at once."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, text

from dmp.store import dialect, migrate

BEFORE = "0003_since_0001"


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    """A database of the release before."""
    opened = dialect.open_engine(empty_database_url, connections=2)
    with opened.begin() as connection:
        command.upgrade(migrate.configuration(connection), BEFORE)
    yield opened
    opened.dispose()


def test_names_that_were_loaded_before_have_their_words_after_the_migration(engine: Engine):
    rows = (("professional", "1", "Hélène DUPONT-MARTIN"), ("structure", "2", "Clinique"), ("designated", "3", "Élu"))
    with engine.begin() as connection:
        for kind, key, name in rows:
            told = {"kind": kind, "id": key, "name": name}
            line = "INSERT INTO directory VALUES (:kind, :id, :name, 1, '', '', '', '')"
            connection.execute(text(line), told)

    migrate.upgrade(engine)

    with engine.connect() as connection:
        found = connection.execute(text("SELECT word, kind, id FROM directory_word ORDER BY word")).all()
    assert [tuple(row) for row in found] == [
        ("CLINIQUE", "structure", "2"),
        ("DUPONT", "professional", "1"),
        ("HELENE", "professional", "1"),
        ("MARTIN", "professional", "1"),
    ]
