"""Where somebody lives: a street with a number, and what follows it up to the country.

An address is one place from its first number to its last: the flat, the town and the postcode beside it say less alone.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from ratchet_trainer.privacy.finding.reading import Reading, Token
from ratchet_trainer.privacy.finding.street_parts import (
    CLOSE,
    LONGEST_NAME,
    is_house,
    is_named,
    is_street,
    is_surely_a_street,
    is_unit,
    may_be_a_street,
    name_end,
    numbers_end,
    town_length,
    unit_follows,
)
from ratchet_trainer.privacy.finding.words import PARTICLES, STREETS_AFTER_TOO
from ratchet_trainer.privacy.spans import Span

STREET_ADDRESS: Final = "STREET_ADDRESS"
SURE: Final = 0.7
LONGEST_TAIL: Final = 12  # tokens after the street
MOST_NUMBERS: Final = 3  # before it
LONG_NUMBER: Final = 3  # digits: a shorter one counts things

_BEFORE_STREET = re.compile(r"[ \t]{1,2}|\.[ \t]?|/[ \t]?|[ \t]?,[ \t]")
_BEFORE_TOWN = re.compile(r"(?:[ \t)]|\.[ \t])?,?[ \t]*\n?[ \t]*,?[ \t]{0,4}\(?")
_CORNER = re.compile(r"\b(?:the[ \t]+)?corner of[ \t]+", re.IGNORECASE)
_BOXES = re.compile(
    r"\b(?:(?:PSC|CMR|Unit)[ \t]+\d{1,5},?[ \t]+Box[ \t]+\d{1,5}|(?:USS|USNS|USNV|USCGC)[ \t]+[^\W\d_][\w'’-]*)"  # noqa: RUF001
    r",?\s+[AFD]PO,?[ \t]+A[AEP][ \t]+\d{5}\b",
    re.IGNORECASE,
)
_POST_BOX = re.compile(r"(?:\bP\.?[ \t]?O\.?[ \t]?Box|\bPostfach|\bPostboks|\bBoîte postale)$", re.IGNORECASE)
_LED = re.compile(
    r"(?:\baddress(?:es)?(?:[ \t]+(?:is|to|are))?:?"
    r"|\b(?:live[sd]?|living|reside[sd]?|located|stay(?:s|ed|ing)?|works?)[ \t]+(?:at|on|in)"
    r"|\b(?:sent?|ship|shipped|deliver|delivered|mail|mailed|forward|arrived|meet|off|is|place|house|office)"
    r"(?:[ \t]+\w+){0,3}[ \t]+(?:to|at|on)"
    r"|\b(?:it is|it's in|it's at|enter on|moved to|refers to))[ \t\n]*$",
    re.IGNORECASE,
)


def find_addresses(reading: Reading) -> Iterator[Span]:
    for match in _BOXES.finditer(reading.text):
        yield Span(match.start(), match.end(), STREET_ADDRESS, SURE)
    yield from _corners(reading)
    tokens, place = reading.tokens, 0
    while place < len(tokens):
        end = _street_end(reading, place) if _may_begin(tokens[place], reading) else 0
        if end:
            end = _tail_end(reading, end)
            yield Span(tokens[place].start, tokens[end - 1].end, STREET_ADDRESS, SURE)
        place = end or place + 1


def _may_begin(token: Token, reading: Reading) -> bool:
    return (token.number or token.capital or reading.whispers or is_street(token)) and not reading.taken(token)


def _street_end(reading: Reading, first: int) -> int:
    """Where a street that begins at the token `first` ends; 0: none begins there."""
    tokens = reading.tokens
    if is_unit(tokens, first):
        return _after_unit(reading, first + 2)
    name = numbers_end(tokens, first)
    numbered = name > first
    if name == len(tokens) or name - first > MOST_NUMBERS:
        return 0
    if numbered and not _BEFORE_STREET.fullmatch(tokens[name].gap):
        return 0
    end = name_end(reading, name)
    if end == name:
        return _post_box_end(reading, first)
    words = tokens[name:end]
    behind = _numbers_behind(tokens, end)
    if is_surely_a_street(words) and (numbered or behind > end):
        return behind
    if numbered and len(words) > 1 and words[-1].folded in STREETS_AFTER_TOO:
        return end
    return _unsure_end(reading, first, name, end) or _post_box_end(reading, first)


def _unsure_end(reading: Reading, first: int, name: int, end: int) -> int:
    """No word for a street is in its name: then its numbers, a flat or the words before it must say that it is one."""
    tokens, numbered = reading.tokens, name > first
    behind = _numbers_behind(tokens, end)
    if not may_be_a_street(tokens[name:end]):
        return 0
    if behind > end:
        long = len(tokens[first].text) >= LONG_NUMBER or unit_follows(tokens, behind)
        return behind if (numbered and long) or _is_led(reading, first) else 0
    if not numbered:
        return 0
    return end if unit_follows(tokens, end) or (_is_led(reading, first) and end - name > 1) else 0


def _numbers_behind(tokens: list[Token], end: int) -> int:
    """Behind a house number or two that follow the name."""
    if end == len(tokens) or not CLOSE.fullmatch(tokens[end].gap):
        return end
    return min(numbers_end(tokens, end), end + 2)


def _after_unit(reading: Reading, place: int) -> int:
    """As in "Apt. 4 12 Elm Street"."""
    tokens = reading.tokens
    if place >= len(tokens) or is_unit(tokens, place) or not _BEFORE_STREET.fullmatch(tokens[place].gap):
        return 0
    return _street_end(reading, place)


def _post_box_end(reading: Reading, first: int) -> int:
    """As in "P.O. Box 12": from its first letter, found at its last word."""
    tokens = reading.tokens
    for box in range(first, min(first + 4, len(tokens) - 1)):
        if is_house(tokens[box + 1]) and _POST_BOX.search(reading.text[tokens[first].start : tokens[box].end]):
            return box + 2
    return 0


def _is_led(reading: Reading, first: int) -> bool:
    return _LED.search(reading.lead(first)) is not None


def _tail_end(reading: Reading, end: int) -> int:
    """Goes on over flat, town, region, postcode and country, as far as they follow."""
    tokens, start = reading.tokens, end
    while end < len(tokens) and end - start < LONGEST_TAIL and not reading.taken(tokens[end]):
        if unit_follows(tokens, end):
            end += 2
            continue
        length = town_length(reading, end) if _BEFORE_TOWN.fullmatch(tokens[end].gap) else 0
        if not length:
            break
        end += length
    return end


def _corners(reading: Reading) -> Iterator[Span]:
    """As in "The corner of Elm Street and Oak Road"."""
    tokens = reading.tokens
    for match in _CORNER.finditer(reading.text):
        first = bisect_left(tokens, match.end(), key=lambda token: token.start)
        end = first
        while end < len(tokens) and _of_a_corner(reading, end, first):
            end += 1
        while end > first and tokens[end - 1].folded == "and":
            end -= 1
        if end - first > 1:
            yield Span(match.start(), tokens[end - 1].end, STREET_ADDRESS, SURE)


def _of_a_corner(reading: Reading, place: int, first: int) -> bool:
    token = reading.tokens[place]
    if place - first > 2 * LONGEST_NAME or (place > first and not CLOSE.fullmatch(token.gap)):
        return False
    named = is_named(reading, token) or is_street(token) or token.folded in PARTICLES
    return named or token.number or token.folded == "and"
