"""Whom an act lets in or keeps out: a professional, a structure, a care team, as the directory knows them."""

from dataclasses import dataclass

from dmp.record.actor import Facility


@dataclass(frozen=True)
class Subject:
    """Who the holder, or somebody for him, decides about.

    `places` are the structures that a professional works in; a structure, or
    the structure of a care team, is its own. `listed`: the directory has him,
    and he is active.
    """

    id: str
    listed: bool
    places: tuple[Facility, ...] = ()
    profession: str = ""
    """Code of a professional; empty for a structure or a team."""
    know_hows: tuple[str, ...] = ()
