"""Bedrock over real sockets: what is asked, who asks, and what comes of it."""

from pathlib import Path

import pytest

from ratchet_common.events import Usage
from ratchet_providers.base import ProviderError
from ratchet_providers.bedrock.credentials import BearerToken, NamedKeys
from ratchet_providers.bedrock.provider import Bedrock, region_url
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire
from tests.unit.providers.bedrock.aws import answer_of, serialized, whole
from tests.unit.providers.bedrock.imitation import KEYS, MODEL, asking, bedrock, named_keys, secret

ANSWER = answer_of({"text": "On Monday."})


async def test_a_whole_answer() -> None:
    async with bedrock(whole(ANSWER)) as (its, met):
        answer = await its.answer(asking())
    assert (answer.output, answer.finish, answer.usage) == (
        "On Monday.",
        "stop",
        Usage(input_tokens=20, output_tokens=3),
    )
    assert met.asked[0].path == "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse"
    assert met.asked[0].json == {"messages": [{"role": "user", "content": [{"text": "When do we ship?"}]}]}


@pytest.mark.parametrize(
    "model",
    [
        MODEL,
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
        "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456",
        "amazon.nova-lite-v1:0",
    ],
)
async def test_each_request_is_signed_and_names_its_model_as_botocore_would(model: str) -> None:
    async with bedrock(whole(ANSWER), path="/pre/fix") as (its, met):
        await its.answer(asking(model))
    (asked,) = met.asked
    assert asked.path == "/pre/fix" + serialized(model, asked.json)[0]
    assert asked.headers["x-amz-security-token"] == KEYS.session_token
    assert asked.is_signed_by(KEYS)
    assert not asked.is_signed_by(KEYS._replace(secret_key="another"))


async def test_a_bearer_token_takes_the_signatures_place(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("bedrock-api-key-abc\n")
    token = BearerToken(Secret(f"file:{tmp_path / 'token'}"))
    async with bedrock(whole(ANSWER), credentials=token) as (its, met):
        await its.answer(asking())
    assert met.asked[0].headers["authorization"] == "Bearer bedrock-api-key-abc"
    assert "x-amz-date" not in met.asked[0].headers


async def test_new_keys_sign_the_next_request(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("access", "secret")]
    for file, value in zip(files, ("AKID1", "s1"), strict=True):
        file.write_text(value)
    keys = NamedKeys(*(Secret(f"file:{file}") for file in files))
    refusal = whole({"message": "x"}, 403, "x-amzn-errortype: ExpiredTokenException")
    async with bedrock(refusal, credentials=keys) as (its, met):
        with pytest.raises(ProviderError, match="ExpiredTokenException"):
            await its.answer(asking())
        for file, value in zip(files, ("AKID2", "s2"), strict=True):
            file.write_text(value)
        with pytest.raises(ProviderError):
            await its.answer(asking())
    assert "Credential=AKID1/" in met.asked[0].headers["authorization"]
    assert "Credential=AKID2/" in met.asked[1].headers["authorization"]


async def test_keys_that_cannot_be_read_are_a_failure_of_ours() -> None:
    async with bedrock(whole(ANSWER), credentials=BearerToken(Secret("file:/nowhere"))) as (its, _):
        with pytest.raises(ProviderError) as failed:
            await its.answer(asking())
    assert failed.value.kind == "unauthorized"


@pytest.mark.parametrize(
    ("bits", "kind"),
    [
        ((whole({"message": "x"}, 400, "x-amzn-errortype: ValidationException"),), "bad_request"),
        ((whole({"message": "x"}, 503, "x-amzn-errortype: ServiceUnavailableException"),), "overloaded"),
        ((whole({"message": "x"}, 404, "x-amzn-errortype: ResourceNotFoundException"),), "no_such_model"),
        ((whole(ANSWER)[:-30], -1.0), "unavailable"),
        ((whole({"output": "x"}),), "malformed"),
    ],
)
async def test_nor_is_it_where_the_whole_was_asked_for(bits: tuple[bytes | float, ...], kind: str) -> None:
    async with bedrock(*bits) as (its, _):
        with pytest.raises(ProviderError) as failed:
            await its.answer(asking())
    assert failed.value.kind == kind


async def test_what_cannot_be_asked_is_not_asked() -> None:
    async with bedrock(whole(ANSWER)) as (its, met):
        with pytest.raises(ProviderError, match="n: Bedrock gives one answer"):
            await its.answer(asking(fields={"n": 2}))
        with pytest.raises(ProviderError, match="n: Bedrock gives one answer"):
            await anext(its.stream(asking(fields={"n": 2})))
        assert met.connections == 0


async def test_a_family_can_be_named_where_the_models_id_does_not_tell_it() -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
    async with bedrock(whole(ANSWER), like="anthropic.claude-opus-4-7") as (its, met):
        await its.answer(asking(arn, fields={"temperature": 0.5}))
        assert not its.family(arn).continues
    assert "inferenceConfig" not in met.asked[0].json


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("us-east-1", "https://bedrock-runtime.us-east-1.amazonaws.com"),
        ("us-gov-west-1", "https://bedrock-runtime.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", "https://bedrock-runtime.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_where_a_regions_bedrock_is(region: str, url: str) -> None:
    assert region_url(region) == url


async def test_a_wrong_place_is_said_at_once() -> None:
    async with Wire() as wire:
        for region, base_url in (("", ""), ("us east", ""), ("us-east-1", "ftp://x")):
            with pytest.raises(ValueError):  # noqa: PT011
                Bedrock(wire, region, named_keys(), base_url=base_url)


async def test_a_token_is_a_secret_that_nothing_shows() -> None:
    async with bedrock(whole({"message": "x"}, 403), credentials=BearerToken(secret("abc-secret"))) as (its, _):
        with pytest.raises(ProviderError) as failed:
            await its.answer(asking())
    assert "abc-secret" not in repr(failed.value)
