"""Versions: every query on them stands here."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common import lease
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.leased import Leased
from ratchet_trainer.rollouts.rollout import Standing
from ratchet_trainer.rollouts.versions import LOCAL, UnknownVersionError, Version, VersionState
from ratchet_trainer.store.dataset_documents import GONE, OTHER
from ratchet_trainer.store.paging import create_index, page, place_of

TO_JUDGE: Document = {"state": {"$in": [str(VersionState.CANDIDATE), str(VersionState.EVALUATED)]}}

COUNTED_AT_MOST = 1_000  # in one state: the embedded store takes a tenth of a second for as many


class MongoVersionStore:
    def __init__(self, database: AsyncDatabase[Document], *, lease_s: float) -> None:
        self._versions, self._datasets, self._lease_s = database.versions, database.datasets, lease_s

    async def create_indexes(self) -> None:
        await create_index(self._versions)
        await self._versions.create_index("state")

    async def add(self, version: Version) -> bool:
        """Under its own name, once. False: it is there already, and stays as it is."""
        with waiting_is_worth_it():
            try:
                await self._versions.insert_one(_document(version))
            except DuplicateKeyError:
                return False
        await self._inherit_marks(version)
        return True

    async def _inherit_marks(self, version: Version) -> None:
        """Its dataset may have held what was erased while it was trained. Written before: who marks sees it, or this
        sees the mark."""
        shown, dataset = {"erasures": 1, GONE: 1, OTHER: 1}, _id(version.tenant, version.dataset_id)
        with waiting_is_worth_it():
            found = await self._datasets.find_one({"_id": dataset}, shown) or {}
            marks = [mark["erasure_id"] for mark in found.get("erasures", ())]
            counts = {name: found[name] for name in (GONE, OTHER) if found.get(name)}
            inherited = {"$addToSet": {"erasures": {"$each": marks}}} if marks else {}
            inherited |= {"$max": counts} if counts else {}
            if inherited:
                await self._versions.update_one({"_id": _id(version.tenant, version.version_id)}, inherited)

    async def by_state(self) -> dict[str, int]:
        """How many there are, of all tenants; in each state `COUNTED_AT_MOST`."""
        with waiting_is_worth_it():
            return {
                str(state): await self._versions.count_documents({"state": str(state)}, limit=COUNTED_AT_MOST)
                for state in VersionState
            }

    async def get(self, tenant: str, version_id: str) -> Version:
        """Raises UnknownVersionError."""
        found = await self.some(tenant, [version_id])
        if not found:
            raise UnknownVersionError(version_id)
        return found[0]

    async def some(self, tenant: str, version_ids: Collection[str]) -> list[Version]:
        """Those of them that there are."""
        ids = [_id(tenant, version_id) for version_id in version_ids]
        with waiting_is_worth_it():
            found = await self._versions.find({"_id": {"$in": ids}, "tenant": tenant}).to_list(len(ids) or 1)
        return [_version(document) for document in found]

    async def list(
        self, tenant: str, *, task_type: str | None, state: VersionState | None, limit: int, cursor: str | None
    ) -> tuple[list[Version], str | None]:
        wanted = {"task_type": task_type, "state": str(state) if state else None}
        found = await page(
            self._versions, tenant, {k: v for k, v in wanted.items() if v is not None}, limit=limit, cursor=cursor
        )
        return [_version(document) for document in found.documents], found.next

    async def take_to_judge(self, now: datetime, *, here: bool) -> Leased[Version] | None:
        """A candidate, or one that has passed the gate and waits for traffic; of all tenants. `here`: students."""
        wanted = {**TO_JUDGE, "due_at": {"$lte": now}, "platform": LOCAL if here else {"$ne": LOCAL}}
        taken = await lease.take(self._versions, wanted, seconds=self._lease_s)
        return Leased(_version(taken), taken) if taken else None

    async def renew(self, held: Leased[Version]) -> bool:
        """False: another worker has it now."""
        return await lease.renew(self._versions, held.document, seconds=self._lease_s)

    async def release(self, held: Leased[Version]) -> None:
        await lease.release(self._versions, held.document)

    async def judge(self, held: Leased[Version], version: Version, due_at: datetime) -> bool:
        """False: another worker has it now, or it has got traffic meanwhile."""
        said = {
            "state": str(version.state),
            "reason": version.reason,
            "metrics": _pairs(version.metrics),
            "evaluation_id": version.evaluation_id,
            "baseline": version.baseline,
            "tries": version.tries,
            "exam": version.exam,
            "due_at": due_at,
        }
        with waiting_is_worth_it():
            written = await self._versions.update_one({**lease.held(held.document), **TO_JUDGE}, {"$set": said})
        return written.matched_count == 1

    async def stand(self, tenant: str, version_id: str, standing: Standing, revision: int) -> None:
        """Follows the rollout's `revision`; an older one changes nothing."""
        not_yet = {"_id": _id(tenant, version_id), "tenant": tenant, "followed": {"$not": {"$gte": revision}}}
        said = {"state": str(standing.state), "traffic_percentage": standing.percent, "followed": revision}
        said |= {"reason": standing.why} if standing.why else {}
        with waiting_is_worth_it():
            await self._versions.update_one(not_yet, {"$set": said})

    async def taken_down(self, tenant: str, version_id: str, at: datetime) -> None:
        with waiting_is_worth_it():
            await self._versions.update_one({"_id": _id(tenant, version_id)}, {"$set": {"taken_down_at": at}})


def _id(tenant: str, version_id: str) -> str:
    return f"{tenant}:{version_id}"


def _pairs(metrics: Mapping[str, float]) -> list[list[Any]]:
    return [[name, value] for name, value in metrics.items()]


def _document(version: Version) -> Document:
    return {
        "_id": _id(version.tenant, version.version_id),
        "tenant": version.tenant,
        "version_id": version.version_id,
        "place": place_of(version.created_at, version.version_id),
        "task_type": version.task_type,
        "platform": version.platform,
        "base_model": version.base_model,
        "model": version.model,
        "artifact": version.artifact,
        "sha256": version.sha256,
        "dataset_id": version.dataset_id,
        "parent": version.parent,
        "job_id": version.job_id,
        "created_at": version.created_at,
        "learned_until": version.learned_until,
        "metrics": _pairs(version.metrics),
        "state": str(version.state),
        "traffic_percentage": version.traffic_percentage,
        "reason": version.reason,
        "evaluation_id": version.evaluation_id,
        "baseline": version.baseline,
        "tries": version.tries,
        "exam": version.exam,
        "registered_by": version.registered_by,
        "why": version.why,
        "due_at": version.created_at,
    }


def _version(document: Document) -> Version:
    return Version(
        tenant=document["tenant"],
        version_id=document["version_id"],
        task_type=document["task_type"],
        platform=document["platform"],
        base_model=document["base_model"],
        model=document.get("model", ""),
        artifact=document["artifact"],
        sha256=document["sha256"],
        dataset_id=document["dataset_id"],
        parent=document["parent"],
        job_id=document["job_id"],
        created_at=document["created_at"],
        learned_until=document["learned_until"],
        metrics=dict(document["metrics"]),
        state=VersionState(document["state"]),
        traffic_percentage=document["traffic_percentage"],
        reason=document["reason"],
        evaluation_id=document["evaluation_id"],
        baseline=document["baseline"],
        tries=document["tries"],
        exam=document.get("exam", ""),
        registered_by=document.get("registered_by", ""),
        why=document.get("why", ""),
        taken_down_at=document.get("taken_down_at"),
        erasures=tuple(UUID(hex=erasure) for erasure in document.get("erasures", ())),
        documents_deleted=document.get(GONE, 0),
        documents_changed=document.get(OTHER, 0),
    )
