"""Clinical services: what follows from the facts that a person may see. One folder for each, and its line here."""

from dmp.services import biology, measures, medicines, pathway, screening, synthesis, vaccination
from dmp.services.duplicates import RULES as DUPLICATES
from dmp.services.lookup.lexicon import RULES as SYNONYMS
from dmp.services.rule_set import RuleSet
from dmp.services.service import Service

SERVICES: tuple[Service, ...] = (
    synthesis.SERVICE,
    biology.SERVICE,
    medicines.SERVICE,
    vaccination.SERVICE,
    screening.SERVICE,
    pathway.SERVICE,
    measures.SERVICE,
)
"""Every service that is switched on, in the order in which pages offer them."""


RULE_SETS: tuple[RuleSet[object], ...] = (*(one for service in SERVICES for one in service.sets), SYNONYMS, DUPLICATES)
"""Every set of rules that an operator may replace; the search and the lists are no services, and have one each."""
