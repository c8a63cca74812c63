"""What Bedrock says, and leaves in the bucket, in our words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.platforms.bedrock.curves import MOST_POINTS, curves_of, is_table, thinned
from ratchet_trainer.platforms.bedrock.failing import failure
from ratchet_trainer.platforms.bedrock.hyperparameters import as_bedrock_says
from ratchet_trainer.platforms.bedrock.run import Job, events_of, read, status_of
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError, RunState
from tests.unit.trainer.platforms.bedrock.orders import CLAUDE, NOVA

BEGAN = datetime(2026, 11, 26, 9, tzinfo=UTC)
TRAINING = "out/model-customization-job-x/training_artifacts/step_wise_training_metrics.csv"
VALIDATION = "out/model-customization-job-x/validation_artifacts/post_fine_tuning_validation/validation_metrics.csv"


def job_of(status: str = "InProgress", **its: Any) -> Job:
    place = {"s3Uri": "s3://bucket/out/"}
    told = {"jobName": "ratchet-1", "status": status, "creationTime": BEGAN, "outputDataConfig": place}
    return read(told | its, Job)


def phases(validation: str, processing: str, training: str) -> dict[str, Any]:
    later = BEGAN + timedelta(minutes=5)
    names = ("validationDetails", "dataProcessingDetails", "trainingDetails")
    statuses = zip(names, (validation, processing, training), strict=True)
    return {name: {"status": status, "creationTime": BEGAN, "lastModifiedTime": later} for name, status in statuses}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("InProgress", RunState.RUNNING),
        ("Stopping", RunState.RUNNING),
        ("Completed", RunState.SUCCEEDED),
        ("Failed", RunState.FAILED),
        ("Stopped", RunState.CANCELLED),
    ],
)
def test_every_status_of_bedrocks_has_its_state(status: str, state: RunState) -> None:
    assert status_of(job_of(status)).state is state


def test_a_job_of_which_no_phase_has_begun_waits() -> None:
    job = job_of(statusDetails=phases("NotStarted", "NotStarted", "NotStarted"))
    assert status_of(job).state is RunState.WAITING
    assert [event.message for event in events_of(job)] == ["The job was created."]


def test_phases_are_what_happened() -> None:
    job = job_of(
        "Failed",
        statusDetails=phases("Completed", "Failed", "NotStarted"),
        endTime=BEGAN + timedelta(hours=1),
        failureMessage="The data cannot be read.",
    )
    assert [(event.level, event.message) for event in events_of(job)] == [
        ("info", "The job was created."),
        ("info", "Checking the data: Completed."),
        ("error", "Preparing the data: Failed."),
        ("error", "The job failed: The data cannot be read."),
    ]


def test_words_on_a_job_that_has_not_failed_are_no_reason() -> None:
    assert not status_of(job_of("Completed", failureMessage="old words")).reason


def test_tables_of_losses_are_curves() -> None:
    metrics = curves_of(
        {
            TRAINING: b"step_number,epoch_number,training_loss,perplexity\n0,0,2.5,12.2\n1,0,2.0,7.4\n2,1,",
            VALIDATION: b"step_number,epoch_number,validation_loss,perplexity\n2,1,2.25,9.5\n2,1,2.125,8.4\nx,1,nan,\n",
        }
    )
    assert metrics.curves == {
        "train_loss": [(0, 2.5), (1, 2.0)],
        "train_perplexity": [(0, 12.2), (1, 7.4)],
        "valid_loss": [(2, 2.125)],
        "valid_perplexity": [(2, 8.4)],
    }


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"<html>", b"step_number\n1\n", b"a,b\n1,2,3\n"])
def test_what_is_no_table_of_losses_adds_nothing(content: bytes) -> None:
    assert not curves_of({TRAINING: content}).curves


def test_other_files_in_the_bucket_are_no_tables() -> None:
    assert is_table(TRAINING)
    assert is_table(VALIDATION)
    assert not is_table("out/manifest.json")
    assert not is_table("ratchet/1/train.jsonl")


@given(st.integers(1, 3000))
def test_long_curves_keep_their_ends_and_their_order(length: int) -> None:
    points = [(step, float(step)) for step in range(length)]
    kept = thinned(points)
    assert len(kept) == min(length, MOST_POINTS)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert kept == sorted(set(kept))


def test_each_family_has_its_words() -> None:
    assert as_bedrock_says(NOVA, {"epochs": 2, "learning_rate": 0.00001, "warmup_steps": 10}) == {
        "epochCount": "2",
        "learningRate": "0.00001",
        "learningRateWarmupSteps": "10",
        "batchSize": "1",
    }
    assert as_bedrock_says(CLAUDE, {"batch_size": 32, "early_stopping_threshold": 0.001}) == {
        "batchSize": "32",
        "earlyStoppingThreshold": "0.001",
    }
    assert as_bedrock_says("meta.llama3-1-8b-instruct-v1:0:128k", {"epochs": 100.0}) == {
        "epochCount": "100",
        "batchSize": "1",
    }


def test_a_word_that_the_family_does_not_have_is_refused() -> None:
    with pytest.raises(PlatformRefusedError, match="has no hyper-parameter learning_rate_multiplier") as refused:
        as_bedrock_says(NOVA, {"learning_rate_multiplier": 1.5})
    assert refused.value.extra == {"field": "hyperparameters.learning_rate_multiplier"}


def test_a_model_of_no_known_family_is_refused() -> None:
    with pytest.raises(PlatformRefusedError, match="cohere"):
        as_bedrock_says("cohere.command-light-text-v14", {})


def test_a_quota_that_is_used_up_is_asked_for_again_later() -> None:
    failed = failure("create the job a", "ServiceQuotaExceededException", "Two jobs run already")
    assert isinstance(failed, PlatformAwayError)
    assert failed.retry_after_s >= 60


def test_what_was_signed_is_not_repeated() -> None:
    said = "The canonical string should have been 'POST x-amz-security-token:IQoJb3JpZ2lu'"
    failed = failure("create the job a", "InvalidSignatureException", said, status=403)
    assert "IQoJb3JpZ2lu" not in str(failed)
    assert "AWS_SECRET_ACCESS_KEY" in str(failed)


@given(st.text(), st.text(max_size=600), st.integers(100, 599), st.text())
def test_whatever_aws_says_becomes_a_short_sentence(code: str, said: str, status: int, after: str) -> None:
    failed = failure("create the job a", code[:50], said, status=status, retry_after=after)
    assert "AWS did not create the job a" in str(failed)
    assert len(str(failed)) < 1000
