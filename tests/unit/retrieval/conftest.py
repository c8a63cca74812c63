from pathlib import Path

import pytest

from ratchet_retrieval.lance import LanceIndex
from ratchet_retrieval.port import Index


@pytest.fixture(params=["lance"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    """Each adapter: what is asked of one is asked of all."""
    return LanceIndex(str(tmp_path / "index"), model="m", fresh_within_s=0.0)
