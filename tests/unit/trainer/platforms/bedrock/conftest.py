from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from ratchet_trainer.platforms.bedrock.platform import BedrockPlatform
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from tests.unit.trainer.platforms.bedrock.imitation import REGION, ImitatedAws, imitated_aws

BUCKET = "acme-training"
ROLE = "arn:aws:iam::123456789012:role/bedrock-reads"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of nobody, and nothing of this machine's own."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@pytest.fixture
def aws(_credentials: None) -> Iterator[ImitatedAws]:
    with imitated_aws() as imitation:
        s3_of(imitation).create_bucket(Bucket=BUCKET)
        imitation.calls.clear()
        yield imitation


@pytest.fixture
def settings(aws: ImitatedAws) -> BedrockSettings:
    return BedrockSettings(
        bedrock_region=REGION,
        bedrock_bucket=BUCKET,
        bedrock_role_arn=ROLE,
        bedrock_endpoint_url=aws.url,
        bedrock_s3_endpoint_url=aws.url,
        bedrock_timeout_s=20,
    )


@pytest.fixture
async def bedrock(settings: BedrockSettings) -> AsyncIterator[BedrockPlatform]:
    platform = BedrockPlatform(settings)
    yield platform
    await platform.close()


def s3_of(imitation: ImitatedAws) -> Any:
    return _session().client("s3", endpoint_url=imitation.url)


@cache
def _session() -> Any:
    """One for all tests: each reads many files of AWS's descriptions."""
    return boto3.session.Session(aws_access_key_id="an-id", aws_secret_access_key="a-secret", region_name=REGION)
