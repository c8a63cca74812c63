"""What the platform says, as far as it is read. Servers of its shape leave things out, and add others. Pure."""

from typing import Any, Final, Generic, TypeVar

import msgspec

MOST_TEXT: Final = 500  # characters of the platform's own words

T = TypeVar("T")


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    bytes: int
    filename: str
    status: str = "processed"  # its documents call it deprecated, so somebody may leave it out
    created_at: float = 0


class JobAnswer(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    status: str
    created_at: float = 0
    estimated_finish: float | None = None
    trained_tokens: int | None = None
    fine_tuned_model: str | None = None
    training_file: str | None = None
    result_files: list[str] | None = None
    metadata: dict[str, Any] | None = None
    error: Any = None  # an object, with nulls in it where nothing went wrong, or a sentence

    @property
    def said(self) -> str:
        """Why it failed, in the platform's words."""
        found = self.error
        if isinstance(found, dict):
            found = found.get("message") or found.get("code")
        return found.strip()[:MOST_TEXT] if isinstance(found, str) else ""


class EventAnswer(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    created_at: float
    message: str = ""
    level: str = "info"
    data: Any = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    data: list[T]
    has_more: bool = False
