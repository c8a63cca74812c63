"""The body of a chat completion: read without a copy, since most of it only passes through."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from ratchet_catalogue.catalogue import Capability
from ratchet_common import conversation
from ratchet_common.auth import Caller
from ratchet_common.errors import RefusedError
from ratchet_common.json_bodies import NotJsonError, read_json
from ratchet_providers.media import is_media
from ratchet_router.api.asking import Asked, ask_of
from ratchet_router.api.extras import NOTHING_ASKED, Extras
from ratchet_router.ask import Ask

Tokens = Annotated[int, Meta(ge=1, le=10_000_000)]
User = Annotated[str, Meta(max_length=200)]
OURS: Final = frozenset({"model", "messages", "ratchet", "stream"})
WHERE = re.compile(r" - at `\$(?:\.|)([^`]*)`$")

MISSING = re.compile(r"Object missing required field `(.*)`")


class InvalidChatError(RefusedError):
    type = "invalid"
    title = "A field of the request is wrong"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}", errors=[{"field": field, "message": message}])
        self.param = field


class Message(msgspec.Struct, frozen=True):
    """Further fields, such as `tool_calls`, are allowed and pass through."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None
    name: str | None = None


class StreamOptions(msgspec.Struct, frozen=True):
    include_usage: bool | None = None


class ChatBody(msgspec.Struct, frozen=True):
    """As OpenAI's. Fields that are not named here pass through to the provider."""

    model: Annotated[str, Meta(min_length=1, max_length=120)]
    messages: Annotated[list[Message], Meta(min_length=1, max_length=10_000)]
    ratchet: Extras | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int, Meta(ge=1, le=128)] | None = None
    logprobs: bool | None = None
    user: User | None = None
    safety_identifier: User | None = None
    max_tokens: Tokens | None = None
    max_completion_tokens: Tokens | None = None
    tools: list[dict[str, Any]] | None = None
    response_format: dict[str, Any] | None = None


_chat_body = msgspec.json.Decoder(ChatBody)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_chat(body: bytes, caller: Caller) -> Ask:
    """Raises InvalidChatError, UnknownTaskError."""
    chat, fields = _decoded(body)
    asked = Asked(
        model=chat.model,
        messages=fields["messages"],
        extras=chat.ratchet or NOTHING_ASKED,
        reading=conversation.reading(chat.messages),
        fields={name: value for name, value in fields.items() if name not in OURS},
        capabilities=_capabilities(chat),
        max_output_tokens=chat.max_completion_tokens or chat.max_tokens,
        stream=bool(chat.stream),
        usage_asked=bool(chat.stream_options and chat.stream_options.include_usage),
        choices=chat.n or 1,
        user=chat.safety_identifier or chat.user,
    )
    return ask_of(asked, caller)


def _decoded(body: bytes) -> tuple[ChatBody, Mapping[str, msgspec.Raw]]:
    try:
        return read_json(body, _read)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    except NotJsonError as error:
        raise InvalidChatError("body", str(error)) from None


def _read(body: bytes) -> tuple[ChatBody, Mapping[str, msgspec.Raw]]:
    body.decode()  # what passes through unread must be text as well
    return _chat_body.decode(body), _fields.decode(body)


def invalid(error: msgspec.ValidationError) -> InvalidChatError:
    """Names the field, not what was in it: that may be private."""
    said = str(error)
    where = WHERE.search(said)
    message = WHERE.sub("", said)
    missing = MISSING.fullmatch(message)
    path = ".".join(part for part in (where[1] if where else "", missing[1] if missing else "") if part)
    if message.startswith("Invalid enum value"):
        message = "it is none of the values that are known"
    return InvalidChatError(path or "body", message[:200])


def _capabilities(chat: ChatBody) -> frozenset[Capability]:
    found: set[Capability] = set()
    if chat.tools:
        found.add("tools")
    if chat.response_format and str(chat.response_format.get("type", "")).startswith("json"):
        found.add("json")
    parts = (part for message in chat.messages if isinstance(message.content, list) for part in message.content)
    if (chat.n or 1) > 1:
        found.add("choices")
    if chat.logprobs:
        found.add("logprobs")
    if any(is_media(part.get("type")) for part in parts):
        found.add("vision")
    return frozenset(found)
