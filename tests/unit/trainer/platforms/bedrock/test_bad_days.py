"""Bedrock on a bad day: each has its own refusal that says what to do, or is waited out."""

from dataclasses import replace
from pathlib import Path

import pytest

from ratchet_trainer.platforms.bedrock.platform import BedrockPlatform
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError, RunState
from tests.unit.trainer.platforms.bedrock.imitation import ImitatedAws
from tests.unit.trainer.platforms.bedrock.orders import created, file_of, order_of

CREATE = "CreateModelCustomizationJob"


@pytest.mark.parametrize("missing", ["bedrock_bucket", "bedrock_role_arn"])
async def test_a_setting_that_is_missing_is_named_when_a_job_wants_it(
    settings: BedrockSettings, tmp_path: Path, missing: str
) -> None:
    bedrock = BedrockPlatform(settings.model_copy(update={missing: ""}))
    with pytest.raises(PlatformRefusedError, match=f"needs TRAINER_{missing.upper()}"):
        await bedrock.upload(order_of(), file_of(tmp_path))


async def test_without_a_region_the_setting_is_named(settings: BedrockSettings, tmp_path: Path) -> None:
    bedrock = BedrockPlatform(settings.model_copy(update={"bedrock_region": ""}))
    with pytest.raises(PlatformRefusedError, match="set TRAINER_BEDROCK_REGION"):
        await bedrock.upload(order_of(), file_of(tmp_path))


async def test_without_credentials_it_is_said_where_to_put_them(
    bedrock: BedrockPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(PlatformRefusedError, match=r"finds no credentials for AWS.*AWS_ACCESS_KEY_ID"):
        await bedrock.upload(order_of(), file_of(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    await bedrock.upload(order_of(), file_of(tmp_path))  # they are heard of without a restart


async def test_a_bucket_that_is_not_there_is_refused(settings: BedrockSettings, tmp_path: Path) -> None:
    bedrock = BedrockPlatform(settings.model_copy(update={"bedrock_bucket": "nobodys-bucket"}))
    with pytest.raises(PlatformRefusedError, match=r"NoSuchBucket.*Set TRAINER_BEDROCK_BUCKET"):
        await bedrock.upload(order_of(), file_of(tmp_path))


async def test_a_bucket_of_somebody_else_is_refused_with_what_it_needs(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    aws.trouble("HEAD", 403)
    with pytest.raises(PlatformRefusedError, match=r"s3:ListBucket on the bucket"):
        await bedrock.upload(order_of(), file_of(tmp_path))


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AccessDeniedException"), (400, "ValidationException"), (404, "ResourceNotFoundException")],
)
async def test_what_aws_refuses_it_says_why(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path, status: int, code: str
) -> None:
    aws.trouble(CREATE, status, code, message="Because of this. " * 100)
    with pytest.raises(
        PlatformRefusedError, match=rf"did not create the job ratchet-\w+ \({code}\): Because"
    ) as refused:
        await created(bedrock, order_of(), tmp_path)
    assert len(refused.value.detail) < 1000


async def test_wrong_credentials_are_refused(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    aws.trouble("GetModel", 403, "UnrecognizedClientException", message="The security token is invalid.")
    with pytest.raises(PlatformRefusedError, match="Give this service credentials that are good"):
        await created(bedrock, order_of(), tmp_path)


async def test_a_model_that_bedrock_does_not_have_is_refused(bedrock: BedrockPlatform, tmp_path: Path) -> None:
    with pytest.raises(PlatformRefusedError, match="model identifier is invalid"):
        await created(bedrock, order_of("amazon.nova-nobody-v9:0"), tmp_path)


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "ThrottlingException"), (500, "InternalServerException"), (503, "ServiceUnavailable"), (502, "")],
)
async def test_a_bad_hour_of_bedrocks_is_waited_out(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path, status: int, code: str
) -> None:
    order = order_of()
    aws.trouble(CREATE, status, code)
    with pytest.raises(PlatformAwayError):
        await created(bedrock, order, tmp_path)
    assert aws.asked(CREATE) == 1  # who runs the job has the patience
    assert await created(bedrock, order, tmp_path) == order.name


async def test_how_long_to_wait_is_what_aws_says(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    aws.says(CREATE, b"{}", ("x-amzn-ErrorType", "ThrottlingException"), ("Retry-After", "7"), status=429)
    with pytest.raises(PlatformAwayError) as away:
        await created(bedrock, order_of(), tmp_path)
    assert away.value.retry_after_s == 7


@pytest.mark.parametrize(
    "garbage", [b"<html>Welcome to the hotel", b"[]", b'"no"', b"\xff\xfe", b"{}", b'{"status": "Dancing"}']
)
async def test_an_answer_that_cannot_be_read_is_another_day(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path, garbage: bytes
) -> None:
    run_id = await created(bedrock, order_of(), tmp_path)
    aws.says("GetModel", garbage)
    with pytest.raises(PlatformAwayError, match="cannot be read"):
        await bedrock.status(run_id)
    assert (await bedrock.status(run_id)).state is RunState.RUNNING


async def test_nobody_at_the_other_end_is_another_day(settings: BedrockSettings) -> None:
    bedrock = BedrockPlatform(settings.model_copy(update={"bedrock_endpoint_url": "http://127.0.0.1:9"}))
    with pytest.raises(PlatformAwayError, match="EndpointConnectionError"):
        await bedrock.status("ratchet-x")


async def test_an_address_that_is_none_is_refused(settings: BedrockSettings) -> None:
    bedrock = BedrockPlatform(settings.model_copy(update={"bedrock_endpoint_url": "http://[not-a-host"}))
    with pytest.raises(PlatformRefusedError, match="TRAINER_BEDROCK_ENDPOINT_URL"):
        await bedrock.status("ratchet-x")


async def test_pairs_of_answers_are_refused(bedrock: BedrockPlatform, tmp_path: Path) -> None:
    with pytest.raises(PlatformRefusedError, match="does not tune by dpo"):
        await created(bedrock, replace(order_of(), method="dpo"), tmp_path)


async def test_nothing_of_the_files_is_in_what_is_refused(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    aws.trouble("PUT", 403)
    with pytest.raises(PlatformRefusedError) as refused:
        await bedrock.upload(order_of(), file_of(tmp_path, content=b'{"text": "Ann has the flu"}\n'))
    assert "flu" not in refused.value.detail
