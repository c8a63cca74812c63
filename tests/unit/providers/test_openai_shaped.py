import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import web

from ratchet_common.events import Usage
from ratchet_providers.base import ModelRequest, Native, ProviderError, TimeLimits
from ratchet_providers.openai_shaped import Dialect, OpenAIShaped
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire

SAID = {
    "id": "1",
    "choices": [{"message": {"role": "assistant", "content": "On Monday."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 20, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 8}},
    "system_fingerprint": "fp",
}
SECRET = Secret("file:unread")
SECRET._value, SECRET._looked = "sk", float("inf")
Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


def saying(body: Any, status: int = 200) -> Answers:
    async def answers(_: web.Request) -> web.Response:
        return web.json_response(body, status=status)

    return answers


@asynccontextmanager
async def provider(answers: Answers, **how: Any) -> AsyncIterator[OpenAIShaped]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answers)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with Wire() as wire:
            yield OpenAIShaped(wire, f"http://127.0.0.1:{runner.addresses[0][1]}/v1/", SECRET, **how)
    finally:
        await runner.cleanup()


def asked(**how: Any) -> ModelRequest:
    messages = [{"role": "user", "content": "When do we ship?"}]
    return ModelRequest(model="m", task_type="chat", messages=messages, document="When do we ship?", **how)


async def failure_of(answers: Answers, **how: Any) -> ProviderError:
    async with provider(answers) as openai:
        with pytest.raises(ProviderError) as failed:
            await openai.answer(asked(**how))
    return failed.value


async def test_an_answer_is_translated_and_its_body_kept() -> None:
    async with provider(saying(SAID)) as openai:
        answer = await openai.answer(asked())
    assert answer.output == "On Monday."
    assert answer.usage == Usage(input_tokens=20, output_tokens=3, cached_tokens=8)
    assert answer.confidence is None
    assert answer.body is not None
    assert msgspec.json.decode(answer.body["system_fingerprint"]) == "fp"


async def test_unknown_fields_pass_through_and_the_key_is_sent() -> None:
    seen: dict[str, Any] = {}

    async def answers(request: web.Request) -> web.Response:
        seen.update(await request.json(), key=request.headers["Authorization"])
        return web.json_response(SAID)

    raw = {"logit_bias": msgspec.Raw(b'{"7":1}'), "model": "not this one", "stream": True}
    async with provider(answers, dialect=Dialect(limit_field="max_tokens")) as openai:
        await openai.answer(asked(fields=raw, max_output_tokens=9))
    assert seen == {
        "model": "m",
        "messages": [{"role": "user", "content": "When do we ship?"}],
        "max_tokens": 9,
        "logit_bias": {"7": 1},
        "key": "Bearer sk",
    }


async def test_usage_is_estimated_where_the_provider_counts_none() -> None:
    async with provider(saying({"choices": SAID["choices"]})) as openai:
        usage = (await openai.answer(asked())).usage
    assert usage.estimated
    assert usage.output_tokens == 3


async def test_the_tools_of_a_request_are_in_that_estimate() -> None:
    tools = msgspec.Raw(json.dumps([{"type": "function", "function": {"name": "x" * 400}}]).encode())
    async with provider(saying({"choices": SAID["choices"]})) as openai:
        bare = (await openai.answer(asked())).usage
        used = (await openai.answer(asked(fields={"tools": tools}))).usage
    assert 100 < used.input_tokens - bare.input_tokens < 130


@pytest.mark.parametrize("counted", [{"prompt_tokens": -5}, {"completion_tokens": -1}, {"prompt_tokens": 10**12}])
async def test_what_cannot_have_been_counted_is_estimated(counted: dict[str, int]) -> None:
    async with provider(saying(SAID | {"usage": {"prompt_tokens": 20, "completion_tokens": 3} | counted})) as openai:
        usage = (await openai.answer(asked())).usage
    assert (usage.estimated, usage.output_tokens) == (True, 3)


async def test_more_cannot_be_cached_than_was_read() -> None:
    for cached, known in ((-4, 0), (99, 20)):
        details = {"prompt_tokens": 20, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": cached}}
        async with provider(saying(SAID | {"usage": details})) as openai:
            assert (await openai.answer(asked())).usage.cached_tokens == known


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, "bad_request", False),
        (401, "unauthorized", True),
        (404, "no_such_model", True),
        (413, "too_long", False),
        (429, "rate_limited", True),
        (500, "unavailable", True),
        (504, "timeout", True),
    ],
)
async def test_a_status_becomes_a_kind_of_failure(status: int, kind: str, retryable: bool) -> None:
    error = await failure_of(saying({"error": {"message": "what people wrote"}}, status))
    assert (error.kind, error.retryable) == (kind, retryable)
    assert "wrote" not in str(error)


@pytest.mark.parametrize(
    "body", [[], {"choices": []}, {"choices": [{"message": {"content": 3}}]}, {"choices": SAID["choices"], "usage": 1}]
)
async def test_a_body_of_another_shape_is_malformed(body: Any) -> None:
    assert (await failure_of(saying(body))).kind == "malformed"


async def test_what_a_filter_withheld_is_an_answer_that_says_so_and_was_counted() -> None:
    body = {"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}], "usage": SAID["usage"]}
    async with provider(saying(body)) as openai:
        answer = await openai.answer(asked())
    assert (answer.output, answer.finish, answer.usage.input_tokens) == ("", "content_filter", 20)


async def test_calls_of_tools_alone_are_estimated_by_what_they_say() -> None:
    calls = [{"id": "c", "type": "function", "function": {"name": "look_up", "arguments": '{"of":"Monday"}'}}]
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    async with provider(saying({"choices": [{"message": message, "finish_reason": "tool_calls"}]})) as openai:
        usage = (await openai.answer(asked())).usage
    assert (usage.estimated, usage.output_tokens) == (True, 6)


async def test_no_answer_in_time_is_a_timeout() -> None:
    async def answers(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.json_response(SAID)

    assert (await failure_of(answers, limits=TimeLimits(total_s=0.05))).kind == "timeout"


async def test_a_body_over_the_limit_is_not_read_to_its_end() -> None:
    async with provider(saying(SAID | {"padding": "x" * 5_000}), body_limit=4_096) as openai:
        with pytest.raises(ProviderError) as failed:
            await openai.answer(asked())
    assert failed.value.kind == "too_large"


async def test_the_key_does_not_follow_a_redirect() -> None:
    async def answers(_: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("http://127.0.0.1:9/elsewhere")

    assert (await failure_of(answers)).detail == "status 307"


async def test_a_server_that_is_away_is_unavailable() -> None:
    async with Wire() as wire:
        with pytest.raises(ProviderError) as failed:
            await OpenAIShaped(wire, "http://127.0.0.1:9/v1", Secret("")).answer(asked())
    assert failed.value.kind == "unreachable"


async def test_raw_messages_go_out_as_they_came() -> None:
    seen: list[Any] = []

    async def answers(request: web.Request) -> web.Response:
        seen.append(json.loads(await request.text())["messages"])
        return web.json_response(SAID)

    raw = msgspec.Raw(b'[{"role":"user","content":"hi","extra":[1]}]')
    async with provider(answers) as openai:
        await openai.answer(ModelRequest(model="m", task_type="chat", messages=raw, document="hi"))
    assert seen == [[{"role": "user", "content": "hi", "extra": [1]}]]


async def test_what_came_in_another_shape_goes_out_without_what_openai_would_refuse() -> None:
    seen: list[Any] = []

    async def answers(request: web.Request) -> web.Response:
        seen.append((await request.json())["messages"])
        return web.json_response(SAID)

    failed = {"role": "tool", "tool_call_id": "a", "content": "No such file.", "is_error": True}
    async with provider(answers) as openai:
        for native in (None, Native(shape="messages", fields={})):
            request = ModelRequest(model="m", task_type="chat", messages=[failed], document="", native=native)
            await openai.answer(request)
    said_in_words = {"role": "tool", "tool_call_id": "a", "content": "The tool failed.\nNo such file."}
    assert seen == [[failed], [said_in_words]]


@pytest.mark.parametrize("how", [{"max_output_tokens": 80}, {"fields": {"max_completion_tokens": 80}}])
async def test_what_goes_on_has_what_is_left_of_the_limit(how: Any) -> None:
    async with Wire() as wire:
        openai = OpenAIShaped(wire, "http://host/v1", SECRET, Dialect(continues="prefix"))
        sent = json.loads(openai.body(asked(so_far="x" * 200, **how), stream=True))
    assert (sent["max_completion_tokens"], sent["messages"][-1]["content"]) == (30, "x" * 200)
