"""The body of a request in Anthropic's shape: what is read of it. The rest passes through."""

from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from ratchet_common.json_bodies import NotJsonError, read_json
from ratchet_router.shapes.messages.invalid import InvalidMessagesError, invalid

MOST_MESSAGES: Final = 20_000
Content = str | list[msgspec.Raw]
Share = Annotated[float, Meta(ge=0, le=1)]
T = TypeVar("T")


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """Unknown fields are allowed, and null is as good as missing."""


class Turn(Read, frozen=True, kw_only=True):
    role: Literal["user", "assistant", "system"]
    content: Content


class ToolChoice(Read, frozen=True, kw_only=True):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Metadata(Read, frozen=True, kw_only=True):
    user_id: Annotated[str, Meta(max_length=512)] | None = None


class Thinking(Read, frozen=True, kw_only=True):
    type: str
    budget_tokens: int | None = None


class Format(Read, frozen=True, kw_only=True):
    type: str
    schema: dict[str, Any] | None = None


class OutputConfig(Read, frozen=True, kw_only=True):
    effort: str | None = None
    format: Format | None = None


class Counted(Read, frozen=True, kw_only=True):
    """What a count of tokens is asked with, and every request for an answer."""

    model: Annotated[str, Meta(min_length=1, max_length=120)]
    messages: Annotated[list[Turn], Meta(min_length=1, max_length=MOST_MESSAGES)]
    system: Content | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: ToolChoice | None = None
    thinking: Thinking | None = None
    output_config: OutputConfig | None = None
    output_format: Format | None = None  # the former name of output_config.format


class Body(Counted, frozen=True, kw_only=True):
    max_tokens: Annotated[int, Meta(ge=0, le=10_000_000)]
    stream: bool | None = None
    metadata: Metadata | None = None
    stop_sequences: list[str] | None = None
    temperature: Share | None = None
    top_p: Share | None = None
    top_k: Annotated[int, Meta(ge=0)] | None = None


BODY: Final = msgspec.json.Decoder(Body)
COUNTED: Final = msgspec.json.Decoder(Counted)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decoded(body: bytes, decoder: msgspec.json.Decoder[T]) -> tuple[T, dict[str, msgspec.Raw]]:
    """What is read of it, and all of its fields as they came. Raises InvalidMessagesError."""

    def read(text: bytes) -> tuple[T, dict[str, msgspec.Raw]]:
        text.decode()  # what passes through unread must be text as well
        return decoder.decode(text), _fields.decode(text)

    try:
        return read_json(body, read)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    except NotJsonError as error:
        raise InvalidMessagesError("body", str(error)) from None
