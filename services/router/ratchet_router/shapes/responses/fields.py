"""What a request says beside its input, in the fields of a chat request."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ratchet_router.shapes.responses.body import Item, ResponsesBody
from ratchet_router.shapes.responses.errors import Beyond
from ratchet_router.shapes.responses.tools import chat_choice, chat_format, chat_tool

SAME_IN_CHAT: Final = frozenset(
    {
        "temperature",
        "top_p",
        "user",
        "safety_identifier",
        "prompt_cache_key",
        "service_tier",
    }
)
LOGPROBS: Final = "message.output_text.logprobs"
# What says something else in chat, or nothing there: `n` answers would be paid for and one shown, `stream_options`
# differ, and the others are about tools and media that chat does not have.
NOT_FOR_CHAT: Final = frozenset(
    {"messages", "n", "stream_options", "background_options", "access_programs", "image", "functions", "function_call"}
)
KNOWN: Final = frozenset(ResponsesBody.__struct_fields__)
NULL: Final = b"null"
_encode = msgspec.json.Encoder().encode


def chat_fields(body: ResponsesBody, given: Mapping[str, msgspec.Raw]) -> tuple[dict[str, msgspec.Raw], list[Beyond]]:
    """`given`: the body's fields as they came. What is not known passes through. Raises InvalidResponsesError.

    `metadata` and `store` stay here: chat takes the one only with the other, and what is to be kept we keep.
    """
    passed = {
        name: value
        for name, value in given.items()
        if name in SAME_IN_CHAT or (name not in KNOWN and name not in NOT_FOR_CHAT)
    }
    said, beyond = _of_tools(body)
    said |= {
        "response_format": chat_format(body.text),
        "verbosity": body.text.verbosity if body.text else None,
        "reasoning_effort": body.reasoning.effort if body.reasoning else None,
        "max_completion_tokens": body.max_output_tokens,
        "top_logprobs": body.top_logprobs or None,
        "logprobs": True if body.top_logprobs or LOGPROBS in (body.include or ()) else None,
    }
    ours = {name: msgspec.Raw(_encode(value)) for name, value in said.items() if value is not None}
    there = {name: value for name, value in passed.items() if bytes(value) != NULL}
    return there | ours, [*beyond, *_beyond(body)]


def _of_tools(body: ResponsesBody) -> tuple[Item, list[Beyond]]:
    """Nothing where there are no tools: chat takes neither a choice nor parallel calls then."""
    found = [chat_tool(tool, f"tools[{number}]") for number, tool in enumerate(body.tools or ())]
    choice: Any = None if body.tool_choice is None else chat_choice(body.tool_choice)
    beyond = [tool for tool in found if isinstance(tool, Beyond)]
    tools = [tool for tool in found if not isinstance(tool, Beyond)]
    if isinstance(choice, Beyond):
        beyond, choice = [*beyond, choice], None
    if not tools:
        return {}, beyond
    return {"tools": tools, "tool_choice": choice, "parallel_tool_calls": body.parallel_tool_calls}, beyond


def _beyond(body: ResponsesBody) -> list[Beyond]:
    found = {
        "conversation": (
            body.conversation,
            "conversations are kept by the provider: previous_response_id is kept here",
        ),
        "prompt": (body.prompt, "prompts are kept by the provider"),
        "context_management": (body.context_management, "a context is compacted by the provider"),
    }
    return [Beyond(name, why) for name, (value, why) in found.items() if value]
