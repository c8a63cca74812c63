"""Months as English, German, French and Spanish texts write them. Pure."""

from typing import Final

_NAMES: Final = (  # those that begin another one behind it
    (1, "january januar janvier janv jan jänner enero"),
    (2, "february februar février fevrier févr feb febrero"),
    (3, "march märz maerz mars mar mär marzo"),
    (4, "april avril apr avr abril"),
    (5, "may mai mayo"),
    (6, "june juni juin jun junio"),
    (7, "july juli juillet juil jul julio"),
    (8, "august août aout aug agosto"),
    (9, "september septembre sept sep septiembre setiembre"),
    (10, "october oktober octobre oct okt octubre"),
    (11, "november novembre nov noviembre"),
    (12, "december dezember décembre decembre dec dez déc diciembre"),
)
_NUMBERS: Final = {name: number for number, names in _NAMES for name in names.split()}
MONTH: Final = rf"(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?!\w)\.?"


def month_of(name: str) -> int:
    """From 1; of what `MONTH` has found."""
    return _NUMBERS[name.casefold().rstrip(".")]
