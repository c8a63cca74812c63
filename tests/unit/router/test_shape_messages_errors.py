"""Failures as the official client of Anthropic's raises them; counts as it reads them."""

import anthropic
import httpx2
import msgspec
import pytest
from anthropic.types import MessageTokensCount, UserMessageParam

from ratchet_router.shapes.messages.count import count_body
from ratchet_router.shapes.messages.errors import error_of
from ratchet_router.shapes.messages.read import read_count
from ratchet_router.shapes.shape import Failure
from ratchet_router.too_long import CONTEXT_LENGTH_EXCEEDED as LONG
from ratchet_router.too_long import TooLong

PDF = {"type": "base64", "media_type": "application/pdf", "data": "A" * 140_000}


@pytest.mark.parametrize(
    ("status", "code", "raised", "kind", "told"),
    [
        (400, "invalid", anthropic.BadRequestError, "invalid_request_error", 400),
        (422, "invalid", anthropic.BadRequestError, "invalid_request_error", 400),
        (401, "unauthorized", anthropic.AuthenticationError, "authentication_error", 401),
        (402, "budget-spent", anthropic.APIStatusError, "billing_error", 402),
        (403, "forbidden", anthropic.PermissionDeniedError, "permission_error", 403),
        (404, "unknown-model", anthropic.NotFoundError, "not_found_error", 404),
        (409, "conflict", anthropic.ConflictError, "conflict_error", 409),
        (413, "content-too-large", anthropic.APIStatusError, "request_too_large", 413),
        (429, "rate-limited", anthropic.RateLimitError, "rate_limit_error", 429),
        (500, "bug", anthropic.InternalServerError, "api_error", 500),
        (502, "bad-gateway", anthropic.InternalServerError, "api_error", 502),
        (503, "providers-down", anthropic.InternalServerError, "overloaded_error", 503),
        (503, "not-recorded", anthropic.InternalServerError, "api_error", 503),
        (504, "too-slow", anthropic.InternalServerError, "timeout_error", 504),
        (418, "teapot", anthropic.APIStatusError, "invalid_request_error", 418),
    ],
)
def test_the_client_raises_what_it_should(
    status: int, code: str, raised: type[anthropic.APIStatusError], kind: str, told: int
) -> None:
    answered, body = error_of(Failure(status, code, "It is said here.", param="messages[0].content"))
    transport = httpx2.MockTransport(lambda _: httpx2.Response(answered, content=body))
    with (
        httpx2.Client(transport=transport) as http,
        anthropic.Anthropic(api_key="k", http_client=http, max_retries=0) as client,
        pytest.raises(raised) as failed,
    ):
        client.messages.create(model="m", max_tokens=9, messages=[UserMessageParam(role="user", content="hi")])
    error = failed.value
    assert (error.type, error.api_message, error.error_code, error.status_code) == (
        kind,
        "It is said here.",
        code,
        told,
    )


def test_without_a_code_there_are_no_details() -> None:
    assert error_of(Failure(500, "", "Oh.")) == (
        500,
        b'{"type":"error","error":{"type":"api_error","message":"Oh."}}',
    )


def count(content: object, **how: object) -> int:
    body = {"model": "m", "messages": [{"role": "user", "content": content}], **how}
    return read_count(msgspec.json.encode(body), {}).estimated


def test_a_count_of_our_own_is_called_an_estimate() -> None:
    body = msgspec.json.encode(count_body(count("x" * 400)))
    assert MessageTokensCount.model_validate_json(body).input_tokens == 104
    assert msgspec.json.decode(body)["ratchet"] == {"estimated": True}


def test_everything_that_a_model_reads_counts() -> None:
    plain = count("x" * 400)
    assert count([{"type": "text", "text": "x" * 400}]) == plain
    assert count("x" * 400, system="y" * 40) == plain + 14
    assert count("x" * 400, tools=[{"name": "f", "input_schema": {"type": "object"}}]) > plain
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 4_000_000}}
    assert count([picture]) == 1_604
    assert count([{"type": "document", "source": PDF}]) == 4_004
    written = {"type": "text", "media_type": "text/plain", "data": "x" * 400}
    assert count([{"type": "document", "source": written}]) == plain
    assert count([{"type": "tool_result", "tool_use_id": "a", "content": [picture]}]) == 1_604
    assert count([{"type": "search_result", "source": "ss", "title": "tt", "content": []}]) == 5


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (
            Failure(400, LONG, "None fits.", too_long=TooLong(9, 2, 8)),
            "prompt is too long: 9 tokens > 8 maximum. None fits.",
        ),
        (Failure(400, LONG, "small: It has 8 tokens."), "prompt is too long. small: It has 8 tokens."),
        (Failure(400, LONG, "claude: prompt is too long: 9 tokens"), "claude: prompt is too long: 9 tokens"),
        (Failure(400, "filtered", "It was filtered."), "It was filtered."),
    ],
)
def test_what_is_too_long_is_said_as_anthropic_says_it(failure: Failure, message: str) -> None:
    assert msgspec.json.decode(error_of(failure)[1])["error"]["message"] == message


def test_where_the_answer_would_leave_no_room_that_is_said() -> None:
    _, body = error_of(Failure(400, LONG, "None fits.", too_long=TooLong(7, 2, 8)))
    said = msgspec.json.decode(body)["error"]["message"]
    assert said.startswith("input length and `max_tokens` exceed context limit: 7 + 2 > 8, decrease")
