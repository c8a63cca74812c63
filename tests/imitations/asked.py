"""One question in the three shapes that our callers speak, and what each of them saw of the answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Stop = Literal["done", "tools", "length"]
STOPS: Final[Mapping[str, Stop]] = {
    "stop": "done",
    "end_turn": "done",
    "tool_calls": "tools",
    "tool_use": "tools",
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
}
CITY: Final = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
MEETING: Final = {
    "type": "object",
    "properties": {"day": {"type": "string"}, "hour": {"type": "integer"}},
    "required": ["day", "hour"],
    "additionalProperties": False,
}
WEATHER: Final = "What the weather is like in a city, now"


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    name: str
    arguments: dict[str, Any]

    @property
    def as_json(self) -> str:
        return json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Seen:
    """`tokens`: of input and of output, as the client was told them."""

    text: str
    calls: tuple[Call, ...]
    stop: Stop
    tokens: tuple[int, int]
    headers: Mapping[str, str]

    @property
    def result_id(self) -> str:
        return self.headers["x-ratchet-result-id"]


@dataclass(frozen=True, slots=True)
class Asked:
    """`results`: of the calls of `called`, in their order, told on the next turn."""

    model: str
    text: str
    tools: bool = False
    schema: bool = False
    called: tuple[Call, ...] = ()
    results: tuple[str, ...] = ()
    max_tokens: int | None = None
    ratchet: Mapping[str, Any] | None = None

    @property
    def _answers(self) -> list[tuple[Call, str]]:
        return list(zip(self.called, self.results, strict=True))

    @property
    def _extra(self) -> dict[str, Any]:
        return {"extra_body": {"ratchet": {"cache": "off"} | dict(self.ratchet or {})}}

    def as_chat(self) -> dict[str, Any]:
        messages: list[dict[str, Any]] = [{"role": "user", "content": self.text}]
        if self.called:
            calls = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.as_json}}
                for call in self.called
            ]
            messages.append({"role": "assistant", "content": None, "tool_calls": calls})
        messages += [{"role": "tool", "tool_call_id": call.id, "content": said} for call, said in self._answers]
        body: dict[str, Any] = {"model": self.model, "messages": messages} | self._extra
        if self.tools:
            function = {"name": "weather", "description": WEATHER, "parameters": CITY}
            body["tools"] = [{"type": "function", "function": function}]
        if self.schema:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "meeting", "strict": True, "schema": MEETING},
            }
        if self.max_tokens:
            body["max_completion_tokens"] = self.max_tokens
        return body

    def as_messages(self) -> dict[str, Any]:
        messages: list[dict[str, Any]] = [{"role": "user", "content": self.text}]
        if self.called:
            uses = [
                {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments} for call in self.called
            ]
            results = [{"type": "tool_result", "tool_use_id": call.id, "content": said} for call, said in self._answers]
            messages += [{"role": "assistant", "content": uses}, {"role": "user", "content": results}]
        body: dict[str, Any] = {"model": self.model, "messages": messages, "max_tokens": self.max_tokens or 500}
        if self.tools:
            body["tools"] = [{"name": "weather", "description": WEATHER, "input_schema": CITY}]
        if self.schema:
            body["output_config"] = {"format": {"type": "json_schema", "schema": MEETING}}
        return body | self._extra

    def as_responses(self) -> dict[str, Any]:
        items: list[dict[str, Any]] = [{"role": "user", "content": self.text}]
        items += [
            {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.as_json}
            for call in self.called
        ]
        items += [{"type": "function_call_output", "call_id": call.id, "output": said} for call, said in self._answers]
        body: dict[str, Any] = {"model": self.model, "input": items, "store": False} | self._extra
        if self.tools:
            tool = {"type": "function", "name": "weather", "description": WEATHER, "parameters": CITY, "strict": True}
            body["tools"] = [tool]
        if self.schema:
            body["text"] = {"format": {"type": "json_schema", "name": "meeting", "strict": True, "schema": MEETING}}
        if self.max_tokens:
            body["max_output_tokens"] = self.max_tokens
        return body
