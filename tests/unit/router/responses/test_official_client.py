"""OpenAI's own client, sync and async, without a change."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import openai
import pydantic
import pytest
from openai.types.responses import FunctionToolParam, ResponseFunctionToolCall

from tests.unit.router.responses.gateway import Gateway, Says, running

WEATHER: FunctionToolParam = {
    "type": "function",
    "name": "weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


class Plan(pydantic.BaseModel):
    day: str
    parts: list[int]


def says(text: str, **message: Any) -> Says:
    return lambda _: {"message": {"role": "assistant", "content": text} | message}


def calls(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Asks for the weather twice, then tells what it heard."""
    heard = [message["content"] for message in messages if message["role"] == "tool"]
    if heard:
        return {"message": {"role": "assistant", "content": " and ".join(heard)}}
    wanted = [("a", '{"city": "Ulm"}'), ("b", '{"city": "Bonn"}')]
    made = [{"id": n, "type": "function", "function": {"name": "weather", "arguments": said}} for n, said in wanted]
    return {"message": {"role": "assistant", "content": None, "tool_calls": made}, "finish_reason": "tool_calls"}


@asynccontextmanager
async def client(model: Says, **how: Any) -> AsyncIterator[tuple[openai.AsyncOpenAI, Gateway]]:
    async with (
        running(Gateway(model, **how)) as gateway,
        openai.AsyncOpenAI(base_url=gateway.url, api_key="k", max_retries=0) as async_client,
    ):
        yield async_client, gateway


async def in_a_thread(gateway: Gateway, work: Callable[[openai.OpenAI], Any]) -> Any:
    with openai.OpenAI(base_url=gateway.url, api_key="k", max_retries=0) as sync_client:
        return await asyncio.to_thread(work, sync_client)


async def test_a_text_whole_and_streamed() -> None:
    async with client(says("We ship on Monday, I think, or so it was said.")) as (ours, gateway):
        whole = await ours.responses.create(model="auto", input="When?", instructions="Be brief.", user="ann")
        assert whole.output_text == "We ship on Monday, I think, or so it was said."
        assert (whole.status, whole.usage and whole.usage.total_tokens) == ("completed", 10)
        assert gateway.asked[0].user == "ann"
        bits = [
            event.delta
            async for event in await ours.responses.create(model="auto", input="When?", stream=True)
            if event.type == "response.output_text.delta"
        ]
        assert len(bits) > 1
        assert "".join(bits) == whole.output_text


async def test_the_clients_stream_helper_ends_with_the_whole_response() -> None:
    async with (
        client(says("So.", reasoning_content="hm")) as (ours, _),
        ours.responses.stream(model="auto", input="When?") as stream,
    ):
        names = [event.type async for event in stream]
        final = await stream.get_final_response()
    assert (names[0], names[-1]) == ("response.created", "response.completed")
    assert [item.type for item in final.output] == ["reasoning", "message"]
    assert final.output_text == "So."


async def test_the_sync_client_works_as_well() -> None:
    def work(sync: openai.OpenAI) -> Any:
        whole = sync.responses.create(model="auto", input=[{"role": "user", "content": "When?"}])
        with sync.responses.stream(model="auto", input="When?", text_format=Plan) as stream:
            stream.until_done()
            final = stream.get_final_response()
        return whole.output_text, final.output_parsed

    async with client(says('{"day": "Monday", "parts": [1, 2]}')) as (_, gateway):
        text, plan = await in_a_thread(gateway, work)
    assert plan == Plan.model_validate_json(text)


async def test_structured_output_is_parsed() -> None:
    async with client(says('{"day": "Monday", "parts": []}')) as (ours, gateway):
        parsed = await ours.responses.parse(model="auto", input="When?", text_format=Plan)
        assert parsed.output_parsed == Plan(day="Monday", parts=[])
        assert b'"json_schema"' in bytes(gateway.asked[0].fields["response_format"])
        assert gateway.asked[0].capabilities == {"json"}


async def test_tools_in_parallel_and_their_answers() -> None:
    async with client(calls) as (ours, gateway):
        first = await ours.responses.create(model="auto", input="Weather?", tools=[WEATHER], tool_choice="required")
        asked = [item for item in first.output if isinstance(item, ResponseFunctionToolCall)]
        assert [item.arguments for item in asked] == ['{"city": "Ulm"}', '{"city": "Bonn"}']
        results = [
            {"type": "function_call_output", "call_id": item.call_id, "output": f"rain {item.call_id}"}
            for item in asked
        ]
        given: Any = [{"role": "user", "content": "Weather?"}, *first.output, *results]
        second = await ours.responses.create(model="auto", input=given, tools=[WEATHER])
        assert second.output_text == "rain a and rain b"
        on: Any = results
        third = await ours.responses.create(model="auto", input=on, previous_response_id=first.id, tools=[WEATHER])
        assert third.output_text == "rain a and rain b"
        assert bytes(gateway.asked[1].messages) == bytes(gateway.asked[2].messages)


async def test_items_that_came_out_are_named_in_place_of_sent() -> None:
    """As the AI SDK does in a loop of tools, where answers are kept."""
    async with client(calls) as (ours, gateway):
        first = await ours.responses.create(model="auto", input="Weather?", tools=[WEATHER])
        asked = [item for item in first.output if isinstance(item, ResponseFunctionToolCall)]
        results = [{"type": "function_call_output", "call_id": item.call_id, "output": "rain"} for item in asked]
        user = {"role": "user", "content": "Weather?"}
        named: Any = [user, *({"type": "item_reference", "id": item.id} for item in first.output), *results]
        sent: Any = [user, *first.output, *results]
        for given in (sent, named):
            await ours.responses.create(model="auto", input=given, tools=[WEATHER])
        assert bytes(gateway.asked[1].messages) == bytes(gateway.asked[2].messages)
        await ours.responses.delete(first.id)
        with pytest.raises(openai.BadRequestError) as refused:
            await ours.responses.create(model="auto", input=named, tools=[WEATHER])
        assert refused.value.param == "input[1].id"


async def test_tools_streamed() -> None:
    async with client(calls) as (ours, _), ours.responses.stream(model="auto", input="W?", tools=[WEATHER]) as stream:
        snapshots = [event.snapshot async for event in stream if event.type == "response.function_call_arguments.delta"]
        final = await stream.get_final_response()
    assert snapshots == ['{"city": "Ulm"}', '{"city": "Bonn"}']
    assert [item.type for item in final.output] == ["function_call", "function_call"]


async def test_a_refusal_is_one() -> None:
    async with client(says("", content=None, refusal="I cannot.")) as (ours, _):
        whole = await ours.responses.create(model="auto", input="x")
        assert whole.output[0].to_dict()["content"] == [{"type": "refusal", "refusal": "I cannot."}]
        async with ours.responses.stream(model="auto", input="x") as stream:
            assert "response.refusal.done" in [event.type async for event in stream]


async def test_an_answer_that_was_cut_short_says_so() -> None:
    async with client(lambda _: {"message": {"content": "On Mon"}, "finish_reason": "length"}) as (ours, _):
        whole = await ours.responses.create(model="auto", input="x", max_output_tokens=16)
        assert (whole.status, whole.incomplete_details and whole.incomplete_details.reason) == (
            "incomplete",
            "max_output_tokens",
        )
        stream = await ours.responses.create(model="auto", input="x", stream=True)
        assert [event.type async for event in stream][-1] == "response.incomplete"


async def test_images_reach_the_model() -> None:
    picture = "data:image/png;base64,aaaa"
    async with client(says("A dot.")) as (ours, gateway):
        await ours.responses.create(
            model="auto",
            input=[
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "What?"},
                        {"type": "input_image", "image_url": picture, "detail": "auto"},
                    ],
                }
            ],
        )
        assert picture.encode() in bytes(gateway.asked[0].messages)


async def test_a_conversation_goes_on_is_shown_and_deleted() -> None:
    def echoes(messages: list[dict[str, Any]]) -> dict[str, Any]:
        return {"message": {"role": "assistant", "content": str([message["content"] for message in messages])}}

    async with client(echoes) as (ours, _):
        first = await ours.responses.create(model="auto", input="One?", instructions="Old rules.")
        stream = await ours.responses.create(
            model="auto", input="Two?", previous_response_id=first.id, instructions="New rules.", stream=True
        )
        (second,) = [event.response async for event in stream if event.type == "response.completed"]
        assert second.output_text == str(["New rules.", "One?", first.output_text, "Two?"])
        assert await ours.responses.retrieve(second.id) == second
        listed = [item.to_dict() async for item in await ours.responses.input_items.list(second.id, limit=2)]
        assert [item["role"] for item in listed] == ["user", "assistant", "user"]
        await ours.responses.delete(first.id)
        with pytest.raises(openai.NotFoundError):
            await ours.responses.retrieve(first.id)
        with pytest.raises(openai.BadRequestError) as refused:
            await ours.responses.create(model="auto", input="Three?", previous_response_id=second.id)
        assert (refused.value.param, refused.value.code) == ("previous_response_id", "previous_response_not_found")


async def test_nothing_is_kept_where_nothing_should_be() -> None:
    async with client(says("So.")) as (ours, _):
        said = await ours.responses.create(model="auto", input="x", store=False)
        with pytest.raises(openai.NotFoundError):
            await ours.responses.retrieve(said.id)


@pytest.mark.parametrize("breaks", [1, 3])
async def test_a_stream_that_breaks_off_is_raised(breaks: int) -> None:
    async with client(says("We ship on Monday, I think, or so it was said."), breaks=breaks) as (ours, gateway):
        with pytest.raises(openai.APIError, match="It broke off"):
            async for _ in await ours.responses.create(model="auto", input="x", stream=True):
                pass
        with pytest.raises(openai.APIError, match="It broke off"):
            async with ours.responses.stream(model="auto", input="x") as stream:
                await stream.get_final_response()

        def work(sync: openai.OpenAI) -> None:
            with sync.responses.stream(model="auto", input="x") as stream:
                stream.until_done()

        with pytest.raises(openai.APIError, match="It broke off"):
            await in_a_thread(gateway, work)


async def test_what_cannot_be_done_is_refused_by_name() -> None:
    async with client(says("So.")) as (ours, _):
        with pytest.raises(openai.BadRequestError, match="web_search") as refused:
            await ours.responses.create(model="auto", input="x", tools=[{"type": "web_search"}])
        assert (refused.value.param, refused.value.code) == ("tools[0].type", "only-responses")
        with pytest.raises(openai.BadRequestError) as refused:
            await ours.responses.create(model="auto", input="x", background=True)
        assert refused.value.param == "background"
