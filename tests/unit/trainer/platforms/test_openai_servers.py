"""What the platform openai makes of servers that answer in their own way, and of runs and files that went wrong."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.openai.settings import OpenAISettings
from ratchet_trainer.platforms.platform import (
    Metrics,
    Order,
    PlatformAwayError,
    PlatformRefusedError,
    RunState,
    TrainingFile,
)
from tests.unit.trainer.platforms.openai_answers import RUN, always, answering, by_path, job, settings_in
from tests.unit.trainer.platforms.promises import order, training_files


@pytest.fixture
def settings(tmp_path: Path) -> OpenAISettings:
    return settings_in(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> TrainingFile:
    return training_files(tmp_path)[Side.TRAIN]


async def test_what_it_says_of_a_file_is_not_repeated(settings: OpenAISettings, file: TrainingFile) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return httpx2.Response(200, json={"data": []})
        said = {"message": "Line 1 is wrong: Anna has a rash.", "code": "invalid_file"}
        return httpx2.Response(400, json={"error": said})

    async with answering(answer, settings) as platform:
        with pytest.raises(PlatformRefusedError, match=r"\(status 400\): invalid_file\.$"):
            await platform.upload(order(), file)


async def test_half_a_file_is_none(settings: OpenAISettings, file: TrainingFile) -> None:
    half = {"id": "file-1", "bytes": file.bytes // 2, "filename": "x", "status": "processed"}
    answers = by_path({"GET /files": {"data": []}, "POST /files": half})
    async with answering(answers, settings) as platform:
        with pytest.raises(PlatformAwayError, match=rf"{file.bytes // 2} bytes of the file .* which has {file.bytes}"):
            await platform.upload(order(), file)


def kept(wanted: Order, file: TrainingFile, status: str) -> dict[str, Any]:
    return {"id": "file-1", "bytes": file.bytes, "filename": f"{wanted.name}-train.jsonl", "status": status}


async def test_a_file_that_is_processed_for_long_is_looked_at_later(
    settings: OpenAISettings, file: TrainingFile
) -> None:
    wanted = order()
    there = kept(wanted, file, "pending")
    async with answering(by_path({"GET /files": {"data": [there]}, "GET /files/file-1": there}), settings) as platform:
        with pytest.raises(PlatformAwayError, match="still at work on the file"):
            await platform.upload(wanted, file)


async def test_a_file_that_a_server_never_processes_may_be_used(settings: OpenAISettings, file: TrainingFile) -> None:
    wanted = order()
    there = kept(wanted, file, "uploaded")
    async with answering(by_path({"GET /files": {"data": [there]}, "GET /files/file-1": there}), settings) as platform:
        assert await platform.upload(wanted, file) == "file-1"


async def test_a_file_that_it_cannot_read_is_refused(settings: OpenAISettings, file: TrainingFile) -> None:
    wanted = order()
    answers = by_path({"GET /files": {"data": []}, "POST /files": kept(wanted, file, "error")})
    async with answering(answers, settings) as platform:
        with pytest.raises(PlatformRefusedError, match="calls it error"):
            await platform.upload(wanted, file)


async def test_a_cancellation_that_is_refused_while_it_runs_is_told(settings: OpenAISettings) -> None:
    answers = {"POST /fine_tuning/jobs/ftjob-1/cancel": 400, "GET /fine_tuning/jobs/ftjob-1": job("running")}
    async with answering(by_path(answers), settings) as platform:
        with pytest.raises(PlatformRefusedError, match="refused to cancel"):
            await platform.cancel(RUN)


@pytest.mark.parametrize("status", [400, 409])
async def test_a_cancellation_that_is_refused_since_it_has_ended_is_done(status: int, settings: OpenAISettings) -> None:
    answers = {"POST /fine_tuning/jobs/ftjob-1/cancel": status, "GET /fine_tuning/jobs/ftjob-1": job("succeeded")}
    async with answering(by_path(answers), settings) as platform:
        await platform.cancel(RUN)


async def test_a_server_that_keeps_no_events_still_tells_of_its_runs(settings: OpenAISettings) -> None:
    answers = {"GET /fine_tuning/jobs/ftjob-1": job("running")}
    async with answering(by_path(answers), settings) as platform:
        assert (await platform.status(RUN)).state is RunState.RUNNING
        assert not await platform.events(RUN)
        assert await platform.metrics(RUN) == Metrics()


async def test_a_success_without_a_model_is_no_answer(settings: OpenAISettings) -> None:
    answers = {"GET /fine_tuning/jobs/ftjob-1": job("succeeded")}
    async with answering(by_path(answers), settings) as platform:
        with pytest.raises(PlatformAwayError, match="it names none"):
            await platform.result(RUN)


async def test_a_run_that_failed_has_no_model_and_a_reason(settings: OpenAISettings) -> None:
    answers = {"GET /fine_tuning/jobs/ftjob-1": job("failed", error={"code": "x", "message": "Too few lines. " * 90})}
    async with answering(by_path(answers), settings) as platform:
        status = await platform.status(RUN)
        assert status.state is RunState.FAILED
        assert status.reason.startswith("Too few lines.")
        assert len(status.reason) <= 500
        with pytest.raises(PlatformRefusedError, match="has made no model: it is failed"):
            await platform.result(RUN)


async def test_curves_come_from_the_table_of_the_results(settings: OpenAISettings) -> None:
    answers = {
        "GET /fine_tuning/jobs/ftjob-1": job("succeeded", result_files=["file-9"]),
        "GET /files/file-9/content": b"step,train_loss,valid_loss\n1,0.9,\n2,0.5,0.7\n",
    }
    async with answering(by_path(answers), settings) as platform:
        metrics = await platform.metrics(RUN)
    assert metrics.curves == {"train_loss": [(1, 0.9), (2, 0.5)], "valid_loss": [(2, 0.7)]}
    assert metrics.last() == {"train_loss": 0.5, "valid_loss": 0.7}


async def test_an_order_with_what_it_has_not_is_refused_before_it_is_asked(settings: OpenAISettings) -> None:
    wrong = replace(order(), hyperparameters={"beta": 0.1})
    async with answering(always(500), settings) as platform:
        with pytest.raises(PlatformRefusedError, match=r"knows no hyper-parameter beta of supervised: it has epochs"):
            await platform.create(wrong, {Side.TRAIN: "file-1"})


async def test_a_server_without_metadata_finds_a_run_by_its_file(settings: OpenAISettings, file: TrainingFile) -> None:
    wanted = order()

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/files"):
            return httpx2.Response(200, json={"data": [kept(wanted, file, "processed")]})
        if "metadata" in str(request.url):
            return httpx2.Response(400, json={"error": {"message": "Unknown parameter: metadata."}})
        others = {"id": "ftjob-0", "training_file": "file-0"}
        return httpx2.Response(200, json={"data": [job("queued") | others, job("queued", training_file="file-1")]})

    async with answering(answer, settings) as platform:
        assert await platform.find(wanted) == RUN
        assert await platform.create(wanted, {Side.TRAIN: "file-1"}) == RUN


async def test_a_server_that_says_nothing_to_a_removal_has_done_it(settings: OpenAISettings) -> None:
    answers = by_path({"GET /files": {"data": []}, "DELETE /files/file-1": b""})
    async with answering(answers, settings) as platform:
        await platform.discard(order(), {Side.TRAIN: "file-1"})
