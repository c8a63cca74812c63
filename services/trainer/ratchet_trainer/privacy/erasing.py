"""Use case: a user is to be forgotten. The trainer keeps count of who has done so, and forgets in its own store."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import ErasureAsked, ErasureDone
from ratchet_common.forgetting import Step
from ratchet_common.forgotten import Person
from ratchet_common.mongo import to_its_end
from ratchet_common.persons import digest
from ratchet_trainer.collecting.collection import Word
from ratchet_trainer.collecting.sparing import Wish
from ratchet_trainer.privacy.erasure import Erasure, HeldBy, LearnedBy, UsedBy
from ratchet_trainer.privacy.hashing import Hashes

TICK: Final = timedelta(milliseconds=1)  # of the store's times
NAMED_WITHIN_S: Final = 10.0  # datasets and versions, in the first answer; later ones show when they are found


class ErasureStore(Protocol):
    async def add(self, erasure: Erasure, event: ErasureAsked) -> None:
        """Both in one write."""

    async def get(self, tenant: str, erasure_id: UUID) -> Erasure:
        """Raises UnknownErasureError."""

    async def find(self, tenant: str, erasure_id: UUID) -> Erasure | None: ...
    async def of(self, tenant: str, user_hashes: Collection[str]) -> list[Wish]:
        """All that these users have asked for."""

    async def report(self, done: ErasureDone) -> None:
        """Of each service once."""


class Traces(Protocol):
    """What there is of a person in the trainer's own collections."""

    async def example_ids(self, person: Person) -> set[bytes]: ...
    def examples(self, person: Person) -> AsyncIterator[int]: ...
    def texts(self, person: Person) -> AsyncIterator[int]: ...
    def outcomes(self, person: Person) -> AsyncIterator[int]: ...
    def shadow_answers(self, person: Person) -> AsyncIterator[int]: ...


class Marks(Protocol):
    async def mark(self, tenant: str, erasure_id: UUID, at: datetime, example_ids: Collection[bytes]) -> None:
        """The datasets that hold any of the examples, the versions of those datasets, and the jobs that have files of
        them: those are removed where they are, once no run needs them.
        """

    async def held_by(self, tenant: str, erasure_id: UUID) -> list[HeldBy]: ...
    async def learned_by(self, tenant: str, erasure_id: UUID) -> list[LearnedBy]: ...
    async def used_by(self, tenant: str, erasure_id: UUID) -> list[UsedBy]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """An erasure, and what had held the user."""

    erasure: Erasure
    datasets: Sequence[HeldBy]
    versions: Sequence[LearnedBy]
    jobs: Sequence[UsedBy]


@dataclass(frozen=True)
class Erasing:
    erasures: ErasureStore
    traces: Traces
    marks: Marks
    hashes: Hashes

    async def ask(self, tenant: str, user_id: str, *, who: str, why: str, now: datetime) -> Found:
        """Of all that is there up to now. Asked again, it is another erasure, of what came since."""
        erasure = Erasure(uuid7(), tenant, self.name_of(tenant, user_id), who, why, now, {})
        event = ErasureAsked(
            tenant=tenant, occurred_at=now, erasure_id=erasure.erasure_id, user=digest(tenant, user_id)
        )
        await self.erasures.add(erasure, event)
        with suppress(TimeoutError, RetryLaterError):  # it is marked once more by whoever hears the event
            async with asyncio.timeout(NAMED_WITHIN_S):
                await to_its_end(self._mark(Person(tenant, erasure.user_hash, now), erasure.erasure_id))
        return await self.found(erasure)

    async def found(self, erasure: Erasure) -> Found:
        datasets, versions, jobs = await asyncio.gather(
            self.marks.held_by(erasure.tenant, erasure.erasure_id),
            self.marks.learned_by(erasure.tenant, erasure.erasure_id),
            self.marks.used_by(erasure.tenant, erasure.erasure_id),
        )
        return Found(erasure, datasets, versions, jobs)

    async def on_done(self, done: Sequence[ErasureDone]) -> None:
        for event in done:
            await self.erasures.report(event)

    def name_of(self, tenant: str, user: str) -> str:
        return self.hashes.of("user", tenant, user)

    async def name_in(self, asked: ErasureAsked) -> str | None:
        """Once more the datasets are marked: some may have been built since it was asked for."""
        erasure = await self.erasures.find(asked.tenant, asked.erasure_id)
        if erasure is None:
            return None
        await self._mark(Person(asked.tenant, erasure.user_hash, asked.occurred_at), asked.erasure_id)
        return erasure.user_hash

    async def spare(self, tenant: str, words: Sequence[Word]) -> None:
        """Of what was just written from outside, what is of users who asked to be forgotten meanwhile goes again.

        Whoever forgets has written that down first, and looks after that: one sees the other.
        """
        names = {word.about.user_hash for word in words if word.about.user_hash}
        if not names:
            return
        first = min(word.about.answered_at for word in words) - TICK
        for wish in await self.erasures.of(tenant, names):
            if wish.asked_at >= first:
                person = Person(tenant, wish.user_hash, wish.asked_at)
                for step in self.steps.values():
                    async for _ in step(person):
                        pass

    @property
    def steps(self) -> dict[str, Step]:
        """Heads first: the next dataset is made of them."""
        there = self.traces
        return {
            "examples": there.examples,
            "texts": there.texts,
            "outcomes": there.outcomes,
            "shadow_answers": there.shadow_answers,
        }

    async def _mark(self, person: Person, erasure_id: UUID) -> None:
        example_ids = await self.traces.example_ids(person)
        if example_ids:
            await self.marks.mark(person.tenant, erasure_id, person.asked_at, example_ids)
