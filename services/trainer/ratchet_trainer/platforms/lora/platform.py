"""The platform: orders are laid out in the work folder, where a tuner finds them and reports."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.lora.archive import pack
from ratchet_trainer.platforms.lora.folders import NAMES, Folders, status_in, writable
from ratchet_trainer.platforms.lora.judging import Rules, state_of
from ratchet_trainer.platforms.lora.ordering import Habits, ordered
from ratchet_trainer.platforms.lora.runner import Runner
from ratchet_trainer.platforms.lora.runs import Runs
from ratchet_trainer.platforms.platform import (
    Metrics,
    Order,
    PlatformRefusedError,
    RunEvent,
    RunState,
    Status,
    TrainingFile,
    Tuned,
)
from ratchet_tuner.digest import folder_sha256
from ratchet_tuner.files import put
from ratchet_tuner.order import ORDER
from ratchet_tuner.status import Measured, State, read_events, read_metrics

PLATFORM: Final = "lora"
ADAPTER: Final = "adapter"
MOST_EVENTS: Final = 50
MOST_POINTS: Final = 500
MOST_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class Means:
    runner: Runner
    work_dir: Path
    habits: Habits
    rules: Rules


class LoraPlatform:
    """A run's id is its order's token."""

    name = PLATFORM
    in_process = False

    def __init__(self, find_means: Callable[[], Means], artifacts: FileArtifacts) -> None:
        """`find_means`: asked at the first step. It raises PlatformRefusedError where a setting is missing."""
        self._find_means, self._artifacts = find_means, artifacts

    async def close(self) -> None:
        """The runs go on."""
        if "_means" in self.__dict__:  # else nobody has used it, or it is not set up
            self._means.runner.close()

    @cached_property
    def _means(self) -> Means:
        return self._find_means()

    @cached_property
    def _folders(self) -> Folders:
        return Folders(self._means.work_dir)

    @cached_property
    def _runs(self) -> Runs:
        return Runs(self._folders, self._means.runner, self._means.rules)

    async def upload(self, order: Order, file: TrainingFile) -> str:
        return await asyncio.to_thread(self._folders.take, order.token, file)

    async def find(self, order: Order) -> str | None:
        return order.token if await asyncio.to_thread(self._is_ordered, order) else None

    async def create(self, order: Order, files: Mapping[Side, str]) -> str:
        return await asyncio.to_thread(self._create, order, files)

    async def status(self, run_id: str) -> Status:
        return await asyncio.to_thread(self._status, run_id)

    async def events(self, run_id: str) -> Sequence[RunEvent]:
        folder = self._folders.of_run(run_id)
        found = await asyncio.to_thread(read_events, folder)
        return [RunEvent(event.at, event.message[:MOST_CHARS], event.level) for event in found[-MOST_EVENTS:]]

    async def cancel(self, run_id: str) -> None:
        """It gets some time to end in order; the looks that follow see to it."""
        await asyncio.to_thread(self._runs.cancel, self._folders.of_run(run_id))

    async def result(self, run_id: str) -> Tuned:
        return await asyncio.to_thread(self._result, run_id)

    async def metrics(self, run_id: str) -> Metrics:
        rows = await asyncio.to_thread(read_metrics, self._folders.of_run(run_id))
        return Metrics(curves_of(rows))

    async def discard(self, order: Order, files: Mapping[Side, str]) -> None:  # noqa: ARG002  known by its name
        """Checkpoints too: their weights have seen the examples, and nobody goes on from them."""
        await asyncio.to_thread(self._folders.clear, order.token)

    async def take_down(self, run_id: str, model: str) -> bool:  # noqa: ARG002  known by its run
        """The run's folder, from which a server may have loaded the adapter; that stays in the artifact store."""
        return await asyncio.to_thread(self._runs.remove, run_id)

    def _is_ordered(self, order: Order) -> bool:
        return (self._folders.of(order.token) / ORDER).is_file()

    def _create(self, order: Order, files: Mapping[Side, str]) -> str:
        with self._folders.alone():
            if not self._is_ordered(order):
                self._lay_out(order, files)
        self._runs.look(self._folders.of(order.token))
        return order.token

    def _lay_out(self, order: Order, files: Mapping[Side, str]) -> None:
        folder, wanted = self._folders.of(order.token), ordered(order, self._means.habits)
        missing = [side for side in files if not (folder / NAMES[side]).is_file()]
        if missing or Side.TRAIN not in files:
            raise PlatformRefusedError(f"The files of the order {order.token} are not at the platform {PLATFORM}.")
        with writable(folder):
            put(folder / ORDER, msgspec.json.format(msgspec.json.encode(wanted)))

    def _status(self, run_id: str) -> Status:
        seen = self._runs.look(self._folders.of_run(run_id))
        state, its = state_of(seen), seen.status
        if its is None:
            return Status(state=state)
        ended_badly = state in (RunState.FAILED, RunState.CANCELLED)
        return Status(
            state=state,
            progress=its.progress,
            trained_tokens=its.trained_tokens if state is RunState.SUCCEEDED else None,
            reason=its.reason[:MOST_CHARS] if ended_badly else "",
        )

    def _result(self, run_id: str) -> Tuned:
        folder = self._folders.of_run(run_id)
        its = status_in(folder)
        if its is None or its.state is not State.SUCCEEDED:
            raise PlatformRefusedError(f"The run {run_id} of {PLATFORM} has made no adapter: look at its status.")
        adapter = folder / ADAPTER
        if not adapter.is_dir() or folder_sha256(adapter) != its.adapter_sha256:
            raise PlatformRefusedError(
                f"The adapter in {adapter} is gone, or no longer what the run {run_id} has made."
            )
        with writable(adapter), self._artifacts.draft() as draft:
            pack(adapter, draft)
            kept = self._artifacts.keep(draft)
        return Tuned(artifact=kept.url, sha256=kept.sha256)


def curves_of(rows: Sequence[Measured]) -> dict[str, list[tuple[int, float]]]:
    """By name; of a long one every n-th point, and the last."""
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        for name, value in row.values.items():
            found.setdefault(name, {})[row.step] = value
    return {name: thinned(sorted(points.items())) for name, points in found.items()}


def thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    stride = -(-len(points) // MOST_POINTS)
    return points[::-1][::stride][::-1] if stride > 1 else points
