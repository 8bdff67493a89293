"""Signs in words, French and English: numbers alone, nobody's name, nothing of a record."""

from dmp.record.alert import Reason
from dmp.watch.rules import shipped


def reason(rule: str, *, score: int, count: float, usual: float = 0.0) -> Reason:
    """Why an alert was raised."""
    words, told = shipped()[rule], {"count": f"{count:g}", "usual": f"{usual:g}"}
    return Reason(rule, score, words.french.format(**told), words.english.format(**told))
