"""The digests of a person among what is known of single results, in whose place made-up ones come."""

from collections.abc import AsyncIterator
from secrets import token_bytes

from ratchet_common.forgetting import Step
from ratchet_common.forgotten import Person
from ratchet_common.vocabulary import EMBEDDING, TaskType
from ratchet_monitor.hours import HOUR, BucketKey, Keeping, hours_between
from ratchet_monitor.store.facts import MongoFacts
from ratchet_monitor.store.ledger import USERS, MongoLedger
from ratchet_monitor.store.marks import MongoMarks
from ratchet_monitor.unlinking import made_up

TASKS = (*(task.value for task in TaskType), EMBEDDING)


class MongoTraces:
    def __init__(
        self, facts: MongoFacts, ledger: MongoLedger, changed: MongoMarks[BucketKey], keeping: Keeping
    ) -> None:
        """`changed`: where hours are marked, so that what was being built of them meanwhile does not last."""
        self._facts, self._ledger, self._changed, self._keeping = facts, ledger, changed, keeping
        self._key = token_bytes(32)

    @property
    def steps(self) -> dict[str, Step]:
        return {
            "unlinked_observations": self._observations,
            "unlinked_scores": self._scores,
            "unlinked_costs": self._costs,
        }

    async def _observations(self, person: Person) -> AsyncIterator[int]:
        async for buckets in self._facts.bring_over():  # it would not be found where an earlier release left it
            await self._changed.set(buckets)
        for hour in await self._facts.observed(self._hours(person)):
            nobody = made_up(person, self._key)
            async for unlinked in self._facts.unlink_observations(hour, person.name, nobody):
                await self._changed.set({seen.bucket for seen in unlinked if seen.user == nobody})
                yield len(unlinked)

    async def _costs(self, person: Person) -> AsyncIterator[int]:
        nobody = made_up(person, self._key)
        async for changed in self._ledger.rename(person.tenant, USERS, person.name, nobody):
            yield changed

    async def _scores(self, person: Person) -> AsyncIterator[int]:
        for hour in await self._facts.scored(self._hours(person)):
            async for unlinked in self._facts.unlink_scores(hour, person.name, made_up(person, self._key)):
                yield unlinked

    def _hours(self, person: Person) -> list[list[BucketKey]]:
        """Each with the buckets of all tasks: only they are indexed, and an hour is little enough for one call."""
        first = self._keeping.raw_from(person.asked_at)
        hours = hours_between(first, person.asked_at + HOUR)
        return [[BucketKey(person.tenant, task, hour) for task in TASKS] for hour in hours]
