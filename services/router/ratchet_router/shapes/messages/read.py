"""A request in Anthropic's shape: checked, as a chat, and as it came. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ratchet_catalogue.catalogue import Capability
from ratchet_providers.base import Native
from ratchet_router.shapes.messages.body import BODY, COUNTED, Counted, decoded
from ratchet_router.shapes.messages.count import estimated_count
from ratchet_router.shapes.messages.fields import chat_fields
from ratchet_router.shapes.messages.invalid import InvalidMessagesError
from ratchet_router.shapes.messages.turns import Message, chat_of

HEADERS: Final = {
    "anthropic-version": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "anthropic-beta": re.compile(r"[a-zA-Z0-9._, -]{0,2000}"),
}
SEEN: Final = frozenset({"image_url", "file"})
OURS: Final = frozenset({"ratchet"})
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesRequest:
    """`messages` and `fields`: of the chat request that asks the same; `max_output_tokens` is the limit among them,
    None where the caller only wants the prompt kept (0). `native`: what Anthropic's own models are sent. `extras`: what
    is asked of Ratchet itself, unread.
    """

    model: str
    messages: msgspec.Raw
    fields: Mapping[str, msgspec.Raw]
    native: Native
    max_output_tokens: int | None
    stream: bool = False
    user: str | None = None
    extras: msgspec.Raw | None = None
    capabilities: frozenset[Capability] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRequest:
    """How many tokens would this be? Anthropic's models are asked (`native`); for others it is about `estimated`."""

    model: str
    native: Native
    estimated: int
    extras: msgspec.Raw | None = None


def read_messages(body: bytes, headers: Mapping[str, str]) -> MessagesRequest:
    """`headers` by their lower-case names. Raises InvalidMessagesError naming the field that is wrong."""
    asked, given = decoded(body, BODY)
    messages = chat_of(asked.system, asked.messages)
    fields = chat_fields(asked, given)
    return MessagesRequest(
        model=asked.model,
        messages=msgspec.Raw(_encode(messages)),
        fields={name: msgspec.Raw(_encode(value)) for name, value in fields.items()},
        native=_native(given, headers),
        max_output_tokens=asked.max_tokens or None,
        stream=bool(asked.stream),
        user=asked.metadata.user_id if asked.metadata else None,
        extras=given.get("ratchet"),
        capabilities=_capabilities(asked, fields, messages),
    )


def read_count(body: bytes, headers: Mapping[str, str]) -> CountRequest:
    """`headers` by their lower-case names. Raises InvalidMessagesError."""
    asked, given = decoded(body, COUNTED)
    estimated = estimated_count(asked, given)
    return CountRequest(
        model=asked.model, native=_native(given, headers), estimated=estimated, extras=given.get("ratchet")
    )


def _native(given: Mapping[str, msgspec.Raw], headers: Mapping[str, str]) -> Native:
    kept = {}
    for name, form in HEADERS.items():
        if value := headers.get(name, "").strip():
            if form.fullmatch(value) is None:
                raise InvalidMessagesError(name, "this header is not as Anthropic's clients write it")
            kept[name] = value
    fields = {name: value for name, value in given.items() if name not in OURS}
    return Native(shape="messages", fields=fields, headers=kept)


def _capabilities(asked: Counted, fields: Mapping[str, Any], messages: list[Message]) -> frozenset[Capability]:
    found: set[Capability] = set()
    if asked.tools:
        found.add("tools")
    if "response_format" in fields:
        found.add("json")
    parts = (part for message in messages if isinstance(message["content"], list) for part in message["content"])
    if any(isinstance(part, dict) and part["type"] in SEEN for part in parts):
        found.add("vision")
    return frozenset(found)
