"""The Luhn key, last digit of RPPS, FINESS, SIREN and SIRET numbers (functional 1.4)."""


def luhn_key(digits: str) -> str:
    """The digit that makes `digits` followed by it valid.

    Raises:
        ValueError: something else than decimal digits.
    """
    total = 0
    for rank, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - rank % 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def has_luhn_key(number: str) -> bool:
    """Tell whether the last digit of a number is its key; False for an empty text or other characters."""
    return number.isascii() and number.isdigit() and luhn_key(number[:-1]) == number[-1]
