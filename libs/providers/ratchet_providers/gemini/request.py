"""A chat request as the body of generateContent. Pure."""

from typing import Any

import msgspec

from ratchet_providers.base import ModelRequest
from ratchet_providers.chat_shape import ChatMessage
from ratchet_providers.gemini.contents import Conversation
from ratchet_providers.gemini.fields import Fields, misread, read
from ratchet_providers.gemini.generation import FIRST_WITH_LEVELS, generation_config
from ratchet_providers.gemini.model_names import generation
from ratchet_providers.gemini.refusing import refused
from ratchet_providers.gemini.tools import tools_of

_messages = msgspec.json.Decoder(list[ChatMessage])
_encode = msgspec.json.Encoder().encode


def body_of(request: ModelRequest, *, ids: bool) -> bytes:
    """`ids`: whether calls and their results carry ids. Raises ProviderError naming the field for what cannot be."""
    fields, others = read(request.fields)
    said = _conversation(request, ids=ids)
    body: dict[str, Any] = {"contents": said.contents}
    if said.instructions:
        body["systemInstruction"] = {"parts": said.instructions}
    if config := generation_config(fields, request):
        body["generationConfig"] = config
    return _encode(body | tools_of(fields) | _beside(fields) | others)


def _conversation(request: ModelRequest, *, ids: bool) -> Conversation:
    try:
        messages = _messages.decode(_encode(request.messages))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise misread("messages", error) from None
    said = Conversation(messages, ids=ids, must_sign=generation(request.model) >= FIRST_WITH_LEVELS)
    if not said.contents:
        raise refused("messages", "says nothing: at least one message needs content.")
    if request.so_far:
        said.go_on(request.so_far)
    return said


def _beside(fields: Fields) -> dict[str, Any]:
    """What stands beside the configuration."""
    said = {
        "cachedContent": fields.google.cached_content,
        "safetySettings": fields.google.safety_settings,
        "serviceTier": fields.service_tier if fields.service_tier in ("flex", "priority") else None,
    }
    return {name: value for name, value in said.items() if value}
