"""The rows of a full copy beside its documents, part by part (LC-14)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from dmp.actions.copied import CopiedIdentity, CopiedWishes
from dmp.actions.my_professionals import MyProfessionals
from dmp.actions.own_settings import OwnSettings
from dmp.record.access_question import AccessQuestion
from dmp.record.choice import HealthChoice, Told
from dmp.record.invitation import Invitation
from dmp.record.patient import Contact
from dmp.record.people import People
from dmp.record.personal import Note, ProfileLine, Reading
from dmp.record.prescription import Execution, Prescription
from dmp.services.medicines.cycle import Rules as Cycle
from dmp.services.medicines.cycle import state_of
from dmp.services.rule_set import Rules
from dmp.web.chart.medicines_words import PRESCRIPTION_STATES
from dmp.web.patient import copied_cells as cells
from dmp.web.patient import copied_words as words
from dmp.web.patient.copied_cells import Cell, Row
from dmp.web.patient.profile_words import MEASURES, SECTIONS, shown
from dmp.web.patient.words import SCOPES, birth_day

Span = tuple[datetime | None, datetime | None]


def identity(told: CopiedIdentity) -> Iterator[Row]:
    """His traits, how he is reached, and the life of his record."""
    facts: list[tuple[str, Cell]] = [("identifier", cells.said(one.number)) for one in told.identifiers]
    if (traits := told.traits) is not None:
        facts += [
            ("birth-name", cells.said(traits.birth_name)),
            ("birth-first-names", cells.said(traits.birth_first_names or traits.birth_first_name)),
            ("used-name", cells.said(traits.used_name)),
            ("used-first-name", cells.said(traits.used_first_name)),
            ("birth-date", Cell(birth_day(traits.birth_date), traits.birth_date)),
            ("sex", cells.coded(traits.sex.value, words.SEXES[traits.sex])),
            ("birth-place", cells.said(traits.birth_place)),
        ]
    facts += _reached(told.contact)
    facts += [("opened", cells.on(told.opened)), ("consent", cells.on(told.consent))]
    if told.closure is not None:
        facts.append(("closed", cells.on(told.closure.at)))
    return ((cells.coded(name, words.FACTS[name]), cell) for name, cell in facts if cell.words)


def _reached(contact: Contact) -> Iterator[tuple[str, Cell]]:
    if contact.address:
        yield "address", cells.said(", ".join(text for _, text in contact.address if text))
    yield from (
        ("telecom", cells.said(address.removeprefix("tel:").removeprefix("mailto:"))) for _, address in contact.telecoms
    )


def profile_line(line: ProfileLine) -> Row:
    """A line of the medical profile."""
    return (
        cells.coded(line.section.value, SECTIONS[line.section][0]),
        cells.said(line.text),
        cells.on(line.day),
        cells.on(line.written),
    )


def measure(reading: Reading) -> Row:
    """A value that he measured."""
    value = {"value": reading.value, "second": reading.second or None, "unit": reading.unit}
    label = MEASURES[reading.measure][0].partition(" (")[0]
    return (
        cells.coded(reading.measure.value, label),
        Cell(shown(reading), value),
        cells.on(reading.day),
        cells.on(reading.written),
    )


def choice(choice: HealthChoice, rules: Rules) -> Row:
    """What he told or chose."""
    return (
        cells.service(choice.service),
        cells.coded(choice.kind.value, words.CHOICES[choice.kind]),
        cells.subject(choice.service, choice.subject, rules),
        cells.on(choice.day),
        cells.on(choice.until),
        cells.said(choice.reason),
        cells.flag(choice.shared),
        cells.on(choice.written),
    )


def invitation(one: Invitation, rules: Rules) -> Row:
    """A letter of the insurer."""
    return (
        cells.subject("screening", one.programme, rules),
        cells.on(one.day),
        cells.said(one.name),
        cells.on(one.received),
    )


def reminder(one: Told, rules: Rules) -> Row:
    """What he was reminded of."""
    about = cells.subject(one.service, one.rule, rules)
    step = Cell(words.STAGES.get(one.stage, one.stage), {"step": one.step, "stage": one.stage})
    return cells.service(one.service), about, step, cells.on(one.day)


def lines(each: Prescription, today: date, cycle: Cycle) -> Iterator[Row]:
    """The lines of a prescription, with the state of all of it on a day."""
    state = state_of(each, today, cycle)
    for item in each.items:
        yield (
            cells.on(each.written),
            cells.said(each.prescriber_name),
            cells.coded(state.value, PRESCRIPTION_STATES[state][0]),
            Cell(item.product.words, {"code": item.product.code, "label": item.product.words}),
            cells.said(item.posology),
            cells.amount(item.quantity, item.unit),
            Cell(str(item.repeats), item.repeats),
            cells.amount(each.delivered(item.id), item.unit),
            cells.on(each.cancelled),
            cells.said(each.reason),
        )


def delivery(each: Prescription, done: Execution) -> Row:
    """What a pharmacist did with a line."""
    item = each.item(done.item)
    product = done.product if done.is_substitute or item is None else item.product
    return (
        cells.on(done.day),
        cells.said(done.name),
        cells.coded(done.deed.value, words.DEEDS[done.deed]),
        Cell(product.words, {"code": product.code, "label": product.words}),
        cells.amount(done.quantity, item.unit if item is not None else ""),
        cells.said(done.lot),
        cells.said(done.reason),
        cells.on(each.written),
    )


def professionals(told: MyProfessionals) -> Iterator[Row]:
    """Whom he lets in, and whom he keeps out."""

    def row(role: str, who: Cell, since: date | None = None, until: datetime | None = None) -> Row:
        return cells.coded(role, words.ROLES[role]), who, cells.since(since), cells.ends(until)

    for given in told.let_in:
        yield row("let-in", cells.who(given.who), given.since, given.until)
    for doctor in told.attending:
        yield row("attending" if doctor.confirmed else "attending-declared", cells.who(doctor.who), doctor.since)
    for who in told.blocked:
        yield row("blocked", cells.who(who))
    for team in told.teams:
        name = ", ".join(part for part in (team.name, team.structure) if part)
        role = "team-opposed" if team.opposed else "team"
        yield row(role, Cell(name, {"id": team.team, "name": name}), team.informed, team.until)


def people(told: People, *, minor: bool) -> Iterator[Row]:
    """By their names: numbers and addresses of others are theirs. Parents represent a `minor`."""

    def row(role: str, name: str, about: str = "", span: Span = (None, None)) -> Row:
        return (
            cells.coded(role, words.ROLES[role]),
            cells.said(name),
            cells.said(about),
            cells.since(span[0]),
            cells.ends(span[1]),
        )

    for guardian in told.guardians:
        yield row("guardian" if minor else "guardian-before", f"{guardian.given} {guardian.family}".strip())
    for one in told.protections:
        yield row("protection", one.name, words.MEASURES[one.measure], (one.since, one.until))
    for delegate in told.delegates:
        yield row("delegate", delegate.name, SCOPES[delegate.scope][0][0], (delegate.since, delegate.until))
    if told.heirs_opposed:
        yield row("heirs-opposed", "")


def wishes(told: CopiedWishes) -> Iterator[Row]:
    """What he wishes of emergencies."""
    said: Mapping[str, bool] = {
        "break-glass-refused": told.oppositions.break_glass,
        "dispatch-refused": told.oppositions.emergency_dispatch,
        "emergency-reads-masked": told.reads_masked,
        "everything-hidden": told.hides_everything,
    }
    return ((cells.coded(name, words.FACTS[name]), cells.flag(flag)) for name, flag in said.items())


def settings(told: OwnSettings) -> Iterator[Row]:
    """What he is told, and where codes go."""
    facts = [("channel", cells.said(one.to)) for one in told.channels]
    facts.append(("frequency", cells.coded(told.notices.frequency.value, words.FREQUENCIES[told.notices.frequency])))
    facts.append(("first-channel", cells.coded(told.notices.channel.value, words.CHANNELS[told.notices.channel])))
    facts += [("stopped", cells.said(one.address.to)) for one in told.stopped]
    return ((cells.coded(name, words.FACTS[name]), cell) for name, cell in facts)


def question(one: AccessQuestion) -> Row:
    """What he asked about an access, and the answer."""
    return (
        cells.on(one.accessed_at),
        cells.said(one.person_name),
        cells.on(one.at),
        cells.said(one.asked),
        cells.on(one.answered_at),
        cells.said(one.answer),
    )


def note(note: Note) -> Row:
    """A private note."""
    return cells.said(note.text), cells.on(note.written)
