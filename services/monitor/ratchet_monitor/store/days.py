"""Days of a task, whole and in columns; and how often each was built, to be read with every question."""

from ratchet_common.mongo import Database
from ratchet_monitor.buckets import Contents
from ratchet_monitor.hours import BucketKey, Keeping
from ratchet_monitor.store.builds import MongoBuilds
from ratchet_monitor.store.contents import MongoContents


class MongoDays(MongoContents):
    def __init__(self, database: Database, keeping: Keeping) -> None:
        super().__init__(database.days, keeping.bucket_until)
        self.told = MongoBuilds(database.day_builds, self.builds_of, keeping.bucket_until)

    async def create_indexes(self) -> None:
        await super().create_indexes()
        await self.told.create_indexes()

    async def write(self, key: BucketKey, contents: Contents, *, after: int) -> bool:
        wrote = await super().write(key, contents, after=after)
        if wrote:
            await self.told.tell(key, after + 1)
        return wrote
