"""Numbers that carry a check digit, by which an invented or mistyped one shows. Pure: text in, yes or no out.

Signs that are neither letter nor digit are passed over.
"""

import re
from typing import Final

_NO_DIGITS = re.compile(r"\D+")
_NIF_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIE: Final = {"X": "0", "Y": "1", "Z": "2"}
# Of a codice fiscale: what a letter or digit counts at the odd places; at the even ones it counts its place.
_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_TURN: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)  # Verhoeff's permutation


def digits_of(value: str) -> list[int]:
    return [int(digit) for digit in _NO_DIGITS.sub("", value)]


def is_luhn(value: str) -> bool:
    """Cards; one digit all over is none."""
    digits = digits_of(value)
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def is_iban(value: str) -> bool:
    """ISO 7064: the number that its letters and digits make leaves 1 when divided by 97."""
    bare = value.replace(" ", "").upper()
    turned = bare[4:] + bare[:4]
    return 15 <= len(bare) <= 34 and int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def is_cpf(value: str) -> bool:
    """Brazil."""
    digits = digits_of(value)
    return len(digits) == 11 and len(set(digits)) > 1 and all(_cpf_digit(digits[:n]) == digits[n] for n in (9, 10))


def _cpf_digit(digits: list[int]) -> int:
    return (
        sum(digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True)) * 10 % 11 % 10
    )


def is_spanish_nif(value: str) -> bool:
    """NIF and NIE."""
    bare = value.replace("-", "").upper()
    number = _NIE.get(bare[0], bare[0]) + bare[1:-1]
    return number.isdecimal() and bare[-1] == _NIF_LETTERS[int(number) % 23]


def is_portuguese_nif(value: str) -> bool:
    digits = digits_of(value)
    if len(digits) != 9:
        return False
    rest = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=False)) % 11
    return digits[-1] == (0 if rest < 2 else 11 - rest)


def is_codice_fiscale(value: str) -> bool:
    """Italy."""
    places = [ord(sign) - ord("A") if sign.isalpha() else int(sign) for sign in value.upper()]
    return sum(map(_ODD.__getitem__, places[:15:2])) % 26 == (places[15] - sum(places[1:15:2])) % 26


def is_ahv(value: str) -> bool:
    """Switzerland: an EAN-13."""
    digits = digits_of(value)
    weighted = sum(digits[::2]) + 3 * sum(digits[1::2])
    return len(digits) == 13 and weighted % 10 == 0


def is_nir(value: str) -> bool:
    """France: thirteen digits, and 97 less what they leave when divided by 97."""
    digits = "".join(map(str, digits_of(value)))
    return len(digits) == 15 and 97 - int(digits[:13]) % 97 == int(digits[13:])


def is_aadhaar(value: str) -> bool:
    """India: by Verhoeff's scheme, which is sums in the group of a pentagon's turns and flips."""
    digits, check = digits_of(value), 0
    for place, digit in enumerate(reversed(digits)):
        check = _turned(check, _permuted(digit, place % 8))
    return len(digits) == 12 and len(set(digits)) > 2 and check == 0


def _turned(one: int, other: int) -> int:
    turns = one + other if one < 5 else one - other
    return turns % 5 + (5 if (one < 5) != (other < 5) else 0)


def _permuted(digit: int, times: int) -> int:
    for _ in range(times):
        digit = _TURN[digit]
    return digit
