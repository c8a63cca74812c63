"""What was told of each base model's quality, with the event that tells it."""

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.events import QualityMeasured
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.outbox import push
from ratchet_common.upserts import upsert_where
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.quality import Quality
from ratchet_monitor.store.documents import document_of, struct_of

MOST_MODELS = 1000


class MongoQualities:
    def __init__(self, database: Database) -> None:
        self._quality = database.quality

    @property
    def collection(self) -> AsyncCollection[Document]:
        """For the relay."""
        return self._quality

    async def create_indexes(self) -> None:
        await self._quality.create_index("task")

    async def told(self, task: TaskKey) -> dict[str, Quality]:
        with waiting_is_worth_it():
            found = await self._quality.find({"task": task.text}, {"outbox": 0}).limit(MOST_MODELS).to_list()
        return {document["model"]: struct_of(Quality, document) for document in found}

    async def tell(self, task: TaskKey, quality: Quality, event: QualityMeasured) -> None:
        not_yet = {"_id": f"{quality.model}|{task.text}", "revision": {"$not": {"$gte": quality.revision}}}
        said = {"$set": {**document_of(quality), "task": task.text, "tenant": task.tenant}}
        await upsert_where(self._quality, [(not_yet, said | push(event))])
