"""Examples of 1 kB that nobody wrote: words by Zipf's law, some texts nearly the same as the one before."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from ratchet_trainer.collecting.drafts import Draft, Refused
from ratchet_trainer.collecting.imports import Brought, draft_of
from ratchet_trainer.collecting.learning import Learned, learned, texts_of
from ratchet_trainer.collecting.preparing import Prepared
from ratchet_trainer.datasets.duplicates import text_hash
from ratchet_trainer.datasets.near import signature
from ratchet_trainer.privacy.hashing import Hashes

CHARS = 1_000
NEARLY_THE_SAME = 0.05
CHANGED = 2  # words
LABELS = ("invoice", "complaint", "order", "question", "praise", "contract", "report", "other")
KINDS = ("email", "email", "email", "contract", "status_report", "meeting_notes")
START = datetime(2026, 1, 1, tzinfo=UTC)
HASHES = Hashes(b"bench" * 8)
_VOCABULARY = [f"{a}{b}{c}" for a in "badefgomu" for b in ("lan", "rit", "som", "tek", "vor") for c in range(400)]
_WEIGHTS = list(accumulate(1 / (rank + 10) for rank in range(len(_VOCABULARY))))


def texts(seed: int, count: int) -> Iterator[str]:
    rng = random.Random(seed)
    words: list[str] = []
    for _ in range(count):
        if words and rng.random() < NEARLY_THE_SAME:
            for place in rng.sample(range(len(words)), CHANGED):
                words[place] = "other"
        else:
            words = rng.choices(_VOCABULARY, cum_weights=_WEIGHTS, k=CHARS // 7)
        yield " ".join(words).ljust(CHARS, ".")[:CHARS]


def brought(seed: int, count: int, task_type: str) -> Iterator[Brought]:
    """Two make a session, ten are one user's."""
    rng = random.Random(f"of {seed}")
    for number, text in enumerate(texts(seed, count)):
        yield Brought(
            tenant="bench",
            task_type=task_type,
            document=text,
            target=rng.choices(LABELS, weights=range(len(LABELS), 0, -1))[0],
            labels=LABELS,
            document_type=rng.choice(KINDS),
            session=f"{seed}/{number // 2}",
            user=f"{seed}/{number // 10}",
        )


def lessons(seed: int, count: int, task_type: str) -> list[Learned]:
    """As they are stored, but for the search for private data: it takes ten times as long as all the rest."""
    moment = START + timedelta(seconds=seed)
    return [_learned(draft_of(one, HASHES, moment)) for one in brought(seed, count, task_type)]


def _learned(draft: Draft | Refused) -> Learned:
    if isinstance(draft, Refused):
        raise TypeError(f"A made example was refused: {draft.reason}.")
    given = texts_of(draft)
    word = learned(draft, Prepared(given, {}, text_hash(given[0]), signature(given[0])))
    if not isinstance(word, Learned):
        raise TypeError(f"A made example was refused: {word.reason}.")
    return word
