"""The fields of a chat request beside its messages: those that are Anthropic's too, by another name, and the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ratchet_providers.anthropic.dialect import Dialect
from ratchet_providers.anthropic.refusing import invalid, refused
from ratchet_providers.chat_shape import ChatFields

# OpenAI's own: they have no say in what is answered, or ask for no more than is the case anyway.
HARMLESS: Final = frozenset({
    "audio", "functions", "function_call", "web_search_options", "seed", "logit_bias", "frequency_penalty",
    "presence_penalty", "store", "prediction", "service_tier", "stream_options", "verbosity", "prompt_cache_key",
    "prompt_cache_retention", "safety_identifier", "metadata", "modalities",
})  # fmt: skip
OURS: Final = frozenset({*ChatFields.__struct_fields__, *HARMLESS, "model", "messages", "stream", "ratchet"})
CANNOT: Final = {
    "audio": "Anthropic's models do not speak: leave it out",
    "functions": "it is out of use: send tools",
    "function_call": "it is out of use: send tool_choice",
    "web_search_options": "Anthropic's models search by a tool of their own: name that in tools",
    "logprobs": "Anthropic's models give no probabilities: leave it out",
    "top_logprobs": "Anthropic's models give no probabilities: leave it out",
}
NOTHING: Final = (b"null", b"false", b"0", b"[]")


class _Tools(msgspec.Struct, frozen=True):
    tools: list[dict[str, Any]] | None = None


_fields = msgspec.json.Decoder(ChatFields)
_tools = msgspec.json.Decoder(_Tools)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Fields:
    """`tools` are read apart, since not all are functions; `others` are Anthropic's own, or nobody's that we know."""

    known: ChatFields
    tools: list[dict[str, Any]]
    others: dict[str, Any]

    @property
    def most(self) -> int | None:
        return self.known.max_completion_tokens or self.known.max_tokens


def read_fields(given: Mapping[str, Any]) -> Fields:
    """Raises ProviderError naming the field that is wrong, or that asks for what is not to be had."""
    for name, why in CANNOT.items():
        if name in given and _encode(given[name]) not in NOTHING:
            raise refused(name, why)
    known = {name: value for name, value in given.items() if name in ChatFields.__struct_fields__ and name != "tools"}
    try:
        fields = _fields.decode(_encode(known))
        tools = _tools.decode(_encode({"tools": given.get("tools")})).tools
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    if fields.n is not None and fields.n != 1:
        raise refused("n", "Anthropic's models give one answer at a time: leave it out, or ask several times")
    return Fields(fields, tools or [], {name: value for name, value in given.items() if name not in OURS})


def sampling(fields: ChatFields, dialect: Dialect) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if dialect.samples and fields.temperature is not None:
        found["temperature"] = min(max(fields.temperature, 0.0), 1.0)
    elif dialect.samples and fields.top_p is not None:  # newer ones take one of the two only
        found["top_p"] = fields.top_p
    if dialect.samples and fields.top_k is not None:
        found["top_k"] = fields.top_k
    return found


def stops(fields: ChatFields) -> dict[str, Any]:
    given = [fields.stop] if isinstance(fields.stop, str) else fields.stop or []
    if any(not stop or stop.isspace() for stop in given):
        raise refused("stop", "Anthropic's models do not stop at white space alone: name something else")
    return {"stop_sequences": given} if given else {}


def caller(fields: ChatFields) -> dict[str, Any]:
    return {"metadata": {"user_id": fields.user}} if fields.user else {}
