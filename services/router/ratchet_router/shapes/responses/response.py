"""A response as OpenAI's clients read it: what it repeats of its request, and the items of its output."""

from typing import Any, Literal

import msgspec

from ratchet_common.events import Usage
from ratchet_router.shapes.responses.body import Reasoning as Asked
from ratchet_router.shapes.responses.body import ResponsesBody

Status = Literal["in_progress", "completed", "incomplete", "failed"]


class Part(msgspec.Struct, kw_only=True):
    """Every field is written, as the clients' types want it."""


class OutputText(Part, kw_only=True, tag="output_text"):
    text: str
    annotations: list[Any] = []
    logprobs: list[Any] = []


class Refusal(Part, kw_only=True, tag="refusal"):
    refusal: str


class Message(Part, kw_only=True, tag="message"):
    id: str
    content: list[OutputText | Refusal]
    role: Literal["assistant"] = "assistant"
    status: Status = "completed"


class FunctionCall(Part, kw_only=True, tag="function_call"):
    id: str
    call_id: str
    name: str
    arguments: str
    status: Status = "completed"


class CustomToolCall(Part, kw_only=True, tag="custom_tool_call"):
    id: str
    call_id: str
    name: str
    input: str
    status: Status = "completed"


class SummaryText(Part, kw_only=True, tag="summary_text"):
    text: str


class ReasoningText(Part, kw_only=True, tag="reasoning_text"):
    text: str


class Reasoning(Part, kw_only=True, tag="reasoning"):
    id: str
    summary: list[SummaryText] = []
    content: list[ReasoningText] = []
    encrypted_content: str | msgspec.UnsetType = msgspec.UNSET
    status: Status = "completed"


Output = Message | FunctionCall | CustomToolCall | Reasoning


class InputDetails(Part, kw_only=True):
    cached_tokens: int = 0
    cache_write_tokens: int = 0


class OutputDetails(Part, kw_only=True):
    reasoning_tokens: int = 0


class ResponseUsage(Part, kw_only=True):
    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_tokens_details: InputDetails
    output_tokens_details: OutputDetails


class IncompleteDetails(Part, kw_only=True):
    reason: Literal["max_output_tokens", "content_filter"]


class ResponseError(Part, kw_only=True):
    code: Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]
    message: str


class Response(Part, kw_only=True):
    """`ratchet` is what we say of it; a null is written where OpenAI writes one."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    completed_at: int | None = None
    status: Status = "in_progress"
    background: bool = False
    error: ResponseError | None = None
    incomplete_details: IncompleteDetails | None = None
    instructions: str | None = None
    max_output_tokens: int | None = None
    max_tool_calls: int | None = None
    metadata: dict[str, str] = {}
    model: str
    output: list[Output] = []
    parallel_tool_calls: bool = True
    previous_response_id: str | None = None
    prompt_cache_key: str | None = None
    reasoning: dict[str, str | None] = {}
    safety_identifier: str | None = None
    service_tier: str | None = None
    store: bool = True
    temperature: float | None = None
    text: dict[str, Any] = {}
    tool_choice: Any = "auto"
    tools: list[msgspec.Raw] = []
    top_logprobs: int = 0
    top_p: float | None = None
    truncation: Literal["disabled"] = "disabled"  # nothing is left out here, whatever was asked for
    usage: ResponseUsage | None = None
    user: str | None = None
    ratchet: Any = msgspec.UNSET

    @property
    def wants_summary(self) -> bool:
        """Who asked for summaries of the reasoning looks for it there."""
        return self.reasoning.get("summary") is not None


def begun(body: ResponsesBody, *, response_id: str, created_at: int) -> Response:
    """The response to `body` before the model has said anything. `created_at`: seconds since 1970."""
    return Response(
        id=response_id,
        created_at=created_at,
        instructions=body.instructions,
        max_output_tokens=body.max_output_tokens,
        max_tool_calls=body.max_tool_calls,
        metadata=body.metadata or {},
        model=body.model,
        parallel_tool_calls=body.parallel_tool_calls is not False,
        previous_response_id=body.previous_response_id,
        prompt_cache_key=body.prompt_cache_key,
        reasoning=_reasoning(body),
        safety_identifier=body.safety_identifier,
        service_tier=body.service_tier,
        store=body.store is not False,
        temperature=body.temperature,
        text=_text(body),
        tool_choice="auto" if body.tool_choice is None else body.tool_choice,
        tools=body.tools or [],
        top_logprobs=body.top_logprobs or 0,
        top_p=body.top_p,
        user=body.user,
    )


def _reasoning(body: ResponsesBody) -> dict[str, str | None]:
    said = body.reasoning or Asked()
    return {"effort": said.effort, "summary": said.summary or said.generate_summary}


def _text(body: ResponsesBody) -> dict[str, Any]:
    form = body.text.format if body.text else None
    said: dict[str, Any] = {"format": {"type": "text"} if form is None or form.type == "text" else form}
    return said | {"verbosity": body.text.verbosity} if body.text and body.text.verbosity else said


def used(usage: Usage) -> ResponseUsage:
    return ResponseUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.input_tokens + usage.output_tokens,
        input_tokens_details=InputDetails(
            cached_tokens=usage.cached_tokens, cache_write_tokens=usage.cache_written_tokens
        ),
        output_tokens_details=OutputDetails(reasoning_tokens=usage.reasoning_tokens),
    )
