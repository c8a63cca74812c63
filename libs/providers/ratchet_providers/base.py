"""What a model is asked and what it answers, whoever made it.

Everything travels in OpenAI's chat shape, which most providers speak. A caller who speaks another (`Native`) meets a
provider that speaks the same without a translation in between, so that nothing of it is lost.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.chat_shape import Chunk
from ratchet_providers.failing import ErrorKind, ProviderError
from ratchet_providers.usage import estimated_tokens, estimated_usage

__all__ = [
    "ErrorKind",
    "Evidence",
    "ModelAnswer",
    "ModelRequest",
    "Native",
    "Piece",
    "Provider",
    "ProviderError",
    "Shape",
    "Streaming",
    "TimeLimits",
    "estimated_tokens",
    "estimated_usage",
]

Shape = Literal["chat", "messages", "responses"]  # OpenAI's chat completions, Anthropic's messages, OpenAI's responses


class TimeLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: for a connection, for the first token of a stream, between two of them, for the whole answer."""

    connect_s: float = 5.0
    first_s: float = 60.0
    gap_s: float = 30.0
    total_s: float = 600.0


class Native(msgspec.Struct, frozen=True, kw_only=True):
    """The request as it came, where it came in another shape than chat: its body's fields, and headers of the shape."""

    shape: Shape
    fields: Mapping[str, msgspec.Raw]
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)


class ModelRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`messages` are in OpenAI's chat shape, after the template; `document` and `question` are the bare texts.

    `fields`: the other fields of a chat request, as they came. `so_far`: what the caller has seen of the answer, for a
    model that can go on from there. `artifact` (URL) and `sha256` name a student. `may_abstain`: others can be asked,
    so it need not answer what it is not sure of (ProviderError `unsure`).
    """

    model: str  # as its provider calls it
    task_type: str
    messages: Sequence[Mapping[str, Any]] | msgspec.Raw
    document: str
    question: str = ""
    labels: Sequence[str] = ()
    max_output_tokens: int | None = None
    limits: TimeLimits = TimeLimits()
    artifact: str = ""
    sha256: str = ""
    fields: Mapping[str, Any] = msgspec.field(default_factory=dict)
    native: Native | None = None
    so_far: str = ""
    may_abstain: bool = False


class Evidence(msgspec.Struct, frozen=True):
    """What an answer rests on, and where in the request's document it stands: characters from `start` to `end`."""

    text: str
    start: int
    end: int


class ModelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`output` is the first choice's text. `body`, where there was one, is in `shape`: chat, or the caller's own.

    `confidence` is 0 to 1, None where nobody knows. `finish` is why the first choice ended, in chat's words.
    `assumptions`: sentences, on what of the document was left out.
    """

    output: str
    usage: Usage
    model: str
    finish: str = "stop"
    items: tuple[str, ...] | None = None
    label: str | None = None
    confidence: float | None = None
    body: Mapping[str, msgspec.Raw] | None = None
    shape: Shape = "chat"
    simulated: bool = False
    evidence: tuple[Evidence, ...] = ()
    assumptions: tuple[str, ...] = ()


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a streamed answer.

    In the chat shape `chunk` is what it says; in the caller's own shape it is None, and `event` and `data` are all.
    `data` is JSON as the provider sent it, empty where `chunk` is to be encoded. `text` adds to the first choice's
    text. `shows`: from here on the caller has seen something of the answer. `finish`: why the first choice ended, in
    chat's words. `usage`: of the whole answer so far; a later one replaces it. `written`: characters that the model
    wrote, where that is not its text and no chunk tells it: thoughts, and what it calls tools with.
    """

    shape: Shape = "chat"
    chunk: Chunk | None = None
    event: str = ""
    data: bytes = b""
    text: str = ""
    shows: bool = False
    finish: str = ""
    usage: Usage | None = None
    written: int = 0


class Provider(Protocol):
    async def answer(self, request: ModelRequest) -> ModelAnswer:
        """Raises ProviderError."""


class Streaming(Provider, Protocol):
    def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        """What came at once, together. Ends only where the answer did. Raises ProviderError at any time.

        Closing it (`aclose`) ends the call upstream.
        """
