"""Pictures as the pages of a PDF: their octets go in as they are, nothing is worked out again.

A page has the shape of its picture, the right way up, and fits a sheet of A4.
"""

from collections.abc import Sequence

from dmp.documents.files.pictures import Coding, Picture

_SHORT, _LONG = 595, 842
"""Sides of A4, in points."""
_TURNS = {
    1: "{w} 0 0 {h} 0 0",
    2: "-{w} 0 0 {h} {w} 0",
    3: "-{w} 0 0 -{h} {w} {h}",
    4: "{w} 0 0 -{h} 0 {h}",
    5: "0 -{h} -{w} 0 {w} {h}",
    6: "0 -{h} {w} 0 0 {h}",
    7: "0 {h} {w} 0 0 0",
    8: "0 {h} -{w} 0 {w} 0",
}
"""The matrix that sets a picture upright, by its orientation in EXIF."""
_SPACES = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}
_ON_WHITE = {
    2: "{ dup 1 exch sub 3 1 roll mul add }",
    4: (
        "{ dup 1 exch sub 5 1 roll 3 index 1 index mul 5 index add 3 index 2 index mul 6 index add "
        "3 index 3 index mul 7 index add 8 3 roll pop pop pop pop pop }"
    ),
}
"""What shows of a point that is not opaque, on white paper; its last value says how opaque it is."""


class _Objects:
    """The numbered objects of a PDF."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []

    def add(self, body: str, octets: bytes | None = None) -> int:
        """Put in an object, or a stream with its dictionary; gives its number."""
        told = body.encode("ascii")
        if octets is not None:
            told = b"<< %b /Length %d >>\nstream\n%b\nendstream" % (told, len(octets), octets)
        self._bodies.append(told)
        return len(self._bodies)

    def written(self, root: int) -> bytes:
        """The file."""
        file, places = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), list[int]()
        for number, body in enumerate(self._bodies, start=1):
            places.append(len(file))
            file += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        table = len(file)
        file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        file += b"".join(b"%010d 00000 n \n" % place for place in places)
        return bytes(file) + b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
            len(places) + 1,
            root,
            table,
        )


def bound(pictures: Sequence[Picture]) -> bytes:
    """A PDF of these pictures, one on each page, in their order."""
    objects = _Objects()
    # The tree of the pages is written after them: its number is known beforehand.
    contents = [_drawn(objects, picture) for picture in pictures]
    tree = contents[-1][1] + len(pictures) + 1
    pages = [
        objects.add(
            f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {_size(picture)}] "
            f"/Resources << /XObject << /I {image} 0 R >> >> /Contents {drawing} 0 R >>"
        )
        for picture, (image, drawing) in zip(pictures, contents, strict=True)
    ]
    kids = " ".join(f"{page} 0 R" for page in pages)
    objects.add(f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>")
    return objects.written(objects.add(f"<< /Type /Catalog /Pages {tree} 0 R >>"))


def _drawn(objects: _Objects, picture: Picture) -> tuple[int, int]:
    """Put in a picture and what draws it; gives their numbers."""
    packing = f"/{picture.coding.value}"
    if picture.coding is Coding.PNG:
        packing += (
            f" /DecodeParms << /Predictor 15 /Colors {picture.colours} "
            f"/BitsPerComponent {picture.bits} /Columns {picture.width} >>"
        )
    image = objects.add(
        f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} "
        f"/BitsPerComponent {picture.bits} /ColorSpace {_space(objects, picture)} /Filter {packing}"
        + (" /Decode [1 0 1 0 1 0 1 0]" if picture.inverted else ""),
        picture.octets,
    )
    width, height = _size(picture).split()
    matrix = _TURNS[picture.turned].format(w=width, h=height)
    return image, objects.add("", f"q {matrix} cm /I Do Q".encode("ascii"))


def _space(objects: _Objects, picture: Picture) -> str:
    """What the values of a point mean."""
    if picture.palette:
        colours = len(picture.palette) // 3
        return f"[/Indexed /DeviceRGB {colours - 1} <{picture.palette.hex()}>]"
    if not picture.transparent:
        return _SPACES[picture.colours]
    shown, values = picture.colours - 1, picture.colours
    bounds = " ".join(["0 1"] * values), " ".join(["0 1"] * shown)
    function = objects.add(
        f"/FunctionType 4 /Domain [{bounds[0]}] /Range [{bounds[1]}]", _ON_WHITE[values].encode("ascii")
    )
    names = " ".join(f"/V{number}" for number in range(values))
    return f"[/DeviceN [{names}] {_SPACES[shown]} {function} 0 R]"


def _size(picture: Picture) -> str:
    """Width and height of the page, in points."""
    width, height = picture.shown
    across, up = (_LONG, _SHORT) if width > height else (_SHORT, _LONG)
    scale = min(across / width, up / height)
    return f"{width * scale:.2f} {height * scale:.2f}"
