"""Does the answer recite what the model was told to do?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ratchet_router.checking.subject import Finding, Subject

RUN = 10  # words on end: shorter ones are headings and turns of phrase that were asked for
BLOCK = RUN // 2  # words: in each run stands a whole one of those that the instructions can be cut into
KEPT = 64  # instructions whose runs are remembered
MOST_INSTRUCTIONS = 20_000  # characters

_ASCII_WORDS = re.compile(r"[a-z0-9]+")
_WORDS = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff]+|[\u3040-\u30ff\u3400-\u9fff]")
Run = tuple[str, ...]


def copied_prompt(subject: Subject) -> Finding | None:
    """Words that the document has as well are the document's."""
    told = told_in(subject.instructions[:MOST_INSTRUCTIONS])
    words = _words(subject.text) if told.runs else []
    said = f" {' '.join(words)} "
    if not any(block in said for block in told.blocks):
        return None
    theirs = set(_runs(_words("\n".join([subject.document, *(passage.text for passage in subject.context)]))))
    copied = [start for start, run in enumerate(_runs(words)) if run in told.runs and run not in theirs]
    if not copied:
        return None
    covered = {place for start in copied for place in range(start, start + RUN)}
    return Finding(f"{len(covered)} of the answer's {len(words)} words recite the instructions.")


@dataclass(frozen=True, slots=True)
class Told:
    runs: frozenset[Run]
    blocks: tuple[str, ...]


@lru_cache(maxsize=KEPT)
def told_in(instructions: str) -> Told:
    words = _words(instructions)
    starts = range(0, len(words) - BLOCK + 1, BLOCK)
    return Told(frozenset(_runs(words)), tuple(f" {' '.join(words[at : at + BLOCK])} " for at in starts))


def _words(text: str) -> list[str]:
    return (_ASCII_WORDS if text.isascii() else _WORDS).findall(text.lower())


def _runs(words: Sequence[str]) -> list[Run]:
    return list(zip(*(words[start:] for start in range(RUN)), strict=False))
