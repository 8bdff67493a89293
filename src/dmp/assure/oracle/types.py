"""The habilitation matrix, profession by class of document, with its lists of types (functional 3.4, DEC-13)."""

from collections.abc import Mapping

ALL, ALL_BUT, SOME, NONE = "A", "A-", "P", "-"

PROFESSIONS = frozenset(
    "10 21 26 28 31 32 40 50 60 69 70 80 81 82 83 84 85 86 91 92 94 95 96 98 71 72 73 93 41 99".split()  # noqa: SIM905
)
"""Professions and titles that exist (functional 1.4); any other is unknown and refused (security 6.5)."""

_COLUMNS = ("10", "21", "40", "50", "60 69", "70", "80", "91 92 94 96", "95", "26 28", "86 98 32", "31", "93")
"""R85 and R94 actors have a column too, which ships disabled (functional 3.4): they are left out, and get nothing."""
_ROWS = {
    "10": "A A- A- A A A- A- P P P P P P",
    "11": "A A- A- A- A A- A- P P P - - P",
    "31": "A - A A A A A P - P A P -",
    "42": "A A A A A A A A P P P P -",
    "43": "A A A A A P P P P P - - -",
    "44": "A A A- A A A A A A P - - P",
    "45": "A A A A A P P - - - P - -",
    "52": "A A A A A P P P P P - - -",
    "60": "A A A A P - - - - - - - -",
    "90": "A P P A A P P P P - - - P",
    "95": "A- P P A A P P P P - - - P",
}
CELLS: Mapping[tuple[str, str], str] = {
    (profession, document_class): cell
    for document_class, cells in _ROWS.items()
    for column, cell in zip(_COLUMNS, cells.split(), strict=True)
    for profession in column.split()
}

_SENSITIVE: tuple[tuple[str, str], ...] = (
    ("68599-0", "10 60 69 93"),
    ("83901-9", "10 60 69 93"),
    ("51969-4", "10 50 60 69"),
    ("68817-6", "10 50 60 69"),
    ("15508-5", "10 50 60 69 21"),
    ("57055-6", "10 50 60 69 21"),
    ("57057-2", "10 50 60 69 21"),
    ("57075-4", "10 50 60 69 21"),
    ("EXPPAT_3", "10 60 69 21"),
)
"""Who reads the sensitive types; the lists win over the sentence before them, and 69 goes where 60 stands (DEC-13)."""
READERS: Mapping[str, frozenset[str]] = {code: frozenset(readers.split()) for code, readers in _SENSITIVE}

EXCLUDED: Mapping[str, frozenset[str]] = {
    "10": frozenset({"ATTEST-RESID"}),
    "40": frozenset({"80788-3", "75496-0", "83981-1", "83901-9", "68599-0", "EXPPAT_3"}),
    "80": frozenset({"15508-5"}),
}
"""Confirmed exclusions (functional 3.4)."""


_HOLDER_ALONE = frozenset(f"DOCPAT{number:02}" for number in range(1, 10)) | {"EXPPAT_1", "EXPPAT_2", "EXPPAT_3"}
_WITH_THE_ATTENDING_DOCTOR = frozenset({"EXPPAT_1", "EXPPAT_3"})
REIMBURSEMENT = "60"


def of_the_holder(type_code: str) -> bool:
    """Whether a type comes from the holder himself (functional 3.4, writing)."""
    return type_code in _HOLDER_ALONE


def will_of_the_holder(type_code: str) -> bool:
    """Whether it is his will, which the attending doctor may put in on his behalf (functional 3.4, writing)."""
    return type_code in _WITH_THE_ATTENDING_DOCTOR


def has_column(profession: str) -> bool:
    """Whether rights are published for a profession (DEC-13)."""
    return (profession, "10") in CELLS


def may_open(profession: str, document_class: str, type_code: str) -> bool:
    """Whether a profession reads a type: `P` is no until its list is filled, `A-` all but the sensitive ones."""
    cell = CELLS.get((profession, document_class), NONE)
    if cell in (NONE, SOME) or type_code in EXCLUDED.get(profession, ()):
        return False
    return profession in READERS.get(type_code, (profession,))
