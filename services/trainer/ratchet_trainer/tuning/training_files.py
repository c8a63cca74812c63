"""The files of a job: made of its dataset, and looked through before anything leaves this machine.

They are made anew by whoever takes the job over: the same dataset gives the same bytes.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.checking import Checked, FileLimits
from ratchet_trainer.platforms.platform import PlatformRefusedError, TrainingFile
from ratchet_trainer.privacy.rescan import Rescan
from ratchet_trainer.tuning.base_models import STUDENT_FORMAT, BaseModel
from ratchet_trainer.tuning.jobs import Job

WRITTEN_AT_ONCE: Final = 1024 * 1024
READ_AT_ONCE: Final = 256 * 1024


class FileRefusedError(PlatformRefusedError):
    type = "training-file-refused"
    title = "The training file would be refused"


class Datasets(Protocol):
    async def lines(self, tenant: str, dataset_id: str, side: Side, format_name: str) -> AsyncIterator[bytes]:
        """The same each time, as long as nothing is erased. Raises UnknownDatasetError."""


Inspect = Callable[[Path, str, FileLimits], Awaitable[Checked]]
LookAgain = Callable[[AsyncIterator[bytes]], Awaitable[Rescan]]
Scratch = Callable[[], AbstractContextManager[Path]]  # a path for a file that goes at the end


@dataclass(frozen=True, slots=True)
class Made:
    file: TrainingFile
    checked: Checked


@dataclass(frozen=True)
class TrainingFiles:
    """`inspect`: by the platform's rules. `look_again`: for what is private. Both burn CPU, in worker processes."""

    datasets: Datasets
    scratch: Scratch
    inspect: Inspect
    look_again: LookAgain

    @asynccontextmanager
    async def of(self, job: Job, model: BaseModel) -> AsyncIterator[dict[Side, Made]]:
        """What trains, and what validates where there is any. Raises FileRefusedError, PrivateDataLeftError."""
        format_name = model.methods[job.recipe.method]
        async with AsyncExitStack() as stack:
            made = {}
            for side in (Side.TRAIN, Side.VALIDATION):
                path = stack.enter_context(self.scratch())
                limits = model.file_limits(validation=side is Side.VALIDATION)
                one = await self._made(job, side, path, format_name, limits)
                if side is Side.TRAIN or one.checked.lines >= limits.least_lines:
                    made[side] = one
            for one in made.values():
                if not one.checked.passed:
                    raise FileRefusedError(f"The {one.file.side} file would be refused. {one.checked.said()}")
                if format_name != STUDENT_FORMAT:  # that one never leaves this machine
                    (await self.look_again(_lines_of(one.file.path))).refuse_what_is_left()
            yield made

    async def _made(self, job: Job, side: Side, path: Path, format_name: str, limits: FileLimits) -> Made:
        lines = await self.datasets.lines(job.tenant, job.dataset_id, side, format_name)
        most = limits.most_lines if side is Side.VALIDATION else None  # a part of it validates as well
        await _write_all(lines, path, most)
        checked = await self.inspect(path, format_name, limits)
        digest = await asyncio.to_thread(_sha256, path)
        return Made(TrainingFile(side=side, path=path, sha256=digest, bytes=checked.bytes), checked)


async def _lines_of(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while lines := await asyncio.to_thread(file.readlines, READ_AT_ONCE):
            for line in lines:
                yield line


async def _write_all(lines: AsyncIterator[bytes], path: Path, most: int | None) -> None:
    waiting: list[bytes] = []
    size = count = 0
    with path.open("wb") as file:
        async for line in lines:
            if count == most:
                break
            waiting.append(line)
            size, count = size + len(line), count + 1
            if size >= WRITTEN_AT_ONCE:
                await asyncio.to_thread(file.writelines, waiting)
                waiting, size = [], 0
        await asyncio.to_thread(file.writelines, waiting)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
