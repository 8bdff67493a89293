"""The programmes of screening out of a file of dated data, which is checked and refused as a whole."""

from collections.abc import Mapping
from types import MappingProxyType

from dmp.record.patient import Sex
from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.screening.programmes import (
    Exclusion,
    Measure,
    Outcome,
    Phase,
    Programme,
    Programmes,
    Role,
    Stage,
    Test,
    Threshold,
)
from dmp.services.tables import Entry, Words, read_table


def read_programmes(text: str, file: str) -> Programmes:
    """Read and check a file of programmes.

    Raises:
        BrokenTable: something is wrong, named by line, entry and reason.
    """
    whole = read_table(text, file)
    head = whole.part("set")
    outcomes = _outcomes(head.part("outcomes"), {})
    read = tuple(_programme(entry, outcomes) for entry in whole.parts("programme", "programme"))
    for entry in whole.parts("not_loaded", "not_loaded"):
        entry.text("rule"), entry.words(), entry.text("reason")
        entry.done()
    whole.done()
    if not read:
        raise whole.broken("there is no programme")
    twice = {one.id for one in read if sum(other.id == one.id for other in read) > 1}
    if twice:
        raise whole.broken(f"programme {', '.join(sorted(twice))} is there twice")
    made = Programmes(
        id=head.text("id"),
        version=head.text("version"),
        start=head.day("from"),
        source=head.source(),
        mark=head.mark(),
        due_before_days=head.number("due_before_days"),
        overdue_after_days=head.number("overdue_after_days"),
        declared_months=head.number("declared_months"),
        work_up_days=head.number("work_up_days"),
        second_reading_days=head.number("second_reading_days"),
        same_exam_days=head.number("same_exam_days"),
        smallest_cell=head.number("smallest_cell", least=1),
        stages=tuple(_stage(entry) for entry in head.parts("reminder", "set.reminder")),
        programmes=read,
    )
    head.done()
    return made


def _stage(entry: Entry) -> Stage:
    stage = Stage(entry.text("stage"), entry.number("days", 0, least=-3650), entry.number("months", 0))
    entry.done()
    return stage


def _programme(entry: Entry, common: Mapping[str, Outcome]) -> Programme:
    made = Programme(
        id=entry.text("id"),
        rule=entry.text("rule"),
        label=entry.words(),
        about=entry.words("about"),
        sexes=frozenset(_sex(entry, value) for value in entry.texts("sexes", None)),
        organ=entry.text("organ", ""),
        organ_words=entry.words("organ") if "organ" in entry.values else Words(),
        tests=tuple(_test(each) for each in entry.parts("test", "programme.test")),
        phases=tuple(_phase(each) for each in entry.parts("phase", "programme.phase")),
        exclusions=tuple(_exclusion(each) for each in entry.parts("exclusion", "programme.exclusion")),
        outcomes=_outcomes(entry.part("outcomes"), common),
        positive_stays_open=entry.flag("positive_stays_open"),
        start=entry.day("from"),
        mark=entry.mark(),
        source=entry.text("source"),
    )
    entry.done()
    _check(entry, made)
    return made


def _check(entry: Entry, programme: Programme) -> None:
    """What the parts must be to one another."""
    primary = {test.id for test in programme.tests if test.role is Role.PRIMARY}
    known = {test.id for test in programme.tests}
    named = {phase.test for phase in programme.phases}
    named |= {name for phase in programme.phases for name in phase.after_others}
    named |= {name for test in programme.tests for name in (*test.triages, test.like) if name}
    if not programme.phases:
        raise entry.broken("there is no phase")
    if len(known) != len(programme.tests):
        raise entry.broken("a test is there twice")
    if named - primary:
        raise entry.broken(f"{', '.join(sorted(named - primary))} is no primary test of the programme")
    ages = [age for phase in programme.phases for age in (phase.from_age, phase.until_age)]
    if ages != sorted(ages) or any(phase.from_age == phase.until_age for phase in programme.phases):
        raise entry.broken(f"the ages {ages} do not follow one another")


def _sex(entry: Entry, value: str) -> Sex:
    try:
        return Sex(value)
    except ValueError as error:
        raise entry.broken(f"sex {value!r} is none of F, M, U") from error


def _phase(entry: Entry) -> Phase:
    others = entry.part("after_others")
    phase = Phase(
        from_age=entry.number("from_age"),
        until_age=entry.number("until_age"),
        test=entry.text("test"),
        gaps=entry.numbers("gaps_months"),
        after_others=MappingProxyType({name: others.number(name) for name in others.values}),
    )
    entry.done()
    return phase


def _test(entry: Entry) -> Test:
    thresholds = entry.parts("threshold", "programme.test.threshold")
    test = Test(
        id=entry.text("id"),
        role=entry.one_of("role", Role),
        label=entry.words(),
        mark=entry.mark(),
        source=entry.text("source"),
        ccam=entry.texts("ccam"),
        loinc=entry.texts("loinc"),
        nabm=entry.texts("nabm"),
        acts=entry.texts("acts"),
        values=entry.texts("values"),
        types=entry.texts("types"),
        formats=entry.texts("formats"),
        like=entry.text("like", ""),
        thresholds=tuple(_threshold(each) for each in thresholds),
        needs_second_reading=entry.flag("needs_second_reading"),
        without_result=entry.flag("without_result"),
        stands_alone=entry.flag("stands_alone"),
        closes=entry.flag("closes"),
        repeat_months=entry.number("repeat_months", 0),
        triages=entry.texts("triages"),
        control_months=entry.number("control_months", 0),
        postpones_months=entry.number("postpones_months", 0),
    )
    entry.done()
    if not any((test.ccam, test.loinc, test.nabm, test.acts, test.values, test.types, test.formats)):
        raise entry.broken("nothing tells how a document says it")
    return test


def _threshold(entry: Entry) -> Threshold:
    threshold = Threshold(entry.texts("units", None), entry.number("positive_from"))
    entry.done()
    return threshold


def _exclusion(entry: Entry) -> Exclusion:
    exclusion = Exclusion(
        id=entry.text("id"),
        label=entry.words(),
        measure=entry.one_of("action", Measure, Measure.EXCLUDE),
        mark=entry.mark(),
        source=entry.text("source"),
        icd10=entry.texts("icd10"),
        ccam=entry.texts("ccam"),
        codes=entry.texts("codes"),
        flags=entry.texts("flags"),
        relatives=entry.texts("relatives"),
        relatives_icd10=entry.texts("relatives_icd10"),
        relatives_from=entry.number("relatives_from", 0),
        active_only=entry.flag("active_only"),
        leaves_programme=entry.flag("leaves_programme"),
        private=entry.flag("private"),
    )
    entry.done()
    return exclusion


def _outcomes(entry: Entry, common: Mapping[str, Outcome]) -> Mapping[str, Outcome]:
    read = {
        code: outcome
        for outcome in (Outcome.NEGATIVE, Outcome.POSITIVE, Outcome.NOT_INTERPRETABLE)
        for code in entry.texts(outcome.value)
    }
    count = sum(len(entry.texts(outcome.value)) for outcome in Outcome if outcome.value in entry.values)
    entry.done()
    if len(read) != count:
        raise entry.broken("a result has two meanings")
    return MappingProxyType({**common, **read})


FILE = RuleFile("screening/programmes.toml", "dmp.services.screening", "programmes_fr_2025.toml")
RULES = RuleSet(
    "screening",
    ("Programmes de dépistage et rendez-vous de prévention", "Screening programmes and prevention appointments"),
    (FILE,),
    lambda texts: read_programmes(texts[FILE.name], FILE.name),
)


def shipped() -> Programmes:
    """The programmes that come with this release."""
    return RULES.shipped
