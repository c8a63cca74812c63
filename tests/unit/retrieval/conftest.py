from pathlib import Path

import pytest
from qdrant_client import AsyncQdrantClient

from ratchet_retrieval.lance import LanceIndex
from ratchet_retrieval.port import Index
from ratchet_retrieval.qdrant import QdrantIndex


@pytest.fixture(params=["lance", "qdrant"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    """Each adapter: what is asked of one is asked of all. Qdrant in its client, which has no server."""
    if request.param == "qdrant":
        return QdrantIndex(AsyncQdrantClient(":memory:"), model="m", length=2)
    return LanceIndex(str(tmp_path / "index"), model="m", fresh_within_s=0.0)
