"""The learned orders of tenants, as far as this replica has heard, and what one of them does for a question.

A share of the questions, the same ones each time, keeps the order of the searches: else an order would be judged by
feedback on what it put first itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zlib import crc32

import msgspec

from ratchet_retrieval.asking import Candidate
from ratchet_router.grounding.order.features import EDITION, FEATURES, Features, features_of
from ratchet_router.grounding.order.fitting import Line

HELD_OUT: Final = 0.1  # of the questions
MOST: Final = 20  # candidates that are put in order, unless more are asked for
Key = tuple[str, int]  # of a passage: its document, and its place in it


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned by one fit. `used`: it was better than the searches; `why`: a sentence, also where it was not.

    `searches`, `learned`: where the first passage stands that an answer rested on (1, 1/2, …), on feedback that was
    held out; `low`, `high`: of their difference.
    """

    version: int
    edition: int
    weights: tuple[float, ...]
    scale: tuple[float, ...]
    used: bool
    why: str
    questions: int
    searches: float
    learned: float
    low: float
    high: float
    fitted_at: datetime

    @property
    def line(self) -> Line:
        return Line(self.weights, self.scale)

    @property
    def fits(self) -> bool:
        """It is of the features that there are now."""
        return self.edition == EDITION and len(self.weights) == len(self.scale) == len(FEATURES)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Of a tenant. `on` False: somebody has switched its learned order off. `last` None: nothing was learned yet."""

    tenant: str
    on: bool = True
    last: Learned | None = None


@dataclass(slots=True)
class Ordering:
    """For one question: `Reranks`, by what was learned. `seen`: the features of what it has put in order."""

    learned: Learned
    seen: dict[Key, Features] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"what feedback has taught (version {self.learned.version})"

    @property
    def most(self) -> int:
        return MOST

    async def rerank(self, question: str, found: Sequence[Candidate]) -> Sequence[float]:
        rows = features_of(question, found)
        self.seen = {key_of(one): row for one, row in zip(found, rows, strict=True)}
        return self.learned.line.scores(rows)


class Orders:
    def __init__(self) -> None:
        self._used: dict[str, Learned] = {}

    def hear(self, told: Told) -> None:
        if told.on and told.last is not None and told.last.used and told.last.fits:
            self._used[told.tenant] = told.last
        else:
            self._used.pop(told.tenant, None)

    def of(self, tenant: str, question: str) -> Ordering | None:
        """None: the order of the searches stands."""
        learned = self._used.get(tenant)
        return Ordering(learned) if learned is not None and not is_held_out(tenant, question) else None


def is_held_out(tenant: str, question: str) -> bool:
    """Whatever version there is: its successor is measured on the same questions."""
    return crc32(f"{tenant}\n{' '.join(question.casefold().split())}".encode()) % 1_000 < HELD_OUT * 1_000


def key_of(one: Candidate) -> Key:
    return one.passage.document_id, one.passage.chunk.order
