"""Every client before every provider, whole and streamed: the providers are imitations that others wrote."""

import asyncio
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

import anthropic
import openai
import pytest

from tests.imitations.asked import Asked, Seen
from tests.imitations.callers import SHAPES, Shape
from tests.imitations.gateway import PROVIDERS, Gateway

pytestmark = [pytest.mark.imitations, pytest.mark.asyncio(loop_scope="module")]
TEXT = "We ship on Monday, at nine in the morning. Grüße aus Zürich! 🚢"
every_provider = pytest.mark.parametrize("provider", PROVIDERS)
every_shape = pytest.mark.parametrize("shape", SHAPES)
whole_and_streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


def no_two_alike(text: str) -> str:
    return f"Tell me: {text}? {uuid4().hex}"


async def in_every_way(gateway: Gateway, asked: Asked) -> Sequence[Seen]:
    return [await gateway.clients.ask(shape, asked, stream=stream) for shape in SHAPES for stream in (False, True)]


@every_provider
@every_shape
@whole_and_streamed
async def test_a_text_comes_through_with_its_name_and_its_event(
    everyone: Gateway, provider: str, shape: Shape, stream: bool
) -> None:
    seen = await everyone.clients.ask(shape, Asked(provider, no_two_alike("when do we ship")), stream=stream)
    assert (seen.text, seen.calls, seen.stop) == (TEXT, (), "done")
    assert (seen.headers["x-ratchet-model"], seen.headers["x-ratchet-cached"]) == (provider, "false")
    event = await everyone.event(seen)
    assert (event.model, event.outcome, event.output) == (provider, "ok", TEXT)
    assert [(attempt.model, attempt.error) for attempt in event.attempts] == [(provider, "")]


@every_provider
async def test_it_costs_the_same_for_every_client_whole_and_streamed(everyone: Gateway, provider: str) -> None:
    every = await in_every_way(everyone, Asked(provider, no_two_alike("when do we ship")))
    events = [await everyone.event(seen) for seen in every]
    assert {seen.tokens for seen in every} == {(210, 30)}
    assert {event.cost_usd for event in events} == {Decimal("0.00072")}  # 210 at 2 and 30 at 10 a million
    assert {(e.usage.input_tokens, e.usage.output_tokens, e.usage.estimated) for e in events} == {(210, 30, False)}
    assert {seen.headers.get("x-ratchet-cost-usd") for seen in every} == {"0.000720", None}  # None: of the streamed


@every_provider
@every_shape
@whole_and_streamed
async def test_parallel_tool_calls_and_their_results_go_both_ways(
    everyone: Gateway, provider: str, shape: Shape, stream: bool
) -> None:
    first = Asked(provider, no_two_alike("what is the weather"), tools=True)
    called = await everyone.clients.ask(shape, first, stream=stream)
    assert [(call.name, call.arguments) for call in called.calls] == [
        ("weather", {"city": "Bern"}),
        ("weather", {"city": "Basel"}),
    ]
    assert (called.stop, len({call.id for call in called.calls})) == ("tools", 2)
    told = Asked(provider, first.text, tools=True, called=called.calls, results=("3 degrees", "4 degrees"))
    seen = await everyone.clients.ask(shape, told, stream=stream)
    assert (seen.text, seen.stop, seen.tokens) == ("Bern 3, Basel 4.", "done", (350, 8))


@every_provider
@every_shape
@whole_and_streamed
async def test_an_answer_has_the_structure_that_was_asked_for(
    everyone: Gateway, provider: str, shape: Shape, stream: bool
) -> None:
    seen = await everyone.clients.ask(shape, Asked(provider, no_two_alike("which day"), schema=True), stream=stream)
    assert json.loads(seen.text) == {"day": "Monday", "hour": 9}
    assert seen.tokens == (120, 12)


@every_provider
async def test_an_answer_that_reached_its_limit_says_so_to_every_client(everyone: Gateway, provider: str) -> None:
    every = await in_every_way(everyone, Asked(provider, no_two_alike("will it go on and on"), max_tokens=4))
    assert {(seen.text, seen.stop) for seen in every} == {("It goes on and", "length")}


@every_provider
async def test_the_synchronous_clients_work_too(everyone: Gateway, provider: str) -> None:
    asked = Asked(provider, no_two_alike("when do we ship"))
    token, url = everyone.tenant.token, everyone.app.url

    def by_openai() -> list[str | None]:
        with openai.OpenAI(base_url=f"{url}/v1", api_key=token, max_retries=0) as client:
            whole = client.chat.completions.create(**asked.as_chat())
            with client.chat.completions.stream(**asked.as_chat()) as coming:
                streamed = coming.get_final_completion()
            response = client.responses.create(**asked.as_responses())
            with client.responses.stream(**asked.as_responses()) as told:
                last = told.get_final_response()
        texts = [completion.choices[0].message.content for completion in (whole, streamed)]
        return [*texts, response.output_text, last.output_text]

    def by_anthropic() -> list[str]:
        with anthropic.Anthropic(base_url=url, api_key=token, max_retries=0) as client:
            whole: Any = client.messages.create(**asked.as_messages())
            with client.messages.stream(**asked.as_messages()) as coming:
                return [whole.content[0].text, coming.get_final_text()]

    assert await asyncio.to_thread(by_openai) == [TEXT] * 4
    assert await asyncio.to_thread(by_anthropic) == [TEXT] * 2


async def test_embeddings_come_from_a_provider_of_openais_shape(everyone: Gateway) -> None:
    made = await everyone.clients.openai.embeddings.create(model="openai-words", input=["near", "nearer"])
    assert [item.embedding for item in made.data] == [[0.5, -0.25, 1.0]] * 2
