"""The directory: which professionals and structures exist, and who works where (xds-wire 8.4-9)."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from dmp.store import schema


@dataclass(frozen=True)
class Listed:
    """A line of the directory; `parent` is the legal entity (EJ) of a geographic one (EG)."""

    kind: str
    """`professional` or `structure`."""
    id: str
    name: str
    active: bool = True
    parent: str = ""


class Directory:
    """Look-ups by id."""

    def __init__(self, connection: Connection):
        """Work on one connection."""
        self._connection = connection

    def structure(self, id: str) -> Listed | None:  # noqa: A002
        """A structure, active or not; None when unknown."""
        return self._one("structure", id)

    def professional(self, id: str) -> Listed | None:  # noqa: A002
        """A professional, active or not; None when unknown."""
        return self._one("professional", id)

    def linked(self, professional: str, structure: str) -> bool:
        """Tell whether the professional works in the structure."""
        table = schema.activity.c
        query = select(table.structure).where(table.professional == professional, table.structure == structure)
        return self._connection.execute(query).one_or_none() is not None

    def _one(self, kind: str, name: str) -> Listed | None:
        table = schema.directory.c
        row = self._connection.execute(
            select(table.name, table.active, table.parent).where(table.kind == kind, table.id == name)
        ).one_or_none()
        return None if row is None else Listed(kind, name, row.name, bool(row.active), row.parent)

    def load(self, listed: Iterable[Listed], links: Iterable[tuple[str, str]]) -> None:
        """Write lines and links; lines already there are replaced."""
        for line in listed:
            table = schema.directory
            self._connection.execute(delete(table).where(table.c.kind == line.kind, table.c.id == line.id))
            row = {
                "kind": line.kind,
                "id": line.id,
                "name": line.name,
                "active": int(line.active),
                "parent": line.parent,
            }
            self._connection.execute(insert(table), row)
        for professional, structure in links:
            if not self.linked(professional, structure):
                self._connection.execute(
                    insert(schema.activity), {"professional": professional, "structure": structure}
                )
