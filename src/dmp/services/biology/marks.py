"""What is to be known of a line of results, besides its value."""

from enum import StrEnum


class Mark(StrEnum):
    """What is to be known of a line."""

    CORRECTED = "corrected"
    """Not as the version of its report before had it."""
    ADDED = "added"
    """That version did not have it."""
    OF_CORRECTED_REPORT = "of-corrected-report"
    """That version cannot be compared with: it may not be read, or says nothing in entries."""
    DISAGREES = "disagrees"
    """Another value has the same minute."""
    OTHER_METHOD = "other-method"
    """Not measured as the line before."""
    OTHER_LABORATORY = "other-laboratory"
    DECLARED = "declared"
    """From a document that the patient put in."""
    PRELIMINARY = "preliminary"
    CONVERTED = "converted"
    FLAG_DIFFERS = "flag-differs"
    """The report calls it normal outside the bounds that it gives itself, or the other way round."""
