"""Private data in an answer that the request did not have: somebody else's, or made up.

By patterns and check digits alone; names of people are not looked for. What has a placeholder's form (an address at
example.com) is nobody's.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from itertools import islice
from typing import NamedTuple

from ratchet_router.checking.subject import Finding, Subject

NOBODYS = re.compile(
    r"@(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net))?|test|invalid|localhost|domain\.com|email\.com)\Z", re.I
)
PHONE_TAIL = 9  # digits that tell a phone number: country codes come and go
MOST = 100  # of one answer are looked up

_NO_DIGITS = re.compile(r"\D+")
_PUNCTUATION = re.compile(r"[\W_]+")


class Private(NamedTuple):
    kind: str
    start: int
    value: str


@dataclass(frozen=True, slots=True)
class Kind:
    """`hint`: a text without it has none, and need not be searched."""

    name: str
    pattern: re.Pattern[str]
    valid: Callable[[str], bool]
    hint: str = ""


def private_data(subject: Subject) -> Finding | None:
    found = [one for one in islice(private_in(subject.text), MOST) if one.value not in subject.given]
    foreign = list(_not_given(found, subject.given)) if found else []
    if not foreign:
        return None
    counted = ", ".join(f"{n} of kind {kind}" for kind, n in sorted(Counter(one.kind for one in foreign).items()))
    places = ", ".join(str(one.start) for one in foreign[:10])
    return Finding(f"The answer has private data that the request does not have: {counted} (at {places}).")


def private_in(text: str) -> Iterator[Private]:
    """What one kind has taken, no later one takes."""
    taken = bytearray(len(text))
    for kind in KINDS:
        if kind.hint not in text:
            continue
        for match in kind.pattern.finditer(text):
            start, end = match.span()
            if not any(taken[start:end]) and kind.valid(match[0]):
                taken[start:end] = b"\x01" * (end - start)
                yield Private(kind.name, start, match[0])


def _not_given(found: Sequence[Private], given: str) -> Iterator[Private]:
    """However it is written: with other spaces and dashes, or without a country code."""
    folded = given.casefold()
    letters, digits = _PUNCTUATION.sub("", folded), _NO_DIGITS.sub("", given)
    for one in found:
        if one.kind in ("e-mail", "IPv6"):
            known = one.value.casefold() in folded
        elif one.kind == "phone":
            known = _NO_DIGITS.sub("", one.value)[-PHONE_TAIL:] in digits
        else:
            known = _PUNCTUATION.sub("", one.value.casefold()) in letters
        if not known:
            yield one


def _is_somebodys(address: str) -> bool:
    return not NOBODYS.search(address)


def _is_card(value: str) -> bool:
    """By Luhn's check digit; one digit all over is no card."""
    digits = [int(digit) for digit in value if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def _is_iban(value: str) -> bool:
    """ISO 7064: the number that its letters and digits make leaves 1 when divided by 97."""
    bare = value.replace(" ", "").upper()
    turned = bare[4:] + bare[:4]
    return 15 <= len(bare) <= 34 and int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _is_ssn(value: str) -> bool:
    """By the numbers that are never given out."""
    area, group, serial = value.split("-")
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _is_phone(value: str) -> bool:
    digits = _NO_DIGITS.sub("", value)
    return 8 <= len(digits) <= 15 and len(set(digits)) > 2 and "55501" not in digits  # 555-01xx is for films


def _is_national(value: str) -> bool:
    """With a 0 before the area code. A date has eight digits at most."""
    return 9 <= len(_NO_DIGITS.sub("", value)) <= 12


def _is_ipv4(value: str) -> bool:
    """1.2.3.4 may be a section of a report."""
    try:
        address = IPv4Address(value)
    except AddressValueError:
        return False
    return max(address.packed) >= 10 and not (address.is_unspecified or address.is_loopback)


def _is_ipv6(value: str) -> bool:
    try:
        address = IPv6Address(value)
    except AddressValueError:
        return False
    return not (address.is_unspecified or address.is_loopback)


# But for the first two, which have their hints, all begin with the digit itself: so the search skips what is none.
KINDS = (
    Kind("e-mail", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24}\b"), _is_somebodys, "@"),
    Kind("phone", re.compile(r"\+\d{1,3}[ .()/-]{0,2}(?:\d[ .()/-]{0,2}){6,13}\d(?!\w)"), _is_phone, "+"),
    Kind("phone", re.compile(r"\([2-9]\d{2}\)[ -]?[2-9]\d{2}[ .-]\d{4}(?!\w)"), _is_phone, "("),
    Kind("IBAN", re.compile(r"[A-Z](?<!\w[A-Z])[A-Z]\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), _is_iban),
    Kind("card", re.compile(r"\d(?<![\w.-]\d)\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\w-])"), _is_card),
    Kind("card", re.compile(r"3(?<![\w.-]3)[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?![\w-])"), _is_card),
    Kind("SSN", re.compile(r"\d(?<![\w-]\d)\d{2}-\d{2}-\d{4}(?![\w-])"), _is_ssn, "-"),
    Kind("phone", re.compile(r"[2-9](?<![\w(+.][2-9])\d{2}([ .-])[2-9]\d{2}\1\d{4}(?![\d-])"), _is_phone),
    Kind("phone", re.compile(r"0(?<![\w.,+(/-]0)\d{1,4}(?:[ ./-]\d{2,4}){2,4}(?![\w,%/-])"), _is_national, "0"),
    Kind("IPv4", re.compile(r"\d(?<![\w.]\d)\d{0,2}(?:\.\d{1,3}){3}(?!\.?\w)"), _is_ipv4, "."),
    Kind(
        "IPv6",
        re.compile(
            r"[0-9a-fA-F](?<![\w:.][0-9a-fA-F])[0-9a-fA-F]{0,3}:(?:[0-9a-fA-F]{0,4}:){1,6}[0-9a-fA-F]{0,4}(?![\w:]|\.\d)"
        ),
        _is_ipv6,
        ":",
    ),
)  # fmt: skip
