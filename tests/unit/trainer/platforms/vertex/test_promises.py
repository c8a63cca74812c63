"""Vertex keeps what every tuning platform promises."""

from pathlib import Path

import pytest

from ratchet_trainer.platforms.vertex.platform import VertexPlatform
from tests.unit.trainer.platforms.promises import PROMISES, Promise, Trial, name_of, order, training_files
from tests.unit.trainer.platforms.vertex.imitation import MODELS, PARENTS, ImitatedGoogle


@pytest.mark.parametrize("promise", PROMISES, ids=name_of)
async def test_it_keeps(promise: Promise, vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path) -> None:
    async def hours_pass() -> None:
        google.hours_pass()

    nobodys = f"{PARENTS[1]}/tuningJobs/1"
    files = training_files(tmp_path)
    await promise(Trial(vertex, order(MODELS[0]), files, between=hours_pass, unknown_run=nobodys))
