"""A trainer that is killed while it takes out what a deleted document taught: at any await, the next one ends it."""

from datetime import UTC, datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from ratchet_common.events import DocumentChanged, FeedbackJoined
from ratchet_common.messaging import Handle
from ratchet_common.mongo import Database
from ratchet_common.topics import DOCUMENTS, FEEDBACK, Topic
from ratchet_trainer.datasets.dataset import Composition, Dropped, MadeOf, Manifest, Resting, Rules
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.store.datasets import MongoDatasetStore
from tests.integration.conftest import Ground
from tests.integration.crashes.lives import crash_at_each_await
from tests.integration.crashes.test_trainer_collection import collector, following
from tests.unit.trainer.make_data import said
from tests.unit.trainer.test_documents import replaced, went

NOW = datetime.now(UTC)


def word(tenant: str, number: int, document_id: str, revision: int = 1) -> FeedbackJoined:
    return said(
        tenant=tenant,
        result_id=uuid5(NAMESPACE_OID, f"{tenant}/{number}"),
        documents_read=(document_id,),
        revisions_read=(revision,),
        occurred_at=NOW,
    )


class Deleting:
    """Of four examples one rests on what is deleted, one on what gets another content."""

    topic: Topic = DOCUMENTS

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant

    @property
    def events(self) -> list[DocumentChanged]:
        gone, other = went("gone", tenant=self.tenant), replaced("other", 2, tenant=self.tenant)
        return [gone, other, gone]

    async def before(self, database: Database) -> None:
        read = [("gone", 1), ("other", 1), ("other", 2), ("stays", 1)]
        await collector(database).on_feedback([word(self.tenant, n, *one) for n, one in enumerate(read)])
        heads = await database.examples.find({"tenant": self.tenant, "state": "example"}, {"_id": 1}).to_list()
        refs = tuple((head["_id"].as_uuid(), 1) for head in heads)
        await MongoDatasetStore(database).add(self.tenant, held(refs), NOW)

    def handler(self, database: Database) -> Handle:
        return following(database).on_documents

    async def check(self, database: Database) -> None:
        of_tenant = {"tenant": self.tenant, "documents": {"$exists": True}, "spoken": True}
        left = {
            (one["documents"][0], one["revisions"][0]): one["state"]
            for one in await database.examples.find(of_tenant).to_list()
        }
        assert left == {
            ("gone", 1): "refused",
            ("other", 1): "outdated",
            ("other", 2): "example",
            ("stays", 1): "example",
        }
        texts = await database.example_texts.find({"tenant": self.tenant}).to_list()
        assert sorted(one["documents"][0] for one in texts) == ["other", "other", "stays"]
        listed = await MongoDatasetStore(database).get(self.tenant, "summary-0")
        assert listed.made_of == MadeOf(3, deleted=1, changed=1)


class Late:
    """The deletion is known: whatever comes of the document is refused."""

    topic: Topic = FEEDBACK

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant

    @property
    def events(self) -> list[FeedbackJoined]:
        return [word(self.tenant, 0, "gone"), word(self.tenant, 1, "stays"), word(self.tenant, 0, "gone")]

    async def before(self, database: Database) -> None:
        await following(database).on_documents([went("gone", tenant=self.tenant)])

    def handler(self, database: Database) -> Handle:
        return collector(database).on_feedback

    async def check(self, database: Database) -> None:
        texts = await database.example_texts.find({"tenant": self.tenant}).to_list()
        assert [one["documents"] for one in texts] == [["stays"]]
        spoken = await database.examples.find({"tenant": self.tenant, "spoken": True}).to_list()
        assert {one["documents"][0]: one["state"] for one in spoken} == {"gone": "refused", "stays": "example"}


def held(refs: tuple[tuple[UUID, int], ...]) -> Composition:
    manifest = Manifest(
        task_type="summary",
        rules=Rules(),
        looked_at=len(refs),
        sizes={Side.TRAIN: len(refs)},
        by_source={},
        dropped=Dropped(),
        learned_from=NOW,
        learned_until=NOW,
        sha256="0",
    )
    return Composition(
        dataset_id="summary-0",
        manifest=manifest,
        sides={Side.TRAIN: refs, Side.VALIDATION: (), Side.TEST: ()},
        documents={"gone": Resting(1, 1), "other": Resting(2, 1), "stays": Resting(1, 1)},
    )


async def test_what_a_deleted_document_taught_goes_wholly(stack: Ground, database: Database) -> None:
    await crash_at_each_await("trainer", Deleting, stack, database)


async def test_what_comes_late_is_refused(stack: Ground, database: Database) -> None:
    await crash_at_each_await("trainer", Late, stack, database)
