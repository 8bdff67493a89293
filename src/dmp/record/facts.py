"""What a document says, entry by entry: facts, each with where it stands in the document (cda-and-services 3).

Facts are a projection of documents: they own nothing, are withdrawn with the
document, and reading it again gives the same. Nothing is guessed from
narrative text, and nothing is thrown away: what carries no known code keeps
its words.

Times are HL7 digits as the document wrote them, in local time, cut to their
precision (`2024`, `20240131`, `202401311420`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from dmp.record.codes import Code

EXTRACTOR = 2
"""Grows with each change of what is read from a document: facts of a former number are read again."""


class Stated(StrEnum):
    """What an entry states about its subject: absence is three-valued, and the third value is no entry (SV-8)."""

    PRESENT = "present"
    ABSENT = "absent"
    """Stated absent: a negation, or a code such as `no-known-allergies`."""
    UNKNOWN = "unknown"
    """Stated that nothing is known: a code such as `no-allergy-info`."""


@dataclass(frozen=True)
class Qualifier:
    """What narrows a code («qualificatif»): `name` is the code of the question, where there is one."""

    name: str
    value: Code
    system: str = ""
    """Of the question."""
    label: str = ""
    """Of the question."""


@dataclass(frozen=True)
class Concept:
    """What is meant, in codes and in words; `text` is what the author wrote («libellé d'origine»)."""

    code: str = ""
    system: str = ""
    display: str = ""
    text: str = ""
    translations: tuple[Code, ...] = ()
    null: str = ""
    """The nullFlavor in the place of a code."""
    qualifiers: tuple[Qualifier, ...] = ()
    """What narrows the code: "treatment" by "chemotherapy". Sides («latéralité») are told by the fact."""

    @property
    def words(self) -> str:
        """What is shown: the label of the code, else the author's words (which may be a mere "oui"), else any code.

        Followed by what narrows it.
        """
        others = (*(code.display for code in self.translations), self.code, *(code.code for code in self.translations))
        label = next((label for label in (self.display, self.text, *others) if label), "")
        narrower = ", ".join(found.value.display or found.value.code for found in self.qualifiers)
        return " : ".join(part for part in (label, narrower) if part)

    @property
    def truth(self) -> bool | None:
        """What a yes or no says: a code without system; None for anything else."""
        return {"true": True, "false": False}.get(self.code) if not self.system else None

    def codes(self) -> Iterator[tuple[str, str]]:
        """Every (code, system) of it."""
        if self.code:
            yield self.code, self.system
        yield from ((code.code, code.system) for code in self.translations)

    def code_in(self, *systems: str) -> str:
        """The first code in one of these systems; empty when there is none."""
        if self.code and self.system in systems:
            return self.code
        for code in self.translations:
            if code.system in systems:
                return code.code
        return ""


NOTHING = Concept()


@dataclass(frozen=True)
class Quantity:
    """An amount as it was written: `value` is a decimal text, `comparator` `<`, `<=`, `>` or `>=`; or an interval."""

    value: str = ""
    unit: str = ""
    """As received, which is UCUM or not."""
    comparator: str = ""
    low: str = ""
    high: str = ""

    @property
    def number(self) -> Decimal | None:
        """The value; None where there is none, or no number."""
        return decimal(self.value)


LONGEST_NUMBER, MOST_POWER = 100, 30
"""Signs of a number, and the power of ten that it stays below: what lies beyond measures nothing."""


def decimal(text: str) -> Decimal | None:
    """A finite number of a size that one can reckon with and write out; None when the text is none."""
    try:
        number = Decimal(text if len(text) <= LONGEST_NUMBER else "")
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MOST_POWER else None


@dataclass(frozen=True)
class Source:
    """Where a fact stands in its document, and who says it there («provenance», SV-2)."""

    ident: str = ""
    """`root^extension` of the entry; software repeats them for other content (cda-and-services 3.4)."""
    section: str = ""
    """LOINC or ANS code of the section that holds it, the innermost that has one."""
    path: str = ""
    """XPath of the entry in the document."""
    author: str = ""
    """Id of who says it, where the entry names somebody; otherwise the author of the document does."""
    author_name: str = ""
    recorded: str = ""
    """Time of that author."""


@dataclass(frozen=True)
class Fact:
    """One entry of a document; `status` is its statusCode, `mood` its moodCode (EVN: happened, INT: intended…)."""

    source: Source
    concept: Concept = NOTHING
    start: str = ""
    end: str = ""
    stated: Stated = Stated.PRESENT
    status: str = ""
    mood: str = "EVN"
    comment: str = ""

    @property
    def is_present(self) -> bool:
        """Whether it says that something is there: what is negated is never shown as present."""
        return self.stated is Stated.PRESENT


@dataclass(frozen=True)
class Problem(Fact):
    """A problem («problème», «antécédent»); `clinical_status` is what observation 33999-4 says, or the act."""

    kind: Concept = NOTHING
    clinical_status: str = ""
    certainty: str = ""
    severity: str = ""
    site: Concept = NOTHING
    """Where in the body; of a tumour, its topography (`concept` is its morphology)."""
    laterality: str = ""
    history: bool = False
    """Told among the history (section 11348-0)."""


@dataclass(frozen=True)
class Allergy(Fact):
    """An allergy or intolerance: `concept` is its type, `agent` what it is to."""

    agent: Concept = NOTHING
    description: Concept = NOTHING
    """What it is clinically («description clinique»): urticaria, a longer clotting time."""
    reactions: tuple[Concept, ...] = ()
    severity: str = ""
    criticality: str = ""
    certainty: str = ""
    clinical_status: str = ""


@dataclass(frozen=True)
class Substance:
    """An active ingredient, with its strength as written."""

    concept: Concept
    strength: str = ""


@dataclass(frozen=True)
class Rhythm:
    """How often («fréquence»): once each period, or at an event of the day such as bedtime (HS)."""

    period: Quantity = Quantity()
    event: str = ""
    """HL7 TimingEvent."""
    words: str = ""
    """What the author wrote beside it."""


@dataclass(frozen=True)
class DoseStep:
    """A step of a posology («palier»): how much, how often, from when on and how long, as far as it is told."""

    dose: Quantity = Quantity()
    words: str = ""
    """What the author wrote beside the dose."""
    rhythms: tuple[Rhythm, ...] = ()
    start: str = ""
    end: str = ""
    length: Quantity = Quantity()


@dataclass(frozen=True)
class Ceiling:
    """The most that may be taken in a time («dose maximale»): four tablets a day."""

    dose: Quantity = Quantity()
    period: Quantity = Quantity()


@dataclass(frozen=True)
class Medication(Fact):
    """A treatment («traitement»): `concept` is the product, by CIS, CIP, UCD, MV or ATC among its codes."""

    substances: tuple[Substance, ...] = ()
    dose: Quantity = Quantity()
    route: Concept = NOTHING
    schedule: str = ""
    """Posology, in words."""
    per_day: str = ""
    """Units of intake a day, a decimal, where the posology is structured enough to tell."""
    steps: tuple[DoseStep, ...] = ()
    """The posology in amounts and times: one step, or several in turn («paliers»); empty where words alone tell it."""
    ceiling: Ceiling = Ceiling()
    reason: Concept = NOTHING
    as_needed: bool = False


@dataclass(frozen=True)
class PrescriptionLine(Medication):
    """A line of a prescription («ligne de prescription»); its id is `source.ident`."""

    quantity: Quantity = Quantity()
    repeats: int = 0
    """Renewals beyond the first delivery («renouvellements»)."""
    not_substitutable: Concept = NOTHING
    long_term_illness: bool = False
    """Within an «affection de longue durée» (ALD)."""
    prescription: str = ""
    """Id of the prescription document, where the line tells it."""


@dataclass(frozen=True)
class Dispensation(Fact):
    """A delivery («dispensation»): `concept` is the product that was handed out."""

    substances: tuple[Substance, ...] = ()
    line: str = ""
    """Id of the prescription line (PREItem)."""
    prescription: str = ""
    """Id of the prescription document."""
    quantity: Quantity = Quantity()
    pack: Quantity = Quantity()
    """Units in one pack."""
    per_day: str = ""
    """Units of intake a day, as of a treatment."""
    schedule: str = ""
    steps: tuple[DoseStep, ...] = ()
    """As of a treatment."""
    lot: str = ""
    expiry: str = ""
    substitution: str = ""
    completeness: str = ""
    """FFC, FFP, RFC or RFP."""
    pharmacy: str = ""


@dataclass(frozen=True)
class Immunization(Fact):
    """A vaccine given, refused (`stated` ABSENT) or planned (`mood` INT)."""

    rank: str = ""
    kind: str = ""
    """INITIMMUNIZ, BOOSTER or IMMUNIZ."""
    targets: tuple[Concept, ...] = ()
    """The diseases that it protects from, where they are told."""
    lot: str = ""
    route: Concept = NOTHING
    site: Concept = NOTHING
    dose: Quantity = Quantity()
    performer: str = ""
    performer_id: str = ""
    reaction: str = ""


@dataclass(frozen=True)
class Result(Fact):
    """A laboratory result; `start` is the time of the specimen."""

    quantity: Quantity = Quantity()
    value: Concept = NOTHING
    """A coded or written value, where there is no quantity."""
    second: Quantity = Quantity()
    """The same amount in a second unit, where the laboratory tells it («unité secondaire»)."""
    low: str = ""
    high: str = ""
    range_unit: str = ""
    range_text: str = ""
    interpretation: tuple[str, ...] = ()
    specimen: Concept = NOTHING
    method: Concept = NOTHING
    laboratory: str = ""
    specialty: Concept = NOTHING
    panel: Concept = NOTHING
    panel_ident: str = ""
    isolate: Concept = NOTHING
    """The germ that an antibiogram is of."""


@dataclass(frozen=True)
class Measurement(Fact):
    """A vital sign or a measure of growth («constante»)."""

    quantity: Quantity = Quantity()
    value: Concept = NOTHING
    """A coded or written value, where there is no quantity."""
    interpretation: tuple[str, ...] = ()


@dataclass(frozen=True)
class Procedure(Fact):
    """An act (EVN done, INT planned)."""

    laterality: str = ""
    site: Concept = NOTHING
    method: Concept = NOTHING
    """How it was done; of an imaging act, its modality."""
    reason: Concept = NOTHING
    performer: str = ""


@dataclass(frozen=True)
class Device(Fact):
    """A device, implanted, used or prescribed («dispositif médical»)."""

    serial: str = ""
    quantity: Quantity = Quantity()


@dataclass(frozen=True)
class Encounter(Fact):
    """A stay or a visit, past (EVN) or to come (INT, ARQ, PRMS)."""

    place: str = ""
    performer: str = ""


@dataclass(frozen=True)
class PlanItem(Fact):
    """Something asked for or foreseen («demande», «suivi prévu»); `start` is when, as far as it is told."""

    quantity: Quantity = Quantity()
    value: Concept = NOTHING
    site: Concept = NOTHING
    method: Concept = NOTHING
    """How it should be done; of an imaging act, its modality."""
    performer: str = ""


@dataclass(frozen=True)
class Kinship(Fact):
    """Something about a relative, of whom `relative` is the kinship: a problem («antécédent familial»).

    Or, with a value, whatever else a document says of another person than the
    patient: the mother of a child, the child of a mother.
    """

    relative: Concept = NOTHING
    quantity: Quantity = Quantity()
    value: Concept = NOTHING


@dataclass(frozen=True)
class Lifestyle(Fact):
    """Tobacco, alcohol, occupation («habitus, mode de vie»)."""

    quantity: Quantity = Quantity()
    value: Concept = NOTHING


@dataclass(frozen=True)
class Pregnancy(Fact):
    """Something about a pregnancy: `concept` says what, `value` or `quantity` how much."""

    quantity: Quantity = Quantity()
    value: Concept = NOTHING


@dataclass(frozen=True)
class Directive(Fact):
    """An advance directive («directives anticipées»)."""

    value: Concept = NOTHING
    reference: str = ""


@dataclass(frozen=True)
class Series:
    """One series of an imaging study."""

    uid: str
    modality: str = ""
    images: int = 0


@dataclass(frozen=True)
class ImagingStudy(Fact):
    """A study of a DICOM catalogue or of a key object selection; `accession` is the number of the request."""

    uid: str = ""
    series: tuple[Series, ...] = ()
    region: Concept = NOTHING
    accession: str = ""


@dataclass(frozen=True)
class Attachment(Fact):
    """A file inside the document."""

    media_type: str = ""
    size: int = 0
    """Octets, of what is decoded."""


@dataclass(frozen=True)
class Observation(Fact):
    """A coded observation of no kind above; one that details another entry has a path that goes on from its path."""

    quantity: Quantity = Quantity()
    value: Concept = NOTHING
    interpretation: tuple[str, ...] = ()
    site: Concept = NOTHING
    laterality: str = ""
    group: Concept = NOTHING
    """What the group that it stands in is about: an eye, the variants of a gene, the quorum of a board."""


class Unread(StrEnum):
    """What of a document is missing, as an operator may know it: no word of the document."""

    DOCUMENT = "document"
    ENTRIES = "entries"
    TOO_MANY = "too-many"


TOO_MANY_FACTS = "more than"
"""How the reason begins where the last facts of a document were left out."""


@dataclass(frozen=True)
class Failure:
    """An entry that could not be read; the others were (cda-and-services 3.1-3)."""

    path: str
    reason: str

    @property
    def kind(self) -> Unread:
        """Why, in one word of ours: the reason may hold what the document says."""
        if self.path:
            return Unread.ENTRIES
        return Unread.TOO_MANY if self.reason.startswith(TOO_MANY_FACTS) else Unread.DOCUMENT


@dataclass(frozen=True)
class Facts:
    """Everything that one document says, by kind, in the order of the document; a field for each kind."""

    problems: tuple[Problem, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    medications: tuple[Medication, ...] = ()
    prescriptions: tuple[PrescriptionLine, ...] = ()
    dispensations: tuple[Dispensation, ...] = ()
    immunizations: tuple[Immunization, ...] = ()
    results: tuple[Result, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    devices: tuple[Device, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    plan: tuple[PlanItem, ...] = ()
    family: tuple[Kinship, ...] = ()
    lifestyle: tuple[Lifestyle, ...] = ()
    pregnancies: tuple[Pregnancy, ...] = ()
    directives: tuple[Directive, ...] = ()
    imaging: tuple[ImagingStudy, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    observations: tuple[Observation, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the document says nothing in entries: it is listed beside, never dropped (SV-4)."""
        return not any(getattr(self, field.name) for field in fields(self))

    @property
    def unread(self) -> frozenset["Unread"]:
        """Why something of the document is missing; nothing where it was read whole."""
        return frozenset(failure.kind for failure in self.failures)


KINDS = tuple(field.name for field in fields(Facts))
"""Names of the kinds, as a service names what it reads."""
