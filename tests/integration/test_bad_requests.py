"""Every kind of malformed request to every endpoint that official clients call: an error of the API's own shape."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import anthropic
import openai
import pytest
import pytest_asyncio

from tests.integration.router_site import Site, site

__all__ = ["site"]

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET: Final = "Ann's diagnosis"
TURN: Final = {"role": "user", "content": SECRET}
GOOD: Final[Mapping[str, dict[str, Any]]] = {
    "/v1/chat/completions": {"model": "quick", "messages": [TURN]},
    "/v1/messages": {"model": "quick", "messages": [TURN], "max_tokens": 50},
    "/v1/messages/count_tokens": {"model": "quick", "messages": [TURN]},
    "/v1/responses": {"model": "quick", "input": [TURN]},
    "/v1/embeddings": {"model": "words", "input": SECRET},
    "/v1/batches": {"input_file_id": "file-1", "endpoint": "/v1/chat/completions", "completion_window": "24h"},
}
WITHOUT_END: Final = b'{"a":' * 100_000
WRONG: Final = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "no UTF-8": b'{"model": "quick", "messages": [{"role": "user", "content": "\xff\xfe"}], "input": "\xff"}',
    "half a character": b'{"model": "\\ud800", "messages": [], "input": "\\ud800"}',
    "no number": b'{"model": "quick", "messages": NaN, "input": NaN}',
    "too deep": WITHOUT_END,
    "a number too large": b'{"model": "quick", "messages": [], "input": [], "max_tokens": 1e400}',
    "another name": b'{"model": 7, "messages": 7, "input": 7, "input_file_id": 7}',
    "roles of nobody": b'{"model": "quick", "messages": [{"role": "x"}], "input": [{"role": "x"}], "max_tokens": 1}',
    "a byte of none": b"\x00",
}
every_endpoint = pytest.mark.parametrize("path", GOOD)


async def sent(site: Site, path: str, body: bytes, **headers: str) -> tuple[int, Any]:
    given = {"Content-Type": "application/json"} | headers
    async with site.app.http.post(site.app.url + path, data=body, headers=given) as answer:
        text = await answer.text()
        if answer.status == 200 and answer.content_type == "text/event-stream":
            return 200, text
        assert answer.content_type == "application/json"
        assert SECRET not in text or answer.status == 200
        return answer.status, json.loads(text)


def is_error_of(path: str, body: Any) -> None:
    error = body["error"]
    assert isinstance(error["message"], str)
    assert error["message"]
    assert isinstance(error["type"], str)
    assert body.get("type") == ("error" if path.startswith("/v1/messages") else None)


@every_endpoint
@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_wrong_is_said_in_the_apis_own_shape(site: Site, path: str, wrong: str) -> None:
    status, body = await sent(site, path, WRONG[wrong])
    assert status == 400
    is_error_of(path, body)


@every_endpoint
async def test_a_mark_of_utf_8_before_the_body_is_passed_over(site: Site, path: str) -> None:
    plain, marked = [await sent(site, path, json.dumps(GOOD[path]).encode(coding)) for coding in ("utf-8", "utf-8-sig")]
    assert marked[0] == plain[0] == (400 if path == "/v1/batches" else 200)
    if path == "/v1/batches":
        assert marked == plain  # there is no such file
        assert "JSON" not in str(marked)
    status, body = await sent(site, path, "\ufeff\ufeff{}".encode())
    assert status == 400
    is_error_of(path, body)


@every_endpoint
@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
async def test_what_is_in_another_encoding_is_told_so(site: Site, path: str, coding: str) -> None:
    status, body = await sent(site, path, json.dumps(GOOD[path]).encode(coding))
    assert status == 400
    is_error_of(path, body)
    assert "it is in UTF-16 or UTF-32: send JSON in UTF-8" in body["error"]["message"]


@every_endpoint
@pytest.mark.parametrize("field", ["model", "messages", "input", "max_tokens", "tools", "stream", "ratchet"])
@pytest.mark.parametrize("value", [None, -1, 1.5, True, "", "x", [], [None], {}, {"x": [{}]}, 10**30], ids=repr)
async def test_a_field_of_another_kind_is_no_fault_of_ours(site: Site, path: str, field: str, value: Any) -> None:
    status, body = await sent(site, path, json.dumps(GOOD[path] | {field: value}).encode())
    assert status in (200, 400, 404)  # 404: a model of that name
    if status != 200:
        is_error_of(path, body)


@every_endpoint
async def test_who_is_not_known_is_told_so(site: Site, path: str) -> None:
    status, body = await sent(site, path, json.dumps(GOOD[path]).encode(), Authorization="Bearer nobody")
    assert status == 401
    is_error_of(path, body)


@every_endpoint
async def test_a_model_that_does_not_exist_is_named_by_no_private_text(site: Site, path: str) -> None:
    status, body = await sent(site, path, json.dumps(GOOD[path] | {"model": "nobody"}).encode())
    if path not in ("/v1/batches", "/v1/messages/count_tokens"):
        assert status == 404
    if status != 200:
        is_error_of(path, body)


async def test_two_megabytes_of_prompt_are_read(site: Site) -> None:
    words = "word " * 400_000
    body = {"model": "quick", "messages": [{"role": "user", "content": words}], "max_tokens": 5}
    for path in ("/v1/chat/completions", "/v1/messages"):
        status, said = await sent(site, path, json.dumps(body).encode())
        assert status == 400  # the model that is named can certainly not hold them
        is_error_of(path, said)


async def test_ten_thousand_messages_are_answered_or_refused_in_words(site: Site) -> None:
    turns = [{"role": ("user", "assistant")[number % 2], "content": "Go on."} for number in range(10_001)]
    for path, body in GOOD.items():
        if "messages" in body or path == "/v1/responses":
            name = "input" if path == "/v1/responses" else "messages"
            status, said = await sent(site, path, json.dumps(body | {name: turns}).encode())
            assert status in (200, 400)
            if status != 200:
                is_error_of(path, said)


async def test_of_a_key_that_is_given_twice_the_last_counts_and_nothing_breaks(site: Site) -> None:
    body = b'{"model": "nobody", "model": "quick", "messages": [], "messages": [{"role": "user", "content": "Hi."}]}'
    status, said = await sent(site, "/v1/chat/completions", body)
    assert status in (200, 400)
    if status == 200:
        assert said["ratchet"]["model"] == "quick"


@pytest_asyncio.fixture(loop_scope="module")
async def openais(site: Site) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{site.app.url}/v1", api_key=site.tenant.token, max_retries=0) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def anthropics(site: Site) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=site.app.url, api_key=site.tenant.token, max_retries=0) as client:
        yield client


BEYOND_ALL: Any = [
    {"role": "user", "content": "word " * 120_000}
]  # about 150,000 tokens; no window is larger than 100,000
OTHER_TEMPLATES: Final = [
    {"task": "summary", "template": "nobody"},
    {"task": "summary", "template": "classification"},
    {"task": "chess"},
    {"cache": "sometimes"},
]


async def test_openais_client_raises_what_it_raises_of_openai(openais: openai.AsyncOpenAI) -> None:
    roles: Any = [{"role": "x", "content": "Hi."}]
    for asked in (
        openais.chat.completions.create(model="quick", messages=roles),
        openais.chat.completions.create(model="quick", messages=[]),
        openais.chat.completions.create(model="quick", messages=[], stream=True),
        openais.embeddings.create(model="words", input=[]),
        openais.responses.create(model="quick", input=[{"type": "x"}]),  # type: ignore[list-item,misc]
        openais.batches.create(input_file_id="", endpoint="/v1/chat/completions", completion_window="24h"),
    ):
        with pytest.raises(openai.BadRequestError) as refused:
            await asked
        assert refused.value.type == "invalid_request_error"
        assert refused.value.param


@pytest.mark.parametrize("extras", OTHER_TEMPLATES)
async def test_what_is_wrong_in_the_extras_is_a_bad_request_too(
    openais: openai.AsyncOpenAI, anthropics: anthropic.AsyncAnthropic, extras: dict[str, Any]
) -> None:
    turn: Any = [TURN]
    body = {"ratchet": extras}
    with pytest.raises(openai.BadRequestError):
        await openais.chat.completions.create(model="auto", messages=turn, extra_body=body)
    with pytest.raises(openai.BadRequestError):
        await openais.responses.create(model="auto", input=turn, extra_body=body)
    with pytest.raises(anthropic.BadRequestError) as refused:
        await anthropics.messages.create(model="auto", messages=turn, max_tokens=5, extra_body=body)
    assert refused.value.type == "invalid_request_error"


@pytest.mark.parametrize("stream", [False, True])
async def test_a_prompt_that_no_model_can_hold_is_too_long_by_the_code_that_clients_know(
    openais: openai.AsyncOpenAI, anthropics: anthropic.AsyncAnthropic, stream: bool
) -> None:
    with pytest.raises(openai.BadRequestError) as of_chat:
        await openais.chat.completions.create(model="auto", messages=BEYOND_ALL, stream=stream)
    with pytest.raises(openai.BadRequestError) as of_responses:
        await openais.responses.create(model="auto", input=BEYOND_ALL, stream=stream)
    assert of_chat.value.code == of_responses.value.code == "context_length_exceeded"
    assert of_chat.value.type == "invalid_request_error"
    with pytest.raises(anthropic.BadRequestError) as of_messages:
        await anthropics.messages.create(model="auto", messages=BEYOND_ALL, max_tokens=5, stream=stream)
    assert of_messages.value.type == "invalid_request_error"
    said = re.match(r"prompt is too long: (\d+) tokens > (\d+) maximum\. No model can take", error_in(of_messages))
    assert said is not None
    assert int(said[1]) > int(said[2]) == 100_000


@pytest.mark.parametrize("stream", [False, True])
async def test_anthropics_client_hears_of_the_window_of_the_model_that_it_names(
    anthropics: anthropic.AsyncAnthropic, stream: bool
) -> None:
    turn: Any = [{"role": "user", "content": "word " * 400_000}]
    with pytest.raises(anthropic.BadRequestError) as named:
        await anthropics.messages.create(model="quick", messages=turn, max_tokens=5, stream=stream)
    assert re.match(r"prompt is too long: 500\d{3} tokens > \d+ maximum\. No model can take", error_in(named))
    few: Any = [TURN]
    with pytest.raises(anthropic.BadRequestError) as with_answer:
        await anthropics.messages.create(model="auto", messages=few, max_tokens=9_000_000, stream=True)
    assert re.match(
        r"input length and `max_tokens` exceed context limit: \d+ \+ 9000000 > 100000, decrease", error_in(with_answer)
    )


def error_in(raised: pytest.ExceptionInfo[anthropic.BadRequestError]) -> str:
    body: Any = raised.value.body
    return str(body["error"]["message"])


async def test_a_body_beyond_the_limit_is_too_large_for_anthropics_client(anthropics: anthropic.AsyncAnthropic) -> None:
    turn: Any = [{"role": "user", "content": "x" * 40_000_000}]
    with pytest.raises(anthropic.RequestTooLargeError) as refused:
        await anthropics.messages.create(model="quick", messages=turn, max_tokens=5)
    assert str(refused.value.type) == "request_too_large"


async def test_a_task_that_is_no_models_name_is_an_unknown_model(openais: openai.AsyncOpenAI) -> None:
    turn: Any = [TURN]
    with pytest.raises(openai.NotFoundError) as refused:
        await openais.chat.completions.create(model="task:chess", messages=turn)
    assert refused.value.code == "model_not_found"


async def test_ratchets_own_api_says_422_and_404_as_ever(site: Site) -> None:
    asked = {"task_type": "summary", "document_text": "x"}
    for more, status in (({"documents": ["y"]}, 422), ({"template": "nobody"}, 404), ({"task_type": "chess"}, 404)):
        found, problem = await site.app.post("/api/generate", asked | more)
        assert (found, problem["status"]) == (status, status)
    for weight in (-1, 10**400, "NaN"):
        wanted = {"requirements": {"cost_priority": weight}}
        assert (await site.app.post("/api/generate", asked | wanted))[0] == 422
    found, problem = await site.app.post("/api/generate", {"task_type": "chat", "messages": BEYOND_ALL})
    assert (found, problem["type"]) == (422, "urn:ratchet:problem:no-model-fits")
