"""The names of a person in HL7 V3, told apart by the qualifiers of their parts (xds-wire 9.2, 9.3)."""

from dataclasses import dataclass

from dmp.record.errors import InvalidIdentity
from dmp.wire.hl7v3.node import Node

BIRTH = frozenset({"BR"})
USED = frozenset({"SP", "CL"})


@dataclass(frozen=True)
class PersonName:
    """Family and first names; None where no such part is there, empty where it is there without text."""

    birth: str | None
    used: str | None
    given: tuple[str, ...] | None
    """The first names without qualifier, those that have a text."""
    birth_given: str | None
    used_given: str | None

    @property
    def any_family(self) -> str:
        """The name the person goes by: the used one, else the birth one."""
        return self.used or self.birth or ""

    @property
    def any_given(self) -> str:
        """The first name the person goes by."""
        return self.used_given or self.birth_given or next(iter(self.given or ()), "")


def read_name(person: Node) -> PersonName:
    """Read all the `name` elements of a person together.

    A family name without qualifier is the used one beside a `BR` one, else
    the birth name. `CL` and `SP` both mean used.

    Raises:
        InvalidIdentity: two names that exclude each other; the element is named.
    """
    families = [part for name in person.all("name") for part in name.all("family")]
    givens = [part for name in person.all("name") for part in name.all("given")]
    birth, used, plain = (_one(part) for part in _sorted(families))
    birth_given, used_given, given = _sorted(givens)
    return PersonName(
        birth=plain if birth is None else birth,
        used=plain if used is None and birth is not None else used,
        given=tuple(part.text for part in given if part.text) if given else None,
        birth_given=_first(birth_given),
        used_given=_first(used_given),
    )


def _sorted(parts: list[Node]) -> tuple[list[Node], list[Node], list[Node]]:
    """Birth, used, and those that no qualifier of ours marks."""
    marks = [frozenset(part.get("qualifier").split()) for part in parts]
    birth = [part for part, mark in zip(parts, marks, strict=True) if mark & BIRTH]
    used = [part for part, mark in zip(parts, marks, strict=True) if mark & USED]
    return birth, used, [part for part, mark in zip(parts, marks, strict=True) if not mark & (BIRTH | USED)]


def _one(parts: list[Node]) -> str | None:
    texts = {part.text for part in parts} - {""}
    if len(texts) > 1:
        raise InvalidIdentity("names that exclude each other", element=parts[0].path)
    return texts.pop() if texts else _first(parts)


def _first(parts: list[Node]) -> str | None:
    return parts[0].text if parts else None
