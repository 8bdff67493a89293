"""The pathway («parcours de soins») and «already done»: what happened when, from what the viewer may see."""

from dmp.services import screening, vaccination
from dmp.services.pathway import comparing, rules
from dmp.services.pathway.planned import KINDS
from dmp.services.service import Service

TITLE = ("Parcours", "Pathway")
READS = tuple(dict.fromkeys((*KINDS, "dispensations", "imaging", *screening.READS, *vaccination.READS)))
SERVICE = Service("pathway", "parcours", TITLE, READS, sets=(rules.RULES, comparing.RULES))
