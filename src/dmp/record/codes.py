"""A coded value, as every nomenclature of the record writes it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """A code in its system («nomenclature»); `display` is never compared (DEC-103)."""

    code: str
    system: str
    display: str = ""

    def same(self, other: "Code") -> bool:
        """Tell whether both name the same concept, whatever their labels."""
        return (self.code, self.system) == (other.code, other.system)


def keys(codes: tuple[Code, ...]) -> frozenset[tuple[str, str]]:
    """The (code, system) pairs of a list, for comparisons without order or label."""
    return frozenset((code.code, code.system) for code in codes)
