"""What of a passage is searched, and what of a question. A passage is found by the names of its document too."""

import re
from collections.abc import Iterable
from typing import Final

from ratchet_retrieval.passages import Passage

MOST_WORDS: Final = 256  # of a question, each once: more would make a search slower and no better
LONGEST_WORD: Final = 40  # letters: longer ones are in no index
_LONGEST_QUESTION: Final = 100_000  # characters that are looked at
_WORD: Final = re.compile(r"\w+")


def searched_text(passage: Passage) -> str:
    """Names that the text has already are not said once more: what is found often counts less."""
    subject, chunk = passage.subject, passage.chunk
    parts = [subject.title, subject.company, subject.period.replace("-", " "), *chunk.headings, chunk.caption]
    return "\n".join([*dict.fromkeys(part for part in parts if part and part not in chunk.text), chunk.text])


def words_of(text: str) -> list[str]:
    """Of a question, in order, each once, whatever else it is made of. Empty where there are none."""
    return _bounded(found[0] for found in _WORD.finditer(text[:_LONGEST_QUESTION].casefold()))


def _bounded(words: Iterable[str]) -> list[str]:
    taken: dict[str, None] = {}
    for word in words:
        if len(word) <= LONGEST_WORD:
            taken.setdefault(word)
        if len(taken) == MOST_WORDS:
            break
    return list(taken)
