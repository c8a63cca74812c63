"""Idempotency keys on the real store."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from ratchet_common import mongo
from ratchet_common.events import Usage
from ratchet_common.mongo import Database
from ratchet_router.idempotency import TooLargeToReplayError, held, once_of
from ratchet_router.idempotency_store import MongoKeyStore
from ratchet_router.memory import Entry
from tests.integration.conftest import Ground
from tests.integration.router_site import until

ENTRY = Entry(
    tenant="acme",
    result_id=uuid4(),
    version_id="base",
    model="m",
    tier="fast",
    approach="direct",
    output="On Monday.",
    usage=Usage(),
    cost_usd=Decimal(1),
    premium_cost_usd=Decimal(1),
    expires_at=datetime.now(UTC) + timedelta(hours=1),
)


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    name = f"keys-{uuid4().hex[:8]}"
    database = mongo.database(mongo.connect(stack.mongodb_url), name)
    yield database
    await database.client.drop_database(name)
    await database.client.close()


async def test_who_was_never_heard_of_again_holds_a_key_until_the_lease_ends(database: Database) -> None:
    store, once = MongoKeyStore(database), once_of("k", "acme", "/", b"")
    first = await store.hold(once, 0.5)
    assert first.mine
    held = await store.hold(once, 0.5)
    assert (held.mine, held.answer, held.fingerprint) == (False, None, once.fingerprint)

    async def free() -> bool:
        return (await store.hold(once, 30)).mine

    await until(free)
    assert first.done is not None
    await first.done(ENTRY)  # it comes back too late: another answers by now
    assert (await store.hold(once, 30)).answer is None


async def test_what_was_answered_is_found_under_its_key(database: Database) -> None:
    store, once = MongoKeyStore(database), once_of("k", "acme", "/", b"")
    first = await store.hold(once, 30)
    assert first.done is not None
    await first.done(ENTRY)
    assert (await store.hold(once, 30)).answer == ENTRY


LARGE = msgspec.Raw(b'"%b"' % (b"x" * 17 * 1024 * 1024))


@pytest.mark.parametrize(
    "large", [{"body": {"choices": LARGE}}, {"events": (("message_start", LARGE),)}, {"output": "x" * 17 * 1024 * 1024}]
)
async def test_what_is_too_large_to_be_kept_is_never_given_without_a_part_of_it(
    database: Database, large: dict[str, Any]
) -> None:
    store, once = MongoKeyStore(database), once_of("k", "acme", "/", b"")
    first = await store.hold(once, 30)
    assert first.done is not None
    await first.done(replace(ENTRY, **large))
    with pytest.raises(TooLargeToReplayError):
        await held(store, once, 30)
