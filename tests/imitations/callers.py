"""The official clients, unchanged: each asks in its own shape, whole or streamed, and tells what it saw."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import anthropic
import openai

from tests.imitations.asked import STOPS, Asked, Call, Seen

Shape = Literal["chat", "messages", "responses"]
SHAPES: Final[tuple[Shape, ...]] = ("chat", "messages", "responses")

ENDS: Final = ("response.completed", "response.incomplete")  # the client itself takes the first alone for an end


@dataclass(frozen=True, slots=True)
class Clients:
    openai: openai.AsyncOpenAI
    anthropic: anthropic.AsyncAnthropic

    async def ask(self, shape: Shape, asked: Asked, *, stream: bool) -> Seen:
        ways: dict[Shape, Callable[[Asked, bool], Awaitable[Seen]]] = {
            "chat": self._chat,
            "messages": self._messages,
            "responses": self._responses,
        }
        return await ways[shape](asked, stream)

    async def _chat(self, asked: Asked, stream: bool) -> Seen:
        create, body = self.openai.chat.completions, asked.as_chat()
        if not stream:
            raw = await create.with_raw_response.create(**body)
            return of_chat(raw.parse(), raw.headers)
        async with create.stream(**body, stream_options={"include_usage": True}) as coming:
            try:
                completion: Any = await coming.get_final_completion()
            except openai.LengthFinishReasonError as error:  # the client's own way to say that it ends there
                completion = error.completion
            return of_chat(completion, coming._response.headers)

    async def _messages(self, asked: Asked, stream: bool) -> Seen:
        create, body = self.anthropic.messages, asked.as_messages()
        if not stream:
            raw = await create.with_raw_response.create(**body)
            return of_message(await raw.parse(), raw.headers)
        async with create.stream(**body) as coming:
            return of_message(await coming.get_final_message(), coming.response.headers)

    async def _responses(self, asked: Asked, stream: bool) -> Seen:
        create, body = self.openai.responses, asked.as_responses()
        if not stream:
            raw = await create.with_raw_response.create(**body)
            return of_response(raw.parse(), raw.headers)
        async with create.stream(**body) as coming:
            ends = [event.response async for event in coming if event.type in ENDS]
            assert len(ends) == 1, "the stream did not say how the answer ended"
            return of_response(ends[0], coming._response.headers)


def error_of(shape: Shape) -> type[Exception]:
    return anthropic.APIError if shape == "messages" else openai.APIError


def of_chat(completion: Any, headers: Mapping[str, str]) -> Seen:
    (choice,) = completion.choices
    calls = [
        Call(call.id, call.function.name, json.loads(call.function.arguments))
        for call in choice.message.tool_calls or ()
    ]
    tokens = (completion.usage.prompt_tokens, completion.usage.completion_tokens)
    return Seen(choice.message.content or "", tuple(calls), STOPS[choice.finish_reason], tokens, headers)


def of_message(message: Any, headers: Mapping[str, str]) -> Seen:
    text = "".join(block.text for block in message.content if block.type == "text")
    calls = [Call(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"]
    tokens = (message.usage.input_tokens, message.usage.output_tokens)
    return Seen(text, tuple(calls), STOPS[message.stop_reason], tokens, headers)


def of_response(response: Any, headers: Mapping[str, str]) -> Seen:
    items = [item for item in response.output if item.type == "function_call"]
    calls = [Call(item.call_id, item.name, json.loads(item.arguments)) for item in items]
    if response.status == "completed":
        stop = STOPS["tool_calls" if calls else "stop"]
    else:
        assert response.status == "incomplete", response
        details = response.incomplete_details  # which the imitation leaves out where the answer is its own
        stop = STOPS[details.reason if details else "max_output_tokens"]
    tokens = (response.usage.input_tokens, response.usage.output_tokens)
    return Seen(response.output_text, tuple(calls), stop, tokens, headers)
