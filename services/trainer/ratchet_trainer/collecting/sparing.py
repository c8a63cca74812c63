"""Users who asked to be forgotten while a dataset was made of their examples. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ratchet_trainer.collecting.head import Head


@dataclass(frozen=True, slots=True)
class Wish:
    """An erasure, by what a dataset is put together by. `user_hash` is keyed with the trainer's salt."""

    erasure_id: UUID
    user_hash: str
    asked_at: datetime


class Wishes(Protocol):
    async def of(self, tenant: str, user_hashes: Collection[str]) -> list[Wish]:
        """All that these users have asked for."""


class Marks(Protocol):
    async def mark(self, tenant: str, erasure_id: UUID, at: datetime, example_ids: Collection[bytes]) -> None:
        """The datasets that hold any of the examples, and the versions and jobs of those datasets."""


def whose(heads: Iterable[Head]) -> set[str]:
    """Who had asked, and who said what the answer was worth."""
    return {hash_ for head in heads for hash_ in (head.user_hash, head.speaker_hash) if hash_}


def taken(heads: Iterable[Head], wishes: Sequence[Wish]) -> dict[Wish, set[UUID]]:
    """By wish, the examples of its user that are no later than it. What says nothing of its time is old."""
    by_user: dict[str, list[Wish]] = {}
    for wish in wishes:
        by_user.setdefault(wish.user_hash, []).append(wish)
    found: dict[Wish, set[UUID]] = {}
    for head in heads:
        for wish in [one for hash_ in whose([head]) for one in by_user.get(hash_, ())]:
            if head.answered_at is None or head.answered_at <= wish.asked_at:
                found.setdefault(wish, set()).add(head.example_id)
    return found
