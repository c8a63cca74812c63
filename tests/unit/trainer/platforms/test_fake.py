"""The fake keeps the promises of the real ones, and has their bad days."""

from pathlib import Path

import pytest

from ratchet_trainer.platforms.platform import (
    PlatformAwayError,
    PlatformRefusedError,
    RunGoneError,
    RunState,
    TuningPlatform,
)
from tests.unit.trainer.platforms.fake import FakePlatform
from tests.unit.trainer.platforms.promises import PROMISES, Promise, Trial, name_of, order, training_files


@pytest.fixture
def fake() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def trial(fake: FakePlatform, tmp_path: Path) -> Trial:
    platform: TuningPlatform = fake
    return Trial(platform, order(), training_files(tmp_path))


@pytest.mark.parametrize("promise", PROMISES, ids=name_of)
async def test_it_keeps(promise: Promise, trial: Trial) -> None:
    await promise(trial)


async def test_what_is_lost_after_it_was_done_is_found_and_not_done_again(fake: FakePlatform, trial: Trial) -> None:
    fake.loses_answer("upload")
    fake.loses_answer("create")
    with pytest.raises(PlatformAwayError):
        await trial.uploaded()
    with pytest.raises(PlatformAwayError):
        await trial.created()
    run_id = await trial.created()
    assert await fake.find(trial.order) == run_id
    assert len(fake.sent) == len(set(fake.sent)) == 2
    assert fake.created == [trial.order.token]


async def test_it_is_away_as_often_as_it_was_told(fake: FakePlatform, trial: Trial) -> None:
    fake.away("create", 2, retry_after_s=7)
    for _ in range(2):
        with pytest.raises(PlatformAwayError) as away:
            await trial.created()
        assert away.value.retry_after_s == 7
    await trial.created()
    assert fake.calls.count("create") == 3
    assert fake.created == [trial.order.token]


async def test_it_refuses_with_a_sentence(fake: FakePlatform, trial: Trial) -> None:
    fake.refuses("upload", "The key is wrong.")
    with pytest.raises(PlatformRefusedError, match=r"The key is wrong\."):
        await trial.uploaded()
    assert not fake.sent


async def test_a_run_that_fails_says_why_and_has_no_model(fake: FakePlatform, trial: Trial) -> None:
    fake.fails_with = "The loss became infinite."
    run_id = await trial.created()
    last = (await trial.until_ended(run_id))[-1]
    assert (last.state, last.reason) == (RunState.FAILED, "The loss became infinite.")
    with pytest.raises(PlatformRefusedError, match="no model"):
        await fake.result(run_id)


async def test_a_file_that_is_not_there_makes_no_run(fake: FakePlatform, trial: Trial) -> None:
    files = await trial.uploaded()
    await fake.discard(trial.order, files)
    with pytest.raises(PlatformRefusedError, match="has no file"):
        await fake.create(trial.order, files)


async def test_runs_of_a_process_end_with_it(tmp_path: Path) -> None:
    fake = FakePlatform(in_process=True)
    trial = Trial(fake, order(), training_files(tmp_path))
    run_id = await trial.created()
    fake.restart()
    assert await fake.find(trial.order) is None
    with pytest.raises(RunGoneError):
        await fake.status(run_id)
