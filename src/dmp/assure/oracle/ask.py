"""Ask the oracle."""

from dataclasses import replace

from dmp.assure.oracle.around import AROUND, Around
from dmp.assure.oracle.citizens import Citizen, Nobody, Service
from dmp.assure.oracle.rules import Carer
from dmp.assure.oracle.situation import Kind, Person, Standing

Advice = Carer | Citizen | Nobody | Service


def advise(person: Person, standing: Standing) -> Advice:
    """The oracle for one caller and one record; it answers for every act and every document."""
    match person.kind:
        case Kind.PROFESSIONAL | Kind.STAFF | Kind.SOFTWARE:
            return Carer(person, standing)
        case Kind.HOLDER | Kind.REPRESENTATIVE:
            return Citizen(person, standing)
        case Kind.PROTECTOR:
            # Read so: he stands for an adult as a parent does for a minor (LC-17).
            return Citizen(replace(person, kind=Kind.REPRESENTATIVE), replace(standing, minor=True))
        case Kind.AUTOMATON:
            return Service(person, standing)
        case kind if kind in AROUND:
            return Around(person, standing)
        case _:
            return Nobody(person, standing)
