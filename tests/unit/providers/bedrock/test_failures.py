"""AWS's errors, by name and by word."""

import json

import pytest

from ratchet_providers.bedrock.eventstream import Frame, Frames
from ratchet_providers.bedrock.failures import broken_off, failure
from tests.unit.providers.bedrock.aws import exception

CORAL = b":http://internal.amazon.com/coral/com.amazon.bedrock/"


INVALID = [
    ("Input is too long for requested model.", "too_long"),
    ("The model returned the following errors: prompt is too long: 209353 tokens > 200000 maximum", "too_long"),
    ("too many total text bytes: 26214401 > 26214400", "too_long"),
    ("input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000", "too_long"),
    ("This model's maximum context length is 131072 tokens.", "too_long"),
    ("The maximum tokens you requested exceeds the model limit of 4096.", "bad_request"),
    ("The provided model identifier is invalid.", "no_such_model"),
    ("Invocation of model ID x with on-demand throughput isn\u2019t supported.", "no_such_model"),
    ("This request has been blocked by our content filters.", "filtered"),
    ("The guardrail identifier or version provided in the request does not exist.", "bad_request"),
    ("The text field in the ContentBlock object at messages.0.content.0 is blank.", "bad_request"),
]
NAMED = [
    ("ThrottlingException", 429, "Too many tokens, please wait before trying again.", "rate_limited"),
    ("ThrottlingException", 429, "Too many tokens per day, please wait before trying again.", "quota"),
    ("ServiceQuotaExceededException", 400, "Your request exceeds the service quota.", "quota"),
    ("ModelTimeoutException", 408, "Model has timed out.", "timeout"),
    ("ModelNotReadyException", 429, "Model is not ready for inference.", "overloaded"),
    ("ModelErrorException", 424, "The model failed.", "unavailable"),
    ("InternalServerException", 500, "The system encountered an unexpected error.", "unavailable"),
    ("ServiceUnavailableException", 503, "Bedrock is unable to process your request.", "overloaded"),
    ("AccessDeniedException", 403, "You don't have access to the model.", "unauthorized"),
    ("UnrecognizedClientException", 403, "The security token in the request is invalid.", "unauthorized"),
    ("ExpiredTokenException", 403, "The security token in the request is expired.", "unauthorized"),
    ("InvalidSignatureException", 403, "Signature expired: 20261126T000000Z is now earlier than", "unauthorized"),
    ("ResourceNotFoundException", 404, "This model version has reached the end of its life.", "no_such_model"),
    ("SomethingNewException", 418, "New.", "unavailable"),
    *(("ValidationException", 400, message, kind) for message, kind in INVALID),
]


@pytest.mark.parametrize(("name", "status", "message", "kind"), NAMED)
def test_each_error_has_its_kind_wherever_its_name_stands(name: str, status: int, message: str, kind: str) -> None:
    body = {"message": message}
    for headers, told in (
        ({b"x-amzn-errortype": name.encode() + CORAL}, body),
        ({b"x-amzn-errortype": name.encode()}, {"Message": message}),
        ({}, body | {"__type": f"com.amazon.coral.service#{name}"}),
        ({}, body | {"code": name}),
    ):
        failed = failure(status, headers, json.dumps(told).encode())
        assert (failed.kind, failed.status) == (kind, status)
        assert failed.detail == f"{name}, status {status}"
        assert failed.said is not None
        assert (failed.said.message, failed.said.type) == (message, name)


def test_a_wait_that_is_asked_for_is_kept() -> None:
    assert failure(429, {b"x-amzn-errortype": b"ThrottlingException", b"retry-after": b"7"}, b"{}").retry_after_s == 7


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (502, b"<html>Bad gateway", "unavailable"),
        (429, b"", "rate_limited"),
        (400, b'{"error": {"message": "prompt is too long", "type": "invalid_request_error"}}', "too_long"),
        (403, b'{"message": null}', "unauthorized"),
        (400, b"[" * 100_000, "bad_request"),
    ],
)
def test_what_is_not_awss_is_read_as_any_providers(status: int, body: bytes, kind: str) -> None:
    assert failure(status, {}, body).kind == kind


def test_a_name_that_is_none_does_not_get_into_our_words() -> None:
    assert failure(400, {b"x-amzn-errortype": b"My Secret: x"}, b'{"message": "m"}').detail == "status 400"


@pytest.mark.parametrize(
    ("name", "message", "kind"),
    [
        ("throttlingException", "Too many requests.", "rate_limited"),
        ("modelStreamErrorException", "The model stream failed.", "unavailable"),
        ("internalServerException", "x", "unavailable"),
        ("serviceUnavailableException", "x", "overloaded"),
        ("validationException", "Input is too long for requested model.", "too_long"),
        ("validationException", "x", "bad_request"),
        ("modelTimeoutException", "x", "timeout"),
        ("somethingNewException", "x", "unavailable"),
    ],
)
def test_an_exception_within_a_stream_has_its_kind(name: str, message: str, kind: str) -> None:
    (frame,) = Frames().feed(exception(name, message, originalStatusCode=500))
    failed = broken_off(frame)
    assert failed.kind == kind
    assert failed.detail == f"{name[0].upper()}{name[1:]}, in the stream"
    assert failed.said is not None
    assert failed.said.message == message


def test_an_error_of_the_stream_itself_is_one_too() -> None:
    frame = Frame({":message-type": "error", ":error-code": "InternalFailure", ":error-message": "It broke."}, b"")
    assert (broken_off(frame).kind, broken_off(frame).said.message) == ("unavailable", "It broke.")  # type: ignore[union-attr]
    assert broken_off(Frame({":message-type": "error"}, b"")).kind == "unavailable"
