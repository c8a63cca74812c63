"""Test suites: every query on them stands here. Their texts are scrubbed."""

from dataclasses import asdict

import msgspec
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.store.paging import create_index, page, place_of
from ratchet_trainer.suites.bringing import KeptSuite
from ratchet_trainer.suites.reading import encoded
from ratchet_trainer.suites.suite import Suite, UnknownSuiteError


class MongoSuiteStore:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._suites = database.suites

    async def create_indexes(self) -> None:
        await create_index(self._suites)

    async def add(self, kept: KeptSuite, suite: Suite) -> None:
        """Under its own name, once: what is there already is the same."""
        tags = [{"name": name, "cases": count} for name, count in kept.tags.items()]  # names may have dots
        document = asdict(kept) | {
            "_id": _key(kept.tenant, kept.suite_id),
            "place": place_of(kept.created_at, kept.suite_id),
            "tags": tags,
            "content": encoded(suite),
        }
        with waiting_is_worth_it():
            try:
                await self._suites.insert_one(document)
            except DuplicateKeyError:
                return

    async def get(self, tenant: str, suite_id: str) -> tuple[KeptSuite, Suite]:
        """Raises UnknownSuiteError."""
        with waiting_is_worth_it():
            found = await self._suites.find_one({"_id": _key(tenant, suite_id)})
        if found is None:
            raise UnknownSuiteError(suite_id)
        return _kept(found), msgspec.json.decode(found["content"], type=Suite)

    async def list(
        self, tenant: str, *, name: str | None, limit: int, cursor: str | None
    ) -> tuple[list[KeptSuite], str | None]:
        wanted = {} if name is None else {"name": name}
        found = await page(self._suites, tenant, wanted, limit=limit, cursor=cursor, without=("content",))
        return [_kept(document) for document in found.documents], found.next


def _key(tenant: str, suite_id: str) -> str:
    return f"{tenant}:{suite_id}"


def _kept(document: Document) -> KeptSuite:
    return KeptSuite(
        suite_id=document["suite_id"],
        tenant=document["tenant"],
        name=document["name"],
        task_type=document["task_type"],
        cases=document["cases"],
        tags={tag["name"]: tag["cases"] for tag in document["tags"]},
        pii=document["pii"],
        created_at=document["created_at"],
        made_by=document["made_by"],
    )
