"""The platform: files and runs that bear the order's token, and are looked up by it before they are made."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.openai import curves
from ratchet_trainer.platforms.openai.answers import EventAnswer, JobAnswer
from ratchet_trainer.platforms.openai.calls import Ask, Calls, Coming
from ratchet_trainer.platforms.openai.failing import PLATFORM, NotTakenError, NotThereError, UnreadableError
from ratchet_trainer.platforms.openai.files import Files
from ratchet_trainer.platforms.openai.patience import USUAL, Patience
from ratchet_trainer.platforms.openai.request import TOKEN, file_name, request_of
from ratchet_trainer.platforms.openai.telling import state_of, status_of, told
from ratchet_trainer.platforms.platform import (
    ENDED,
    Metrics,
    Order,
    PlatformAwayError,
    PlatformRefusedError,
    RunEvent,
    RunGoneError,
    RunState,
    Status,
    TrainingFile,
    Tuned,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.resources.fine_tuning.jobs.jobs import AsyncJobsWithStreamingResponse

MOST_EVENTS: Final = 50
EVENTS_WITH_METRICS: Final = 500
PAGE: Final = 100
MOST_TABLE_BYTES: Final = 4 * 1024**2  # some 100,000 steps; what comes behind is left out


class OpenAIPlatform:
    """`make_client`: called at the first step, since the client takes a second and 25 MB to load."""

    name = PLATFORM
    in_process = False

    def __init__(self, make_client: "Callable[[], AsyncOpenAI]", patience: Patience = USUAL) -> None:
        self._calls = Calls(make_client, patience.call_s)
        self._files = Files(self._calls, patience)

    async def close(self) -> None:
        await self._calls.close()

    async def upload(self, order: Order, file: TrainingFile) -> str:
        return await self._files.there(order, file)

    async def find(self, order: Order) -> str | None:
        runs = await self._candidates(order)
        ours = [run for run in runs if run.metadata and run.metadata.get(TOKEN) == order.token]
        if not ours and (others := [run for run in runs if not run.metadata]):
            files = {file.id for file in await self._files.named({file_name(order, Side.TRAIN)})}
            ours = [run for run in others if run.training_file in files]
        return min(ours, key=lambda run: (run.created_at, run.id)).id if ours else None

    async def create(self, order: Order, files: Mapping[Side, str]) -> str:
        request = request_of(order, files)
        found = await self.find(order)
        if found is not None:
            return found
        begun = await self._calls.ask(
            f"tune {order.base_model}", lambda client: runs_of(client).create(**request), JobAnswer
        )
        return begun.id

    async def status(self, run_id: str) -> Status:
        run = await self._run(run_id)
        running = state_of(run) is RunState.RUNNING
        events = await self._latest(run_id, MOST_EVENTS) if running else []
        return status_of(run, events, datetime.now(UTC))

    async def events(self, run_id: str) -> Sequence[RunEvent]:
        return told(await self._latest(run_id, MOST_EVENTS))

    async def cancel(self, run_id: str) -> None:
        try:
            with gone_if_not_there(run_id):
                await self._calls.ask(
                    f"cancel the run {run_id}", lambda client: runs_of(client).cancel(run_id), JobAnswer
                )
        except (NotTakenError, PlatformAwayError):
            if state_of(await self._run(run_id)) not in ENDED:  # it had ended before, or only the answer was lost
                raise

    async def result(self, run_id: str) -> Tuned:
        run = await self._run(run_id)
        if state_of(run) is not RunState.SUCCEEDED:
            raise PlatformRefusedError(f"The run {run_id} of {PLATFORM} has made no model: it is {run.status}.")
        if not run.fine_tuned_model:
            raise UnreadableError(f"name the model of the run {run_id}", "it names none")
        return Tuned(model=run.fine_tuned_model)

    async def metrics(self, run_id: str) -> Metrics:
        """From the table that it makes at the end; before, and where it makes none, from the events."""
        run = await self._run(run_id)
        found = await self._table(run_id, run.result_files[0]) if run.result_files else Metrics()
        return found if found.curves else curves.of_events(await self._latest(run_id, EVENTS_WITH_METRICS))

    async def discard(self, order: Order, files: Mapping[Side, str]) -> None:
        """Those too that were sent, and whose answer was lost."""
        names = {file_name(order, side) for side in Side}
        for file_id in sorted({file.id for file in await self._files.named(names)} | set(files.values())):
            await self._files.remove(file_id)

    async def take_down(self, run_id: str, model: str) -> bool:  # noqa: ARG002
        """OpenAI bills its tuned models by the token: what is there may stay."""
        return False

    async def _run(self, run_id: str) -> JobAnswer:
        with gone_if_not_there(run_id):
            return await self._calls.ask(
                f"tell of the run {run_id}", lambda client: runs_of(client).retrieve(run_id), JobAnswer
            )

    async def _candidates(self, order: Order) -> list[JobAnswer]:
        """Those with the order's token, or all where a server cannot choose."""
        try:
            return await self._listed({"metadata": {TOKEN: order.token}})
        except NotTakenError:
            return await self._listed({})

    async def _listed(self, chosen: Mapping[str, Any]) -> list[JobAnswer]:
        def page(where: Mapping[str, Any]) -> Ask:
            return lambda client: runs_of(client).list(limit=PAGE, **chosen, **where)

        return [run async for run in self._calls.pages("list its runs", page, JobAnswer)]

    async def _latest(self, run_id: str, most: int) -> list[EventAnswer]:
        """The latest first. None where a server knows the run and keeps no events."""

        def page(where: Mapping[str, Any]) -> Ask:
            return lambda client: runs_of(client).list_events(run_id, limit=min(most, PAGE), **where)

        found: list[EventAnswer] = []
        listed = self._calls.pages(f"tell what happened in the run {run_id}", page, EventAnswer)
        try:
            async with aclosing(listed):
                async for event in listed:
                    found.append(event)
                    if len(found) == most:
                        break
        except NotThereError:
            await self._run(run_id)
        return found

    async def _table(self, run_id: str, file_id: str) -> Metrics:
        """Nothing where the file is gone."""

        def content(client: "AsyncOpenAI") -> Coming:
            return client.files.with_streaming_response.content(file_id)

        try:
            body, whole = await self._calls.read(f"give the results of the run {run_id}", content, MOST_TABLE_BYTES)
        except NotThereError:
            return Metrics()
        return await asyncio.to_thread(curves.of_table, body, whole=whole)


def runs_of(client: "AsyncOpenAI") -> "AsyncJobsWithStreamingResponse":
    return client.fine_tuning.jobs.with_streaming_response


@contextmanager
def gone_if_not_there(run_id: str) -> Iterator[None]:
    try:
        yield
    except NotThereError:
        raise RunGoneError(f"The platform {PLATFORM} knows no run {run_id}.") from None
