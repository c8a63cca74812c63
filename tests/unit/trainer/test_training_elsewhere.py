"""Jobs at platforms that work by themselves: what becomes of one, and what is left of it."""

from dataclasses import replace
from datetime import timedelta

from msgspec.structs import replace as replace_model

from ratchet_trainer.platforms.platform import Tuned
from ratchet_trainer.tuning.base_models import BaseModels
from ratchet_trainer.tuning.jobs import JobState, Recipe
from tests.unit.trainer.decision_fakes import dataset, example
from tests.unit.trainer.job_rig import STUDENT, TUNABLE, Rig
from tests.unit.trainer.platforms.fake import FakePlatform

VALIDATED = replace(
    dataset([example(n) for n in range(40)], [example(n) for n in range(40, 50)]),
    validation=[example(n) for n in range(50, 60)],
)


async def test_a_job_leaves_a_version_that_the_platform_serves_by_name_and_nothing_uploaded() -> None:
    rig = Rig(content=VALIDATED)
    job = rig.due("openai")
    await rig.until_quiet()
    done = rig.now_of(job)
    assert [step.state for step in done.history] == ["queued", "preparing", "uploading", "running", "succeeded"]
    (made,) = rig.versions.versions.values()
    assert (made.platform, made.base_model, made.model, made.artifact) == (
        "openai",
        "tunable",
        f"tuned-{job.token}",
        "",
    )
    assert rig.openai.sent == [f"ratchet-{job.token}-train.jsonl", f"ratchet-{job.token}-validation.jsonl"]
    assert rig.openai.created == rig.openai.discarded == [job.token]
    assert not rig.openai.files
    assert done.metrics == {"train_loss": 0.25}


async def test_what_gives_vectors_is_no_version_of_a_task_and_says_where_it_is() -> None:
    vectors = replace_model(TUNABLE, methods={**TUNABLE.methods, "embeddings": "embedding_pairs"})
    rig = Rig(content=VALIDATED, models=BaseModels((STUDENT, vectors)))
    job = rig.due("openai", recipe=Recipe(method="embeddings"))
    await rig.until_quiet()
    done = rig.now_of(job)
    assert (done.state, done.version_id, done.tuned) == (JobState.SUCCEEDED, "", Tuned(model=f"tuned-{job.token}"))
    assert "It gives vectors, and answers nothing" in done.reason
    assert not rig.versions.versions


async def test_it_is_asked_for_ever_more_rarely_and_its_lease_is_free_meanwhile() -> None:
    rig = Rig(openai=FakePlatform("openai", looks=12))
    job = rig.due("openai")
    pauses = []
    while rig.now_of(job).state is not JobState.SUCCEEDED:
        assert await rig.once()
        pauses.append((rig.now_of(job).due_at - rig.clock.time).total_seconds())
        rig.clock.time = max(rig.clock.time, rig.now_of(job).due_at)
    assert pauses[8] > 3 * pauses[2]
    assert max(pauses) <= 1.25 * rig.patience.longest_look.total_seconds()


async def test_a_model_whose_curves_are_refused_is_kept() -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.refuses("metrics", "The bucket may not be read.")
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED
    assert rig.now_of(job).metrics == {}


async def test_uploads_stay_where_that_is_wanted() -> None:
    rig = Rig(keep_uploads=True)
    rig.due("openai")
    await rig.until_quiet()
    assert rig.openai.files
    assert not rig.openai.discarded


async def test_uploads_that_are_kept_go_once_somebody_of_their_dataset_is_forgotten() -> None:
    rig = Rig(keep_uploads=True)
    job = rig.due("openai")
    await rig.until_quiet()
    assert rig.now_of(job).files
    rig.jobs.jobs[job.job_id] = replace(rig.now_of(job), erasures=1, left=True, due_at=rig.clock.time)
    await rig.until_quiet()
    assert not rig.openai.files
    assert not rig.now_of(job).files
    assert rig.now_of(job).state is JobState.SUCCEEDED


async def test_files_that_no_run_has_yet_are_made_anew_without_who_was_forgotten() -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.away("create")
    await rig.once()
    (first,) = rig.openai.files.items()
    assert rig.now_of(job).files
    rig.jobs.jobs[job.job_id] = replace(rig.now_of(job), erasures=1)
    rig.datasets.content = dataset([example(n) for n in range(1, 40)], [])
    await rig.until_running(job)
    (second,) = rig.openai.files.items()
    assert second[1] < first[1]
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED
    assert rig.now_of(job).spared == 1
    assert rig.openai.created == [job.token]


async def test_a_thousand_jobs_that_were_made_together_are_not_asked_for_together() -> None:
    rig = Rig(openai=FakePlatform("openai", looks=10_000))
    jobs = [rig.due("openai") for _ in range(200)]
    for _ in range(5):
        while await rig.once():
            pass
        rig.clock.tick(timedelta(minutes=1))
    due = sorted(rig.now_of(job).due_at for job in jobs)
    assert due[-1] - due[0] > timedelta(seconds=2)
