"""Private data in an answer that the request did not have: somebody else's, or made up.

By patterns and check digits alone (`private_kinds.py`). What has a placeholder's form (an address at example.com) is
nobody's. An address or number must stand in the request as a whole, however it is written there: bob@corp.org is not in
bigbob@corp.org.

Not seen: names of people, addresses of houses, dates of birth; telephone numbers without a prefix, a label or a shape
of their country (612 345 678 may be an amount); keys that begin with nothing known; ids of countries not listed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from ipaddress import IPv6Address
from itertools import islice
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from ratchet_router.checking.places import places
from ratchet_router.checking.private_kinds import Private, is_ipv6, private_in
from ratchet_router.checking.subject import Finding, Subject

PHONE_TAIL: Final = 9  # digits that tell a phone number: country codes come and go
SHORTEST_PHONE: Final = 7
MOST: Final = 100  # of one answer are looked up
SPREAD: Final = 2  # signs between two of a number's, on the average

_IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F]{0,4}:(?:[0-9a-fA-F]{0,4}:){1,6}[0-9a-fA-F]{0,4}")
_NO_DIGITS = re.compile(r"\D+")
_COUNTRY_CODE = re.compile(r"\+\d{1,3}(?:\W*\(0\))?|\A0")
_SIGN = re.compile(r"[^\W_]")
_PUNCTUATION = re.compile(r"[\W_]+")
_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
_IN_ADDRESSES: Final = frozenset(".+-_")


def private_data(subject: Subject) -> Finding | None:
    given = Given(subject.given)
    foreign = [one for one in islice(private_in(subject.text), MOST) if not given.has(one)]
    if not foreign:
        return None
    counted = ", ".join(f"{n} of kind {kind}" for kind, n in sorted(Counter(one.kind for one in foreign).items()))
    places = ", ".join(str(one.start) for one in foreign[:10])
    return Finding(f"The answer has private data that the request does not have: {counted} (at {places}).")


class Given:
    """What a request has. Read as a whole only where a value does not stand in it as it is."""

    def __init__(self, text: str) -> None:
        self._text = text

    def has(self, one: Private) -> bool:
        if one.kind in ("e-mail", "API key"):
            folded = one.value.casefold()
            return any(_stands_alone(self._folded, at, len(folded)) for at in places(self._folded, folded))
        if one.kind == "IPv6":
            return IPv6Address(one.value) in self._addresses
        if any(_is_bounded(self._text, at, at + len(one.value)) for at in places(self._text, one.value)):
            return True
        return self._has_apart(one)

    def _has_apart(self, one: Private) -> bool:
        """With other spaces and dashes; a phone number without its country code too."""
        is_phone = one.kind == "phone"
        wanted = _numbers_of(one.value) if is_phone else [_PUNCTUATION.sub("", one.value.casefold())]
        return any(self._has_signs(signs, whole=not is_phone) for signs in wanted)

    def _has_signs(self, wanted: str, *, whole: bool) -> bool:
        for place in places(self._signs, wanted):
            start, end = self._where[place], self._where[place + len(wanted) - 1] + 1
            if end - start <= len(wanted) * SPREAD and _is_bounded(self._text, start, end, before=whole):
                return True
        return False

    @cached_property
    def _folded(self) -> str:
        return self._text.casefold()

    @cached_property
    def _where(self) -> Sequence[int]:
        return [found.start() for found in _SIGN.finditer(self._text)]

    @cached_property
    def _signs(self) -> str:
        """One for each, so that places agree."""
        return "".join(_SIGN.findall(self._text)).translate(_LOWER)

    @cached_property
    def _addresses(self) -> frozenset[IPv6Address]:
        return frozenset(IPv6Address(found) for found in _IPV6.findall(self._text) if is_ipv6(found))


def _numbers_of(phone: str) -> list[str]:
    """Its last digits, and all behind the country code where that is set apart."""
    behind = _NO_DIGITS.sub("", _COUNTRY_CODE.sub("", phone))
    last = _NO_DIGITS.sub("", phone).lstrip("0")[-PHONE_TAIL:]
    return [last, behind] if len(behind) >= SHORTEST_PHONE else [last]


def _is_bounded(text: str, start: int, end: int, *, before: bool = True) -> bool:
    """No letter or digit goes on with it."""
    goes_on = before and text[max(0, start - 1) : start].isalnum()
    return not goes_on and not text[end : end + 1].isalnum()


def _stands_alone(text: str, at: int, length: int) -> bool:
    """A full stop may end the sentence."""
    before, after = text[max(0, at - 1) : at], text[at + length : at + length + 2]
    goes_on_after = after[:1].isalnum() or after[:1] in ("-", "_") or (after[:1] == "." and after[1:].isalnum())
    return not (before.isalnum() or before in _IN_ADDRESSES) and not goes_on_after
