"""What a prescriber types of a prescription, line by line, kept as it was typed until all of it is understood."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace

import msgspec

from dmp.documents.prescription.make import AT_HOME, EXCEPTIONAL, URGENT
from dmp.record.codes import Code
from dmp.web.portal.forms import Form, number_in

MOST_LINES = 15
"""Lines of a prescription that a page takes: a form that holds more is too large."""
LINE, RENEW = "line-", "renew-"
"""What begins the names of fields: a kept line by its rank, a current treatment by its key."""
FLAGS: Mapping[str, Code] = {"at-home": AT_HOME, "urgent": URGENT, "exceptional": EXCEPTIONAL}
_LONGEST: Mapping[str, int] = {"product": 150, "named": 150, "posology": 200, "comment": 200}
_SHORT, _COMMENT = 30, 500


@dataclass(frozen=True)
class Draft:
    """A line as it was typed: texts alone, so that nothing is lost of what cannot be understood."""

    product: str = ""
    cis: str = ""
    named: str = ""
    """The words that `cis` was given for: other words are another medicine."""
    atc: str = ""
    posology: str = ""
    dose: str = ""
    dose_unit: str = "{tbl}"
    times: str = ""
    """A day."""
    quantity: str = ""
    unit: str = "{boite}"
    days: str = ""
    repeats: str = ""
    restriction: str = ""
    fixed: str = ""
    """Why nothing may be put in its place."""
    long_term: str = ""
    overlap: str = ""
    as_needed: str = ""
    comment: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed: what stands in lists by itself says nothing."""
        return replace(self, unit=Draft.unit, dose_unit=Draft.dose_unit) == Draft()

    @property
    def packed(self) -> str:
        """For a hidden field."""
        usual = vars(Draft())
        return msgspec.json.encode({name: said for name, said in vars(self).items() if said != usual[name]}).decode()


@dataclass(frozen=True)
class Sent:
    """What a form says: the lines that are kept, that which is being typed, and what is said of the whole."""

    lines: tuple[Draft, ...] = ()
    typed: Draft = Draft()
    place: int | None = None
    """Where the line that is being typed stood, when it was taken up again."""
    comment: str = ""
    flags: tuple[str, ...] = ()
    step: str = ""
    number: str = ""
    """Which line, which medicine, that the step is about."""
    renewed: frozenset[str] = field(default_factory=frozenset[str])
    """Keys of current treatments that were ticked."""
    renew_days: str = ""
    renew_repeats: str = ""

    def settled(self) -> "Sent":
        """The same, with the line that is being typed among the others, at its place."""
        if self.typed.is_empty:
            return self
        lines = list(self.lines)
        lines.insert(len(lines) if self.place is None else self.place, self.typed)
        return replace(self, lines=tuple(lines), typed=Draft(), place=None)

    def taken_up(self, rank: int) -> "Sent":
        """The same, with a line to be typed again; that which was being typed is kept first, at its place."""
        shifted = not self.typed.is_empty and self.place is not None and self.place <= rank
        place = rank + 1 if shifted else rank
        return replace(self.settled().without(place), typed=self.lines[rank], place=place)

    def without(self, rank: int) -> "Sent":
        """The same, without one line."""
        return replace(self, lines=(*self.lines[:rank], *self.lines[rank + 1 :]))


def read_sent(form: Form) -> Sent:
    """Read the form; a hidden field that somebody altered says nothing."""
    step, _, number = form.line("do").partition("-")
    return Sent(
        lines=tuple(_lines(form)),
        typed=_cleaned({name: form.text(name) for name in _NAMES}),
        place=number_in(form.line("place"), 2),
        comment=_clean(form.text("whole"), _COMMENT),
        flags=tuple(name for name in FLAGS if form.ticked(name)),
        step=step,
        number=number,
        renewed=frozenset(name.removeprefix(RENEW) for name in form.fields if name.startswith(RENEW)),
        renew_days=form.line("renew_days")[:4],
        renew_repeats=form.line("renew_repeats")[:3],
    )


_NAMES = tuple(each.name for each in fields(Draft))


def _lines(form: Form) -> Iterator[Draft]:
    for rank in range(1, MOST_LINES + 1):
        try:
            told = msgspec.json.decode(form.text(f"{LINE}{rank}") or "{}", type=dict[str, str])
        except (msgspec.DecodeError, msgspec.ValidationError):
            continue
        draft = _cleaned({name: said for name, said in told.items() if name in _NAMES})
        if not draft.is_empty:
            yield draft


def _cleaned(told: Mapping[str, str]) -> Draft:
    return Draft(**{name: _clean(said, _LONGEST.get(name, _SHORT)) for name, said in told.items()})


def _clean(text: str, longest: int) -> str:
    """One line of signs that can be read."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:longest]
