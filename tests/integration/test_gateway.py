"""What an application sees that changed a base URL: the official client, real sockets, a provider's bad days."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import anthropic
import openai
import pytest
import pytest_asyncio
from aiohttp import web
from openai.types.chat import ChatCompletion
from pydantic import BaseModel

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.events import PredictionMade
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import Heard, listening
from tests.integration.upstream import Upstream, cut_after, failing, saying, silent, upstream

pytestmark = pytest.mark.asyncio(loop_scope="module")
MODEL = """
[[models]]
name = "{name}"
provider = "up"
tier = "{tier}"
context_window = {window}
latency_ms = {latency}
continues = {continues}
capabilities = ["tools", "json", "vision"]
prices = {{ input = {price}, output = {price} }}
quality = {{ default = 0.7 }}
"""
PROVIDER = """
[[embedding_models]]
name = "words"
provider = "simulated"
price = 0.02

[[models]]
name = "claude"
provider = "anthropics"
tier = "premium"
context_window = 200_000
latency_ms = 5_000
prices = {{ input = 20, cached = 2, output = 30 }}
quality = {{ default = 0.1 }}

[providers.anthropics]
kind = "anthropic"
base_url = "{anthropic}"

[providers.up]
kind = "openai_shaped"
base_url = "{url}"
continues = "prefix"
limits = {{ first_token_ms = 1_000, gap_ms = 500, answer_ms = 2_000 }}
"""
TEXT = "The steering group meets on Monday to decide on the budget of the next year and on who will lead the work ."
ON_MONDAY = TEXT.replace(" ", "")
TOOL: Any = {
    "type": "function",
    "function": {"name": "look_up", "parameters": {"type": "object", "properties": {"of": {"type": "string"}}}},
}
CALLS = [
    {"id": f"call_{n}", "type": "function", "function": {"name": "look_up", "arguments": f'{{"of":"{n}"}}'}}
    for n in range(2)
]


@dataclass(frozen=True, slots=True)
class Gateway:
    settings: RouterSettings
    app: Running
    tenant: Tenant
    heard: Heard
    up: Upstream
    client: openai.AsyncOpenAI

    async def event(self, result_id: str) -> PredictionMade:
        return await self.heard.of(result_id)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    name = f"tenant-{uuid4().hex[:8]}"
    token, row = new_token(name, frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])
    tenant = Tenant(name, token, folder / "tokens.json")
    async with upstream(claude) as up:
        models = [
            MODEL.format(name="cheap", tier="fast", window=2_000, latency=10, continues="true", price=1),
            MODEL.format(name="middle", tier="balanced", window=20_000, latency=20, continues="true", price=3),
            MODEL.format(name="plain", tier="premium", window=500_000, latency=30, continues="false", price=9),
        ]
        (folder / "catalogue.toml").write_text(
            PROVIDER.format(url=up.url, anthropic=up.url.removesuffix("/v1")) + "".join(models)
        )
        settings = RouterSettings(
            kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
            kafka_idempotence=stack.idempotence,
            kafka_session_timeout_ms=stack.session_timeout_ms,
            kafka_partitions=3,
            bus_forgets=stack.forgets,
            mongodb_url=stack.mongodb_url,
            tokens_file=folder / "tokens.json",
            catalogue=folder / "catalogue.toml",
            explore=0,
        )
        async with (
            running_app(build(settings), tenant) as app,
            listening(stack, tenant) as heard,
            openai.AsyncOpenAI(base_url=f"{app.url}/v1", api_key=token, max_retries=0) as client,
        ):
            yield Gateway(settings, app, tenant, heard, up, client)


def said(text: str = "When?") -> list[Any]:
    """No two tests ask the same."""
    return [{"role": "user", "content": f"{text} {uuid4().hex}"}]


async def text_of(stream: Any) -> str:
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])


async def test_a_stream_is_what_openais_client_expects(gateway: Gateway) -> None:
    gateway.up.will("cheap", saying(TEXT))
    raw = await gateway.client.chat.completions.with_raw_response.create(model="cheap", messages=said(), stream=True)
    assert await text_of(raw.parse()) == ON_MONDAY
    event = await gateway.event(raw.headers["x-ratchet-result-id"])
    assert (event.output, event.outcome, event.usage.output_tokens) == (ON_MONDAY, "ok", 100)
    assert (raw.headers["x-ratchet-model"], raw.headers["content-type"]) == (
        "cheap",
        "text/event-stream; charset=utf-8",
    )


async def test_tokens_are_counted_upstream_and_shown_to_those_who_ask(gateway: Gateway) -> None:
    gateway.up.will("cheap", saying(TEXT))
    plain = await gateway.client.chat.completions.create(model="cheap", messages=said(), stream=True)
    assert [chunk.usage for chunk in [c async for c in plain] if chunk.usage] == []
    assert gateway.up.asked[-1]["stream_options"] == {"include_usage": True}
    asked: Any = {"include_usage": True}
    counted = await gateway.client.chat.completions.create(
        model="cheap", messages=said(), stream=True, stream_options=asked
    )
    assert [c.usage.total_tokens async for c in counted if c.usage] == [1_100]


@pytest.mark.parametrize("template", [{}, {"task": "summary", "template": "executive_summary_short"}])
@pytest.mark.parametrize("usage", [True, False])
async def test_streamed_and_whole_cost_the_same(gateway: Gateway, usage: bool, template: dict[str, str]) -> None:
    gateway.up.will("cheap", saying(TEXT.replace(" ", ""), usage=usage))
    messages, off = said(), {"ratchet": {"cache": "off", **template}}
    create = gateway.client.chat.completions.with_raw_response.create
    whole = await create(model="cheap", messages=messages, extra_body=off)
    streamed = await create(model="cheap", messages=messages, extra_body=off, stream=True)
    await text_of(streamed.parse())
    first = await gateway.event(whole.headers["x-ratchet-result-id"])
    second = await gateway.event(streamed.headers["x-ratchet-result-id"])
    assert first.cost_usd == second.cost_usd > 0
    assert first.usage.estimated is second.usage.estimated is not usage


async def test_what_the_headers_say_and_more_stands_in_the_body(gateway: Gateway) -> None:
    gateway.up.will("cheap", saying(TEXT, usage=False))
    told = await gateway.client.chat.completions.with_raw_response.create(model="cheap", messages=said())
    about = json.loads(told.text)["ratchet"]
    assert f"{about['cost_usd']:.6f}" == told.headers["x-ratchet-cost-usd"]
    assert (about["tier"], about["decision"]) == (told.headers["x-ratchet-tier"], told.headers["x-ratchet-decision"])
    assert about["usage"]["estimated"] is about["quality"]["passed"] is True
    assert "refusal" in {check["name"] for check in about["quality"]["checks"]}


@pytest.mark.parametrize("stream", [False, True])
async def test_parallel_tool_calls_come_through(gateway: Gateway, stream: bool) -> None:
    gateway.up.will("cheap", saying("", finish="tool_calls", tool_calls=CALLS))
    create = gateway.client.chat.completions
    if stream:
        async with create.stream(model="cheap", messages=said(), tools=[TOOL]) as coming:
            completion: ChatCompletion = await coming.get_final_completion()
    else:
        completion = await create.create(model="cheap", messages=said(), tools=[TOOL])
    calls = completion.choices[0].message.tool_calls or []
    assert [(call.id, call.function.arguments) for call in calls if call.type == "function"] == [
        ("call_0", '{"of":"0"}'),
        ("call_1", '{"of":"1"}'),
    ]
    assert completion.choices[0].finish_reason == "tool_calls"
    assert gateway.up.asked[-1]["tools"][0]["function"]["name"] == "look_up"


class Meeting(BaseModel):
    day: str


@pytest.mark.parametrize("stream", [False, True])
async def test_structured_output_is_parsed_by_the_client(gateway: Gateway, stream: bool) -> None:
    gateway.up.will("cheap", saying('{"day":"Monday"}'))
    create = gateway.client.chat.completions
    if stream:
        async with create.stream(model="cheap", messages=said(), response_format=Meeting) as coming:
            parsed = (await coming.get_final_completion()).choices[0].message.parsed
    else:
        completion = await create.parse(model="cheap", messages=said(), response_format=Meeting)
        parsed = completion.choices[0].message.parsed
    assert parsed == Meeting(day="Monday")
    assert gateway.up.asked[-1]["response_format"]["type"] == "json_schema"


async def test_images_choices_and_log_probabilities_pass_through(gateway: Gateway) -> None:
    gateway.up.will("cheap", saying("On"))
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}
    messages: Any = [{"role": "user", "content": [{"type": "text", "text": uuid4().hex}, picture]}]
    answer = await gateway.client.chat.completions.create(
        model="cheap", messages=messages, n=2, logprobs=True, extra_body={"brand_new_field": {"x": 1}}
    )
    assert len(answer.choices) == 2
    assert answer.choices[0].logprobs is not None
    assert answer.model_extra is not None
    assert answer.model_extra["unknown_field"] == [1]
    assert gateway.up.asked[-1]["messages"] == messages
    assert gateway.up.asked[-1]["brand_new_field"] == {"x": 1}
    streamed = await gateway.client.chat.completions.create(model="cheap", messages=said(), n=2, stream=True)
    found = [chunk async for chunk in streamed]
    assert {c.index for chunk in found for c in chunk.choices if c.finish_reason} == {0, 1}


async def test_the_synchronous_client_works_too(gateway: Gateway) -> None:
    gateway.up.will("cheap", saying("Yes."))

    def asked() -> tuple[str | None, str]:
        with openai.OpenAI(base_url=f"{gateway.app.url}/v1", api_key=gateway.tenant.token, max_retries=0) as client:
            whole = client.chat.completions.create(model="cheap", messages=said())
            streamed = client.chat.completions.create(model="cheap", messages=said(), stream=True)
            bits = [c.choices[0].delta.content or "" for c in streamed if c.choices]
            return whole.choices[0].message.content, "".join(bits)

    assert await asyncio.to_thread(asked) == ("Yes.", "Yes.")


async def test_before_the_first_token_another_model_answers(gateway: Gateway) -> None:
    gateway.up.will("cheap", failing(500))
    gateway.up.will("middle", saying(TEXT))
    raw = await gateway.client.chat.completions.with_raw_response.create(model="auto", messages=said(), stream=True)
    assert await text_of(raw.parse()) == ON_MONDAY
    event = await gateway.event(raw.headers["x-ratchet-result-id"])
    assert (raw.headers["x-ratchet-model"], event.model) == ("middle", "middle")
    assert [(a.model, a.error, a.status) for a in event.attempts] == [
        ("cheap", "unavailable", 500),
        ("cheap", "unavailable", 500),
        ("middle", "", 0),
    ]
    assert event.cost_usd == Decimal("0.0033")


async def test_a_cut_answer_is_continued_and_every_word_is_shown_once(gateway: Gateway) -> None:
    gateway.up.will(
        "middle", cut_after(12, TEXT), saying("Nothing else is known of it , and nobody has said when . " * 3)
    )
    raw = await gateway.client.chat.completions.with_raw_response.create(model="middle", messages=said(), stream=True)
    found = await text_of(raw.parse())
    first = "".join(TEXT.split(" ")[:12])
    assert found.startswith(first + "Nothing")
    assert found.count("Thesteering") == 1
    assert gateway.up.asked[-1]["messages"][-1] == {"role": "assistant", "content": first, "prefix": True}
    event = await gateway.event(raw.headers["x-ratchet-result-id"])
    assert (event.output, [a.error for a in event.attempts]) == (found, ["cut", ""])


@pytest.mark.parametrize(
    "bad_day",
    [cut_after(5, TEXT), silent([b'data: {"choices":[{"index":0,"delta":{"content":"On"}}]}\n\n'])],
)
async def test_what_cannot_be_continued_raises_in_the_client(gateway: Gateway, bad_day: Any) -> None:
    gateway.up.will("plain", bad_day)
    raw = await gateway.client.chat.completions.with_raw_response.create(model="plain", messages=said(), stream=True)
    with pytest.raises(openai.APIError):
        await text_of(raw.parse())
    event = await gateway.event(raw.headers["x-ratchet-result-id"])
    assert event.outcome == "failed"
    assert event.attempts[0].cost_usd > 0
    assert event.output


async def test_who_hangs_up_ends_the_call_upstream(gateway: Gateway) -> None:
    on = b'data: {"choices":[{"index":0,"delta":{"content":"On"}}]}\n\n'
    gateway.up.will("plain", silent([on]))
    gateway.up.cancelled.clear()
    limits = {"ratchet": {"limits": {"gap_ms": 20_000}}}
    stream = await gateway.client.chat.completions.create(
        model="plain", messages=said(), stream=True, extra_body=limits
    )
    await anext(aiter(stream))
    await stream.close()
    async with asyncio.timeout(3):
        await gateway.up.cancelled.wait()
    event = await gateway.heard.first(lambda e: e.outcome == "cancelled" and e.output == "On")
    assert event.cost_usd > 0


async def test_who_hangs_up_before_a_whole_answer_ends_the_call_upstream_too(gateway: Gateway) -> None:
    gateway.up.will("plain", silent())
    gateway.up.cancelled.clear()
    waiting = asyncio.create_task(
        gateway.client.chat.completions.create(
            model="plain", messages=said(), extra_body={"ratchet": {"session_id": "gone"}}
        )
    )
    await asyncio.sleep(0.3)
    waiting.cancel()
    async with asyncio.timeout(3):
        await gateway.up.cancelled.wait()
    await gateway.heard.first(lambda e: e.outcome == "cancelled" and e.session == "gone")


async def test_a_filter_is_passed_on_with_its_reason_and_not_asked_again(gateway: Gateway) -> None:
    why = {"message": "The prompt was filtered.", "code": "content_filter", "type": "invalid_request_error"}
    gateway.up.will("cheap", failing(400, why))
    before = len(gateway.up.asked)
    with pytest.raises(openai.BadRequestError) as filtered:
        await gateway.client.chat.completions.create(model="auto", messages=said())
    assert (filtered.value.code, "The prompt was filtered." in str(filtered.value)) == ("content_filter", True)
    assert len(gateway.up.asked) == before + 1


async def test_what_is_too_long_for_one_goes_to_one_that_can_hold_it(gateway: Gateway) -> None:
    why = {"message": "This model's maximum context length is 2000 tokens.", "code": "context_length_exceeded"}
    gateway.up.will("cheap", failing(400, why))
    gateway.up.will("middle", saying("Yes."))
    raw = await gateway.client.chat.completions.with_raw_response.create(model="auto", messages=said())
    assert raw.headers["x-ratchet-model"] == "middle"
    with pytest.raises(openai.BadRequestError) as alone:
        await gateway.client.chat.completions.create(model="cheap", messages=said())
    assert alone.value.code == "context_length_exceeded"


async def test_replicas_answer_one_key_once_streamed_and_whole(gateway: Gateway) -> None:
    gateway.up.will("cheap", saying(TEXT))
    messages, key = said(), {"Idempotency-Key": uuid4().hex}
    before = len(gateway.up.asked)
    async with (
        running_app(build(gateway.settings), gateway.tenant) as other,
        openai.AsyncOpenAI(base_url=f"{other.url}/v1", api_key=gateway.tenant.token, max_retries=0) as client,
    ):
        both = [c.chat.completions.with_raw_response for c in (gateway.client, client)]
        raws = await asyncio.gather(*(c.create(model="cheap", messages=messages, extra_headers=key) for c in both * 3))
    assert len(gateway.up.asked) == before + 1
    assert len({raw.headers["x-ratchet-result-id"] for raw in raws}) == 1
    assert sorted(raw.headers.get("x-ratchet-replayed", "") for raw in raws) == [""] + ["true"] * 5
    assert {raw.parse().choices[0].message.content for raw in raws} == {TEXT}
    with pytest.raises(openai.BadRequestError) as other_request:
        await gateway.client.chat.completions.create(model="cheap", messages=said(), extra_headers=key)
    assert other_request.value.code == "idempotency-mismatch"


async def test_what_the_body_and_cache_control_say_of_the_cache_is_done(gateway: Gateway) -> None:
    gateway.up.will("cheap", saying("Yes."))
    messages, create = said(), gateway.client.chat.completions.with_raw_response.create
    first = await create(model="cheap", messages=messages)
    hit = await create(model="cheap", messages=messages)
    assert (hit.headers["x-ratchet-cached"], "age" in hit.headers, "age" in first.headers) == ("true", True, False)
    fresh = await create(model="cheap", messages=messages, extra_headers={"Cache-Control": "no-cache"})
    assert fresh.headers["x-ratchet-cached"] == "false"
    with pytest.raises(openai.APIStatusError) as none:
        await create(model="cheap", messages=said(), extra_headers={"Cache-Control": "only-if-cached"})
    assert (none.value.status_code, none.value.code) == (504, "not-cached")


async def test_generate_streams_what_it_adds_and_ends_with_the_whole(gateway: Gateway) -> None:
    gateway.up.will("cheap", saying("The group meets on Monday ."))
    body = {"task_type": "summary", "document_text": f"{TEXT} {uuid4().hex}", "stream": True, "model": "cheap"}
    async with gateway.app.http.post(f"{gateway.app.url}/api/generate", json=body) as response:
        events = [block.split("\n") for block in (await response.text()).split("\n\n") if block]
    said_then = [json.loads(lines[1].removeprefix("data: ")) for lines in events]
    assert [lines[0] for lines in events] == ["event: delta"] * (len(events) - 1) + ["event: result"]
    assert "".join(one["text"] for one in said_then[:-1]) == said_then[-1]["output"] == "ThegroupmeetsonMonday."
    assert said_then[-1]["result_id"] == response.headers["x-ratchet-result-id"]


async def test_embeddings_heed_cache_control_and_are_made_once_for_a_key(gateway: Gateway) -> None:
    words, key = f"canary release {uuid4().hex}", {"Idempotency-Key": uuid4().hex}
    create = gateway.client.embeddings.with_raw_response.create
    with pytest.raises(openai.InternalServerError) as none:
        await create(model="words", input=words, extra_headers={"Cache-Control": "only-if-cached"})
    assert (none.value.status_code, none.value.code) == (504, "not-cached")
    first, again = [await create(model="words", input=words, extra_headers=key) for _ in range(2)]
    ids = {raw.headers["x-ratchet-result-id"] for raw in (first, again)}
    assert (len(ids), again.headers["x-ratchet-replayed"]) == (1, "true")
    assert first.parse().data == again.parse().data
    with pytest.raises(openai.BadRequestError) as other_request:
        await create(model="words", input="another", extra_headers=key)
    assert other_request.value.code == "idempotency-mismatch"
    kept = await create(model="words", input=words, extra_headers={"Cache-Control": "only-if-cached"})
    assert kept.headers["x-ratchet-cached"] == "true"


async def test_embeddings_are_made_kept_and_counted(gateway: Gateway) -> None:
    words: list[str] = [f"canary release {uuid4().hex}", "invoice"]
    create = gateway.client.embeddings.with_raw_response.create
    raw = await create(model="words", input=words)
    made = raw.parse()
    assert [len(one.embedding) for one in made.data] == [256, 256]
    assert made.usage.total_tokens > 0
    again = await create(model="words", input=words)
    assert (again.headers["x-ratchet-cached"], again.parse().data) == ("true", made.data)
    event = await gateway.event(raw.headers["x-ratchet-result-id"])
    assert (event.task_type, event.collect, event.output, event.cost_usd > 0) == ("embedding", False, None, True)
    assert again.headers["age"] == "0"
    with pytest.raises(openai.NotFoundError):
        await create(model="cheap", input=words)
    with pytest.raises(openai.BadRequestError) as mixed:
        await create(model="words", input=["a", [1, 2]])  # type: ignore[arg-type]
    assert mixed.value.param == "input"
    assert "words" in [model.id async for model in gateway.client.models.list()]
    assert (await gateway.client.models.retrieve("auto:fast")).id == "auto:fast"
    with pytest.raises(openai.NotFoundError):
        await gateway.client.models.retrieve("nobody")
    async with as_anthropics(gateway) as client:
        assert "cheap" in [model.id async for model in client.models.list()]
        assert (await client.models.retrieve("cheap")).display_name == "cheap"


async def test_responses_stream_and_go_on_from_one_another(gateway: Gateway) -> None:
    gateway.up.will("cheap", saying("On Monday."))
    first = await gateway.client.responses.create(model="cheap", input=f"When? {uuid4().hex}")
    assert (first.output_text, first.status) == ("On Monday.", "completed")
    async with gateway.client.responses.stream(
        model="cheap", input="And where?", previous_response_id=first.id
    ) as stream:
        second = await stream.get_final_response()
    assert second.output_text == "OnMonday."
    roles = [message["role"] for message in gateway.up.asked[-1]["messages"]]
    assert roles == ["user", "assistant", "user"]
    assert (await gateway.client.responses.retrieve(second.id)).output_text == "OnMonday."
    await gateway.client.responses.delete(second.id)
    with pytest.raises(openai.NotFoundError):
        await gateway.client.responses.retrieve(second.id)
    with pytest.raises(openai.BadRequestError) as hosted:
        await gateway.client.responses.create(model="cheap", input="x", tools=[{"type": "web_search"}])
    assert "web_search" in str(hosted.value)
    gateway.up.will("plain", cut_after(3, TEXT))
    broken = await gateway.client.responses.create(model="plain", input=f"When? {uuid4().hex}", stream=True)
    with pytest.raises(openai.APIError):
        _ = [event async for event in broken]


LOOK_UP: Any = {"name": "look_up", "input_schema": {"type": "object", "properties": {"of": {"type": "string"}}}}


def as_anthropics(gateway: Gateway, token: str = "") -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(base_url=gateway.app.url, api_key=token or gateway.tenant.token, max_retries=0)


@pytest.mark.parametrize("stream", [False, True])
async def test_anthropics_client_is_answered_by_a_model_of_openais_shape(gateway: Gateway, stream: bool) -> None:
    gateway.up.will("cheap", saying("One moment .", finish="tool_calls", tool_calls=CALLS))
    asked: Any = {"model": "cheap", "max_tokens": 77, "messages": said(), "tools": [LOOK_UP], "system": "Be brief."}
    async with as_anthropics(gateway) as client:
        if stream:
            async with client.messages.stream(**asked) as coming:
                message: Any = await coming.get_final_message()
        else:
            message = await client.messages.create(**asked)
    assert message.stop_reason == "tool_use"
    assert [block.type for block in message.content] == ["text", "tool_use", "tool_use"]
    assert [block.input for block in message.content[1:]] == [{"of": "0"}, {"of": "1"}]
    assert (message.usage.input_tokens, message.usage.output_tokens) == (1_000, 100)
    sent = gateway.up.asked[-1]
    assert (sent["max_completion_tokens"], sent["messages"][0]["role"]) == (77, "system")


async def test_what_an_answer_may_cost_is_told_to_its_provider_as_its_length(gateway: Gateway) -> None:
    bound: Any = {"ratchet": {"max_cost_usd": 0.05}}
    gateway.up.will("cheap", saying(TEXT))
    chat = gateway.client.chat.completions
    await chat.create(model="cheap", messages=said(), max_tokens=60_000, extra_body=bound)
    assert 49_000 < gateway.up.asked[-1]["max_tokens"] < 50_000
    await text_of(await chat.create(model="cheap", messages=said(), stream=True, extra_body=bound))
    assert 49_000 < gateway.up.asked[-1]["max_completion_tokens"] < 50_000
    await gateway.client.responses.create(model="cheap", input=f"When? {uuid4().hex}", extra_body=bound)
    assert 49_000 < gateway.up.asked[-1]["max_completion_tokens"] < 50_000
    async with as_anthropics(gateway) as client:
        own: Any = {"model": "claude", "max_tokens": 9_000, "messages": said(), "extra_body": bound}
        assert (await client.messages.create(**own)).content
        with pytest.raises(anthropic.BadRequestError, match="max_cost_usd"):
            await client.messages.create(**own | {"extra_body": {"ratchet": {"max_cost_usd": 0.0001}}})


def claude(request: web.Request, asked: dict[str, Any]) -> web.Response:
    """Anthropic's own words, in which nothing may get lost."""
    if "All shall fail" in str(asked["messages"]):
        return web.json_response({"type": "error", "error": {"type": "api_error", "message": "no"}}, status=500)
    usage = {"input_tokens": 900, "output_tokens": 100, "cache_read_input_tokens": 100}
    head = {"id": "msg_up", "type": "message", "role": "assistant", "model": asked["model"], "stop_sequence": None}
    if "Refuse this." in str(asked["messages"]):
        return refusing(head, usage, stream=bool(asked.get("stream")))
    block = {"type": "text", "text": "On Monday.", "citations": None}
    if not asked.get("stream"):
        whole = head | {"content": [block], "stop_reason": "end_turn", "usage": usage, "brand_new": [1]}
        return web.json_response(whole)
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**head, "content": [], "stop_reason": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": block | {"text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "On "}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Monday."}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 100}},
        {"type": "message_stop"},
    ]
    return events_of_anthropics(events)


def refusing(head: dict[str, Any], usage: dict[str, int], *, stream: bool) -> web.Response:
    details = {"type": "refusal", "category": None, "explanation": "It could do harm."}
    end = {"stop_reason": "refusal", "stop_details": details}
    if not stream:
        return web.json_response(head | end | {"content": [], "usage": usage})
    return events_of_anthropics([
        {"type": "message_start", "message": {**head, "content": [], "stop_reason": None, "usage": usage}},
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": 100}},
        {"type": "message_stop"},
    ])  # fmt: skip


def events_of_anthropics(events: list[dict[str, Any]]) -> web.Response:
    body = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return web.Response(text=body, content_type="text/event-stream")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_refusal_of_anthropics_is_told_with_its_reason_in_every_shape(gateway: Gateway, stream: bool) -> None:
    how: Any = {"model": "claude", "stream": stream}
    for asking in (
        gateway.client.chat.completions.create(**how, messages=said("Refuse this.")),
        gateway.client.responses.create(**how, input=f"Refuse this. {uuid4().hex}"),
    ):
        with pytest.raises(openai.BadRequestError, match=r"It could do harm\.") as refused:
            await asking
        assert refused.value.code == "content_filter"
    async with as_anthropics(gateway) as client:
        asked: Any = {"model": "claude", "max_tokens": 50, "messages": said("Refuse this.")}
        if stream:
            async with client.messages.stream(**asked) as coming:
                message: Any = await coming.get_final_message()
        else:
            message = await client.messages.create(**asked)
    assert (message.stop_reason, message.stop_details.explanation) == ("refusal", "It could do harm.")


async def test_anthropics_own_models_pass_through_and_cost_the_same_in_every_way(gateway: Gateway) -> None:
    off: Any = {"ratchet": {"cache": "off"}}
    asked: Any = {"model": "claude", "max_tokens": 50, "messages": said(), "extra_body": off}
    results: list[Any] = []
    async with as_anthropics(gateway) as client:
        raw = await client.messages.with_raw_response.create(**asked)
        message: Any = await raw.parse()
        assert (message.id, message.model_extra["brand_new"]) == ("msg_up", [1])
        results.append(raw.headers["x-ratchet-result-id"])
        async with client.messages.stream(**asked) as coming:
            streamed = await coming.get_final_message()
            results.append(coming.response.headers["x-ratchet-result-id"])
        assert (streamed.id, streamed.content[0].text) == ("msg_up", "On Monday.")  # type: ignore[union-attr]
        assert (await client.messages.count_tokens(model="cheap", messages=asked["messages"])).input_tokens > 0
        with pytest.raises(anthropic.NotFoundError, match="There is no such model"):
            await client.messages.count_tokens(model="nobody", messages=asked["messages"])
    create = gateway.client.chat.completions.with_raw_response.create
    for how in ({}, {"stream": True}):
        chat: Any = await create(model="claude", messages=asked["messages"], extra_body=off, **how)  # type: ignore[call-overload]
        if how:
            assert await text_of(chat.parse()) == "On Monday."
        else:
            assert chat.parse().choices[0].message.content == "On Monday."
        results.append(chat.headers["x-ratchet-result-id"])
    events = [await gateway.event(result) for result in results]
    assert {event.output for event in events} == {"On Monday."}
    assert {event.cost_usd for event in events} == {Decimal("0.0212")}  # 900 at 20, 100 cached at 2, 100 written at 30
    assert {event.usage.cached_tokens for event in events} == {100}


async def test_anthropics_client_is_told_what_is_wrong_in_its_own_way(gateway: Gateway) -> None:
    async with as_anthropics(gateway) as client:
        with pytest.raises(anthropic.NotFoundError):
            await client.messages.create(model="nobody", max_tokens=5, messages=said())
        with pytest.raises(anthropic.BadRequestError):
            await client.messages.create(model="cheap", max_tokens=-5, messages=said())
        gateway.up.will("plain", failing(500))
        with pytest.raises(anthropic.APIStatusError) as down:
            await client.messages.create(model="plain", max_tokens=5, messages=said())
        assert down.value.status_code == 503
        gateway.up.will("plain", cut_after(3, TEXT))
        with pytest.raises(anthropic.APIError):
            async with client.messages.stream(model="plain", max_tokens=5, messages=said()) as coming:
                await coming.get_final_message()
    async with as_anthropics(gateway, "wrong") as nobody:
        with pytest.raises(anthropic.AuthenticationError):
            await nobody.messages.create(model="cheap", max_tokens=5, messages=said())


async def test_when_all_fail_the_first_true_error_is_what_one_sees(gateway: Gateway) -> None:
    """The last one here: afterwards a model rests."""
    gateway.up.will("cheap", failing(429, {"message": "slow down"}, **{"Retry-After": "17"}))
    gateway.up.will("middle", failing(500))
    gateway.up.will("plain", failing(503))
    with pytest.raises(openai.RateLimitError) as limited:
        await gateway.client.chat.completions.create(model="auto", messages=said("All shall fail."))
    assert limited.value.response.headers["retry-after"] == "17"
    gateway.up.will("cheap", saying("Yes."))
    before = gateway.up.calls["cheap"]
    with pytest.raises(openai.RateLimitError) as again:
        await gateway.client.chat.completions.create(model="cheap", messages=said())
    assert 10 < int(again.value.response.headers["retry-after"]) <= 17
    assert gateway.up.calls["cheap"] == before  # it asked to be left alone
