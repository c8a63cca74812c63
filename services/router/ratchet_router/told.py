"""What a tuned model is told of a request: the very words of its training, and no template. Pure."""

from msgspec.structs import replace

from ratchet_common.tuned_prompt import told
from ratchet_providers.base import ModelRequest
from ratchet_router.target import Target


def as_told(request: ModelRequest, target: Target) -> ModelRequest:
    if not target.tuned:
        return request
    said = told(request.task_type, request.document, request.question, request.labels)
    return replace(request, messages=said.messages, native=None)
