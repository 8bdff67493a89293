"""Forms with files: read as they come, what is too large thrown away, and never held twice (security 5.3)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from dmp.record.errors import InvalidMessage
from dmp.record.profile import MIB
from dmp.web.portal.forms import LARGEST, MOST_FIELDS, Form, Upload

MEDIA_TYPE = "multipart/form-data"
MOST_READ = 64 * MIB
"""Octets of a form with files that are read, to tell its sender on the page that a file is too large."""
MOST_FILES = 12
MOST_HEADERS, LARGEST_HEADER = 8, 4096
"""Headers of a part, and octets of one."""
LONGEST_NAME = 200


@dataclass
class _Part:
    """A part that is being read; `file` when it has a file name, empty or not."""

    name: str
    file: str | None
    media_type: str
    octets: bytearray = field(default_factory=bytearray)
    too_large: bool = False


@dataclass
class _Reader:
    """What the parser tells, put together. `most` is for the octets of all the files."""

    most: int
    parts: list[_Part] = field(default_factory=list[_Part])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    whole: bool = False
    left: int = LARGEST

    def on_part_begin(self) -> None:
        if len(self.parts) == MOST_FIELDS:
            raise _unreadable("too many fields")
        self.headers = {}

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def on_header_end(self) -> None:
        self.headers[self.header.decode("latin-1").lower()] = self.value.decode("latin-1")
        self.header.clear()
        self.value.clear()

    def on_headers_finished(self) -> None:
        told, options = parse_options_header(self.headers.get("content-disposition", ""))
        if told != b"form-data" or b"name" not in options:
            raise _unreadable("a part that is no field")
        file = options.get(b"filename")
        name = None if file is None else _name(file)
        self.parts.append(_Part(_text(options[b"name"]), name, self.headers.get("content-type", "")))
        if sum(part.file is not None for part in self.parts) > MOST_FILES:
            raise _unreadable("too many files", self.parts[-1].name)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        part, octets = self.parts[-1], data[start:end]
        if part.file is None:
            self.left -= len(octets)
            if self.left < 0:
                raise InvalidMessage("the fields are too large", element=part.name, status=413)
        elif sum(len(each.octets) for each in self.parts if each.file is not None) + len(octets) > self.most:
            part.too_large = True
            part.octets.clear()
        if not part.too_large:
            part.octets += octets

    def on_end(self) -> None:
        self.whole = True

    def form(self) -> Form:
        """The form, once everything was read.

        Raises:
            InvalidMessage: cut short, a field twice, or no text.
        """
        if not self.whole:
            raise _unreadable("cut short")
        fields: dict[str, str] = {}
        files: dict[str, tuple[Upload, ...]] = {}
        for part in self.parts:
            if part.file is None:
                if part.name in fields:
                    raise _unreadable("a field twice", part.name)
                fields[part.name] = _text(bytes(part.octets), part.name)
            elif part.octets or part.too_large or part.file:
                sent = Upload(part.file, part.media_type, bytes(part.octets), part.too_large)
                files[part.name] = (*files.get(part.name, ()), sent)
                part.octets.clear()
        return Form(fields, files)


def is_multipart(media_type: str) -> bool:
    """Whether a form may hold files."""
    return media_type.partition(";")[0].strip().lower() == MEDIA_TYPE


async def read_uploads(pieces: AsyncIterator[bytes], media_type: str, *, most: int) -> Form:
    """Read a form with files; of those that make it larger than `most` octets, only that they are is kept.

    Raises:
        InvalidMessage: it cannot be read, or has too many fields, files or headers; `element` is the field.
    """
    reader = _Reader(most)
    boundary = parse_options_header(media_type)[1].get(b"boundary", b"")
    callbacks = {name: getattr(reader, name) for name in dir(reader) if name.startswith("on_")}
    try:
        parser = MultipartParser(
            boundary,
            callbacks,  # type: ignore[arg-type]
            max_header_count=MOST_HEADERS,
            max_header_size=LARGEST_HEADER,
        )
        async for piece in pieces:
            parser.write(piece)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise _unreadable("not well formed") from error
    return reader.form()


def _name(told: bytes) -> str:
    """The last name of a path, of whatever system, without what is no sign."""
    name = told.decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable()).strip()[:LONGEST_NAME]


def _text(octets: bytes, name: str = "body") -> str:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable("no text", name) from error
    if "\0" in text:
        raise _unreadable("no text", name)
    return text


def _unreadable(what: str, name: str = "body") -> InvalidMessage:
    return InvalidMessage(f"the form cannot be read: {what}", element=name, status=400)
