"""A picture, whatever its format: what is kept of it, how large it is, which way up."""

from dataclasses import dataclass, field
from enum import StrEnum

from dmp.documents.files.trouble import UnusableFile, Why

MOST_POINTS = 60_000_000
LONGEST_SIDE = 16_000


class Coding(StrEnum):
    """How the octets of a picture are packed; the value is the filter that PDF names."""

    JPEG = "DCTDecode"
    PNG = "FlateDecode"


@dataclass(frozen=True)
class Picture:
    """A picture of which nothing is left but what it shows.

    `colours` are the values of one point. `turned` is the orientation of EXIF,
    1 to 8: 1 is upright, 6 means that its right side is the top of the scene.
    """

    coding: Coding
    width: int
    height: int
    colours: int
    octets: bytes = field(repr=False)
    turned: int = 1
    bits: int = 8
    palette: bytes = field(default=b"", repr=False)
    """Red, green and blue of each colour of a PNG that numbers them."""
    transparent: bool = False
    """The last value of each point says how opaque it is."""
    inverted: bool = False
    """Four colours, of which Adobe writes the opposite."""

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height the right way up."""
        return (self.height, self.width) if self.turned >= 5 else (self.width, self.height)


def check_size(width: int, height: int) -> None:
    """Refuse a picture without points, or with more than anybody needs.

    Raises:
        UnusableFile: that is so.
    """
    if not width or not height:
        raise UnusableFile(Why.BROKEN)
    if max(width, height) > LONGEST_SIDE or width * height > MOST_POINTS:
        raise UnusableFile(Why.HUGE_PICTURE)
