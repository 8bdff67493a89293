"""As whom the holder looks at his record («voir comme»), and what he is told of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from dmp.record.actor import Actor, Facility, FacilitySoftware, Mode, Professional, Representative, Staff, person_id
from dmp.record.entry import DocumentEntry
from dmp.record.hl7text import Xcn, Xon
from dmp.record.professional import DOCTOR, PROFESSIONAL_AUTHORITY, Specialty
from dmp.record.record import Record

SUPPOSED = "supposed"
"""Id of who is nobody in particular: no register gives it, no record names it."""
_NOWHERE = Facility("", sector="SA07")


class Standing(StrEnum):
    """What the viewer is to the holder; all but the last are kinds of people, nobody in particular."""

    AUTHORISED = "authorised"
    """A professional whom the holder authorised: «votre pharmacien»."""
    STRANGER = "stranger"
    """A doctor whom he did not authorise."""
    BREAK_GLASS = "break-glass"
    """A doctor whom he did not authorise, in an emergency («bris de glace»)."""
    DISPATCH = "dispatch"
    """A doctor of a regulation centre («centre 15»)."""
    OCCUPATIONAL = "occupational"
    """An occupational doctor («médecin du travail») whom the holder authorised himself."""
    SECRETARY = "secretary"
    SOFTWARE = "software"
    """A hospital, through its software and without anybody proven."""
    EMPLOYER = "employer"
    INSURER = "insurer"
    PERSON = "person"
    """Somebody in particular, with what the record says of him."""


@dataclass(frozen=True)
class Viewer:
    """Somebody whose sight of a record is asked about."""

    standing: Standing
    actor: Actor

    @property
    def mode(self) -> Mode:
        """The mode he would come in."""
        return _MODES.get(self.standing, Mode.NORMAL)

    @property
    def is_a_person(self) -> bool:
        """Tell somebody in particular from a kind of people: who is authorised or blocked may be a secret (AR-21)."""
        return self.standing is Standing.PERSON

    @property
    def name(self) -> str:
        """Who it is, for the trace: an id of the person, or the kind and the profession."""
        actor = self.actor
        if self.is_a_person:
            return person_id(actor)
        return f"{self.standing}/{actor.profession}" if isinstance(actor, Professional) else self.standing


_MODES = {Standing.BREAK_GLASS: Mode.BREAK_GLASS, Standing.DISPATCH: Mode.EMERGENCY_DISPATCH}


def of_profession(profession: str, standing: Standing = Standing.AUTHORISED) -> Viewer:
    """A professional of a profession, authorised unless told otherwise."""
    return Viewer(standing, Professional(SUPPOSED, "", profession, "", _NOWHERE))


STRANGER = of_profession(DOCTOR, Standing.STRANGER)
BREAK_GLASS = of_profession(DOCTOR, Standing.BREAK_GLASS)
DISPATCH = of_profession(DOCTOR, Standing.DISPATCH)
OCCUPATIONAL = Viewer(
    Standing.OCCUPATIONAL, Professional(SUPPOSED, "", DOCTOR, "SM25", replace(_NOWHERE, sector="SA66"))
)
SECRETARY = Viewer(Standing.SECRETARY, Staff(SUPPOSED, "", "SECRETARIAT_MEDICAL", _NOWHERE))
SOFTWARE = Viewer(
    Standing.SOFTWARE, FacilitySoftware(replace(_NOWHERE, sector="SA01"), SUPPOSED, "", "SECRETARIAT_MEDICAL")
)
EMPLOYER = Viewer(Standing.EMPLOYER, Professional(SUPPOSED, "", DOCTOR, "", replace(_NOWHERE, sector="SA09")))
INSURER = Viewer(Standing.INSURER, Professional(SUPPOSED, "", DOCTOR, "", replace(_NOWHERE, sector="SA23")))
OTHER_KINDS = (STRANGER, BREAK_GLASS, DISPATCH, OCCUPATIONAL, SECRETARY, SOFTWARE, EMPLOYER, INSURER)
"""The kinds of people beside the professions."""


def person(actor: Actor) -> Viewer:
    """Somebody in particular."""
    return Viewer(Standing.PERSON, actor)


def people_of(record: Record, entries: Iterable[DocumentEntry], known: Iterable[Professional] = ()) -> list[Viewer]:
    """Whom a record names: attending doctors, who was authorised or blocked, who represents the holder or did.

    The record keeps their ids alone: name and profession come from `known`,
    else from the documents that they wrote among `entries`; else a person
    counts as a doctor, to whom the most is opened. An id may be that of a
    structure: it then stands for somebody who works there.
    """
    described = {**_authors(entries), **{actor.id: actor for actor in known}}
    named = [role.doctor for role in record.attending]
    named += [given.subject for given in record.authorisations if given.subject]
    named += sorted(record.blocked)
    professionals = [described.get(name) or _unknown(name) for name in dict.fromkeys(named)]
    doctors = {role.doctor for role in record.attending}
    professionals = [replace(one, profession=DOCTOR) if one.id in doctors else one for one in professionals]
    return [person(actor) for actor in (*professionals, *_representatives(record))]


def _unknown(name: str) -> Professional:
    return Professional(name, "", DOCTOR, "", Facility(name))


def _authors(entries: Iterable[DocumentEntry]) -> Mapping[str, Professional]:
    found: dict[str, Professional] = {}
    for entry in entries:
        for author in entry.authors:
            who = Xcn.parse(author.person)
            if who.id and who.authority == PROFESSIONAL_AUTHORITY and author.specialties:
                specialty = Specialty.parse(author.specialties[0])
                name = f"{who.given} {who.family}".strip()
                structure = Xon.parse(author.institutions[0]).id if author.institutions else ""
                facility = Facility(structure or who.id)
                found[who.id] = Professional(who.id, name, specialty.profession.code, specialty.know_how, facility)
    return found


def _representatives(record: Record) -> Iterator[Representative]:
    for guardian in record.guardians:
        if guardian.identifier is not None:
            yield Representative(guardian.identifier.number, f"{guardian.given} {guardian.family}".strip())
    named = {each.person.number: each.name for each in (*record.protections, *record.delegates)}
    known = {each.identifier.number for each in record.guardians if each.identifier is not None}
    yield from (Representative(number, name) for number, name in named.items() if number not in known)


class Sight(StrEnum):
    """What somebody has of a document."""

    OPEN = "open"
    """He finds it and reads it."""
    LISTED = "listed"
    """He finds it, and may not read it."""
    OWN = "own"
    """He knows of it because he wrote it, and may not read it any more (DEC-7)."""
    HIDDEN = "hidden"
    """For him it does not exist."""


@dataclass(frozen=True)
class Explanation:
    """What somebody has of one document, by which rule, in a sentence for the holder; `document` is its entryUUID."""

    document: str
    viewer: Viewer
    sight: Sight
    rule: str
    french: str
    english: str
