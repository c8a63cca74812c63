"""Months as English, German and French texts write them. Pure."""

from typing import Final

_NAMES: Final = (  # those that begin another one behind it
    (1, "january januar janvier janv jan jänner"),
    (2, "february februar février fevrier févr feb"),
    (3, "march märz maerz mars mar mär"),
    (4, "april avril apr avr"),
    (5, "may mai"),
    (6, "june juni juin jun"),
    (7, "july juli juillet juil jul"),
    (8, "august août aout aug"),
    (9, "september septembre sept sep"),
    (10, "october oktober octobre oct okt"),
    (11, "november novembre nov"),
    (12, "december dezember décembre decembre dec dez déc"),
)
_NUMBERS: Final = {name: number for number, names in _NAMES for name in names.split()}
MONTH: Final = rf"(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?!\w)\.?"


def month_of(name: str) -> int:
    """From 1; of what `MONTH` has found."""
    return _NUMBERS[name.casefold().rstrip(".")]
