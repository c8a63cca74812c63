"""Sentences whose private data is marked, and how far what is found there agrees with the marks.

microsoft/presidio-research's synthetic sentences (MIT): each is a template filled anew. The rules were written looking
at half of the templates; the other half tells what they do elsewhere.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.bench.public_data import FOLDER, there

MARKED = FOLDER / "pii_synthetic/sentences.json"
OVERLAP: Final = 0.9  # of what either span covers, both do
SEED, RESAMPLES = 42, 2000

OUR_NAMES: Final[Mapping[str, str]] = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "US_SSN": "SSN",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "DOMAIN_NAME": "URL",
    "URL": "URL",
    "ZIP_CODE": "ZIP",
}

Place = tuple[int, int, str]  # start, end, kind


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    marks: tuple[Place, ...]
    seen: bool  # its template is among those that the rules were written by


@dataclass(frozen=True, slots=True)
class Agreement:
    """By sentence and kind: marks that were found, what was found beside marks, marks that were not found."""

    kinds: tuple[str, ...]
    counts: NDArray[np.int64]  # sentences x kinds x (found, beside, missed)

    def of(self, *, rows: Sequence[int] | None = None, kinds: Iterable[str] | None = None) -> "Agreement":
        columns = [self.kinds.index(kind) for kind in kinds] if kinds is not None else list(range(len(self.kinds)))
        chosen = self.counts if rows is None else self.counts[list(rows)]
        return Agreement(tuple(self.kinds[column] for column in columns), chosen[:, columns])

    def scores(self) -> tuple[float, float, float]:
        """Precision, recall, F2."""
        return _scores(self.counts.sum(axis=(0, 1)))

    def intervals(self) -> list[tuple[float, float]]:
        """95 % of each, by drawing sentences anew."""
        by_sentence, random = self.counts.sum(axis=1), np.random.default_rng(SEED)
        drawn = [
            _scores(by_sentence[random.integers(len(by_sentence), size=len(by_sentence))].sum(axis=0))
            for _ in range(RESAMPLES)
        ]
        return [(float(low), float(high)) for low, high in np.quantile(drawn, [0.025, 0.975], axis=0).T]


def sentences() -> list[Sentence]:
    return [
        Sentence(
            row["full_text"],
            tuple((mark["start_position"], mark["end_position"], _ours(mark["entity_type"])) for mark in row["spans"]),
            seen=hashlib.sha256(f"{SEED}:{row['template_id']}".encode()).digest()[0] % 2 == 0,
        )
        for row in json.loads(there(MARKED).read_text(encoding="utf-8"))
    ]


def _ours(kind: str) -> str:
    return OUR_NAMES.get(kind, kind)


def compared(told: Sequence[Sentence], found: Sequence[Sequence[Place]], *, join: bool = False) -> Agreement:
    """`join`: neighbours of one kind with nothing but marks of punctuation between them count as one, on both sides."""
    pairs = [
        (_joined(one.marks, one.text), _joined(places, one.text)) if join else (list(one.marks), list(places))
        for one, places in zip(told, found, strict=True)
    ]
    kinds = tuple(sorted({kind for marks, places in pairs for _, _, kind in (*marks, *places)}))
    counts = np.zeros((len(pairs), len(kinds), 3), np.int64)
    for row, (marks, places) in enumerate(pairs):
        for kind, column in _matched(marks, places):
            counts[row, kinds.index(kind), column] += 1
    return Agreement(kinds, counts)


def _matched(marks: Sequence[Place], places: Sequence[Place]) -> Iterable[tuple[str, int]]:
    left = list(places)
    for mark in marks:
        match = next((place for place in left if place[2] == mark[2] and _overlap(place, mark) >= OVERLAP), None)
        if match is not None:
            left.remove(match)
        yield mark[2], 2 if match is None else 0
    for place in left:
        yield place[2], 1


def _overlap(one: Place, other: Place) -> float:
    return (min(one[1], other[1]) - max(one[0], other[0])) / (max(one[1], other[1]) - min(one[0], other[0]))


def _joined(places: Iterable[Place], text: str) -> list[Place]:
    joined: list[Place] = []
    for start, end, kind in sorted(places):
        if joined and joined[-1][2] == kind and not re.search(r"\w", text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end, kind)
        else:
            joined.append((start, end, kind))
    return joined


def _scores(counts: NDArray[np.int64]) -> tuple[float, float, float]:
    found, beside, missed = (int(count) for count in counts)
    precision, recall = found / max(found + beside, 1), found / max(found + missed, 1)
    return precision, recall, 5 * precision * recall / max(4 * precision + recall, 1e-9)


Find = Callable[[str], Sequence[Place]]
