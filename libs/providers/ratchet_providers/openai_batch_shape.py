"""What OpenAI's batch API says, as far as it is read here. Others that have one say some of it a little differently."""

from typing import Any, Final, TypeVar

import msgspec

from ratchet_providers.chat_shape import Part
from ratchet_providers.failing import ProviderError

UNDER_WAY: Final = frozenset({"validating", "in_progress", "finalizing", "cancelling"})
ENDED: Final = frozenset({"completed", "expired", "cancelled", "canceled"})
T = TypeVar("T")


class Made(Part, frozen=True, kw_only=True):
    id: str


class Why(Part, frozen=True, kw_only=True):
    code: str | None = None
    message: str = ""


class Errors(Part, frozen=True, kw_only=True):
    data: tuple[Why, ...] = ()


class Batch(Part, frozen=True, kw_only=True):
    id: str
    status: str = ""
    created_at: float = 0
    metadata: dict[str, Any] | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: Errors | None = None

    @property
    def is_under_way(self) -> bool:
        """Some have other words for it, and some write these in capitals: results are there once it has ended."""
        if (status := self.status.lower()) in ENDED:
            return False
        return status in UNDER_WAY or not (self.output_file_id or self.error_file_id)


class Page(Part, frozen=True, kw_only=True):
    data: list[Batch]
    has_more: bool = False


class Response(Part, frozen=True, kw_only=True):
    status_code: int = 200
    body: msgspec.Raw = msgspec.Raw(b"{}")


class _Named(Part, frozen=True, kw_only=True):
    custom_id: str = ""


class Line(Part, frozen=True, kw_only=True):
    response: Response | None = None
    error: Any = None


def named(line: bytes) -> str:
    """Whose result it is; empty where it does not tell."""
    try:
        return msgspec.json.decode(line, type=_Named).custom_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def read(body: bytes, kind: type[T]) -> T:
    """Raises ProviderError: malformed."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderError("malformed", type(error).__name__) from error
