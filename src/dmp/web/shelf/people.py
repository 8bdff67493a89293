"""Whom one may look at a record as: professions, kinds of people, people of the record; in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dmp.record.actor import Professional, person_id
from dmp.record.nomenclature import PROFESSION, Nomenclature, value_set
from dmp.record.viewer import OTHER_KINDS, Explanation, Sight, Standing, Viewer, of_profession
from dmp.web.shelf.families import Words

_STANDINGS: Mapping[Standing, Words] = {
    Standing.STRANGER: ("Un médecin que vous n’avez pas autorisé", "A doctor whom you did not authorise"),
    Standing.BREAK_GLASS: ("Un médecin en urgence (bris de glace)", "A doctor in an emergency (break-glass)"),
    Standing.DISPATCH: ("Un médecin du centre 15", "A doctor of the emergency call centre"),
    Standing.OCCUPATIONAL: (
        "Un médecin du travail que vous avez autorisé",
        "An occupational doctor whom you authorised",
    ),
    Standing.SECRETARY: ("Un secrétariat médical", "A medical secretary"),
    Standing.SOFTWARE: ("Le logiciel d’un hôpital, sans personne", "The software of a hospital, without anybody"),
    Standing.EMPLOYER: ("Un médecin pour votre employeur", "A doctor for your employer"),
    Standing.INSURER: ("Un médecin pour un assureur", "A doctor for an insurer"),
}
_SEES = (Sight.OPEN, Sight.LISTED)


@dataclass(frozen=True)
class Preview:
    """What a change of the mask does, kind of people by kind of people."""

    sees: tuple[Words, ...]
    """Who sees the document after the change."""
    loses: tuple[Words, ...]
    """Who sees it now, and would not any more."""
    gains: tuple[Words, ...]
    """Who does not see it now, and would."""


def kinds() -> Mapping[str, tuple[Viewer, Words]]:
    """The kinds of people that an address may name, professions first."""
    professions = value_set(Nomenclature.PROFESSIONS).concepts.values()
    viewers = [of_profession(each.code.code) for each in professions if each.code.system == PROFESSION]
    named = {**{f"p{_profession(viewer)}": viewer for viewer in viewers}, **{one.standing: one for one in OTHER_KINDS}}
    return {str(name): (viewer, name_of(viewer)) for name, viewer in named.items()}


def name_of(viewer: Viewer) -> Words:
    """A viewer in a few words."""
    if viewer.is_a_person:
        called = getattr(viewer.actor, "name", "") or person_id(viewer.actor)
        return called, called
    if viewer.standing in _STANDINGS:
        return _STANDINGS[viewer.standing]
    label = value_set(Nomenclature.PROFESSIONS).label(_profession(viewer)) or _role(_profession(viewer))
    return f"{label} que vous avez autorisé", f"{label}, authorised by you"


def people_in(explanations: Iterable[Explanation]) -> tuple[Viewer, ...]:
    """Each viewer once, in the order in which they were told."""
    found: list[Viewer] = []
    for told in explanations:
        if told.viewer not in found:
            found.append(told.viewer)
    return tuple(found)


def preview(now: Iterable[Explanation], then: Iterable[Explanation]) -> Preview:
    """Compare the sight of each viewer, now and after the change."""
    pairs = [
        (before.sight in _SEES, after.sight in _SEES, after.viewer) for before, after in zip(now, then, strict=True)
    ]

    def named(wanted: Iterable[tuple[bool, bool]]) -> tuple[Words, ...]:
        return tuple(name_of(viewer) for before, after, viewer in pairs if (before, after) in wanted)

    return Preview(
        sees=named({(True, True), (False, True)}), loses=named({(True, False)}), gains=named({(False, True)})
    )


def _profession(viewer: Viewer) -> str:
    return viewer.actor.profession if isinstance(viewer.actor, Professional) else ""


def _role(code: str) -> str:
    return value_set(Nomenclature.ROLES).label(code) or code
