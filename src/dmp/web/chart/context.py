"""What a document that a page writes from facts says before its content."""

from dataclasses import replace

from dmp.actions.consult_record import NO_TRAITS
from dmp.record.actor import Professional
from dmp.record.codes import Code
from dmp.record.patient import IdentityTraits
from dmp.web.deposit_authors import UNKNOWN_PLACE
from dmp.web.depositing import Place
from dmp.wire.cda.making.context import DocumentContext


def context_of(place: Place, author: Professional, function: Code | None = None) -> DocumentContext:
    """For a document that goes into a record; `function` is the role of its author in the care."""
    return DocumentContext(
        id=place.id,
        patient=place.record.patient,
        traits=whole(place.record.traits),
        author=author,
        at=place.at,
        series=place.series,
        version=place.version,
        replaces=place.replaces,
        function=function,
    )


def whole(traits: IdentityTraits | None) -> IdentityTraits:
    """The traits of a header, where the five strict ones are all there."""
    told = traits or NO_TRAITS
    return replace(
        told,
        birth_first_names=told.birth_first_names or told.birth_first_name,
        birth_place=told.birth_place or UNKNOWN_PLACE,
    )
