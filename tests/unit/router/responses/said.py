"""Requests to /v1/responses, canned chat answers to them, and streams as the official client puts them together."""

import json
from typing import Any
from uuid import UUID

import msgspec
from openai import omit
from openai._models import construct_type
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response as ClientsResponse
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import Chunk, Completion
from ratchet_router.shapes.responses.frames import ResponsesFrames
from ratchet_router.shapes.responses.ids import response_id
from ratchet_router.shapes.responses.read import ResponsesRequest, read_responses
from ratchet_router.shapes.responses.response import Response, begun

RESULT = UUID("018f2f60-0000-7000-8000-0123456789ab")
NOW = 1_790_000_000
USED = Usage(input_tokens=20, output_tokens=5, cached_tokens=8, reasoning_tokens=2)
EVENTS: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


def body(**how: Any) -> bytes:
    given: dict[str, Any] = {"model": "auto", "input": "When do we ship?"}
    return json.dumps(given | how).encode()


def read(**how: Any) -> ResponsesRequest:
    return read_responses(body(**how))


def messages(**how: Any) -> Any:
    return json.loads(bytes(read(**how).messages))


def fields(**how: Any) -> dict[str, Any]:
    return {name: json.loads(bytes(value)) for name, value in read(**how).fields.items()}


def begins(**how: Any) -> Response:
    return begun(read(**how).body, response_id=response_id(RESULT), created_at=NOW)


def completion(finish: str = "stop", *, model: str = "m", logprobs: Any = None, **message: Any) -> Completion:
    choice: dict[str, Any] = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}
    if logprobs is not None:
        choice["logprobs"] = logprobs
    return msgspec.json.decode(json.dumps({"id": "c", "model": model, "choices": [choice]}), type=Completion)


def chunk(finish: str | None = None, *, model: str = "m", logprobs: Any = None, **delta: Any) -> Piece:
    choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish}
    if logprobs is not None:
        choice["logprobs"] = logprobs
    return Piece(chunk=msgspec.json.decode(json.dumps({"id": "c", "model": model, "choices": [choice]}), type=Chunk))


def call(index: int, arguments: str, **how: Any) -> dict[str, Any]:
    """A piece of a call in a chunk; its first has `id` and `name`."""
    function = {"arguments": arguments} | ({"name": how["name"]} if "name" in how else {})
    return {"index": index, "function": function} | ({"id": how["id"]} if "id" in how else {})


def framed(response: Response, *pieces: Piece, used: Usage = USED) -> bytes:
    frames = ResponsesFrames(response, clock=lambda: NOW)
    return b"".join([*(frames.said([piece]) for piece in pieces), frames.ended(used, b'{"result_id":"r"}')])


def events_in(frames: bytes) -> list[dict[str, Any]]:
    """What the frames say, each of its events named as its data says."""
    found = []
    for block in frames.decode().split("\n\n"):
        if not block or block.startswith(":"):
            continue
        name, data = block.split("\n", 1)
        said = json.loads(data.removeprefix("data: "))
        assert name == f"event: {said['type']}"
        found.append(said)
    return found


def followed(frames: bytes) -> tuple[ResponseStreamState[Any], list[Any]]:
    """The official client's own accumulation of a stream, and what it makes of each event."""
    state: ResponseStreamState[Any] = ResponseStreamState(input_tools=omit, text_format=omit)
    told: list[Any] = []
    for said in events_in(frames):
        EVENTS.validate_python(said, strict=True)
        told += state.handle_event(construct_type(type_=ResponseStreamEvent, value=said))  # type: ignore[arg-type]
    return state, told


def as_json(response: Response) -> Any:
    """Every field as the official client's type demands it."""
    encoded = msgspec.json.encode(response)
    ClientsResponse.model_validate_json(encoded, strict=True)
    return json.loads(encoded)
