from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ratchet_trainer.platforms.vertex.platform import VertexPlatform
from ratchet_trainer.platforms.vertex.settings import VertexSettings
from tests.unit.trainer.platforms.vertex.imitation import ImitatedGoogle, imitated_google
from tests.unit.trainer.platforms.vertex.site import as_nobody, settings_of


@pytest.fixture
async def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[ImitatedGoogle]:
    as_nobody(monkeypatch, tmp_path)
    async with imitated_google() as imitation:
        yield imitation


@pytest.fixture
def settings(google: ImitatedGoogle, tmp_path: Path) -> VertexSettings:
    return settings_of(google, tmp_path)


@pytest.fixture
async def vertex(settings: VertexSettings) -> AsyncIterator[VertexPlatform]:
    platform = VertexPlatform(settings)
    yield platform
    await platform.close()
