"""Requests as messages in OpenAI's chat shape, and back: what of them is the document, what is the question.

A request for a document task travels in events as user messages named `document` and `question`, before any template
has dressed it: so that what learns from it sees the text and not our prompt.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

DOCUMENT, QUESTION = "document", "question"


class Message(msgspec.Struct, frozen=True):
    """One chat message; fields that are not needed here are ignored."""

    role: str
    content: Any = None  # text, or a list of parts
    name: str | None = None


_messages: Final = msgspec.json.Decoder(list[Message] | None)


class Said(Protocol):
    @property
    def role(self) -> str: ...
    @property
    def content(self) -> Any: ...
    @property
    def name(self) -> str | None: ...


class Reading(msgspec.Struct, frozen=True):
    document: str
    question: str = ""


def as_messages(documents: Sequence[str], question: str = "") -> list[dict[str, str]]:
    asked = [{"role": "user", "name": QUESTION, "content": question}] if question else []
    return [{"role": "user", "name": DOCUMENT, "content": text} for text in documents] + asked


def read(messages: msgspec.Raw | bytes) -> Reading:
    """Named messages say what they are; without names the last user message is the document.

    Raises msgspec.DecodeError for what is not a list of messages; null is an empty reading.
    """
    return reading(_messages.decode(messages) or [])


def reading(said: Sequence[Said]) -> Reading:
    """As `read`, of messages that are decoded already."""
    named = [m for m in said if m.name == DOCUMENT]
    users = [m for m in said if m.role == "user" and m.name != QUESTION]
    documents = named or users[-1:]
    questions = [text_of(m.content) for m in said if m.name == QUESTION]
    return Reading("\n\n".join(text_of(m.content) for m in documents), "\n".join(questions))


def text_of(content: Any) -> str:
    """The text of a message's content: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))
