"""The parts of an address, as stretches of tokens: house numbers, a street's name, flats, towns and postcodes."""

import re
from typing import Final

from ratchet_trainer.privacy.finding.gazetteers import common_words
from ratchet_trainer.privacy.finding.reading import Reading, Token
from ratchet_trainer.privacy.finding.words import (
    MONTHS,
    PARTICLES,
    PLACES_BEGIN,
    STREETS_AFTER,
    STREETS_AFTER_TOO,
    STREETS_BEFORE,
    STREETS_BESIDE,
    STREETS_ENDINGS,
    UNITS,
)

LONGEST_NAME: Final = 5  # words of a street's name
LONGEST_TOWN: Final = 4  # words
LONGEST_NUMBER: Final = 5  # digits of a house's number
TOO_MANY_NUMBERS: Final = 4  # in a row: a table, and no more of it is looked at

CLOSE = re.compile(r"[ \t]{1,2}|\.[ \t]?|/[ \t]?")
_UNIT_GAP = re.compile(r"\.?[ \t]#?|\.?[ \t]no\.?[ \t]")
_BEFORE_UNIT = re.compile(r"[.,)]?[ \t]*,?[ \t]*(?:\n[ \t>|?*]{0,8})?,?[ \t]{0,4}")  # in a quoted mail too
_WITHIN_TOWN = re.compile(r"[ \t]{1,2}|\.[ \t]|/")
_BEFORE_CODE = re.compile(r"[ \t]|\s*\n[ \t]*")
_LINE_END = re.compile(r"\s*(?:[\n,.?!;)]|$)")


def numbers_end(tokens: list[Token], place: int) -> int:
    """Behind the house numbers that stand there."""
    start, last = place, min(place + TOO_MANY_NUMBERS, len(tokens))
    while place < last and is_house(tokens[place]) and (place == start or CLOSE.fullmatch(tokens[place].gap)):
        place += 1
    return place


def is_house(token: Token) -> bool:
    return token.number and sum(map(str.isdigit, token.text)) <= LONGEST_NUMBER


def name_end(reading: Reading, first: int) -> int:
    """Behind a street's name: it ends with a word such as Street, or where no name goes on."""
    tokens, end = reading.tokens, first
    while end < len(tokens) and end - first < LONGEST_NAME and (end == first or CLOSE.fullmatch(tokens[end].gap)):
        if is_unit(tokens, end) or not _of_a_street(reading, end, first):
            break
        end += 1
        if end - first > 1 and tokens[end - 1].folded in STREETS_AFTER:
            break
    while end > first and (tokens[end - 1].folded in PARTICLES or _said_twice(tokens, first, end)):
        end -= 1
    return end


def _of_a_street(reading: Reading, place: int, first: int) -> bool:
    token = reading.tokens[place]
    if token.folded in STREETS_BESIDE and not token.capital:
        return False
    return is_named(reading, token) or is_street(token) or (place > first and _small(reading.tokens, place, first))


def _small(tokens: list[Token], place: int, first: int) -> bool:
    """Words of a name that need no capital: particles, and what stands before or after a word for a street."""
    token = tokens[place]
    if token.folded in PARTICLES:
        return True
    if not token.is_word or token.folded in common_words() or place - first > 2:
        return False
    return tokens[first].folded in STREETS_BEFORE or (
        place + 1 < len(tokens) and tokens[place + 1].folded in STREETS_AFTER
    )


def _said_twice(tokens: list[Token], first: int, end: int) -> bool:
    """As in "Rue Lepic street": the name is over before it."""
    return end - first > 2 and tokens[first].folded in STREETS_BEFORE and tokens[end - 1].folded in ("street", "st")


def is_named(reading: Reading, token: Token) -> bool:
    if not token.is_word or token.folded in MONTHS:
        return False
    return token.capital or (reading.whispers and token.folded not in common_words())


def is_street(token: Token) -> bool:
    return token.folded in STREETS_AFTER or token.folded in STREETS_BEFORE


def is_surely_a_street(words: list[Token]) -> bool:
    """By a word for one: "Baker Street", "Via Tasso", "Pohlstrasse", "Calvary Street Extension"."""
    if len(words) > 1 and (
        words[-1].folded in STREETS_AFTER or words[0].folded in STREETS_BEFORE or words[-2].folded in STREETS_AFTER
    ):
        return True
    return any(word.folded.endswith(STREETS_ENDINGS) and len(word.folded) > 6 for word in words)


def may_be_a_street(words: list[Token]) -> bool:
    return not any(word.folded in common_words() for word in words)


def is_unit(tokens: list[Token], place: int) -> bool:
    """A flat or a floor: "Apt. 12", "Suite 3B"."""
    if place + 1 >= len(tokens) or tokens[place].folded not in UNITS:
        return False
    return tokens[place + 1].number and _UNIT_GAP.fullmatch(tokens[place + 1].gap) is not None


def unit_follows(tokens: list[Token], place: int) -> bool:
    return place < len(tokens) and is_unit(tokens, place) and _BEFORE_UNIT.fullmatch(tokens[place].gap) is not None


def town_length(reading: Reading, first: int) -> int:
    """How many tokens of a town's name, a region's or a postcode stand there."""
    tokens = reading.tokens
    if tokens[first].number:
        return int(_is_code(tokens, first))
    if _is_region(tokens, first):
        return 2
    end = first
    while (
        end < len(tokens) and end - first < LONGEST_TOWN and (end == first or _WITHIN_TOWN.fullmatch(tokens[end].gap))
    ):
        if not _of_a_town(reading, end, first):
            break
        end += 1
    if end - first == 1 and tokens[first].folded in STREETS_AFTER and not tokens[first].shouted:
        return 0
    while end > first and tokens[end - 1].folded in PARTICLES and not tokens[end - 1].capital:
        end -= 1
    if end > first and "\n" in tokens[first].gap and not _line_ends(tokens, end):
        return 0
    return end - first


def _is_code(tokens: list[Token], place: int) -> bool:
    """A postcode: three digits or more, or two beside more."""
    length = len(tokens[place].text)
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    beside = tokens[place - 1].number or (following is not None and following.number and len(following.text) >= 4)
    return 3 <= length <= 10 or (length == 2 and beside)


def _is_region(tokens: list[Token], place: int) -> bool:
    """Such as CA 90210."""
    token = tokens[place]
    if not (token.is_word and len(token.text) <= 3 and place + 1 < len(tokens)):
        return False
    code = tokens[place + 1]
    is_word = token.folded in common_words() and not token.shouted
    return not is_word and code.number and len(code.text) >= 3 and _BEFORE_CODE.fullmatch(code.gap) is not None


def _of_a_town(reading: Reading, place: int, first: int) -> bool:
    token = reading.tokens[place]
    if token.folded in PARTICLES or (token.folded in STREETS_AFTER_TOO and token.capital):
        return place > first
    if token.folded in PLACES_BEGIN and (token.capital or reading.whispers):
        return True
    return is_named(reading, token) and (token.folded not in common_words() or token.shouted)


def _line_ends(tokens: list[Token], end: int) -> bool:
    if end == len(tokens):
        return True
    following = tokens[end]
    goes_on = following.is_word and following.capital
    return not goes_on or _LINE_END.match(following.gap) is not None
