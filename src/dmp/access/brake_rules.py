"""The hard brake as refusals: what one person reads on a day is bounded, whatever the records allow (security 10).

They say the same of every record that the person has not read that day: a refusal tells nothing of the one asked for.
"""

from dmp.access.policy import Policy
from dmp.access.question import Question


def account_stopped(question: Question, policy: Policy) -> bool:
    """The account read as many patients as nobody does («compte arrêté»): two operators let it go on, or nobody."""
    return question.day.stopped or _reaches(question, policy, stop=True)


def too_many_patients_today(question: Question, policy: Policy) -> bool:
    """One more patient than a day holds in this profession: a second approval is needed («seconde approbation»)."""
    return not question.day.approved(question.at) and _reaches(question, policy, stop=False)


def _reaches(question: Question, policy: Policy, *, stop: bool) -> bool:
    """Tell whether this record would be the patient of that number."""
    others = question.day.others
    brake = policy.brakes.of(question.caller) if others is not None else None
    if others is None or brake is None:
        return False
    return others + 1 >= (brake.stop if stop else brake.approval)
