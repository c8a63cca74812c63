"""The platform with real processes, which outlive the service that started them."""

import asyncio
import os
import signal
import tarfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from ratchet_trainer.artifacts import Artifact, artifacts_at
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.lora.here import SubprocessRunner
from ratchet_trainer.platforms.lora.ordering import Habits
from ratchet_trainer.platforms.lora.platform import LoraPlatform, Means
from ratchet_trainer.platforms.platform import (
    PlatformAwayError,
    PlatformRefusedError,
    RunGoneError,
    RunState,
    TuningPlatform,
)
from ratchet_tuner.process import Process
from ratchet_tuner.status import read_status
from tests.unit.trainer.platforms.lora.rig import RULES, Rig, rig_in, until, until_ended, until_running
from tests.unit.trainer.platforms.promises import PROMISES, Promise, name_of


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig_in(tmp_path) as its:
        yield its


@pytest.mark.parametrize("promise", PROMISES, ids=name_of)
async def test_it_keeps(promise: Promise, rig: Rig) -> None:
    platform: TuningPlatform = rig.platform(replace(RULES, at_once=2))
    slow = "what_was_cancelled_stays_so"
    await promise(replace(rig.trial("slow" if name_of(promise) == slow else "quick"), platform=platform))


async def test_a_process_outlives_the_service_and_the_next_one_finds_it(rig: Rig) -> None:
    first = rig.trial("slow")
    run_id = await first.created()
    await until_running(rig.platform(), run_id)
    process = rig.process(run_id)
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    second = rig.platform()
    assert await second.find(first.order) == run_id
    assert await second.create(first.order, await first.uploaded()) == run_id
    assert (await second.status(run_id)).state is RunState.RUNNING
    assert rig.process(run_id) == process
    await second.cancel(run_id)
    assert (await until_ended(second, run_id)).state is RunState.CANCELLED
    await gone(process)


async def gone(process: Process) -> None:
    while process.lives():  # noqa: ASYNC110  no event comes from a process
        await asyncio.sleep(0.02)


async def test_the_folder_of_a_run_that_ended_goes_and_of_no_other(rig: Rig) -> None:
    platform = rig.platform(replace(RULES, at_once=2))
    running, ended = await rig.trial("slow", platform).created(), await rig.trial("quick", platform).created()
    await until_ended(platform, ended)
    await until_running(platform, running)
    with pytest.raises(PlatformAwayError, match="has not ended yet"):
        await platform.take_down(running, "")
    kept = await platform.result(ended)
    assert await platform.take_down(ended, "")
    assert not (rig.work / ended).exists()
    artifacts_at((rig.folder / "artifacts").as_uri()).path_of(Artifact(kept.artifact, kept.sha256))
    with pytest.raises(RunGoneError):
        await platform.status(ended)
    assert await platform.take_down(ended, "")
    await platform.cancel(running)
    await until_ended(platform, running)


async def test_services_that_look_together_start_one_process(rig: Rig) -> None:
    trial = rig.trial("slow")
    files = await trial.uploaded()
    ids = await asyncio.gather(*(rig.platform().create(trial.order, files) for _ in range(5)))
    assert len(set(ids)) == 1
    await until_running(rig.platform(), ids[0])
    begun = [event for event in await rig.platform().events(ids[0]) if "begins" in event.message]
    assert len(begun) == 1


async def test_a_killed_process_is_started_again(rig: Rig) -> None:
    platform = rig.platform()
    run_id = await rig.trial("slow", platform).created()
    await until_running(platform, run_id)
    killed = rig.process(run_id)
    os.kill(killed.pid, signal.SIGKILL)
    await until(platform, run_id, lambda _: rig.process(run_id) != killed)
    assert (await platform.status(run_id)).state is RunState.RUNNING
    assert any("started again (1 of 2)" in event.message for event in await platform.events(run_id))


async def test_one_whose_machine_goes_down_goes_on_later(rig: Rig) -> None:
    """The system tells every process to stop: nobody has cancelled this run."""
    platform = rig.platform()
    run_id = await rig.trial("slow", platform).created()
    await until_running(platform, run_id)
    told = rig.process(run_id)
    os.kill(told.pid, signal.SIGTERM)
    await until(platform, run_id, lambda _: rig.process(run_id) != told)
    assert (await platform.status(run_id)).state is RunState.RUNNING


async def test_one_that_always_dies_fails_with_its_last_words(rig: Rig) -> None:
    platform = rig.platform()
    run_id = await rig.trial("dying", platform).created()
    status = await until_ended(platform, run_id)
    assert status.state is RunState.FAILED
    assert status.reason.startswith("Its process died 3 times without saying why. Its last words: A pipe burst.")
    assert len([event for event in await platform.events(run_id) if "begins" in event.message]) == 3


async def test_a_dead_process_is_given_some_time(rig: Rig) -> None:
    patient = rig.platform(replace(RULES, silent=timedelta(minutes=5)))
    run_id = await rig.trial("dying", patient).created()
    while not (status := read_status(rig.work / run_id)) or (status.process and status.process.lives()):
        await patient.status(run_id)
        await asyncio.sleep(0.02)
    assert (await patient.status(run_id)).state is RunState.RUNNING
    assert len([event for event in await patient.events(run_id) if "begins" in event.message]) == 1


async def test_what_the_tuner_says_of_its_failure_is_the_reason(rig: Rig) -> None:
    platform = rig.platform()
    status = await until_ended(platform, await rig.trial("failing", platform).created())
    assert (status.state, status.reason) == (RunState.FAILED, "The GPU's memory does not hold it.")


async def test_one_that_does_not_stop_is_killed(rig: Rig) -> None:
    platform = rig.platform(replace(RULES, kill_after=timedelta(0)))
    run_id = await rig.trial("stubborn", platform).created()
    await until_running(platform, run_id)
    await platform.cancel(run_id)
    status = await until_ended(platform, run_id)
    assert (status.state, status.reason) == (RunState.CANCELLED, "It was cancelled.")
    await gone(rig.process(run_id))


async def test_further_runs_wait_and_follow_in_their_order(rig: Rig) -> None:
    platform = rig.platform()
    first, second, third = [rig.trial(kind, platform) for kind in ("slow", "quick", "quick")]
    ids = [await trial.created() for trial in (first, second, third)]
    await until_running(platform, ids[0])
    assert [(await platform.status(run_id)).state for run_id in ids[1:]] == [RunState.WAITING, RunState.WAITING]
    await platform.cancel(ids[0])
    assert (await until_ended(platform, ids[2])).state is RunState.SUCCEEDED  # and nobody asks about the second
    assert (await platform.status(ids[1])).state is RunState.SUCCEEDED


async def test_one_that_waits_is_cancelled_without_a_process(rig: Rig) -> None:
    platform = rig.platform()
    first = await rig.trial("slow", platform).created()
    second = await rig.trial("quick", platform).created()
    await platform.cancel(second)
    assert (await platform.status(second)).state is RunState.CANCELLED
    assert (await platform.status(first)).state in (RunState.WAITING, RunState.RUNNING)
    assert not (rig.work / second / "process.json").exists()


async def test_the_adapter_is_one_file_by_what_is_in_it(rig: Rig) -> None:
    platform, found = rig.platform(), []
    for _ in range(2):
        run_id = await rig.trial("quick", platform).created()
        await until_ended(platform, run_id)
        found.append(await platform.result(run_id))
    assert found[0] == found[1]
    with tarfile.open(Path(found[0].artifact.removeprefix("file://"))) as tar:
        assert tar.getnames() == ["adapter_model.safetensors", "card.json"]


async def test_an_adapter_that_somebody_changed_is_refused(rig: Rig) -> None:
    platform = rig.platform()
    run_id = await rig.trial("quick", platform).created()
    await until_ended(platform, run_id)
    (rig.work / run_id / "adapter" / "card.json").write_text('{"better": true}')
    with pytest.raises(PlatformRefusedError, match="no longer what the run"):
        await platform.result(run_id)


async def test_the_examples_go_and_the_story_stays(rig: Rig) -> None:
    trial = rig.trial("quick")
    run_id = await trial.created()
    await until_ended(rig.platform(), run_id)
    await trial.platform.discard(trial.order, {})
    assert not list((rig.work / run_id).glob("*.jsonl.new")) + list((rig.work / run_id).glob("t*.jsonl"))
    assert (await trial.platform.status(run_id)).state is RunState.SUCCEEDED
    assert await trial.platform.events(run_id)
    assert (await trial.platform.metrics(run_id)).last() == {"train_loss": 1 / 3}
    assert await trial.platform.result(run_id)


async def test_a_file_that_is_there_whole_is_not_copied_again_and_a_broken_one_is(rig: Rig) -> None:
    trial = rig.trial()
    await trial.uploaded()
    place = rig.work / trial.order.token / "train.jsonl"
    before = place.stat().st_ino
    await trial.uploaded()
    assert place.stat().st_ino == before
    place.write_bytes(b"{")
    await trial.uploaded()
    assert place.read_bytes() == trial.files[Side.TRAIN].path.read_bytes()


async def test_a_run_whose_status_nobody_can_read_holds_up_no_other(rig: Rig) -> None:
    platform = rig.platform(replace(RULES, at_once=2))
    broken = await rig.trial("quick", platform).created()
    await until_ended(platform, broken)
    (rig.work / broken / "status.json").write_text("{")
    other = rig.platform(replace(RULES, at_once=2))
    assert (await until_ended(other, await rig.trial("quick", other).created())).state is RunState.SUCCEEDED


async def test_a_python_that_is_not_there_fails_the_run_with_the_settings_name(rig: Rig) -> None:
    means = Means(SubprocessRunner(["/no/python"]), rig.work, Habits(models=rig.models), RULES)
    platform = LoraPlatform(lambda: means, artifacts_at((rig.folder / "artifacts").as_uri()))
    status = await platform.status(await rig.trial("quick", platform).created())
    assert status.state is RunState.FAILED
    assert "set TRAINER_LORA_PYTHON to a Python where ratchet-tuner[gpu] is installed" in status.reason


async def test_nothing_of_the_services_environment_goes_along_but_what_a_tuner_needs(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONGODB_URL", "mongodb://user:password@host")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    platform = rig.platform()
    run_id = await rig.trial("slow", platform).created()
    await until_running(platform, run_id)
    environment = psutil.Process(rig.process(run_id).pid).environ()
    assert environment["CUDA_VISIBLE_DEVICES"] == "1"
    assert "MONGODB_URL" not in environment
