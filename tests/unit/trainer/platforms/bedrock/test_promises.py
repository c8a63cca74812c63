"""Bedrock keeps what every tuning platform promises."""

from pathlib import Path

import pytest

from ratchet_trainer.platforms.bedrock.platform import BedrockPlatform
from tests.unit.trainer.platforms.bedrock.imitation import ImitatedAws
from tests.unit.trainer.platforms.bedrock.orders import CLAUDE
from tests.unit.trainer.platforms.promises import PROMISES, Promise, Trial, name_of, order, training_files


@pytest.mark.parametrize("promise", PROMISES, ids=name_of)
async def test_it_keeps(promise: Promise, bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    async def hours_pass() -> None:
        aws.complete_all()

    await promise(Trial(bedrock, order(CLAUDE), training_files(tmp_path), between=hours_pass))
