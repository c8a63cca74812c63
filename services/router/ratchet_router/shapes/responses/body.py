"""The body of a request to /v1/responses, read without a copy of what only passes through."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ratchet_common.json_bodies import NotJsonError, read_json
from ratchet_router.api.extras import Extras
from ratchet_router.shapes.responses.errors import InvalidResponsesError, invalid

Short = Annotated[str, Meta(max_length=200)]
Tokens = Annotated[int, Meta(ge=1, le=10_000_000)]
Item = dict[str, Any]
MOST_ITEMS = 10_000


class JsonSchemaFormat(msgspec.Struct, frozen=True):
    """`text.format`. A schema is passed on as it came."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    name: str = ""
    schema: dict[str, msgspec.Raw] | None = None
    strict: bool | None = None
    description: str | None = None


class Text(msgspec.Struct, frozen=True):
    format: JsonSchemaFormat | None = None
    verbosity: str | None = None


class Reasoning(msgspec.Struct, frozen=True):
    effort: str | None = None
    summary: str | None = None
    generate_summary: str | None = None  # what `summary` was called before


class ResponsesBody(msgspec.Struct, frozen=True):
    """As OpenAI's. Fields that are not named here pass through to the provider."""

    model: Annotated[str, Meta(min_length=1, max_length=120)]
    input: str | Annotated[list[Item], Meta(max_length=MOST_ITEMS)] | None = None
    instructions: str | None = None
    ratchet: Extras | None = None
    stream: bool | None = None
    store: bool | None = None
    background: bool | None = None
    previous_response_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    conversation: str | dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    context_management: list[Any] | None = None
    max_output_tokens: Tokens | None = None
    max_tool_calls: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    metadata: (
        Annotated[dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=512)]], Meta(max_length=16)]
        | None
    ) = None
    parallel_tool_calls: bool | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    tools: Annotated[list[msgspec.Raw], Meta(max_length=1000)] | None = None
    tool_choice: str | dict[str, Any] | None = None
    text: Text | None = None
    reasoning: Reasoning | None = None
    include: list[str] | None = None
    truncation: Literal["auto", "disabled"] | None = None
    user: Short | None = None
    safety_identifier: Short | None = None
    prompt_cache_key: Short | None = None
    service_tier: Short | None = None


_body = msgspec.json.Decoder(ResponsesBody)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decoded(body: bytes) -> tuple[ResponsesBody, Mapping[str, msgspec.Raw]]:
    """The body, and its fields as they came. Of a key that is there twice the last counts in both."""
    try:
        return read_json(body, _read)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    except NotJsonError as error:
        raise InvalidResponsesError("body", str(error)) from None


def _read(body: bytes) -> tuple[ResponsesBody, Mapping[str, msgspec.Raw]]:
    body.decode()  # what passes through unread must be text as well
    return _body.decode(body), _fields.decode(body)
