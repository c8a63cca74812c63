"""The tuning platform openai before aimock, which keeps files and runs as OpenAI does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx2
import pytest

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.openai.composing import client_of, openai_platform
from ratchet_trainer.platforms.openai.patience import Patience
from ratchet_trainer.platforms.openai.platform import OpenAIPlatform
from ratchet_trainer.platforms.openai.settings import OpenAISettings
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError, RunState
from tests.imitations.rig import KEY
from tests.unit.trainer.platforms.line import Line
from tests.unit.trainer.platforms.promises import PROMISES, Promise, Trial, name_of, order, training_files

pytestmark = pytest.mark.imitations
MODEL: Final = "gpt-4.1-mini-2025-04-14"
FILES, RUNS = "POST /v1/files", "POST /v1/fine_tuning/jobs"


@pytest.fixture
def settings(imitated: str, tmp_path: Path) -> OpenAISettings:
    (tmp_path / "key").write_text(KEY)
    return OpenAISettings(openai_base_url=f"{imitated}/v1", openai_key=f"file:{tmp_path / 'key'}")


@pytest.fixture
async def platform(settings: OpenAISettings) -> AsyncIterator[OpenAIPlatform]:
    it = openai_platform(settings, Patience(look_every_s=0.05))
    yield it
    await it.close()


@pytest.fixture
def trial(platform: OpenAIPlatform, tmp_path: Path) -> Trial:
    return Trial(platform, order(MODEL), training_files(tmp_path))


@asynccontextmanager
async def over(line: Line, settings: OpenAISettings) -> AsyncIterator[OpenAIPlatform]:
    """A worker of its own: it knows nothing of what another has done."""
    async with httpx2.AsyncClient(transport=line) as http:
        yield OpenAIPlatform(lambda: client_of(settings).with_options(http_client=http))


@pytest.fixture
def line() -> Line:
    return Line(httpx2.AsyncHTTPTransport())


@pytest.mark.parametrize("promise", PROMISES, ids=name_of)
async def test_it_keeps(promise: Promise, trial: Trial) -> None:
    await promise(trial)


async def test_a_run_from_its_files_to_its_model(trial: Trial) -> None:
    run_id = await trial.created()
    seen = await trial.until_ended(run_id)
    assert [status.state for status in seen] == [RunState.WAITING, RunState.RUNNING, RunState.SUCCEEDED]
    assert seen[-1].trained_tokens == trial.order.seed
    tuned = await trial.platform.result(run_id)
    assert tuned.model.startswith(f"ft:{MODEL}:")
    assert ":ratchet-classification:" in tuned.model
    events = [event.message for event in await trial.platform.events(run_id)]
    assert events[0].startswith("Job created")
    assert events[-1].startswith("Training complete")


async def test_preference_pairs_are_tuned_with_beta(trial: Trial) -> None:
    dpo = replace(trial.order, method="dpo", hyperparameters={"epochs": 2, "batch_size": 8, "beta": 0.2})
    run_id = await replace(trial, order=dpo).created()
    assert (await trial.platform.status(run_id)).state is RunState.WAITING


async def test_a_hyper_parameter_out_of_its_range_is_refused_in_the_platforms_words(trial: Trial) -> None:
    wrong = replace(trial, order=replace(trial.order, hyperparameters={"epochs": 51}))
    with pytest.raises(PlatformRefusedError, match=r"refused to tune .*\(status 400\): .*n_epochs"):
        await wrong.created()


async def test_files_and_runs_are_made_once_by_however_many_workers(
    line: Line, settings: OpenAISettings, trial: Trial
) -> None:
    run_ids = set()
    for _ in range(3):
        async with over(line, settings) as worker:
            run_ids.add(await replace(trial, platform=worker).created())
    assert len(run_ids) == 1
    assert (line.asked[FILES], line.asked[RUNS]) == (2, 1)


async def test_what_was_done_before_its_answer_was_lost_is_found(
    line: Line, settings: OpenAISettings, trial: Trial
) -> None:
    line.lost.update([FILES, RUNS])
    for _ in range(2):
        async with over(line, settings) as worker:
            with pytest.raises(PlatformAwayError, match="connection failed"):
                await replace(trial, platform=worker).created()
    async with over(line, settings) as worker:
        run_id = await replace(trial, platform=worker).created()
        assert await worker.find(trial.order) == run_id
    assert (line.asked[FILES], line.asked[RUNS]) == (2, 1)


async def test_a_cancellation_whose_answer_was_lost_is_done(line: Line, settings: OpenAISettings, trial: Trial) -> None:
    async with over(line, settings) as worker:
        run_id = await replace(trial, platform=worker).created()
        line.lost[f"{RUNS}/{run_id}/cancel"] = 1
        await worker.cancel(run_id)
        assert (await worker.status(run_id)).state is RunState.CANCELLED


async def test_a_file_that_was_sent_and_never_named_goes_with_the_others(
    line: Line, settings: OpenAISettings, trial: Trial
) -> None:
    line.lost[FILES] = 1
    async with over(line, settings) as worker:
        with pytest.raises(PlatformAwayError):
            await worker.upload(trial.order, trial.files[Side.TRAIN])
        await worker.discard(trial.order, {})
        await worker.upload(trial.order, trial.files[Side.TRAIN])
    assert line.asked[FILES] == 2


async def test_a_file_that_changed_is_sent_anew(trial: Trial, tmp_path: Path) -> None:
    first = await trial.uploaded()
    longer = replace(trial, files=training_files(tmp_path, [{"messages": []}] * 30))
    assert not set(first.values()) & set((await longer.uploaded()).values())


async def test_a_wrong_key_is_refused_and_a_right_one_works_at_once(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("another-key")
    with pytest.raises(PlatformRefusedError, match=r"does not take the key that TRAINER_OPENAI_KEY names") as refused:
        await trial.uploaded()
    assert "another-key" not in refused.value.detail
    (tmp_path / "key").write_text(KEY + "\n")
    await trial.uploaded()


async def test_runs_of_others_are_not_taken_for_ours(trial: Trial) -> None:
    for _ in range(3):
        await replace(trial, order=replace(trial.order, token=uuid4().hex)).created()
    assert await trial.platform.find(trial.order) is None
