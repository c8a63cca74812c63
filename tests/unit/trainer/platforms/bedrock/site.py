"""Where the tests tune at Bedrock: settings that lead to an imitation of AWS, and credentials of nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from tests.unit.trainer.platforms.bedrock.imitation import REGION, ImitatedAws, imitated_aws

BUCKET = "acme-training"
ROLE = "arn:aws:iam::123456789012:role/bedrock-reads"
ELSEWHERE = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK", "AWS_REGION", "AWS_DEFAULT_REGION")


def as_nobody(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Nothing of this machine's own is looked at."""
    for name in ELSEWHERE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))


@contextmanager
def aws_with_bucket() -> Iterator[ImitatedAws]:
    with imitated_aws() as imitation:
        s3_of(imitation).create_bucket(Bucket=BUCKET)
        imitation.calls.clear()
        yield imitation


def settings_of(aws: ImitatedAws) -> BedrockSettings:
    return BedrockSettings(
        bedrock_region=REGION,
        bedrock_bucket=BUCKET,
        bedrock_role_arn=ROLE,
        bedrock_endpoint_url=aws.url,
        bedrock_s3_endpoint_url=aws.url,
        bedrock_timeout_s=20,
    )


def s3_of(imitation: ImitatedAws) -> Any:
    return _session().client("s3", endpoint_url=imitation.url)


@cache
def _session() -> Any:
    """One for all tests: each reads many files of AWS's descriptions."""
    return boto3.session.Session(aws_access_key_id="an-id", aws_secret_access_key="a-secret", region_name=REGION)
