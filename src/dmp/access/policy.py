"""The tables of rights as one value, read and checked once when the service starts."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from dmp.access.brakes import Brakes, read_brakes, same_for_all
from dmp.access.column import HEALTH_ACTORS, OCCUPATIONAL, Column
from dmp.access.matrix import Matrix, lines, read_matrix
from dmp.access.table import InvalidPolicy, read_table, texts_of
from dmp.access.type_rights import TypeRights, class_by_type, classes, read_deposits, read_openings, read_sensitive
from dmp.record.actor import Actor, FacilitySoftware, Professional, Staff
from dmp.record.verb import Verb

EVERYTHING = frozenset(Verb)


@dataclass(frozen=True)
class Exemption:
    """What is left to some actors of a shut-out sector (DEC-9, DEC-22).

    `actor` is `professional`, `staff`, `software` or empty for any; `code` the
    know-how of a professional or the role of the others, empty for any.
    """

    actor: str
    code: str
    verbs: frozenset[Verb]

    def concerns(self, actor: Professional | Staff | FacilitySoftware) -> bool:
        """Tell whether this line speaks of the actor."""
        kind, code = _kind(actor)
        return self.actor in ("", kind) and self.code in ("", code)


@dataclass(frozen=True)
class Switches:
    """What a deployment may choose; the defaults are the decided ones."""

    every_professional_releases: bool = False
    """TD3.3b by every professional, not by doctors and midwives alone (DEC-15)."""
    occupational_doctor_reads: bool = False
    """Reading by the occupational doctor with the holder's own authorisation: law, not matrix (AR-12)."""
    unknown_types_read: bool = False
    """Documents of a class and type that no table knows are read by every profession: the plain `ihe` profile."""
    every_type_put_in: bool = False
    """Types are put in by whoever may feed: `ihe`, and a tolerant sandbox, fed in others' stead (DEC-120)."""
    record_management: bool = True
    """TD1.1 to TD1.4 by professionals, which only a stand-alone service opens (xds-wire 9.1)."""


@dataclass(frozen=True)
class Policy:
    """Everything the decision looks up.

    `professions` says of each known profession whether documents are opened to
    it. `roles` are the codes that staff and software may act under. `sectors`
    maps a shut-out sector to what is left there. `version` names the tables in
    the traces: date of the published matrix, and fingerprint of all the tables.
    """

    version: str
    matrix: Matrix
    professions: Mapping[str, bool]
    roles: frozenset[str]
    sectors: Mapping[str, tuple[Exemption, ...]]
    regulation_centres: frozenset[str] = frozenset()
    switches: Switches = Switches()
    brakes: Brakes = Brakes(())
    types: TypeRights = TypeRights({}, {}, {})
    plans: dict[object, object] = field(default_factory=dict[object, object], init=False, compare=False, repr=False)
    """Which rules to ask, as `access.plan` found out; a policy that is altered finds out again."""

    def reading_column(self, column: Column | None, verb: Verb) -> Column | None:
        """The column to look in: with the switch, the occupational doctor reads as any doctor (AR-12)."""
        if self.switches.occupational_doctor_reads and verb is Verb.READ and column in OCCUPATIONAL:
            return Column.DOCTOR_NORMAL if column is Column.OCCUPATIONAL else Column.AIR_DOCTOR_NORMAL
        return column

    def opens(self, profession: str, class_code: str, type_code: str) -> bool:
        """Tell whether a profession reads documents of a type; its class is that of the tables where they know it.

        What has no code at all is a folder, whose documents are asked for themselves.
        """
        if type_code in self.types.readable.get(profession, ()):
            return True
        if type_code in class_by_type():
            return False
        if class_code in classes():
            return self.types.opens(profession, class_code, type_code)
        return self.switches.unknown_types_read or not (class_code or type_code)

    def takes(self, actor: Actor, class_code: str, type_code: str, *, attending: bool) -> bool:
        """Tell whether an actor may put in a document of a type (DEC-33)."""
        known = class_by_type().get(type_code, class_code)
        return self.switches.every_type_put_in or self.types.takes(actor, known, type_code, attending=attending)

    def left_to(self, actor: Actor) -> frozenset[Verb]:
        """The verbs that the law leaves to an actor of his sector: all of them where it is not shut out."""
        if not isinstance(actor, HEALTH_ACTORS):
            return EVERYTHING
        exemptions = self.sectors.get(actor.facility.sector)
        if exemptions is None:
            return EVERYTHING
        return next((line.verbs for line in exemptions if line.concerns(actor)), frozenset())


def load_policy(
    *,
    regulation_centres: Iterable[str] = (),
    switches: Switches | None = None,
    daily_patients: int = 0,
    folder: Path | None = None,
) -> Policy:
    """Read the tables of rights, and check them: those that come with the package, or an operator's in `folder`.

    `regulation_centres` are the ids of the structures that may use the mode of
    the emergency call centres (DEC-20): they belong to a deployment. So does
    `daily_patients`, a hard brake that is the same for all; 0 for the table.

    Raises:
        InvalidPolicy: a table is not well formed; the message names the line.
    """
    texts = texts_of(folder)
    matrix = read_matrix(texts["matrix"], texts["citizens"])
    digest = sha256("".join(texts[name] for name in sorted(texts)).encode()).hexdigest()
    professions, roles = read_professions(texts["professions"]), _roles()
    types = TypeRights(
        read_openings(texts["classes"], professions),
        read_sensitive(texts["sensitive"], professions),
        read_deposits(texts["deposits"], roles),
    )
    return Policy(
        f"{matrix.version}+{digest[:8]}",
        matrix,
        professions,
        roles,
        read_sectors(texts["sectors"]),
        frozenset(regulation_centres),
        switches or Switches(),
        same_for_all(daily_patients) if daily_patients else read_brakes(texts["brakes"]),
        types,
    )


def read_list(path: Path) -> frozenset[str]:
    """Read a list of ids, one a line, `#` before a comment: the regulation centres of a deployment.

    Raises:
        OSError: the file cannot be read.
    """
    return frozenset(line.strip() for line in lines(path.read_text(encoding="utf-8")) if line.strip())


def read_professions(text: str) -> dict[str, bool]:
    """Read which professions documents are opened to.

    Raises:
        InvalidPolicy: a profession twice, or neither yes nor no.
    """
    professions: dict[str, bool] = {}
    for line in read_table("professions", text, ("code", "documents", "source")):
        code, opened = line.fields["code"], line.fields["documents"]
        if code in professions or opened not in ("yes", "no"):
            raise line.wrong(f"profession {code} is there twice or neither yes nor no")
        professions[code] = opened == "yes"
    return professions


def read_sectors(text: str) -> dict[str, tuple[Exemption, ...]]:
    """Read the sectors that are shut out, and what is left there.

    Raises:
        InvalidPolicy: an unknown kind of actor or verb.
    """
    sectors: dict[str, tuple[Exemption, ...]] = {}
    for line in read_table("sectors", text, ("sector", "actor", "code", "verbs", "source")):
        row, sector, verbs = line.fields, line.fields["sector"], line.fields["verbs"]
        if row["actor"] not in ("", "professional", "staff", "software"):
            raise line.wrong(f"sector {sector}: unknown kind of actor")
        known = sectors.setdefault(sector, ())
        if row["actor"]:
            sectors[sector] = (*known, Exemption(row["actor"], row["code"], _verbs(sector, verbs)))
    return sectors


def _verbs(sector: str, text: str) -> frozenset[Verb]:
    try:
        return EVERYTHING if text == "*" else frozenset(Verb(word) for word in text.split())
    except ValueError:
        raise InvalidPolicy(f"sector {sector}: unknown verb") from None


def _kind(actor: Professional | Staff | FacilitySoftware) -> tuple[str, str]:
    match actor:
        case Professional():
            return "professional", actor.know_how
        case Staff():
            return "staff", actor.role
        case FacilitySoftware():
            return "software", actor.role


def _roles() -> frozenset[str]:
    """The codes of professions and of other roles that staff and software may act under."""
    texts = (files("dmp.record").joinpath(f"data/{name}.csv").read_text(encoding="utf-8") for name in _ROLES)
    return frozenset(row["code"] for text in texts for row in csv.DictReader(lines(text)))


_ROLES = ("roles", "professions")
