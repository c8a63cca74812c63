from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from ratchet_common import mongo
from tests.integration.conftest import Ground


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[mongo.Database]:
    client = mongo.connect(stack.mongodb_url)
    its = mongo.database(client, f"crashes-{uuid4().hex[:8]}")
    yield its
    await client.drop_database(its.name)
    await client.close()
