"""A whole answer of Gemini's as a chat completion. Pure but for the clock."""

import time
from datetime import datetime
from uuid import uuid4

import msgspec

from ratchet_providers.base import ModelAnswer, ModelRequest
from ratchet_providers.chat_shape import UNKNOWN, Choice, Completion, WireUsage
from ratchet_providers.failing import ProviderError
from ratchet_providers.gemini.counting import wire_usage
from ratchet_providers.gemini.finish import blocked, finish_of, withheld
from ratchet_providers.gemini.parts import CallIds, heard, logprobs
from ratchet_providers.gemini.shape import Candidate, Generated
from ratchet_providers.gemini.tools import one_at_a_time
from ratchet_providers.usage import counted, counted_or_estimated
from ratchet_providers.written import written_by

_generated = msgspec.json.Decoder(Generated)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


def understood(body: bytes, request: ModelRequest) -> ModelAnswer:
    """Raises ProviderError: malformed, filtered where a filter left nothing, or why it broke off."""
    said = generated(body)
    if (failure := blocked(said.prompt_feedback)) is not None:
        raise failure.having_used(counted(wire_usage(said.usage_metadata)))
    if not said.candidates:
        raise ProviderError("malformed", "an answer without candidates")
    completion = _completion_of(said, said.candidates, request)
    first = completion.choices[0]
    output, written = first.message.content or "", written_by(choice.message for choice in completion.choices)
    return ModelAnswer(
        output=output,
        usage=counted_or_estimated(counted(completion.usage), request.messages, written, request.fields),
        model=request.model,
        finish=first.finish_reason or "stop",
        body=_fields.decode(_encode(completion)),
    )


def generated(data: bytes) -> Generated:
    """Raises ProviderError for what is none."""
    try:
        return _generated.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderError("malformed", f"an answer: {type(error).__name__}") from error


def _completion_of(said: Generated, candidates: list[Candidate], request: ModelRequest) -> Completion:
    ids, one_call = CallIds(said.response_id), one_at_a_time(request.fields)
    used = wire_usage(said.usage_metadata)
    return Completion(
        id=completion_id(said),
        created=created(said),
        model=said.model_version or request.model,
        choices=[_choice(one, ids, used, one_call=one_call) for one in sorted(candidates, key=lambda c: c.index or 0)],
        usage=used,
    )


def _choice(candidate: Candidate, ids: CallIds, used: WireUsage | None, *, one_call: bool) -> Choice:
    index = candidate.index or 0
    parts = candidate.content.parts if candidate.content is not None else None
    there = heard(parts or [], index, ids, one_call=one_call)
    reason = candidate.finish_reason or ""
    finish = finish_of(reason, called=bool(there.calls))
    if finish == "content_filter" and index == 0 and not there.answers:
        raise withheld(candidate).having_used(counted(used))
    return Choice(
        index=index,
        message=there.message(),
        logprobs=logprobs(candidate.logprobs_result),
        finish_reason=finish,
        native_finish_reason=reason if finish == "content_filter" else UNKNOWN,
    )


def completion_id(said: Generated) -> str:
    return f"chatcmpl-{said.response_id or uuid4().hex}"


def created(said: Generated) -> int:
    """Seconds since 1970: Vertex says it, the Developer API does not."""
    try:
        return int(datetime.fromisoformat(said.create_time).timestamp()) if said.create_time else int(time.time())
    except ValueError:
        return int(time.time())
