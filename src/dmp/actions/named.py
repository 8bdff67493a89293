"""The names, from the directory, of those whom a record names by their ids alone."""

from collections.abc import Iterator

from dmp.record.actor import Facility, Professional
from dmp.record.professional import DOCTOR
from dmp.record.record import Record
from dmp.store.directory import Directory


def named_in(record: Record, directory: Directory) -> Iterator[Professional]:
    """Who attends, was authorised or blocked, as the directory has them.

    A structure stands for a doctor who works there, under its name.
    """
    named = [role.doctor for role in record.attending]
    named += [given.subject for given in record.authorisations if given.subject]
    for name in dict.fromkeys([*named, *sorted(record.blocked)]):
        person, place = directory.professional(name), directory.structure(name)
        if person is not None:
            facility = Facility(next(iter(directory.workplaces(name)), name))
            know_how = next(iter(person.know_hows), "")
            yield Professional(name, person.name, person.profession or DOCTOR, know_how, facility)
        elif place is not None:
            yield Professional(name, place.name, DOCTOR, "", Facility(name, place.name, place.sector))
