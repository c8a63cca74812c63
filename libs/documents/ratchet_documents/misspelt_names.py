"""Names that a question misspells by one letter: `Branwik` is Branwick, where no company is called Branwik. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract_iter

from ratchet_documents.ordinary_words import ORDINARY

SHORTEST: Final = 6  # letters: shorter names have too many others one letter away
_NAME: Final = re.compile(rf"[^\W\d_]{{{SHORTEST},40}}(?:['’]s)?(?!\w)")
_PERSON: Final = re.compile(r"\b(?:mr|mrs|ms|dr|prof|herrn?|frau|monsieur|madame|señora?)\.? \Z", re.I)
_TITLE: Final = 12  # characters before a name in which it is said to be a person's


class Misspelt(NamedTuple):
    """`written`: as the question has it, from `start` to `end`; `names`: short names of the one that is meant."""

    written: str
    names: frozenset[str]
    start: int
    end: int


def misspelt(
    question: str, calls: Mapping[str, frozenset[str]], taken: Collection[tuple[int, int]] = ()
) -> Iterator[Misspelt]:
    """`calls`: whose names there are, by what each may be called. `taken`: where names stand that are known.

    Only what is written large, is no ordinary word and has one name a letter away (left out, put in, changed, or
    two that changed places); none where several have: it is not guessed.
    """
    single = [call for call in calls if " " not in call and len(call) >= SHORTEST - 1 and call not in ORDINARY]
    for found in _NAME.finditer(question):
        written = re.sub(r"['’]s\Z", "", found[0])
        word = written.casefold()
        if not written[0].isupper() or len(word) < SHORTEST or word in ORDINARY or word in calls:
            continue
        if any(start < found.end() and found.start() < end for start, end in taken):
            continue
        if _PERSON.search(question, max(0, found.start() - _TITLE), found.start()):
            continue
        near = [calls[call] for call, _, _ in extract_iter(word, single, scorer=OSA.distance, score_cutoff=1)]
        if len(set(near)) == 1:
            yield Misspelt(written, near[0], found.start(), found.start() + len(written))
