"""An entry of a calendar: as of any rule file, with ages and intervals, and labels that may be missing."""

from collections.abc import Callable
from typing import TypeVar

from dmp.services.tables import Entry
from dmp.services.vaccination.calendar import Words
from dmp.services.vaccination.spans import NO_TIME, Span, span

Value = TypeVar("Value")


class CalendarEntry(Entry):
    """An entry that knows ages and intervals."""

    def span(self, name: str) -> Span:
        """An age or an interval; none is no time at all."""
        return self.span_or_none(name) or NO_TIME

    def span_or_none(self, name: str) -> Span | None:
        """An age or an interval, if it stands there."""
        return self._read_as(name, span, self.text(name)) if self.has(name) else None

    def spans(self, name: str) -> tuple[Span, ...]:
        """Ages."""
        return tuple(self._read_as(name, span, text) for text in self.texts(name))

    def label(self) -> Words:
        """The label, which must stand there."""
        return self.words().pair

    def note(self, name: str = "note") -> Words:
        """Words that people read, in both languages or in neither."""
        french, english = self.text(f"{name}_fr", ""), self.text(f"{name}_en", "")
        if bool(french) != bool(english):
            raise self.broken(f"{name} in one language only")
        return french, english

    def _read_as(self, name: str, reader: Callable[[str], Value], text: str) -> Value:
        try:
            return reader(text)
        except ValueError as error:
            raise self.broken(f"{name}: {error}") from None
