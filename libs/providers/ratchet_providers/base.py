"""What a model is asked and what it answers, whoever made it; and the ways in which it may fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import msgspec

from ratchet_common.events import Usage

ErrorKind = Literal[
    "timeout", "rate_limited", "unavailable", "refused", "bad_request", "unauthorized", "malformed"
]  # fmt: skip
RETRYABLE: frozenset[ErrorKind] = frozenset({"timeout", "rate_limited", "unavailable", "unauthorized", "malformed"})
CHARACTERS_PER_TOKEN = 4  # of English text, roughly


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """`messages` are in OpenAI's chat shape, after the template; `document` and `question` are the bare texts.

    `artifact` (URL) and `sha256` name a student; `raw` holds fields that are passed on as they came.
    """

    model: str  # as its provider calls it
    task_type: str
    messages: Sequence[Mapping[str, Any]] | msgspec.Raw
    document: str
    question: str = ""
    labels: Sequence[str] = ()
    max_output_tokens: int | None = None
    timeout_s: float = 30.0
    artifact: str = ""
    sha256: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """`confidence` is 0 to 1, None where nobody knows; `raw` is the body in OpenAI's shape, where there was one."""

    output: str
    usage: Usage
    model: str
    items: tuple[str, ...] | None = None
    label: str | None = None
    confidence: float | None = None
    raw: Mapping[str, msgspec.Raw] | None = None
    simulated: bool = False


class ProviderError(Exception):
    """A model gave no answer. `retryable`: another one may; else the request itself is at fault.

    Never carries the provider's own text: it may quote what people wrote.
    """

    def __init__(self, kind: ErrorKind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail
        self.retryable = kind in RETRYABLE


class Provider(Protocol):
    async def answer(self, request: ModelRequest) -> ModelAnswer:
        """Raises ProviderError."""


def estimated_tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)


def estimated_usage(read: int, written: int) -> Usage:
    """From numbers of characters, where the provider counts no tokens."""
    return Usage(input_tokens=estimated_tokens(read), output_tokens=estimated_tokens(written), estimated=True)
