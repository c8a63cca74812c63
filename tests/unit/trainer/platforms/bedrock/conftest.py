from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ratchet_trainer.platforms.bedrock.platform import BedrockPlatform
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from tests.unit.trainer.platforms.bedrock.imitation import ImitatedAws
from tests.unit.trainer.platforms.bedrock.site import as_nobody, aws_with_bucket, settings_of


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ImitatedAws]:
    as_nobody(monkeypatch, tmp_path)
    with aws_with_bucket() as imitation:
        yield imitation


@pytest.fixture
def settings(aws: ImitatedAws) -> BedrockSettings:
    return settings_of(aws)


@pytest.fixture
async def bedrock(settings: BedrockSettings) -> AsyncIterator[BedrockPlatform]:
    platform = BedrockPlatform(settings)
    yield platform
    await platform.close()
