"""Requests that are easy to tell apart: a weak model does the greetings and fails at the proofs."""

from collections.abc import Sequence

import numpy as np

from ratchet_estimate import read
from ratchet_estimate.fitting import Outcome

SIDES = ("weak", "strong")
_EASY = ("say hello to", "thank", "greet", "wave at", "congratulate")
_HARD = ("prove the lemma of", "derive the integral of", "bound the spectrum of", "factor the ideal of")
_NAMES = ("ann", "bob", "cem", "dora", "eve", "finn", "gus", "hana", "ivo", "jo", "kim", "lea")


def texts(count: int, seed: int = 1) -> list[tuple[str, bool]]:
    """Each with whether it is hard."""
    random = np.random.default_rng(seed)
    hard = random.random(count) < 0.5
    return [
        (f"Please {random.choice(_HARD if one else _EASY)} {' and '.join(random.choice(_NAMES, 3))}.", bool(one))
        for one in hard
    ]


def outcomes(count: int, seed: int = 1) -> list[Outcome]:
    """The strong model is right nine times of ten, the weak one too where it is easy, and at one of ten else."""
    random = np.random.default_rng(seed)
    found: list[Outcome] = []
    for text, hard in texts(count, seed):
        reading = read(text)
        chances = {"weak": 0.1 if hard else 0.9, "strong": 0.9}
        found += [Outcome(reading, side, float(random.random() < chances[side])) for side in SIDES]
    return found


def scores(count: int, of: Sequence[str], score: float) -> list[Outcome]:
    """All with the same score."""
    return [Outcome(read(text), name, score) for text, _ in texts(count) for name in of]
