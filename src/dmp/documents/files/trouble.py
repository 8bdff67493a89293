"""Why a file is not taken, for pages to tell in words."""

from enum import StrEnum


class Why(StrEnum):
    """What is wrong with a file, or with several."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    UNKNOWN = "unknown"
    """Neither of the types that are taken."""
    MARKUP = "markup"
    """A web page, or a document of another kind in XML."""
    ACTIVE = "active"
    """It could do something besides being read, or is locked so that nobody can tell."""
    BROKEN = "broken"
    HUGE_PICTURE = "huge-picture"
    """More points than anybody needs."""
    RARE_PICTURE = "rare-picture"
    """A way to write pictures that is not taken."""
    MIXED = "mixed"
    """Several files that are not all photos."""


class UnusableFile(ValueError):
    """A file cannot become a document."""

    def __init__(self, why: Why):
        """Say why."""
        super().__init__(why.value)
        self.why = why
