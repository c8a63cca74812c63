"""From what a caller says, in whatever shape, to what is asked of the models."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.catalogue import Capability
from ratchet_common import conversation
from ratchet_common.auth import Caller
from ratchet_common.conversation import Reading
from ratchet_common.errors import RefusedError
from ratchet_common.vocabulary import TaskType, UnknownTaskError, known_task
from ratchet_providers.base import Native
from ratchet_providers.media import NO_MEDIA, media_in
from ratchet_router.api.extras import NO_REQUIREMENTS, Extras
from ratchet_router.ask import Ask
from ratchet_router.grounding.context import Context
from ratchet_router.grounding.following_up import looked_for
from ratchet_router.names import OF_TASK, task_in
from ratchet_router.routing import UnknownModelError


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request in the chat shape, whatever it came in. `fields`: those beside model and messages."""

    model: str
    messages: msgspec.Raw
    extras: Extras
    reading: Reading | None = None  # of the messages, where they have been read already
    fields: Mapping[str, msgspec.Raw] = msgspec.field(default_factory=dict)
    native: Native | None = None
    capabilities: frozenset[Capability] = frozenset()
    max_output_tokens: int | None = None
    stream: bool = False
    usage_asked: bool = False
    choices: int = 1
    user: str | None = None


class NoQuestionError(RefusedError):
    type = "invalid"
    title = "A field of the request is wrong"

    def __init__(self) -> None:
        message = "with ratchet.context the last message of the user is the question, in words"
        super().__init__(f"messages: {message}.", errors=[{"field": "messages", "message": message}])
        self.param = "messages"


def ask_of(asked: Asked, caller: Caller) -> Ask:
    """Raises UnknownTaskError, UnknownModelError, NoQuestionError."""
    extras = asked.extras
    task = _task(asked.model, extras.task)
    reading = asked.reading or conversation.read(asked.messages)
    own_prompt = extras.template is None and (not asked.model.startswith(OF_TASK) or task is TaskType.CHAT)
    context = _context(asked, own_prompt=own_prompt) if extras.context is not None else None
    return Ask(
        tenant=caller.tenant,
        key=caller.sha256,
        key_limits=caller.limits,
        task_type=task,
        model=asked.model,
        messages=asked.messages,
        media=media_in(asked.messages) if "vision" in asked.capabilities else NO_MEDIA,
        document=reading.document,
        question=reading.question if context is None or own_prompt else context.query,
        labels=tuple(dict.fromkeys(extras.labels or ())),
        document_type=extras.document_type,
        document_id=extras.document_id,
        template=extras.template,
        variables={name: str(value) for name, value in (extras.variables or {}).items()},
        cot=bool(extras.cot),
        own_prompt=own_prompt,
        has_document=task is not TaskType.CHAT,
        passed_on=asked.fields,
        native=asked.native,
        capabilities=asked.capabilities,
        priorities=(extras.requirements or NO_REQUIREMENTS).priorities,
        max_output_tokens=asked.max_output_tokens,
        max_cost_usd=None if extras.max_cost_usd is None else Decimal(str(extras.max_cost_usd)),
        deadline_s=None if extras.deadline_ms is None else extras.deadline_ms / 1000,
        limits=extras.limits,
        stream=asked.stream,
        usage_asked=asked.usage_asked,
        choices=asked.choices,
        cache=extras.cache or "use",
        collect=extras.collect is not False,
        user=extras.user_id or asked.user or None,
        session=extras.session_id,
        tags=tuple(dict.fromkeys(extras.tags or ())),
        context=context,
    )


def _context(asked: Asked, *, own_prompt: bool) -> Context | None:
    """The last message of the user is the question, with those that it goes on from. Raises NoQuestionError."""
    if asked.extras.context is None:
        return None
    said = msgspec.json.decode(asked.messages, type=list[conversation.Message])
    questions = [conversation.text_of(one.content) for one in said if one.role == "user"]
    if not questions or not questions[-1].strip():
        raise NoQuestionError
    conversed = asked.messages if own_prompt else None
    return replace(asked.extras.context.context(), query=looked_for(questions), conversation=conversed)


def _task(model: str, given: str | None) -> TaskType:
    """The body's task, else the one in the model's name, else chat. `plan` refuses two that differ.

    Raises UnknownTaskError for the body's, UnknownModelError for the model's.
    """
    if given is not None:
        return known_task(given)
    try:
        return task_in(model) or TaskType.CHAT
    except UnknownTaskError as error:
        raise UnknownModelError(error.detail, **error.extra) from None
