"""Datasets: every query on them stands here. A dataset never changes; its analysis is added once."""

import struct
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.datasets.analysis import Analysis
from ratchet_trainer.datasets.dataset import Composition, Erased, Listed, MadeOf, Manifest, Ref, UnknownDatasetError
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.store.dataset_documents import GONE, OTHER, MongoDatasetDocuments
from ratchet_trainer.store.paging import create_index, page, place_of

REF = struct.Struct(">16sI")  # an example's id and revision: 200,000 of them take 4 MB


class MongoDatasetStore:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._datasets, self._documents = database.datasets, MongoDatasetDocuments(database)

    async def create_indexes(self) -> None:
        await create_index(self._datasets)
        await self._documents.create_indexes()

    async def add(self, tenant: str, composition: Composition, now: datetime) -> None:
        document = {
            "_id": _id(tenant, composition.dataset_id),
            "tenant": tenant,
            "dataset_id": composition.dataset_id,
            "task_type": composition.manifest.task_type,
            "place": place_of(now, composition.dataset_id),
            "created_at": now,
            "manifest": msgspec.json.encode(composition.manifest),
            "sides": {str(side): _packed(refs) for side, refs in composition.sides.items()},
            "documents_read": len(composition.documents),
        }
        await self._documents.add(tenant, composition, now)
        with waiting_is_worth_it():
            try:
                await self._datasets.insert_one(document)
            except DuplicateKeyError:  # named by content: it is there already
                return

    async def get(self, tenant: str, dataset_id: str) -> Listed:
        return _listed(await self._find(tenant, dataset_id, {"sides": 0}))

    async def sides(self, tenant: str, dataset_id: str) -> dict[Side, list[Ref]]:
        found = await self._find(tenant, dataset_id, {"sides": 1})
        return {side: _unpacked(found["sides"][str(side)]) for side in Side}

    async def analysis(self, tenant: str, dataset_id: str) -> Analysis | None:
        found = await self._find(tenant, dataset_id, {"analysis": 1})
        return msgspec.json.decode(found["analysis"], type=Analysis) if "analysis" in found else None

    async def keep_analysis(self, tenant: str, dataset_id: str, analysis: Analysis) -> None:
        which = {"_id": _id(tenant, dataset_id), "tenant": tenant}
        with waiting_is_worth_it():
            await self._datasets.update_one(which, {"$set": {"analysis": msgspec.json.encode(analysis)}})

    async def list(
        self, tenant: str, *, task_type: str | None, limit: int, cursor: str | None
    ) -> tuple[Iterable[Listed], str | None]:
        wanted = {"task_type": task_type} if task_type else {}
        found = await page(self._datasets, tenant, wanted, limit=limit, cursor=cursor, without=("sides",))
        return [_listed(document) for document in found.documents], found.next

    async def _find(self, tenant: str, dataset_id: str, fields: Mapping[str, int]) -> Document:
        with waiting_is_worth_it():
            found = await self._datasets.find_one({"_id": _id(tenant, dataset_id), "tenant": tenant}, fields)
        if found is None:
            raise UnknownDatasetError(dataset_id)
        return found


def _id(tenant: str, dataset_id: str) -> str:
    return f"{tenant}:{dataset_id}"


def _listed(document: Document) -> Listed:
    return Listed(
        dataset_id=document["dataset_id"],
        created_at=document["created_at"],
        manifest=msgspec.json.decode(document["manifest"], type=Manifest),
        erasures=tuple(
            Erased(UUID(hex=mark["erasure_id"]), mark["at"], mark["examples"]) for mark in document.get("erasures", ())
        ),
        made_of=MadeOf(document.get("documents_read", 0), document.get(GONE, 0), document.get(OTHER, 0)),
    )


def _packed(refs: Iterable[Ref]) -> bytes:
    return b"".join(REF.pack(example_id.bytes, revision) for example_id, revision in refs)


def _unpacked(packed: bytes) -> list[Ref]:
    return [(UUID(bytes=example_id), revision) for example_id, revision in REF.iter_unpack(packed)]
