"""The hard brake as refusals: what one person reads on a day is bounded, whatever the records allow (security 10).

They say the same of every record that the person has not read that day: a refusal tells nothing of the one asked for.
"""

from dmp.access.policy import Policy
from dmp.access.question import Question


def account_stopped(question: Question, policy: Policy) -> bool:
    """The account read as many patients as nobody does («compte arrêté»): two operators let it go on, or nobody."""
    day = question.day
    return day.stopped or (day.others is not None and _reaches(question, policy, day.others, stop=True))


def too_many_patients_today(question: Question, policy: Policy) -> bool:
    """One more patient than a day holds in this profession: a second approval is needed («seconde approbation»)."""
    day = question.day
    if day.others is None or day.approved(question.at):
        return False
    return _reaches(question, policy, day.others, stop=False)


def _reaches(question: Question, policy: Policy, others: int, *, stop: bool) -> bool:
    """Tell whether this record would be the patient of that number."""
    brake = policy.brakes.of(question.caller)
    return brake is not None and others + 1 >= (brake.stop if stop else brake.approval)
