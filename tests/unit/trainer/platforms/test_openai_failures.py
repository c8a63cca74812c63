"""What the platform openai makes of answers that are none."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.openai.composing import openai_platform
from ratchet_trainer.platforms.openai.settings import OpenAISettings
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError, RunGoneError, TrainingFile
from tests.unit.trainer.platforms.openai_answers import (
    KEY,
    QUICK,
    RUN,
    STEPS,
    Answer,
    At,
    Step,
    always,
    answering,
    by_path,
    job,
    says,
    settings_in,
)
from tests.unit.trainer.platforms.promises import order, training_files


@pytest.fixture
def settings(tmp_path: Path) -> OpenAISettings:
    return settings_in(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> TrainingFile:
    return training_files(tmp_path)[Side.TRAIN]


@pytest.fixture(params=STEPS)
def step(request: pytest.FixtureRequest) -> Step:
    return STEPS[request.param]


@pytest.mark.parametrize(
    "broken",
    [
        always(200, b"<html>It works!</html>"),
        always(200, b""),
        always(200, b'{"data": [{"id": "ftj'),
        always(200, b'{"data": 7, "id": 7}'),
        always(200, b"[]"),
        always(200, b"\xff\xfe\x00"),
        always(200, b"[" * 100_000),
    ],
    ids=["html", "nothing", "cut", "other kinds", "a list", "no text", "deep"],
)
async def test_garbage_is_no_answer(broken: Answer, step: Step, settings: OpenAISettings, file: TrainingFile) -> None:
    async with answering(broken, settings) as platform:
        with pytest.raises(PlatformAwayError, match=r"platform openai was asked to .*cannot be read"):
            await step(At(platform, order(), file))


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 529])
async def test_busy_or_broken_is_asked_again_later(
    status: int, step: Step, settings: OpenAISettings, file: TrainingFile
) -> None:
    async with answering(says(status, "Come again."), settings) as platform:
        with pytest.raises(PlatformAwayError, match=rf"just now \(status {status}\): Come again\."):
            await step(At(platform, order(), file))


async def test_when_it_wants_to_be_asked_again_is_kept(settings: OpenAISettings) -> None:
    async with answering(always(429, b"{}", {"Retry-After": "17"}), settings) as platform:
        with pytest.raises(PlatformAwayError) as away:
            await platform.status(RUN)
    assert away.value.retry_after_s == 17


@pytest.mark.parametrize("status", [400, 403, 413, 422])
async def test_what_it_does_not_take_is_refused_in_its_words(
    status: int, step: Step, settings: OpenAISettings, file: TrainingFile
) -> None:
    async with answering(says(status, "Not so."), settings) as platform:
        with pytest.raises(PlatformRefusedError, match=rf"refused to .* \(status {status}\): Not so\."):
            await step(At(platform, order(), file))


async def test_its_words_are_cut_and_hold_no_key(settings: OpenAISettings) -> None:
    async with answering(says(403, f"{KEY} may not. " + "Never. " * 500), settings) as platform:
        with pytest.raises(PlatformRefusedError) as refused:
            await platform.status(RUN)
    assert KEY not in refused.value.detail
    assert len(refused.value.detail) < 500


async def test_an_unknown_model_is_refused(settings: OpenAISettings) -> None:
    listed: dict[str, object] = {"GET /fine_tuning/jobs": {"data": []}}
    async with answering(by_path(listed), settings) as platform:
        with pytest.raises(PlatformRefusedError, match=r"refused to tune no-such-model \(status 404\): It is a 404\."):
            await platform.create(order("no-such-model"), {Side.TRAIN: "file-1"})


@pytest.mark.parametrize("step", ["status", "events", "cancel", "result", "metrics"])
async def test_a_run_that_it_does_not_know_is_gone(step: str, settings: OpenAISettings, file: TrainingFile) -> None:
    async with answering(by_path({}), settings) as platform:
        with pytest.raises(RunGoneError, match=RUN):
            await STEPS[step](At(platform, order(), file))


async def test_one_that_says_nothing_is_not_waited_for(
    step: Step, settings: OpenAISettings, file: TrainingFile
) -> None:
    def silent(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("Nothing came.", request=request)

    async with answering(silent, settings) as platform:
        with pytest.raises(PlatformAwayError, match="took too long when it was asked to"):
            await step(At(platform, order(), file))


async def test_one_that_cannot_be_reached_is_away(step: Step, settings: OpenAISettings, file: TrainingFile) -> None:
    platform = openai_platform(settings.model_copy(update={"openai_base_url": "http://127.0.0.1:9/v1"}), QUICK)
    with pytest.raises(PlatformAwayError, match=r"connection failed \(ConnectError\)"):
        await step(At(platform, order(), file))
    await platform.close()


class Endless(httpx2.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" " * 2**20


async def test_an_answer_without_an_end_is_cut_off(settings: OpenAISettings) -> None:
    def endless(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=Endless())

    async with answering(endless, settings) as platform:
        with pytest.raises(PlatformAwayError, match="more than 33554432 bytes"):
            await platform.status(RUN)


async def test_a_list_that_turns_in_a_circle_is_no_answer(settings: OpenAISettings) -> None:
    same = {"GET /fine_tuning/jobs": {"data": [job("running")], "has_more": True}}
    async with answering(by_path(same), settings) as platform:
        with pytest.raises(PlatformAwayError, match="each of its pages is the same"):
            await platform.find(order())


async def test_a_list_without_an_end_is_refused_before_anything_is_made_twice(settings: OpenAISettings) -> None:
    def growing(request: httpx2.Request) -> httpx2.Response:
        assert request.method == "GET"
        after = int(request.url.params.get("after", "0"))
        return httpx2.Response(200, json={"data": [job("running") | {"id": str(after + 1)}], "has_more": True})

    async with answering(growing, settings) as platform:
        with pytest.raises(PlatformRefusedError, match="after 100 pages there is no end"):
            await platform.create(order(), {Side.TRAIN: "file-1"})


async def test_a_missing_key_is_named_with_its_setting(
    step: Step, settings: OpenAISettings, file: TrainingFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    nowhere = settings.model_copy(update={"openai_key": "env:OPENAI_API_KEY"})
    async with answering(always(200), nowhere) as platform:
        with pytest.raises(
            PlatformRefusedError, match=r"TRAINER_OPENAI_KEY names .*variable OPENAI_API_KEY is not set"
        ):
            await step(At(platform, order(), file))


async def test_a_key_that_is_exchanged_works_at_once(settings: OpenAISettings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers["Authorization"])
        return httpx2.Response(200, json=job("queued"))

    async with answering(answer, settings.model_copy(update={"openai_key": "env:TUNING_KEY"})) as platform:
        for key in ("first", "second"):
            monkeypatch.setenv("TUNING_KEY", key)
            await platform.status(RUN)
    assert seen == ["Bearer first", "Bearer second"]
