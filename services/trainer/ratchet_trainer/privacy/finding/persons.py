"""Names of persons by what they are made of: first and last names that are known, and words that go beside names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ratchet_trainer.privacy.finding.gazetteers import countries, places
from ratchet_trainer.privacy.finding.name_words import could_be_a_surname, is_common, is_first, is_last, is_no_name
from ratchet_trainer.privacy.finding.reading import Reading, Token
from ratchet_trainer.privacy.finding.words import (
    CALLED,
    DOUBTFUL,
    FAMILY,
    HONORIFICS,
    PARTICLES,
    PEOPLES,
    PLACES_END,
    SPEAKS,
    STREETS_AFTER,
)
from ratchet_trainer.privacy.spans import Span

PERSON: Final = "PERSON"
FULL, ALONE, SAID = 0.55, 0.45, 0.5  # scores: a whole name, one word of it, and one that the words beside it give away
LONGEST: Final = 5  # words

_SPACE = re.compile(r"[ \t]{1,3}|\.[ \t]{1,2}")  # the second: after an initial
_BESIDE = re.compile(r"[.,:]?[ \t]+[\"“']?")
_NEXT_LISTED = re.compile(r",[ \t]+")
_COLON = re.compile(r"[ \t]*:")
_OBJECTS: Final = frozenset({"her", "contact", "thank", "thanks"})  # other words than names follow them too
_AT: Final = frozenset(["shouted", "yelled", "screamed", "looked", "smiled", "laughed", "pointed", "waved"])
_IN: Final = frozenset(["in", "near", "outside", "inside", "across", "throughout", "around"])
_IN_OR_TO: Final = _IN | frozenset(["to", "from", "at", "of", "through"])


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words that could be one name: the first and the last token, by their places."""

    first: int
    last: int
    words: tuple[Token, ...]

    @property
    def joined(self) -> str:
        return " ".join(word.folded for word in self.words)

    @property
    def names(self) -> list[Token]:
        """Without initials and particles."""
        return [word for word in self.words if len(word.text) > 1 and word.folded not in PARTICLES]


def find_persons(reading: Reading) -> Iterator[Span]:
    runs = list(_runs(reading))
    scores = {run: _score(reading, run) for run in runs}
    for together in (*_lists(reading, runs), _speakers(reading, runs)):
        _pass_on(together, scores)
    for run, score in scores.items():
        if score:
            yield Span(run.words[0].start, run.words[-1].end, PERSON, score)


def _runs(reading: Reading) -> Iterator[Run]:
    place = 0
    while place < len(reading.tokens):
        length = _length(reading, place)
        run = _trimmed(reading, place, length) if length else None
        if run and run.names and not any(_never(name) for name in run.names):
            yield run
        place += max(length, 1)


def _length(reading: Reading, first: int) -> int:
    """How many tokens from `first` on: capitalised words, initials, and particles between them."""
    tokens = reading.tokens
    if reading.taken(tokens[first]) or not (tokens[first].capital or _is_whispered(reading, tokens[first])):
        return 0
    end = first + 1
    while end < len(tokens) and end - first < LONGEST and _goes_on(reading, end):
        end += 1
    return end - first


def _is_whispered(reading: Reading, token: Token) -> bool:
    return reading.whispers and is_first(token) and not is_common(token)


def _goes_on(reading: Reading, place: int) -> bool:
    token, before = reading.tokens[place], reading.tokens[place - 1]
    if reading.taken(token) or not _SPACE.fullmatch(token.gap):
        return False
    if "." in token.gap and len(before.text) > 1 and before.folded not in HONORIFICS:
        return False
    if token.capital or token.folded in PARTICLES:
        return True
    known = is_first(token) or is_last(token) or len(token.text) == 1
    return reading.whispers and known and not is_common(token)


def _trimmed(reading: Reading, first: int, length: int) -> Run | None:
    """Words at the ends that are no names do not belong to it: "Please Ann" is Ann."""
    tokens, end = reading.tokens, first + length
    while first < end and is_no_name(tokens[first]):
        first += 1
    while end > first and (is_no_name(tokens[end - 1]) or tokens[end - 1].folded in PARTICLES):
        end -= 1
    words = tuple(tokens[first:end])
    if not words or (end - first == 1 and _is_acronym(reading, words[0])):
        return None
    return Run(first, end - 1, words)


def _is_acronym(reading: Reading, word: Token) -> bool:
    return word.shouted and not reading.shouts and not is_first(word)


def _never(name: Token) -> bool:
    return is_common(name) and name.folded not in DOUBTFUL


def _score(reading: Reading, run: Run) -> float:
    if _names_a_street(reading, run):
        return 0
    names = run.names
    if len(names) > 1 and _is_whole(reading, run, names):
        return FULL
    if _is_said(reading, run):
        return SAID
    return ALONE if len(names) == 1 and _is_known(reading, run, names[0]) else 0


def _names_a_street(reading: Reading, run: Run) -> bool:
    """As in "Isaac Newton Street"."""
    following = reading.tokens[run.last + 1 : run.last + 2]
    return any(word.folded in STREETS_AFTER and word.gap == " " and word.capital for word in following)


def _is_whole(reading: Reading, run: Run, names: list[Token]) -> bool:
    """Of two words or more one is surely a name, and the others may be."""
    if run.joined in places() or (names[-1].folded in PLACES_END and _follows(reading, run, _IN_OR_TO)):
        return False
    if any((is_first(name) or is_last(name)) and name.folded not in DOUBTFUL for name in names):
        return True
    if is_first(names[0]) and all(is_last(name) or is_first(name) for name in names):
        return True
    return len(names) == 2 and could_be_a_surname(names[1]) and not names[0].shouted


def _is_known(reading: Reading, run: Run, name: Token) -> bool:
    if name.folded in DOUBTFUL or name.folded in PEOPLES or len(name.text) < 3 or run.joined in countries():
        return False
    if name.shouted and not reading.shouts:
        return False
    place = name.folded in places()
    if is_first(name):
        return not _follows(reading, run, _IN_OR_TO if place else _IN)
    return is_last(name) and not place and not _follows(reading, run, _IN_OR_TO)


def _is_said(reading: Reading, run: Run) -> bool:
    tokens, first = reading.tokens, run.words[0]
    before = reading.before(run.first)
    if before and before.folded in CALLED and _BESIDE.fullmatch(first.gap):
        return before.folded not in _OBJECTS or any(could_be_a_surname(word) or is_first(word) for word in run.words)
    if before and before.folded in ("at", "to") and run.first > 1 and tokens[run.first - 2].folded in _AT:
        return first.gap == " "
    following = tokens[run.last + 1 : run.last + 3]
    if following and following[0].folded in SPEAKS and following[0].gap == " " and not is_common(first):
        return not _follows(reading, run, _IN_OR_TO)
    return [word.folded in ({"'s"}, FAMILY)[place] for place, word in enumerate(following)] == [True, True]


def _follows(reading: Reading, run: Run, prepositions: frozenset[str]) -> bool:
    before = reading.before(run.first)
    return before is not None and before.folded in prepositions and run.words[0].gap == " "


def _pass_on(together: list[Run], scores: dict[Run, float]) -> None:
    """In a list of names, or among those who speak by turns, who stands beside a name is one too."""
    if len(together) > 1 and any(scores[run] for run in together):
        for run in together:
            if run.joined not in countries():
                scores[run] = scores[run] or SAID


def _lists(reading: Reading, runs: list[Run]) -> Iterator[list[Run]]:
    """Three or more, with commas and an "and" between them."""
    by_place, seen = {run.first: run for run in runs}, set()
    for run in runs:
        together = [run]
        while run not in seen and (following := _next_listed(reading, together[-1], by_place)):
            together.append(following)
        seen.update(together)
        if len(together) > 2:
            yield together


def _next_listed(reading: Reading, run: Run, by_place: dict[int, Run]) -> Run | None:
    tokens, place = reading.tokens, run.last + 1
    if place < len(tokens) and tokens[place].folded in ("and", "or") and tokens[place].gap in (" ", ", "):
        following = by_place.get(place + 1)
        return following if following and following.words[0].gap == " " else None
    following = by_place.get(place)
    return following if following and _NEXT_LISTED.fullmatch(following.words[0].gap) else None


def _speakers(reading: Reading, runs: list[Run]) -> list[Run]:
    begin = (run for run in runs if run.first == 0 or "\n" in run.words[0].gap)
    return [run for run in begin if _COLON.match(reading.after(run.last)) and len(run.words) < 4]
