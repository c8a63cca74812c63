"""The platform on a work folder of its own, with the stand-in as its tuner."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec

from ratchet_trainer.artifacts import artifacts_at
from ratchet_trainer.platforms.lora.folders import launched
from ratchet_trainer.platforms.lora.here import SubprocessRunner
from ratchet_trainer.platforms.lora.judging import Rules
from ratchet_trainer.platforms.lora.ordering import Habits
from ratchet_trainer.platforms.lora.platform import LoraPlatform, Means
from ratchet_trainer.platforms.platform import ENDED, Order, RunState, Status
from ratchet_tuner.process import Process
from ratchet_tuner.status import Status as TunerStatus
from ratchet_tuner.status import read_status
from tests.unit.trainer.platforms.promises import Trial, order, training_files

STAND_IN = Path(__file__).with_name("stand_in.py")
KINDS = ("quick", "slow", "stubborn", "dying", "failing")
RULES = Rules(silent=timedelta(0), kill_after=timedelta(seconds=60))
ELSEWHERE = {"epochs": 2, "rank": 4}


@dataclass(frozen=True)
class Rig:
    folder: Path

    def platform(self, rules: Rules = RULES) -> LoraPlatform:
        """Another service on the same folders, each time."""
        means = Means(SubprocessRunner([sys.executable, str(STAND_IN)]), self.work, Habits(models=self.models), rules)
        (self.folder / "artifacts").mkdir(exist_ok=True)
        return LoraPlatform(lambda: means, artifacts_at((self.folder / "artifacts").as_uri()))

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def models(self) -> Path:
        return self.folder / "models"

    def order(self, kind: str = "quick") -> Order:
        return replace(order(kind), hyperparameters=ELSEWHERE)

    def trial(self, kind: str = "quick", platform: LoraPlatform | None = None) -> Trial:
        return Trial(platform or self.platform(), self.order(kind), training_files(self.folder), between=a_moment)

    def status(self, run_id: str) -> TunerStatus | None:
        try:
            return read_status(self.work / run_id)
        except msgspec.DecodeError:
            return None

    def process(self, run_id: str) -> Process:
        status = self.status(run_id)
        assert status is not None
        assert status.process is not None
        return status.process


@asynccontextmanager
async def rig_in(folder: Path) -> AsyncIterator[Rig]:
    """Nothing that was started here outlives the test."""
    for kind in KINDS:
        (folder / "models" / kind).mkdir(parents=True)
    its = Rig(folder)
    try:
        yield its
    finally:
        for folder in its.work.glob("*/"):
            launch, status = launched(folder), its.status(folder.name)
            for process in (launch and launch.process, status and status.process):
                if process and process.lives():
                    with suppress(ProcessLookupError):
                        os.kill(process.pid, signal.SIGKILL)


async def a_moment() -> None:
    await asyncio.sleep(0.1)


async def until(platform: LoraPlatform, run_id: str, is_so: Callable[[Status], bool]) -> Status:
    while not is_so(status := await platform.status(run_id)):  # noqa: ASYNC110  no event comes from a process
        await asyncio.sleep(0.02)
    return status


async def until_running(platform: LoraPlatform, run_id: str) -> None:
    await until(platform, run_id, lambda status: status.state is RunState.RUNNING and bool(status.progress))


async def until_ended(platform: LoraPlatform, run_id: str) -> Status:
    return await until(platform, run_id, lambda status: status.state in ENDED)
