"""How facts lie in the store: under the hours of their results, by their own ids."""

from datetime import timedelta
from uuid import UUID

from bson import Binary
from bson.binary import UUID_SUBTYPE

from ratchet_monitor.hours import BucketKey
from ratchet_monitor.observations import Hit
from ratchet_monitor.store.daily import by_bucket
from ratchet_monitor.store.documents import struct_of
from tests.unit.monitor.make import HOUR, NOW, result_id


def hit(number: int, *, hours_ago: int = 0, tenant: str = "acme") -> Hit:
    at = NOW - timedelta(hours=hours_ago)
    return Hit(
        result_id=result_id(number, at), origin=result_id(number + 100, at), tenant=tenant, task_type="summary", at=at
    )


def test_each_fact_lies_under_its_own_hour_and_tenant() -> None:
    facts = [hit(1), hit(2, hours_ago=20), hit(3), hit(4, tenant="other")]
    filed = by_bucket({one.result_id: one for one in facts})
    today, before = BucketKey("acme", "summary", HOUR), BucketKey("acme", "summary", HOUR - timedelta(hours=20))
    its = {bucket: [document["_id"].as_uuid() for document in documents] for bucket, documents in filed.items()}
    assert its == {
        today: [facts[0].result_id, facts[2].result_id],
        before: [facts[1].result_id],
        BucketKey("other", "summary", HOUR): [facts[3].result_id],
    }
    assert all(document["bucket"] == bucket.text for bucket, documents in filed.items() for document in documents)


def test_every_id_of_a_document_is_binary_and_the_fact_is_read_back() -> None:
    fact = hit(1)
    [[document]] = by_bucket({UUID(int=7): fact}).values()
    assert document["_id"] == Binary(UUID(int=7).bytes, UUID_SUBTYPE)
    assert not any(isinstance(value, UUID) for value in document.values())
    assert {document["result_id"], document["origin"]} == {
        Binary.from_uuid(fact.result_id),
        Binary.from_uuid(fact.origin),
    }
    as_decoded = {name: value.as_uuid() if isinstance(value, Binary) else value for name, value in document.items()}
    assert struct_of(Hit, as_decoded) == fact
