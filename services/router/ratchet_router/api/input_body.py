"""What a request of our own API asks over: documents with a question, or messages."""

from typing import Annotated, Literal, Self

import msgspec
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ratchet_common import conversation
from ratchet_router.api.given import GivenBody

Text = Annotated[str, Field(min_length=1, max_length=4_000_000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]


class Message(GivenBody):
    role: Literal["system", "developer", "user", "assistant"]
    content: Text
    name: str | None = Field(None, min_length=1, max_length=64, description="`document` or `question` says what it is")


class InputBody(GivenBody):
    """Exactly one of `document_text`, `documents` and `messages`."""

    task_type: str = Field(min_length=1, max_length=50)
    document_text: Text | None = None
    documents: list[Text] | None = Field(None, min_length=1, max_length=50)
    messages: list[Message] | None = Field(None, min_length=1, max_length=500)
    question: str = Field("", max_length=10_000)

    @property
    def may_bring_no_text(self) -> bool:
        return False

    @model_validator(mode="after")
    def _one_input(self) -> Self:
        given = sum(given is not None for given in (self.document_text, self.documents, self.messages))
        if given != 1 and (given or not self.may_bring_no_text):
            raise PydanticCustomError("one_input", "exactly one of document_text, documents and messages must be given")
        return self


def messages_of(body: InputBody) -> msgspec.Raw:
    """In OpenAI's chat shape, encoded."""
    if body.messages is None:
        given = body.document_text is not None or not body.may_bring_no_text
        texts = body.documents or ([body.document_text or ""] if given else [])
        return msgspec.Raw(msgspec.json.encode(conversation.as_messages(texts, body.question)))
    said = [message.model_dump(exclude_none=True) for message in body.messages]
    return msgspec.Raw(msgspec.json.encode(said + list(conversation.as_messages([], body.question))))
