"""Tuning Gemini at Vertex AI: files in Cloud Storage, a tuning job, and the endpoint that Vertex makes of it.

A job is found again by the name of the model that it shall make, which is the order's. Vertex takes no client token:
two workers who create at the very same moment make two jobs, which the lease of the order is there to prevent.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.on_first_use import OnFirstUse, insist_on
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
from ratchet_trainer.platforms.vertex.bucket import Bucket
from ratchet_trainer.platforms.vertex.failing import ChangedError, NotThereError
from ratchet_trainer.platforms.vertex.request import Request, request_of
from ratchet_trainer.platforms.vertex.run import CANCELLING, events_of, name_of_state, state_of, status_of
from ratchet_trainer.platforms.vertex.settings import VertexSettings

if TYPE_CHECKING:
    from google.genai.tunings import AsyncTunings
    from google.genai.types import TuningJob

    from ratchet_trainer.platforms.vertex.google import Google

PAGE: Final = 100
NEW_PROJECT_S: Final = 120.0
MOST_JOBS: Final = 2_000  # are looked through for one's own: Vertex cannot be asked for a name


class VertexPlatform:
    name = "vertex"
    in_process = False

    def __init__(self, settings: VertexSettings) -> None:
        self._settings = settings
        self._google_there = OnFirstUse(lambda: _load(settings))

    async def close(self) -> None:
        await self._google_there.close()

    async def upload(self, order: Order, file: TrainingFile) -> str:
        return await (await self._bucket()).keep(order, file)

    async def find(self, order: Order) -> str | None:
        google = await self._google()
        return await google.tune("list its jobs", lambda tunings: _named(tunings, order.name))

    async def create(self, order: Order, files: Mapping[Side, str]) -> str:
        google = await self._google()
        request = request_of(order, files, self._settings)
        found = await self.find(order)
        if found is not None:
            return found
        try:
            job = await google.tune(f"create the job {order.name}", lambda tunings: _create(tunings, request))
        except ChangedError as error:  # a new project's own accounts are still being made, as Vertex then says
            raise PlatformAwayError(error.detail, retry_after_s=NEW_PROJECT_S) from None
        return _name_of(job)

    async def status(self, run_id: str) -> Status:
        return status_of(await self._job(run_id))

    async def events(self, run_id: str) -> Sequence[RunEvent]:
        return events_of(await self._job(run_id))

    async def cancel(self, run_id: str) -> None:
        google, job = await self._google(), await self._job(run_id)
        if state_of(job) in ENDED or name_of_state(job) == CANCELLING:
            return
        try:
            await google.tune(f"cancel the job {run_id}", lambda tunings: tunings.cancel(name=run_id))
        except ChangedError:
            if state_of(await self._job(run_id)) not in ENDED:
                raise PlatformAwayError(f"Vertex cannot cancel the job {run_id} yet.") from None

    async def result(self, run_id: str) -> Tuned:
        """The endpoint, as `endpoints/ID` in the project and location of the settings: so the router calls it.

        Vertex makes it with the job, and takes nothing for an idle one.
        """
        job = await self._job(run_id)
        if state_of(job) is not RunState.SUCCEEDED:
            raise PlatformRefusedError(f"The job {run_id} has no model: it is {name_of_state(job)}.")
        endpoint = job.tuned_model.endpoint if job.tuned_model else None
        if not endpoint:
            raise PlatformAwayError(f"Vertex does not yet name the endpoint of the job {run_id}.")
        return Tuned(model=f"endpoints/{endpoint.rpartition('/')[2]}")

    async def metrics(self, run_id: str) -> Metrics:
        """None, for any run that there is: Vertex draws a job's losses in an experiment of its console, and its API of
        tuning jobs tells none of them."""
        await self._job(run_id)
        return Metrics()

    async def discard(self, order: Order, files: Mapping[Side, str]) -> None:
        await (await self._bucket()).remove(order, files.values())

    async def take_down(self, run_id: str, model: str) -> bool:  # noqa: ARG002
        """Google bills its tuned models by the token: what is there may stay."""
        return False

    async def _job(self, run_id: str) -> "TuningJob":
        google = await self._google()
        try:
            return await google.tune(f"show the job {run_id}", lambda tunings: tunings.get(name=run_id))
        except NotThereError:
            raise RunGoneError(f"Vertex knows no tuning job {run_id}.") from None

    async def _bucket(self) -> Bucket:
        return Bucket(await self._google(), self._settings)

    async def _google(self) -> "Google":
        self._check()
        return await self._google_there.there()

    def _check(self) -> None:
        needed = {
            "TRAINER_VERTEX_PROJECT, the project of Google Cloud": self._settings.vertex_project,
            "TRAINER_VERTEX_BUCKET, a bucket of Cloud Storage for training files": self._settings.vertex_bucket,
        }
        insist_on("vertex", needed)


def _load(settings: VertexSettings) -> "Google":
    from ratchet_trainer.platforms.vertex.google import Google  # a second and 50 MB: only those pay who tune there

    return Google(settings)


def _name_of(job: "TuningJob") -> str:
    if not job.name:
        raise PlatformAwayError("Vertex did not say the name of a job.")
    return job.name


async def _create(tunings: "AsyncTunings", request: Request) -> "TuningJob":
    job: TuningJob = await tunings.tune(
        base_model=request.base_model, training_dataset=request.training_dataset, config=request.config
    )
    return job


async def _named(tunings: "AsyncTunings", name: str) -> str | None:
    seen = 0
    async for job in await tunings.list(config={"page_size": PAGE}):
        if job.tuned_model_display_name == name:
            return _name_of(job)
        seen += 1
        if seen >= MOST_JOBS:
            break
    return None
