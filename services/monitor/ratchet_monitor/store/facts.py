"""What is known of single results, until their hours are sealed and gone."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime

from bson import Binary

from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_monitor.filing import Filed
from ratchet_monitor.hours import BucketKey, Keeping
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.scores import Score
from ratchet_monitor.store.daily import Daily


class MongoFacts:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._observations = Daily(database, "seen", Observation, lambda seen: seen.result_id, "observations")
        self._hits = Daily(database, "repeated", Hit, lambda hit: hit.result_id, "hits")
        self._scores = Daily(database, "said", Score, lambda score: score.event_id, "scores")
        self._late, self._keeping = database.late, keeping

    async def create_indexes(self) -> None:
        await self._late.create_index([("tenant", 1), ("came_at", 1)])
        await self._late.create_index("until", expireAfterSeconds=0)

    async def add_observations(self, observations: Filed[Observation]) -> None:
        await self._observations.add(observations)

    async def add_hits(self, hits: Filed[Hit]) -> None:
        await self._hits.add(hits)

    async def add_scores(self, scores: Filed[Score]) -> None:
        await self._scores.add(scores)

    async def add_late(self, late: Collection[Observation | Score]) -> None:
        if late:
            with waiting_is_worth_it(), duplicates_are_fine():
                await self._late.insert_many([self._apart(one) for one in late], ordered=False)

    async def late(self, tenant: str, since: datetime) -> int:
        with waiting_is_worth_it():
            return await self._late.count_documents({"tenant": tenant, "came_at": {"$gte": since}})

    def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]:
        return self._observations.filed(buckets)

    async def exposures(self, buckets: Collection[BucketKey], experiment_id: str) -> AsyncIterator[Observation]:
        async for seen in self._observations.filed(buckets):
            if seen.experiment == experiment_id:
                yield seen

    def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]:
        return self._scores.filed(buckets)

    def hits(self, buckets: Collection[BucketKey]) -> AsyncIterator[Hit]:
        return self._hits.filed(buckets)

    async def observed(self, hours: Sequence[Collection[BucketKey]]) -> list[Collection[BucketKey]]:
        """Those of a day that has observations."""
        return await self._observations.of_days_there(hours)

    async def scored(self, hours: Sequence[Collection[BucketKey]]) -> list[Collection[BucketKey]]:
        return await self._scores.of_days_there(hours)

    def unlink_observations(
        self, hour: Collection[BucketKey], before: str, after: str
    ) -> AsyncIterator[Sequence[Observation]]:
        """Those that lead to somebody else now, some at a time, each time as soon as it is so."""
        return self._observations.replace(hour, ("unit", "user"), before, after)

    async def unlink_scores(self, hour: Collection[BucketKey], before: str, after: str) -> AsyncIterator[int]:
        async for some in self._scores.replace(hour, ("unit", "user"), before, after):
            yield len(some)

    async def bring_over(self) -> AsyncIterator[set[BucketKey]]:
        """What an earlier release has stored; gives the buckets that have to be built anew by it."""
        for facts in (self._scores, self._hits, self._observations):
            async for buckets in facts.bring_over():
                yield buckets

    async def forget(self, now: datetime) -> None:
        """What no hour is built from any more."""
        first = self._keeping.raw_from(now)
        for facts in (self._observations, self._hits, self._scores):
            await facts.forget_before(first)

    def _apart(self, fact: Observation | Score) -> Document:
        """Enough to count it once."""
        own_id, came_at = (fact.event_id, fact.scored_at) if isinstance(fact, Score) else (fact.result_id, fact.seen_at)
        until = self._keeping.bucket_until(came_at)
        return {"_id": Binary.from_uuid(own_id), "tenant": fact.tenant, "came_at": came_at, "until": until}
