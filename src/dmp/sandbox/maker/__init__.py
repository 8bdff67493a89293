"""Makes valid CI-SIS documents (CDA R2) for invented patients: letters, biology, synthesis, medicines, vaccination.

Every document obeys the header rules of cda-and-services 1.1 and says that it is fictional.
The same values always give the same octets: no clock, no randomness, no network.
"""

from dmp.sandbox.maker.biology import biology_report
from dmp.sandbox.maker.letter import letter, plain_text
from dmp.sandbox.maker.medicines import Prescribed, dispensation, prescription
from dmp.sandbox.maker.synthesis import medical_synthesis
from dmp.sandbox.maker.vaccination import vaccination_history, vaccination_note
from dmp.wire.cda.making.context import DocumentContext

__all__ = [
    "DocumentContext",
    "Prescribed",
    "biology_report",
    "dispensation",
    "letter",
    "medical_synthesis",
    "plain_text",
    "prescription",
    "vaccination_history",
    "vaccination_note",
]
