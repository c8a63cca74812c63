"""Towns, regions and countries: those that are known, and what words such as "lives in" make one."""

import re
from collections.abc import Iterator
from typing import Final

from ratchet_trainer.privacy.finding.gazetteers import common_words, countries, first_names, last_names, places
from ratchet_trainer.privacy.finding.reading import Reading, Token
from ratchet_trainer.privacy.finding.words import DOUBTFUL, PARTICLES, PLACES_BEGIN, PLACES_END, PLACES_ENDINGS
from ratchet_trainer.privacy.spans import Span

GPE: Final = "GPE"
KNOWN, SAID = 0.5, 0.4
LONGEST: Final = 5  # words of a place's name
SHORTEST: Final = 4  # letters: what is shorter, or in capitals, may stand for anything

_SPACE = re.compile(r"[ \t]{1,2}|\.[ \t]|-")
_LINE_START = re.compile(r"(?:^|\n)[ \t>|?*]*$")
_JOINTS: Final = PARTICLES | {"and", "of", "the", "upon", "on"}
_IN: Final = frozenset(["in", "from", "near", "visit", "visited", "visiting", "outside", "around"])
_HERE: Final = _IN | frozenset(["to", "at", "of", "throughout", "across", "leave", "left", "toward", "towards"])
_MOVES = re.compile(
    r"""\b(?: liv(?:e|es|ed|ing) | mov(?:e|es|ed|ing)(?:[ ]\w+)? | born | rais(?:ed|ing) | grew[ ]up | based | located
    | situated | fl(?:y|ies|ew|ying|own) | travel(?:s|led|ed|ling)? | trip | return(?:s|ed|ing)? | went | going | go
    | back(?:[ ]\w+)? | I[ ]am | I'm | stay(?:s|ed|ing)? | arriv(?:e|ed) | come | comes | came | year | native
    | citizens? | mayor | city | town | village | capital
    | people | street | outskirts | north | south | east | west | residents?
    )[ \t]+(?:here[ \t]+|back[ \t]+)?(?:in|to|from|of|near|at)[ \t]+$""",
    re.IGNORECASE | re.VERBOSE,
)
_MOVED: Final = frozenset({"in", "to", "from", "of", "near", "at"})
_LONG: Final = 7  # letters: a shorter word with such an ending is any word


def find_places(reading: Reading) -> Iterator[Span]:
    tokens, place = reading.tokens, 0
    while place < len(tokens):
        length, score = _at(reading, place)
        if length:
            yield Span(tokens[place].start, tokens[place + length - 1].end, GPE, score)
        place += max(length, 1)


def _at(reading: Reading, first: int) -> tuple[int, float]:
    """How many tokens of a place's name begin there, and how sure that is."""
    run = _run(reading, first)
    for length in range(run, 0, -1):
        words = reading.tokens[first : first + length]
        name = " ".join(reading.text[words[0].start : words[-1].end].casefold().split())
        if name in countries() or (name in places() and _means_a_place(reading, first, words, run)):
            return length, KNOWN
    return (_supposed_length(reading, first), SAID) if run else (0, 0)


def _run(reading: Reading, first: int) -> int:
    tokens, end = reading.tokens, first
    while end < len(tokens) and end - first < LONGEST and _goes_on(reading, end, first):
        end += 1
    while end > first and not tokens[end - 1].capital and not reading.whispers:
        end -= 1
    return end - first


def _goes_on(reading: Reading, place: int, first: int) -> bool:
    token = reading.tokens[place]
    if reading.taken(token) or (place > first and not _SPACE.fullmatch(token.gap)):
        return False
    return token.capital or (reading.whispers and token.is_word) or (place > first and token.folded in _JOINTS)


def _means_a_place(reading: Reading, first: int, words: list[Token], run: int) -> bool:
    """One word may be a name of a person or any word too: then where it stands must say that it is a place."""
    if len(words) > 1:
        return not all(word.folded in common_words() for word in words)
    word = words[0]
    if word.folded in common_words():
        return False
    here = _follows(reading, first, _HERE)
    if reading.whispers or word.folded in DOUBTFUL or len(word.text) < SHORTEST:
        return here
    person = word.folded in first_names() or word.folded in last_names()
    if not person:
        return True
    return run == 1 and (here or _has_its_line(reading, first))


def _follows(reading: Reading, first: int, prepositions: frozenset[str]) -> bool:
    before = reading.before(first)
    return before is not None and before.folded in prepositions and reading.tokens[first].gap == " "


def _has_its_line(reading: Reading, first: int) -> bool:
    """In capitals, as towns stand in addresses."""
    token = reading.tokens[first]
    begins = _LINE_START.search(reading.text[: token.start][-20:]) is not None
    return token.shouted and begins and reading.after(first)[:1] in ("\n", "")


def _supposed_length(reading: Reading, first: int) -> int:
    """Of a place that no list knows: where the words before it or the form of its name say that it is one."""
    words = _capitals(reading, first)
    if not words or (words[0].shouted and len(words[0].text) < SHORTEST):
        return 0
    if any(word.folded in common_words() and word.folded not in PLACES_BEGIN | PLACES_END for word in words):
        return 0
    if _follows(reading, first, _MOVED) and _MOVES.search(reading.lead(first)):
        return len(words)
    if _follows(reading, first, _IN) and words[0].folded not in first_names() and words[0].folded not in DOUBTFUL:
        return len(words)
    return len(words) if _has_the_form(words) and _follows(reading, first, _HERE) else 0


def _has_the_form(words: list[Token]) -> bool:
    built = len(words) > 1 and (words[0].folded in PLACES_BEGIN or words[-1].folded in PLACES_END)
    return built or (len(words[-1].text) >= _LONG and words[-1].folded.endswith(PLACES_ENDINGS))


def _capitals(reading: Reading, first: int) -> list[Token]:
    tokens, end = reading.tokens, first
    while end < len(tokens) and end - first < LONGEST and not reading.taken(tokens[end]):
        token = tokens[end]
        stopped = "." in token.gap and tokens[end - 1].folded != "st"
        if end > first and (stopped or not _SPACE.fullmatch(token.gap)):
            break
        if not (_is_named(reading, token) or (end > first and _joins(tokens, end))):
            break
        end += 1
    return tokens[first:end]


def _is_named(reading: Reading, token: Token) -> bool:
    return token.capital or (reading.whispers and token.is_word and token.folded not in common_words())


def _joins(tokens: list[Token], place: int) -> bool:
    return tokens[place].folded in PARTICLES and place + 1 < len(tokens) and tokens[place + 1].capital
