"""From an order to an adapter through the platform, whose process is killed, and told to stop as by a machine that goes
down. It goes on from its last checkpoint, and ends as if nothing had been.
"""

import asyncio
import hashlib
import os
import shutil
import signal
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest

from ratchet_trainer.artifacts import artifacts_at
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import Lesson
from ratchet_trainer.platforms.lora.composing import lora_platform
from ratchet_trainer.platforms.lora.platform import LoraPlatform
from ratchet_trainer.platforms.lora.settings import LoraSettings
from ratchet_trainer.platforms.platform import ENDED, Order, RunState, TrainingFile
from ratchet_tuner.status import State, read_events, read_metrics, read_status
from tests.lora.orders import LIMIT_S, QUIET, python, started

pytestmark = [pytest.mark.lora, pytest.mark.slow, pytest.mark.timeout(LIMIT_S)]

ORDER = Order(
    token="0123456789abcdef",
    tenant="acme",
    task_type="qa",
    base_model="chat",
    hyperparameters={"epochs": 30, "batch_size": 4, "rank": 4, "alpha": 8, "learning_rate": 0.02},
    seed=3,
)


def service(models: Path, folder: Path) -> LoraPlatform:
    """One that was just started, each time."""
    (folder / "artifacts").mkdir(exist_ok=True)
    settings = LoraSettings(
        lora_runner="subprocess",
        lora_python=Path(python()),
        lora_work_dir=folder / "work",
        lora_models_dir=models,
        lora_device="cpu",
        lora_silent_s=5,
    )
    return lora_platform(settings, artifacts_at((folder / "artifacts").as_uri()), timedelta(hours=1))


def file_of(folder: Path, side: Side, numbers: range) -> TrainingFile:
    lessons = [Lesson("Answer.", f"Say {number}.", f"number {number}") for number in numbers]
    data = b"".join(FORMATS["chat"].line(lesson) or b"" for lesson in lessons)
    (folder / f"{side}.jsonl").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return TrainingFile(side=side, path=folder / f"{side}.jsonl", sha256=digest, bytes=len(data))


async def after_a_checkpoint(platform: LoraPlatform, work: Path, number: int, *, not_pid: int = 0) -> int:
    """The process that is in the middle of what follows the checkpoint."""
    while True:
        assert (await platform.status(ORDER.token)).state not in ENDED, "it ended before anybody stopped it"
        status = read_status(work)
        checkpoints = sum(event.message.startswith("Checkpoint") for event in read_events(work))
        running = status is not None and status.state is State.RUNNING and checkpoints >= number
        if running and status and status.process and status.process.pid != not_pid:
            return status.process.pid
        await asyncio.sleep(0.01)


async def test_a_killed_run_ends_with_the_same_losses_and_the_same_adapter(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    first = service(models, tmp_path)
    sides = {Side.TRAIN: range(16), Side.VALIDATION: range(16, 20)}
    files = {side: await first.upload(ORDER, file_of(tmp_path, side, numbers)) for side, numbers in sides.items()}
    work = tmp_path / "work" / await first.create(ORDER, files)
    whole = tmp_path / "whole"
    whole.mkdir()
    for name in ("order.json", "train.jsonl", "validation.jsonl"):
        shutil.copyfile(work / name, whole / name)

    killed = await after_a_checkpoint(first, work, 2)
    os.kill(killed, signal.SIGKILL)
    second = service(models, tmp_path)
    told = await after_a_checkpoint(second, work, 5, not_pid=killed)
    os.kill(told, signal.SIGTERM)
    while (status := await second.status(ORDER.token)).state not in ENDED:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    assert status.state is RunState.SUCCEEDED, status.reason
    said = [event.message for event in read_events(work)]
    assert said.count("It was told to stop.") == 1
    assert sum(message.startswith("Goes on from") for message in said) == 2

    assert started(whole).wait() == 0
    wanted, found = read_metrics(whole), read_metrics(work)
    assert [row.step for row in found] == [row.step for row in wanted]
    for one, other in zip(found, wanted, strict=True):
        assert one.values == pytest.approx(other.values, rel=1e-4, abs=1e-6)
    ends = [read_status(folder) for folder in (whole, work)]
    assert len({end.adapter_sha256 for end in ends if end}) == 1

    made = await service(models, tmp_path).result(ORDER.token)
    with tarfile.open(made.artifact.removeprefix("file://")) as tar:
        assert {"adapter_model.safetensors", "adapter_config.json", "card.json"} <= set(tar.getnames())
    curves = (await second.metrics(ORDER.token)).curves
    assert len(curves["validation_loss"]) == 30
    assert curves["train_loss"][-1][1] < curves["train_loss"][0][1]
    assert status.trained_tokens
    await second.discard(ORDER, files)
    assert not (work / "train.jsonl").exists()
