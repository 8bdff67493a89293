"""The directory: which professionals and structures exist, and who works where (xds-wire 8.4-9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dmp.store import statements
from dmp.store.lane import Batch, Lane


@dataclass(frozen=True)
class Listed:
    """A line of the directory; `parent` is the legal entity (EJ) of a geographic one (EG).

    `profession` and `know_hows` are those of a professional, `sector` that of a
    structure: an assertion that claims another one is refused. Empty: not
    known, and not checked.
    """

    kind: str
    """`professional` or `structure`."""
    id: str
    name: str
    active: bool = True
    parent: str = ""
    profession: str = ""
    """Code of TRE_G15, or of a table beside it."""
    know_hows: tuple[str, ...] = ()
    """Codes of TRE_R01 (doctors) or G05 (pharmacists)."""
    sector: str = ""
    """Code of JDV_J61, SAnn."""

    @staticmethod
    def read(kind: str, told: Mapping[str, Any]) -> "Listed":
        """A line as the operator writes it, in JSON.

        Raises:
            TypeError: a field is missing, unknown, or `know_hows` is no list.
        """
        line = Listed(kind, **told)
        if isinstance(line.know_hows, str):
            raise TypeError("know_hows is a list of codes")
        return replace(line, know_hows=tuple(line.know_hows))


class Directory:
    """Look-ups by id."""

    def __init__(self, lane: Lane, batch: Batch):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch

    def structure(self, id: str) -> Listed | None:  # noqa: A002
        """A structure, active or not; None when unknown."""
        return self._one("structure", id)

    def professional(self, id: str) -> Listed | None:  # noqa: A002
        """A professional, active or not; None when unknown."""
        return self._one("professional", id)

    def linked(self, professional: str, structure: str) -> bool:
        """Tell whether the professional works in the structure."""
        return bool(self._lane.read(statements.FIND_ACTIVITY, person=professional, place=structure))

    def _one(self, kind: str, name: str) -> Listed | None:
        rows = self._lane.read(statements.FIND_LISTED, of_kind=kind, named=name)
        if not rows:
            return None
        said, active, parent, profession, know_hows, sector = rows[0]
        return Listed(kind, name, said, bool(active), parent, profession, tuple(know_hows.split()), sector)

    def load(self, listed: Iterable[Listed], links: Iterable[tuple[str, str]]) -> None:
        """Write lines and links; lines already there are replaced."""
        for line in {(line.kind, line.id): line for line in listed}.values():
            self._batch.add(statements.DROP_LISTED, {"of_kind": line.kind, "named": line.id})
            row = {
                "kind": line.kind,
                "id": line.id,
                "name": line.name,
                "active": int(line.active),
                "parent": line.parent,
                "profession": line.profession,
                "know_hows": " ".join(line.know_hows),
                "sector": line.sector,
            }
            self._batch.add(statements.ADD_LISTED, row)
        for professional, structure in dict.fromkeys(links):
            if not self.linked(professional, structure):
                self._batch.add(statements.ADD_ACTIVITY, {"professional": professional, "structure": structure})
