"""HTTP in: requests for a task."""

from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, Self

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec.structs import replace
from pydantic import ConfigDict, Field, JsonValue, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from ratchet_common import conversation
from ratchet_common.auth import Caller, MayGenerate
from ratchet_common.errors import RefusedError, message_of
from ratchet_common.problems import documented
from ratchet_common.vocabulary import DocumentType, TaskType, known_task
from ratchet_router.answered import Answered
from ratchet_router.api.about import headers
from ratchet_router.api.context_body import ContextBody
from ratchet_router.api.event_stream import EventStream
from ratchet_router.api.given import GivenBody
from ratchet_router.api.hanging_up import Callers, hung_up
from ratchet_router.api.input_body import InputBody, Short, messages_of
from ratchet_router.api.parts import TheParts
from ratchet_router.api.views import Generated, view
from ratchet_router.ask import Ask, Example
from ratchet_router.assembly import thinks_aloud
from ratchet_router.cache_control import cache_control
from ratchet_router.grounding.context import Context
from ratchet_router.grounding.dressed import query_of
from ratchet_router.grounding.retrieving import grounded
from ratchet_router.names import AUTO
from ratchet_router.once import answer_once, once, opened_once
from ratchet_router.parts import Parts
from ratchet_router.priorities import Priorities
from ratchet_router.shapes.generate import GenerateFrames

routes = APIRouter(tags=["generate"])

Priority = Annotated[float, Field(ge=0, allow_inf_nan=False)]
VariableName = Annotated[str, Field(min_length=1, max_length=40)]
VariableValue = Annotated[str, Field(max_length=10_000)] | int | float


EXAMPLE: dict[str, JsonValue] = {
    "task_type": "classification",
    "document_type": "email",
    "document_text": "Please send the draft by Monday.",
    "labels": ["request", "commitment", "other"],
    "session_id": "mail-1",
}


class GivenExample(GivenBody):
    input: str = Field(min_length=1, max_length=50_000)
    output: str = Field(min_length=1, max_length=50_000)
    question: str = Field("", max_length=10_000)


class Requirements(GivenBody):
    """Only the proportions matter; all 0 means that none goes before another."""

    accuracy_priority: Priority = 1.0
    cost_priority: Priority = 1.0
    speed_priority: Priority = 1.0


class GenerateBody(InputBody):
    """Exactly one of `document_text`, `documents` and `messages`; with a `context` none is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    document_type: DocumentType | None = None
    document_id: Short | None = Field(None, description="your own name of the document: its cost is counted by it")
    context: ContextBody | None = Field(None, description="answer `question` from the tenant's documents")
    labels: list[Short] = Field([], max_length=100)
    template: str | None = Field(
        None, min_length=1, max_length=100, description="`id`, `id@2` or `id_v2`; else it is picked"
    )
    variables: dict[VariableName, VariableValue] = Field({}, max_length=50, description="for the template's own places")
    cot: bool = Field(False, description="the model thinks aloud first; the answer comes without its thoughts")
    few_shot_examples: list[GivenExample] = Field([], max_length=20)
    few_shot: Literal["best"] | None = Field(
        None, description="the tenant's best-rated answers of this kind as examples"
    )
    few_shot_count: int = Field(3, ge=1, le=5, description="how many of them, if there are so many")
    requirements: Requirements = Requirements()
    model: str = Field(AUTO, min_length=1, max_length=120)
    cache: Literal["use", "refresh", "off"] = "use"
    collect: bool = Field(True, description="false: nobody may learn from this request")
    max_cost_usd: float | None = Field(None, ge=0, le=1_000)
    deadline_ms: int | None = Field(None, ge=10, le=600_000)
    user_id: Short | None = None
    session_id: Short | None = None
    tags: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field([], max_length=20)
    stream: bool = Field(False, description="events: `delta` with a `text`, at the end `result` or `error`")

    @property
    def may_bring_no_text(self) -> bool:
        return self.context is not None

    @model_validator(mode="after")
    def _examples_go_with_documents(self) -> Self:
        if self.messages is not None and (self.few_shot_examples or self.few_shot):
            raise PydanticCustomError("examples", "examples go with documents: write them into messages")
        return self


@routes.post("/api/generate", response_model=Generated, responses=documented(400, 404, 409, 503))
async def generate(
    body: GenerateBody, request: Request, response: Response, caller: MayGenerate, parts: TheParts
) -> Any:
    callers: Callers = request.app.state.callers
    control = cache_control(request.headers.get("cache-control", ""))
    wanted = once(request.headers, caller.tenant, request.url.path, await request.body())
    ask = control.over(await with_best(ask_of_body(body, caller), body, parts))
    with callers.watching(request):
        if body.stream:
            stream = await opened_once(ask, wanted, parts, grounded)
            frames = GenerateFrames(thoughts=thinks_aloud(ask, stream.progress.prompt))
            events = stream.frames(frames, encoded_view)
            return EventStream(events, frames, headers(stream.who(), streamed=True), callers)
        answered = await answer_once(ask, wanted, parts, partial(hung_up, request), grounded)
    response.headers.update(headers(answered))
    if not answered.recorded:
        response.headers["x-ratchet-recorded"] = "false"
    return view(answered)


def read_generate(body: bytes, caller: Caller) -> Ask:
    """Of a request in a batch. Raises UnknownTaskError, InvalidGenerateError."""
    try:
        found = GenerateBody.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise InvalidGenerateError(".".join(map(str, first["loc"])) or "body", message_of(first)) from None
    if found.few_shot is not None:
        raise InvalidGenerateError("few_shot", "in a batch the examples are few_shot_examples")
    if found.context is not None:
        raise InvalidGenerateError("context", "in a batch the texts are given: documents are not looked into")
    return replace(ask_of_body(found, caller), stream=found.stream)


class InvalidGenerateError(RefusedError):
    type = "invalid"
    title = "A field of the request is wrong"

    def __init__(self, param: str, message: str) -> None:
        super().__init__(f"{param}: {message}")
        self.param = param


def encoded_view(answered: Answered) -> bytes:
    return msgspec.json.encode(view(answered))


def ask_of_body(body: GenerateBody, caller: Caller) -> Ask:
    """Raises UnknownTaskError."""
    task = known_task(body.task_type)
    messages = messages_of(body)
    reading = conversation.read(messages)
    context = context_of(body, task) if body.context is not None else None
    return Ask(
        tenant=caller.tenant,
        key=caller.sha256,
        key_limits=caller.limits,
        task_type=task,
        model=body.model,
        messages=messages,
        document=reading.document,
        question=reading.question,
        labels=tuple(dict.fromkeys(body.labels)),
        examples=tuple(Example(one.input, one.output, one.question) for one in body.few_shot_examples),
        template=body.template,
        variables={name: str(value) for name, value in body.variables.items()},
        cot=body.cot,
        documents=len(body.documents or [1]),
        document_type=body.document_type,
        document_id=body.document_id,
        own_prompt=body.messages is not None and task is TaskType.CHAT and body.template is None,
        has_document=body.messages is None or task is not TaskType.CHAT,
        priorities=Priorities(
            body.requirements.accuracy_priority, body.requirements.cost_priority, body.requirements.speed_priority
        ),
        max_cost_usd=None if body.max_cost_usd is None else Decimal(str(body.max_cost_usd)),
        deadline_s=None if body.deadline_ms is None else body.deadline_ms / 1000,
        cache=body.cache,
        collect=body.collect,
        user=body.user_id,
        session=body.session_id,
        tags=tuple(dict.fromkeys(body.tags)),
        context=context,
    )


def context_of(body: GenerateBody, task: TaskType) -> Context | None:
    """Raises InvalidGenerateError."""
    if body.context is None:
        return None
    query, text_given = query_of(task, body.question), not _brings_no_text(body)
    if not query and not text_given:
        raise InvalidGenerateError("question", f"the task {task} needs one, to look for it in the documents")
    talks = task is TaskType.CHAT and not text_given
    said = [{"role": "user", "content": query}]
    conversed = msgspec.Raw(msgspec.json.encode(said)) if talks else None
    return replace(body.context.context(), query=query, text_given=text_given, conversation=conversed)


def _brings_no_text(body: GenerateBody) -> bool:
    return body.document_text is None and body.documents is None and body.messages is None


async def with_best(ask: Ask, body: GenerateBody, parts: Parts) -> Ask:
    """The caller's own examples stand last, next to the request."""
    if body.few_shot is None:
        return ask
    return replace(ask, examples=(*await parts.best_examples(ask, body.few_shot_count), *ask.examples))
