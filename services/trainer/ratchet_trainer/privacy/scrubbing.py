"""Private data in texts gives way to placeholders that tell what stood there: [EMAIL_1], [PERSON_2].

The texts of one example are scrubbed together: the same value has the same number in the document and in the answer.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ratchet_trainer.privacy.names import PERSON, parts_of
from ratchet_trainer.privacy.spans import Span, apart

Find = Callable[[str], list[Span]]

PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]{1,30})_(\d{1,6})\]")
SOUGHT_AGAIN = 500  # values of one example are looked for wherever no rule saw them
ROUNDS = 4  # a text is looked at again after what was found is gone
SURE = 0.6  # what was found by less may have been found by what stood beside it
SHORTEST_SOUGHT = 3
_WRITTEN_OUT = frozenset({PERSON, "EMAIL", "URL", "STREET_ADDRESS", "GPE", "ORGANIZATION", "DATE_TIME", "TITLE", "NRP"})


@dataclass(frozen=True, slots=True)
class Scrubbed:
    texts: tuple[str, ...]
    found: dict[str, int]  # distinct values by kind


def scrub(texts: Sequence[str], find: Find) -> Scrubbed:
    """In the order of `texts` and of the places in them; texts that say the same are looked at once.

    What is left is looked at again until nothing is found in it: whoever scans it later finds nothing either.
    """
    numbers = Numbers(texts)
    for _ in range(ROUNDS):
        places = _places(texts, find, numbers)
        if not any(places.values()):
            break
        texts = [_replace(text, places[text], numbers) for text in texts]
    return Scrubbed(tuple(texts), numbers.found())


def _places(texts: Sequence[str], find: Find, numbers: "Numbers") -> dict[str, list[Span]]:
    places = {text: apart(find(text)) for text in dict.fromkeys(texts)}
    values = _values_to_seek(places)
    known_as = parts_of(value for value, kind in values.items() if kind == PERSON)
    numbers.know(known_as)
    sought = values | dict.fromkeys(known_as, PERSON)
    return {text: apart([*found, *_seek(sought, text)]) for text, found in places.items()}


class Numbers:
    """Which number a value has among those of its kind. Placeholders that were there already keep theirs."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._known_as: dict[str, str] = {}
        self._of: dict[tuple[str, str], int] = {}
        self._last: Counter[str] = Counter()
        for text in texts:
            for kind, number in PLACEHOLDER.findall(text):
                self._last[kind] = max(self._last[kind], int(number))

    def know(self, known_as: dict[str, str]) -> None:
        """By what else persons are called, whatever its case: what was known before stays."""
        self._known_as = {part.casefold(): name for part, name in known_as.items()} | self._known_as

    def placeholder(self, kind: str, value: str) -> str:
        meant = self._known_as.get(value.casefold(), value) if kind == PERSON else value
        key = kind, _same(kind, meant)
        if key not in self._of:
            self._last[kind] += 1
            self._of[key] = self._last[kind]
        return f"[{kind}_{self._of[key]}]"

    def found(self) -> dict[str, int]:
        return dict(sorted(Counter(kind for kind, _ in self._of).items()))


def without_placeholders(text: str) -> str:
    return PLACEHOLDER.sub(" ", text)


def _values_to_seek(places: dict[str, list[Span]]) -> dict[str, str]:
    """Those that no pattern alone gives away, longest first: names, and numbers told by the word beside them."""
    values = {
        text[span.start : span.end]: span.kind for text, spans in places.items() for span in spans if span.score < SURE
    }
    longest = sorted((v for v in values if len(v) >= SHORTEST_SOUGHT), key=lambda v: (-len(v), v))
    return {value: values[value] for value in longest[:SOUGHT_AGAIN]}


def _seek(values: dict[str, str], text: str) -> list[Span]:
    if not values:
        return []
    anywhere = re.compile(rf"(?<!\w)(?:{'|'.join(_as_sought(*one) for one in values.items())})(?!\w)")
    return [Span(m.start(), m.end(), values.get(m[0], PERSON), 0.0) for m in anywhere.finditer(text)]


def _as_sought(value: str, kind: str) -> str:
    """A whole name is one in small letters as well; a word of it may be a word."""
    return rf"(?i:{re.escape(value)})" if kind == PERSON and " " in value else re.escape(value)


def _replace(text: str, spans: Iterable[Span], numbers: Numbers) -> str:
    parts, end = [], 0
    for span in spans:
        parts += [text[end : span.start], numbers.placeholder(span.kind, text[span.start : span.end])]
        end = span.end
    return "".join([*parts, text[end:]])


def _same(kind: str, value: str) -> str:
    """What is left of a value when its way of writing is taken away: (212) 555-0143 is 212.555.0143."""
    folded = value.casefold()
    letters = "".join(letter for letter in folded if letter.isalnum())
    return " ".join(folded.split()) if kind in _WRITTEN_OUT else letters
