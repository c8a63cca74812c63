"""What every tuning platform promises, as tests that any adapter can be run through.

    @pytest.mark.parametrize("promise", PROMISES, ids=name_of)
    async def test_it_keeps(promise: Promise, tmp_path: Path) -> None:
        await promise(Trial(platform, order(), training_files(tmp_path)))

A promise knows no more of an adapter than `TuningPlatform` says: how often something travelled is for its own tests.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import (
    ENDED,
    Order,
    RunGoneError,
    RunState,
    Status,
    TrainingFile,
    TuningPlatform,
)

MOST_LOOKS: Final = 200
PLACES: Final = {state: place for place, state in enumerate((RunState.WAITING, RunState.RUNNING, *ENDED))}


async def no_time_passes() -> None:
    """For a platform whose runs move when they are looked at."""


@dataclass(frozen=True)
class Trial:
    """`between`: called between two looks at a run: whatever makes time pass at the imitation of the platform.
    `unknown_run`: an id of the right shape that the platform does not know."""

    platform: TuningPlatform
    order: Order
    files: Mapping[Side, TrainingFile]
    between: Callable[[], Awaitable[None]] = no_time_passes
    unknown_run: str = "run-nobody-made"

    async def uploaded(self, order: Order | None = None) -> dict[Side, str]:
        return {side: await self.platform.upload(order or self.order, file) for side, file in self.files.items()}

    async def created(self) -> str:
        return await self.platform.create(self.order, await self.uploaded())

    async def until_ended(self, run_id: str) -> list[Status]:
        """All that was said of the run on the way."""
        seen = [await self.platform.status(run_id)]
        while seen[-1].state not in ENDED:
            assert len(seen) < MOST_LOOKS, f"the run is still {seen[-1].state} after {MOST_LOOKS} looks"
            await self.between()
            seen.append(await self.platform.status(run_id))
        return seen


Promise = Callable[[Trial], Awaitable[None]]


def order(base_model: str = "a-base-model") -> Order:
    return Order(
        token=uuid4().hex,
        tenant="acme",
        task_type="classification",
        base_model=base_model,
        hyperparameters={"epochs": 3, "learning_rate_multiplier": 1.5},
    )


def training_files(folder: Path, lines: Sequence[object] = ()) -> dict[Side, TrainingFile]:
    """Both sides, in OpenAI's chat shape where no other lines are given."""
    lines = lines or [_chat(number) for number in range(12)]
    sides = {Side.TRAIN: lines[:-2], Side.VALIDATION: lines[-2:]}
    return {side: training_file(folder, side, these) for side, these in sides.items()}


def training_file(folder: Path, side: Side, lines: Sequence[object]) -> TrainingFile:
    path = folder / f"{side}.jsonl"
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    path.write_bytes(data)
    return TrainingFile(side=side, path=path, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def _chat(number: int) -> object:
    asked = {"role": "user", "content": f"Is the mail number {number} spam?"}
    return {"messages": [asked, {"role": "assistant", "content": "spam" if number % 2 else "ham"}]}


def name_of(promise: Promise) -> str:
    return getattr(promise, "__name__", "promise")


async def a_file_that_is_there_has_one_reference(trial: Trial) -> None:
    first = await trial.uploaded()
    assert await trial.uploaded() == first
    assert len(set(first.values())) == len(first)


async def files_of_two_orders_are_two_files(trial: Trial) -> None:
    first, second = await trial.uploaded(), await trial.uploaded(replace(trial.order, token=uuid4().hex))
    assert not set(first.values()) & set(second.values())


async def nothing_is_found_before_it_was_created(trial: Trial) -> None:
    assert await trial.platform.find(trial.order) is None
    await trial.uploaded()
    assert await trial.platform.find(trial.order) is None


async def an_order_has_one_run(trial: Trial) -> None:
    run_id = await trial.created()
    assert await trial.platform.find(trial.order) == run_id
    assert await trial.created() == run_id
    await trial.platform.cancel(run_id)


async def another_order_is_another_run(trial: Trial) -> None:
    run_id = await trial.created()
    other = replace(trial, order=replace(trial.order, token=uuid4().hex))
    assert await trial.platform.find(other.order) is None
    other_id = await other.created()
    assert other_id != run_id
    assert await trial.platform.find(trial.order) == run_id
    for made in (run_id, other_id):
        await trial.platform.cancel(made)


async def a_run_goes_forward_until_its_model_is_there(trial: Trial) -> None:
    run_id = await trial.created()
    seen = await trial.until_ended(run_id)
    assert seen[-1].state is RunState.SUCCEEDED, seen[-1].reason
    places = [PLACES[status.state] for status in seen]
    assert places == sorted(places)
    told = [status.progress for status in seen if status.progress is not None]
    assert told == sorted(told)
    assert all(0 <= progress <= 1 for progress in told)
    made = await trial.platform.result(run_id)
    assert made.model or (made.artifact and made.sha256)
    assert await trial.platform.result(run_id) == made
    assert await trial.platform.find(trial.order) == run_id


async def what_happened_is_told_in_its_order_and_in_short(trial: Trial) -> None:
    run_id = await trial.created()
    await trial.until_ended(run_id)
    events = await trial.platform.events(run_id)
    assert len(events) <= 50
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert all(event.at.tzinfo is not None and 0 < len(event.message) <= 500 for event in events)


async def its_curves_ascend_and_are_short(trial: Trial) -> None:
    run_id = await trial.created()
    await trial.until_ended(run_id)
    metrics = await trial.platform.metrics(run_id)
    for points in metrics.curves.values():
        steps = [step for step, _ in points]
        assert steps == sorted(set(steps))
        assert len(points) <= 500
    assert metrics.last().keys() <= metrics.curves.keys()


async def what_was_cancelled_stays_so(trial: Trial) -> None:
    run_id = await trial.created()
    await trial.platform.cancel(run_id)
    assert (await trial.until_ended(run_id))[-1].state is RunState.CANCELLED
    await trial.platform.cancel(run_id)
    assert (await trial.platform.status(run_id)).state is RunState.CANCELLED
    assert await trial.platform.find(trial.order) == run_id


async def what_has_ended_is_not_cancelled(trial: Trial) -> None:
    run_id = await trial.created()
    await trial.until_ended(run_id)
    await trial.platform.cancel(run_id)
    assert (await trial.platform.status(run_id)).state is RunState.SUCCEEDED


async def a_run_that_nobody_made_is_gone(trial: Trial) -> None:
    platform, unknown = trial.platform, trial.unknown_run
    for step in (platform.status, platform.events, platform.cancel, platform.result, platform.metrics):
        with pytest.raises(RunGoneError, match=unknown):
            await step(unknown)


async def what_was_discarded_may_be_discarded_again_and_sent_again(trial: Trial) -> None:
    files = await trial.uploaded()
    await trial.platform.discard(trial.order, files)
    await trial.platform.discard(trial.order, files)
    again = await trial.uploaded()
    run_id = await trial.platform.create(trial.order, again)
    await trial.platform.cancel(run_id)


async def what_has_ended_is_taken_down_twice_as_once(trial: Trial) -> None:
    run_id = await trial.created()
    await trial.until_ended(run_id)
    model = (await trial.platform.result(run_id)).model
    assert await trial.platform.take_down(run_id, model) is await trial.platform.take_down(run_id, model)


PROMISES: Final[tuple[Promise, ...]] = (
    a_file_that_is_there_has_one_reference,
    files_of_two_orders_are_two_files,
    nothing_is_found_before_it_was_created,
    an_order_has_one_run,
    another_order_is_another_run,
    a_run_goes_forward_until_its_model_is_there,
    what_happened_is_told_in_its_order_and_in_short,
    its_curves_ascend_and_are_short,
    what_was_cancelled_stays_so,
    what_has_ended_is_not_cancelled,
    a_run_that_nobody_made_is_gone,
    what_was_discarded_may_be_discarded_again_and_sent_again,
    what_has_ended_is_taken_down_twice_as_once,
)
