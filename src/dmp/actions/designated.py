"""For which structure somebody speaks: the one that designated him («référent»), and no other."""

from dmp.actions.action import Turn
from dmp.record.actor import facility_of, person_id
from dmp.record.errors import AccessRefused

_TO_BE_ONE = "Si c’est votre rôle, demandez à la direction de votre structure de vous désigner."


def structure_spoken_for(turn: Turn, *, otherwise: str) -> str:
    """The structure in which the caller acts, when it designated him.

    Raises:
        AccessRefused: it did not; the words are those of `otherwise`.
    """
    facility, person = facility_of(turn.caller.actor), person_id(turn.caller.actor)
    if facility is None or not turn.tx.directory.designated(person, facility.id):
        raise AccessRefused(otherwise, rule="not-designated", next_step=_TO_BE_ONE)
    return facility.id
