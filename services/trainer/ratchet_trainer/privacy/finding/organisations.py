"""Companies and other bodies by the form of their names: Inc. at the end, Bank or Institute, or surnames in a row."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from ratchet_trainer.privacy.finding.gazetteers import common_words, first_names, last_names
from ratchet_trainer.privacy.finding.reading import Reading, Token
from ratchet_trainer.privacy.finding.words import COMPANY_FAMILIES, COMPANY_FORMS, COMPANY_KINDS, HONORIFICS, OPENERS
from ratchet_trainer.privacy.spans import Span

ORGANIZATION: Final = "ORGANIZATION"
FORMED: Final = 0.6
LONGEST: Final = 7  # words

JOINTS: Final = frozenset({"and", "of", "the", "for"})
_BODIES: Final = frozenset({"house", "court", "board", "office", "chamber", "league", "kingdom"}) | COMPANY_KINDS
_BETWEEN = re.compile(r"[ \t]{1,2}|[ \t]?&[ \t]?|,[ \t]|\.[ \t]?")

Length = Callable[[Reading, int], int]  # how many tokens of a name begin at this one


def find_organisations(reading: Reading) -> Iterator[Span]:
    return in_turn(reading, _formed_length, FORMED)


def in_turn(reading: Reading, length_at: Length, score: float) -> Iterator[Span]:
    tokens, place = reading.tokens, 0
    while place < len(tokens):
        length = length_at(reading, place)
        if length:
            yield Span(tokens[place].start, _end(reading, place + length - 1), ORGANIZATION, score)
        place += max(length, 1)


def run_length(reading: Reading, first: int) -> int:
    """How many tokens from `first` on could be one name of a body."""
    tokens, end = reading.tokens, first
    if tokens[first].folded in HONORIFICS or not (tokens[first].capital or tokens[first].number):
        return 0
    while (
        end < len(tokens) and end - first < LONGEST and not reading.taken(tokens[end]) and _goes_on(tokens, end, first)
    ):
        end += 1
    while end > first and (tokens[end - 1].folded in JOINTS or tokens[end - 1].folded == "'s"):
        end -= 1
    return end - first


def _goes_on(tokens: list[Token], place: int, first: int) -> bool:
    token, before = tokens[place], tokens[place - 1]
    if place == first or token.folded == "'s":
        return True
    if not _BETWEEN.fullmatch(token.gap) or ("," in token.gap and token.folded not in COMPANY_FORMS):
        return False
    if "." in token.gap and len(before.text) > 1 and before.folded not in COMPANY_FORMS:
        return False
    return token.capital or token.folded in JOINTS


def _formed_length(reading: Reading, first: int) -> int:
    run = run_length(reading, first)
    words = reading.tokens[first : first + run]
    for length in range(run, 1, -1):
        if _is_formed(words[:length]) and not _of_another(words[:length]):
            return length
    if run and _two_surnames(words, reading.before(first)):
        return 1
    return _partners_length(reading, first)


def _is_formed(words: list[Token]) -> bool:
    """It ends as such names do: "Smith Ltd", "Lee and Sons", "Acme Technologies"."""
    first, last = words[0], words[-1]
    if first.folded in OPENERS or not last.capital:
        return False
    if last.folded in COMPANY_FORMS:
        return True
    own = [word for word in words[:-1] if word.folded not in common_words() and word.folded not in JOINTS]
    if last.folded in COMPANY_FAMILIES:
        return first.folded not in common_words()
    return last.folded in COMPANY_KINDS and bool(own) and not first.number


def _of_another(words: list[Token]) -> bool:
    """As in "Shares of Acme AG": what stands before "of" is no body itself, so the name begins behind it."""
    of = next((place for place, word in enumerate(words) if word.folded == "of"), 0)
    return of > 0 and words[of - 1].folded not in _BODIES


def _two_surnames(words: list[Token], before: Token | None) -> bool:
    """Lee-Ray without a first name is more often a company than a person by marriage."""
    left, _, right = words[0].folded.partition("-")
    if len(words) > 1 or not (_is_surname_only(left) and _is_surname_only(right)):
        return False
    beside = before is not None and before.capital and words[0].gap in (" ", ". ")
    return not beside and (before is None or before.folded not in HONORIFICS)


def _is_surname_only(folded: str) -> bool:
    return folded in last_names() and folded not in first_names()


def _partners_length(reading: Reading, first: int) -> int:
    """Surnames in a row, as of lawyers: "Lee, Ray and Fox"."""
    names = reading.tokens[first : first + 4]
    if len(names) < 4 or names[2].folded != "and" or any(reading.taken(name) for name in names):
        return 0
    if (names[1].gap, names[2].gap, names[3].gap) != (", ", " ", " ") or "," in names[0].gap:
        return 0
    partners = (names[0], names[1], names[3])
    if not all(one.capital and one.folded in last_names() and one.folded not in common_words() for one in partners):
        return 0
    all_first = all(one.folded in first_names() for one in partners)
    return 4 if not all_first or _alone_on_line(reading, first, 4) else 0


def _alone_on_line(reading: Reading, first: int, length: int) -> bool:
    begins = first == 0 or "\n" in reading.tokens[first].gap
    return begins and reading.after(first + length - 1)[:1] in ("", "\n")


def _end(reading: Reading, last: int) -> int:
    """With the stop of Inc. and its like."""
    token = reading.tokens[last]
    stop = token.folded in COMPANY_FORMS and len(token.text) <= 4 and reading.text[token.end : token.end + 1] == "."
    return token.end + int(stop)
