"""Bedrock before an imitation of AWS on a socket: what is sent, how often, and what comes of each bad day."""

from pathlib import Path

import pytest

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.bedrock.platform import BedrockPlatform
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from ratchet_trainer.platforms.platform import (
    PlatformAwayError,
    PlatformRefusedError,
    RunGoneError,
    RunState,
)
from tests.unit.trainer.platforms.bedrock.imitation import ImitatedAws
from tests.unit.trainer.platforms.bedrock.orders import CLAUDE, created, file_of, order_of, uploaded
from tests.unit.trainer.platforms.bedrock.site import BUCKET, ROLE, s3_of

CREATE = "CreateModelCustomizationJob"


async def test_a_file_that_is_there_whole_is_not_sent_again(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    order, file = order_of(), file_of(tmp_path)
    first = await bedrock.upload(order, file)
    assert first == await bedrock.upload(order, file) == f"s3://{BUCKET}/ratchet/{order.token}/train.jsonl"
    assert aws.asked("PUT") == 1
    there = s3_of(aws).get_object(Bucket=BUCKET, Key=f"ratchet/{order.token}/train.jsonl")
    assert there["Body"].read() == file.path.read_bytes()


async def test_a_file_whose_answer_was_lost_is_not_sent_again(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    order, file = order_of(), file_of(tmp_path)
    aws.loses_answer("PUT")
    with pytest.raises(PlatformAwayError, match="did not take the file"):
        await bedrock.upload(order, file)
    await bedrock.upload(order, file)
    assert aws.asked("PUT") == 1


async def test_a_file_with_other_content_takes_its_place(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    order = order_of()
    await bedrock.upload(order, file_of(tmp_path, content=b"old\n"))
    await bedrock.upload(order, file_of(tmp_path, content=b"new\n"))  # as long as the old one
    assert s3_of(aws).get_object(Bucket=BUCKET, Key=f"ratchet/{order.token}/train.jsonl")["Body"].read() == b"new\n"


async def test_a_large_file_goes_in_parts(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    order, file = order_of(), file_of(tmp_path, content=b"0123456789abcdef" * (17 * 1024**2 // 16))
    await bedrock.upload(order, file)
    await bedrock.upload(order, file)
    assert aws.asked("PUT") == 2  # parts of 16 MiB, once
    there = s3_of(aws).get_object(Bucket=BUCKET, Key=f"ratchet/{order.token}/train.jsonl")
    assert there["Body"].read() == file.path.read_bytes()


async def test_a_key_of_ones_own_encrypts_files_and_model(
    settings: BedrockSettings, aws: ImitatedAws, tmp_path: Path
) -> None:
    key = "alias/training"
    bedrock, order = BedrockPlatform(settings.model_copy(update={"bedrock_kms_key": key})), order_of()
    await created(bedrock, order, tmp_path)
    head = s3_of(aws).head_object(Bucket=BUCKET, Key=f"ratchet/{order.token}/train.jsonl")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    assert aws.job(order.name).custom_model_kms_key_id == key


async def test_the_job_says_all_that_was_ordered(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    order = order_of(CLAUDE, hyperparameters={"epochs": 3, "learning_rate_multiplier": 1.5})
    run_id = await created(bedrock, order, tmp_path)
    job, folder = aws.job(run_id), f"s3://{BUCKET}/ratchet/{order.token}"
    assert (job.job_name, job.custom_model_name, job.client_request_token) == (order.name, order.name, order.token)
    assert (job.base_model_identifier, job.role_arn, job.customization_type) == (CLAUDE, ROLE, "FINE_TUNING")
    assert job.hyper_parameters == {"epochCount": "3", "learningRateMultiplier": "1.5"}
    assert job.training_data_config == {"s3Uri": f"{folder}/train.jsonl"}
    assert job.validation_data_config == {"validators": [{"s3Uri": f"{folder}/validation.jsonl"}]}
    assert job.output_data_config == {"s3Uri": f"{folder}/output/"}
    assert {"key": "ratchet:tenant", "value": "acme _ sons"} in job.job_tags


async def test_an_order_is_one_job(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    order = order_of()
    assert await created(bedrock, order, tmp_path) == await created(bedrock, order, tmp_path) == order.name
    assert aws.asked(CREATE) == 1


async def test_a_job_whose_answer_was_lost_is_found(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    order = order_of()
    aws.loses_answer(CREATE)
    with pytest.raises(PlatformAwayError, match=f"did not create the job {order.name}: it did not answer"):
        await created(bedrock, order, tmp_path)
    assert await created(bedrock, order, tmp_path) == await bedrock.find(order)
    assert aws.asked(CREATE) == 1


async def test_of_two_workers_who_create_at_once_both_have_the_one_job(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    order, files = order_of(), {Side.TRAIN: f"s3://{BUCKET}/a.jsonl"}
    run_id = await bedrock.create(order, files)
    aws.trouble("GetModelCustomizationJob", 404, "ResourceNotFoundException")  # as it was a moment ago
    assert await bedrock.create(order, files) == run_id
    assert aws.asked(CREATE) == 2


async def test_what_bedrock_says_of_a_failed_job_is_told(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    run_id = await created(bedrock, order_of(), tmp_path)
    aws.fails(run_id, "Line 3 of the training data is too long. " * 40)
    status = await bedrock.status(run_id)
    assert (status.state, status.reason[:41]) == (RunState.FAILED, "Line 3 of the training data is too long. ")
    assert len(status.reason) == 500
    assert (await bedrock.events(run_id))[-1].level == "error"
    with pytest.raises(PlatformRefusedError, match="has no model: it is Failed"):
        await bedrock.result(run_id)


async def test_a_job_is_stopped_once(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    run_id = await created(bedrock, order_of(), tmp_path)
    await bedrock.cancel(run_id)
    await bedrock.cancel(run_id)
    assert (await bedrock.status(run_id)).state is RunState.CANCELLED
    assert aws.asked("StopModelCustomizationJob") == 1


async def test_a_job_that_cannot_be_stopped_yet_is_stopped_later(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    run_id = await created(bedrock, order_of(), tmp_path)
    aws.trouble("StopModelCustomizationJob", 400, "ConflictException", message="It is being checked.")
    with pytest.raises(PlatformAwayError, match="cannot stop the job"):
        await bedrock.cancel(run_id)


async def test_the_files_go_and_the_losses_stay(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    order, s3 = order_of(), s3_of(aws)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    await bedrock.upload(order, file_of(tmp_path, content=b"an earlier version\n"))
    run_id = await created(bedrock, order, tmp_path)
    losses = f"ratchet/{order.token}/output/model-customization-job-x/training_artifacts/step_wise_training_metrics.csv"
    s3.put_object(Bucket=BUCKET, Key=losses, Body=b"step_number,epoch_number,training_loss\n0,0,1.5\n1,0,1.25\n")
    await bedrock.discard(order, await uploaded(bedrock, order, tmp_path))
    left = s3.list_object_versions(Bucket=BUCKET)
    assert [one["Key"] for one in left["Versions"]] == [losses]
    assert "DeleteMarkers" not in left
    assert (await bedrock.metrics(run_id)).curves == {"train_loss": [(0, 1.5), (1, 1.25)]}


async def test_what_was_uploaded_by_a_worker_that_died_is_removed_too(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    order = order_of()
    await uploaded(bedrock, order, tmp_path)
    await bedrock.discard(order, {})
    assert "Contents" not in s3_of(aws).list_objects_v2(Bucket=BUCKET)


async def test_a_run_that_bedrock_does_not_know_is_gone(bedrock: BedrockPlatform) -> None:
    with pytest.raises(RunGoneError, match="knows no customization job ratchet-x"):
        await bedrock.status("ratchet-x")
