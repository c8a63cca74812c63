"""A request in the chat shape as a body of Converse. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ratchet_providers.base import ModelRequest
from ratchet_providers.bedrock.families import Family
from ratchet_providers.bedrock.refusing import read, refused
from ratchet_providers.bedrock.stops import naming
from ratchet_providers.bedrock.thinking import Thinking, thinking
from ratchet_providers.bedrock.tools import called
from ratchet_providers.bedrock.turns import turns_of
from ratchet_providers.chat_shape import ChatFields, ChatMessage
from ratchet_providers.usage import estimated_tokens

CONVERSES: Final = ("guardrailConfig", "requestMetadata")  # its own fields that a caller may name
OWN: Final = "additionalModelRequestFields"  # the model's


class _Fields(ChatFields, frozen=True, kw_only=True):
    """Tools are read apart, since they may bear more than OpenAI's."""

    tools: list[dict[str, Any]] | None = None  # type: ignore[assignment]
    modalities: list[str] | None = None


_messages = msgspec.json.Decoder(list[ChatMessage])
_fields = msgspec.json.Decoder(_Fields)
_own_fields = msgspec.json.Decoder(dict[str, Any] | None)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Asked:
    """The body, and how to read what comes of it.

    `by_tool`: the input of the tool `ANSWER` is the answer's text. `one_call`: the caller takes one call at a time.
    `space`: the model goes on after it, and has not been shown it. `stops`: the sequences that end the answer.
    """

    body: bytes
    by_tool: bool = False
    one_call: bool = False
    space: str = ""
    stops: tuple[str, ...] = ()


def asked(request: ModelRequest, family: Family, also: Mapping[str, Any]) -> Asked:
    """`also`: fields of Converse for every request. Raises ProviderError naming what Converse has no place for."""
    fields, messages = read(_fields, request.fields), read(_messages, request.messages, "messages")
    _possible(fields)
    if request.so_far:  # the model goes on with a last turn that is its own
        messages.append(ChatMessage(role="assistant", content=request.so_far))
    form = None if request.so_far else fields.response_format  # what is begun goes on as it began
    its = called(fields.tools or (), fields.tool_choice, form, family)
    system, turns = turns_of(messages, family, with_tools=bool(its.config))
    limit, stops = _limit(request, fields), _stops(fields)
    thought = thinking(fields.reasoning_effort, family, turns, limit, forced=its.forced or bool(request.so_far))
    body = {
        "messages": turns,
        "system": system,
        "inferenceConfig": _inference(fields, family, thought, stops),
        "toolConfig": its.config,
        "outputConfig": its.form,
        "additionalModelResponseFieldPaths": naming(stops, family),
        OWN: _own(request, fields, family, thought),
        **{name: request.fields[name] for name in CONVERSES if name in request.fields},
        **also,
    }
    return Asked(
        _encode({name: value for name, value in body.items() if value}),
        by_tool=its.by_tool,
        one_call=fields.parallel_tool_calls is False,
        space=request.so_far[len(request.so_far.rstrip()) :],
        stops=stops,
    )


def _possible(fields: _Fields) -> None:
    if fields.n is not None and fields.n != 1:
        raise refused("n", "Bedrock gives one answer at a time: leave it out, or ask several times")
    if fields.logprobs:
        raise refused("logprobs", "Bedrock gives no probabilities: leave it out")
    if fields.top_logprobs:
        raise refused("top_logprobs", "Bedrock gives no probabilities: leave it out")
    if "audio" in (fields.modalities or ()):
        raise refused("modalities", "Bedrock's models answer in text alone")


def _limit(request: ModelRequest, fields: _Fields) -> int | None:
    told = fields.max_completion_tokens or fields.max_tokens or request.max_output_tokens
    return max(1, told - estimated_tokens(len(request.so_far))) if told else None


def _stops(fields: _Fields) -> tuple[str, ...]:
    given = [fields.stop] if isinstance(fields.stop, str) else fields.stop or []
    return tuple(stop for stop in given if stop)


def _inference(fields: _Fields, family: Family, thought: Thinking, stops: Sequence[str]) -> dict[str, Any]:
    """What Converse knows of sampling goes from 0 to 1; what a model refuses of it is left out: it is a wish."""
    found: dict[str, Any] = {}
    if thought.limit is not None:
        found["maxTokens"] = thought.limit
    if thought.samples and family.sampling != "none":
        if fields.temperature is not None:
            found["temperature"] = min(max(fields.temperature, 0.0), 1.0)
        if fields.top_p is not None and not (family.sampling == "one" and "temperature" in found):
            found["topP"] = fields.top_p
    if stops:
        found["stopSequences"] = stops
    return found


def _own(request: ModelRequest, fields: _Fields, family: Family, thought: Thinking) -> dict[str, Any]:
    """What the caller wrote there goes before what is made of a chat's fields."""
    found = dict(thought.fields)
    if fields.top_k is not None and family.top_k and thought.samples:
        value: Any = fields.top_k
        for name in reversed(family.top_k):
            value = {name: value}
        found |= value
    return found | (read(_own_fields, request.fields.get(OWN), OWN) or {})
