"""Our signatures are botocore's, byte for byte."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_providers.bedrock.provider import region_url
from ratchet_providers.bedrock.signing import Keys, Place, Signer
from ratchet_providers.wire import Endpoint
from tests.unit.providers.bedrock.aws import signed

MODELS = [
    "amazon.nova-lite-v1%3A0",
    "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0",
    "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc123",
    "plain",
    "~un.res-er_ved",
]
KEYS = [Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), Keys("ASIA", "s" * 40, "IQoJ//+=token")]
MOMENTS = [0, 1_440_938_160, 1_795_564_799, 1_795_564_800]  # the last two: a day's last second, and the next one
URLS = [region_url("us-east-1"), "https://vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com:8443/pre%20fix"]


def ours(signer: Signer, keys: Keys, url: str, body: bytes, at: float) -> dict[str, str]:
    lines = signer.headers(keys, Place.of(url), body, at).decode().split("\r\n")
    assert lines.pop() == ""
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


@pytest.mark.parametrize(("base", "model"), list(product(URLS, MODELS)))
def test_each_signature_is_botocores(base: str, model: str) -> None:
    signer = Signer("us-east-1")  # one for all: what it keeps of one request must not spoil the next
    url = f"{base}/model/{model}/converse"
    for keys, at, body in product(KEYS, MOMENTS, [b"", b"{}", "{\"ü\"}".encode() * 1000]):  # fmt: skip
        expected = signed(keys, url, body, at, "us-east-1")
        assert ours(signer, keys, url, body, at + 0.9).items() <= expected.items()
        assert ("x-amz-security-token" in expected) is bool(keys.session_token)


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 4_000_000_000), st.text("abcXYZ019/+=", min_size=1, max_size=60))
def test_whatever_is_signed(body: bytes, at: int, secret: str) -> None:
    keys, url = Keys("AKID", secret), f"{URLS[0]}/model/m/converse-stream"
    assert (
        ours(Signer("eu-central-1"), keys, url, body, at).items() <= signed(keys, url, body, at, "eu-central-1").items()
    )


def test_what_is_signed_is_what_is_sent() -> None:
    url = f"{URLS[1]}/model/a%3Ab/converse"
    endpoint = Endpoint.of(url, {"Content-Type": "application/json"})
    sent = endpoint.saying(Signer("us-east-1").headers(KEYS[1], Place.of(url), b"{}", 0)).request(b"{}").decode()
    head, _, body = sent.partition("\r\n\r\n")
    assert body == "{}"
    assert head.startswith("POST /pre%20fix/model/a%3Ab/converse HTTP/1.1\r\nHost: vpce-1.bedrock-runtime.")
    assert "X-Amz-Date: 19700101T000000Z\r\n" in head
    assert head.endswith("\r\nContent-Length: 2")
    assert head.count("Content-Type: application/json") == 1
