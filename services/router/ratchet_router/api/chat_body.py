"""The body of a chat completion: read without a copy, since most of it only passes through."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from ratchet_common import conversation
from ratchet_common.auth import Caller
from ratchet_common.errors import RefusedError
from ratchet_common.vocabulary import DocumentType, TaskType, known_task
from ratchet_router.ask import Ask, CacheUse
from ratchet_router.catalogue import Capability
from ratchet_router.plan import OF_TASK, task_in
from ratchet_router.provider_table import LimitsTable
from ratchet_router.routing import Priorities

Short = Annotated[str, Meta(min_length=1, max_length=200)]
Priority = Annotated[float, Meta(ge=0, le=1)]
Tokens = Annotated[int, Meta(ge=1, le=10_000_000)]
OURS: Final = frozenset({"model", "messages", "ratchet", "stream"})
SEEN_OR_HEARD: Final = frozenset({"image_url", "input_audio", "file"})
WHERE = re.compile(r" - at `\$(?:\.|)([^`]*)`$")

MISSING = re.compile(r"Object missing required field `(.*)`")


class InvalidChatError(RefusedError):
    type = "invalid"
    title = "A field of the request is wrong"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}", errors=[{"field": field, "message": message}])
        self.param = field


class Requirements(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accuracy_priority: Priority = 1.0
    cost_priority: Priority = 1.0
    speed_priority: Priority = 1.0


class Extras(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of Ratchet itself, in the body's `ratchet` object."""

    task: Annotated[str, Meta(min_length=1, max_length=50)] | None = None
    document_type: DocumentType | None = None
    labels: Annotated[tuple[Short, ...], Meta(max_length=100)] = ()
    requirements: Requirements = Requirements()
    cache: CacheUse = "use"
    collect: bool = True
    max_cost_usd: Annotated[float, Meta(ge=0, le=1000)] | None = None
    deadline_ms: Annotated[int, Meta(ge=10, le=3_600_000)] | None = None
    limits: LimitsTable | None = None
    user_id: Short | None = None
    session_id: Short | None = None
    tags: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=20)] = ()


class Message(msgspec.Struct, frozen=True):
    """Further fields, such as `tool_calls`, are allowed and pass through."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None
    name: str = ""


class StreamOptions(msgspec.Struct, frozen=True):
    include_usage: bool | None = None


class ChatBody(msgspec.Struct, frozen=True):
    """As OpenAI's. Fields that are not named here pass through to the provider."""

    model: Annotated[str, Meta(min_length=1, max_length=120)]
    messages: Annotated[list[Message], Meta(min_length=1, max_length=2000)]
    ratchet: Extras = Extras()
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int, Meta(ge=1, le=128)] | None = None
    logprobs: bool | None = None
    user: Annotated[str, Meta(max_length=200)] | None = None
    max_tokens: Tokens | None = None
    max_completion_tokens: Tokens | None = None
    tools: list[dict[str, Any]] | None = None
    response_format: dict[str, Any] | None = None


_chat_body = msgspec.json.Decoder(ChatBody)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_chat(body: bytes, caller: Caller) -> Ask:
    """Raises InvalidChatError, UnknownTaskError."""
    chat, fields = _decoded(body)
    extras = chat.ratchet
    reading = conversation.reading(chat.messages)
    task = _task(chat.model, extras.task)
    return Ask(
        tenant=caller.tenant,
        key=caller.sha256,
        key_limits=caller.limits,
        task_type=task,
        model=chat.model,
        messages=fields["messages"],
        document=reading.document,
        question=reading.question,
        labels=tuple(dict.fromkeys(extras.labels)),
        document_type=extras.document_type,
        own_prompt=not chat.model.startswith(OF_TASK) or task is TaskType.CHAT,
        has_document=task is not TaskType.CHAT,
        passed_on={name: value for name, value in fields.items() if name not in OURS},
        capabilities=_capabilities(chat),
        priorities=Priorities(
            extras.requirements.accuracy_priority, extras.requirements.cost_priority, extras.requirements.speed_priority
        ),
        max_output_tokens=chat.max_completion_tokens or chat.max_tokens,
        max_cost_usd=None if extras.max_cost_usd is None else Decimal(str(extras.max_cost_usd)),
        deadline_s=None if extras.deadline_ms is None else extras.deadline_ms / 1000,
        limits=extras.limits,
        stream=bool(chat.stream),
        usage_asked=bool(chat.stream_options and chat.stream_options.include_usage),
        choices=chat.n or 1,
        cache=extras.cache,
        collect=extras.collect,
        user=extras.user_id or chat.user or None,
        session=extras.session_id,
        tags=tuple(dict.fromkeys(extras.tags)),
    )


def _decoded(body: bytes) -> tuple[ChatBody, Mapping[str, msgspec.Raw]]:
    try:
        body.decode()  # what passes through unread must be text as well
        return _chat_body.decode(body), _fields.decode(body)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidChatError("body", "it is not JSON in UTF-8, or nested too deeply") from None


def _invalid(error: msgspec.ValidationError) -> InvalidChatError:
    """Names the field, not what was in it: that may be private."""
    said = str(error)
    where = WHERE.search(said)
    message = WHERE.sub("", said)
    missing = MISSING.fullmatch(message)
    path = ".".join(part for part in (where[1] if where else "", missing[1] if missing else "") if part)
    if message.startswith("Invalid enum value"):
        message = "it is none of the values that are known"
    return InvalidChatError(path or "body", message[:200])


def _task(model: str, given: str | None) -> TaskType:
    """The body's task, else the one in the model's name, else chat. `plan` refuses two that differ."""
    if given is not None:
        return known_task(given)
    return task_in(model) or TaskType.CHAT


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
    if any(part.get("type") in SEEN_OR_HEARD for part in parts):
        found.add("vision")
    return frozenset(found)
