"""OpenAI's files for supervised tuning and for preference pairs (DPO); servers of that shape take them too.

Rules: OpenAI's guides to supervised fine-tuning, vision fine-tuning and direct preference optimization, and the API's
reference for messages, read in 2026: they let a system message stand anywhere, and several messages of one role follow
each other. Ours are: no turn of the user's or the assistant's without words, a pair's outputs as plain texts that
differ, a tool's answer only after the call that it names.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.lesson import Lesson
from ratchet_trainer.formats.parts import says_something, wrong_parts
from ratchet_trainer.formats.turns import wrong_order

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
NAME: Final = re.compile(r"[^\s<|\\/>]{1,64}")  # of who speaks, as the API's own refusal gives it


class Called(msgspec.Struct):
    """`arguments`: JSON, as a text."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}\Z")]
    arguments: str


class ToolCall(msgspec.Struct):
    id: Annotated[str, msgspec.Meta(min_length=1)]
    type: Literal["function"]
    function: Called


class Message(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    role: Role
    content: str | list[dict[str, Any]] | None = None
    name: str | None = None
    weight: Literal[0, 1] | None = None  # 0: the model shall not learn to say this
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    function_call: Called | None = None


class Chat(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    messages: list[Message]
    tools: list[dict[str, Any]] | None = None
    parallel_tool_calls: bool | None = None
    functions: list[dict[str, Any]] | None = None


class Input(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    messages: list[Message]
    tools: list[dict[str, Any]] | None = None
    parallel_tool_calls: bool | None = None


class Pair(msgspec.Struct, forbid_unknown_fields=True):
    input: Input
    preferred_output: list[Message]
    non_preferred_output: list[Message]


def chat_of(lesson: Lesson) -> Chat:
    return Chat([*_asked(lesson), Message("assistant", lesson.wanted)])


def pair_of(lesson: Lesson) -> Pair | None:
    if lesson.rejected is None:
        return None
    wanted, rejected = Message("assistant", lesson.wanted), Message("assistant", lesson.rejected)
    return Pair(Input(_asked(lesson)), [wanted], [rejected])


def _asked(lesson: Lesson) -> list[Message]:
    told = [Message("system", lesson.system)] if lesson.system else []
    return [*told, Message("user", lesson.user)]


def wrong_chat(chat: Chat) -> str | None:
    roles = [message.role for message in chat.messages]
    if not roles or roles[-1] != "assistant":
        return "its last message must be the assistant's: that is what is learned"
    if "user" not in roles:
        return "no message is the user's"
    if all(message.weight == 0 for message in chat.messages if message.role == "assistant"):
        return "every message of the assistant has the weight 0, so there is nothing to learn"
    return wrong_messages(chat.messages)


def wrong_messages(messages: Sequence[Message]) -> str | None:
    why = next((why for place, one in enumerate(messages, 1) if (why := _wrong_message(one, place))), None)
    return why or _unasked(messages)


def _unasked(messages: Sequence[Message]) -> str | None:
    """A tool that answers what nobody has called."""
    calls: set[str] = set()
    for place, message in enumerate(messages, 1):
        if message.role == "tool" and message.tool_call_id not in calls:
            return f"message {place} answers a tool call that no message before it makes"
        calls |= {call.id for call in message.tool_calls or ()}
    return None


def _wrong_message(message: Message, place: int) -> str | None:
    calls = bool(message.tool_calls or message.function_call)
    if (wrong := wrong_parts(message.content, message.role, place)) is not None:
        return wrong
    if message.name is not None and not NAME.fullmatch(message.name):
        return f"the name of message {place} has blanks or one of < | \\ / >, or is not of 1 to 64 letters"
    if calls and message.role != "assistant":
        return f"message {place} calls a tool, which only the assistant's may do"
    if message.role == "assistant" and not calls and not says_something(message.content):
        return f"message {place}, the assistant's, is empty"
    if message.role != "assistant" and message.content is None:
        return f"message {place} has no content"
    if message.role == "user" and not says_something(message.content):
        return f"message {place}, the user's, is empty"
    if message.weight is not None and message.role != "assistant":
        return f"message {place} has a weight, which only the assistant's may have"
    if message.role == "tool" and not message.tool_call_id:
        return f"message {place} answers a tool call and names none in tool_call_id"
    return None


def wrong_pair(pair: Pair) -> str | None:
    asked = pair.input.messages
    if not asked or asked[-1].role != "user":
        return "its input must end with the user's message"
    for name, said in (
        ("preferred_output", pair.preferred_output),
        ("non_preferred_output", pair.non_preferred_output),
    ):
        if len(said) != 1 or said[0].role != "assistant":
            return f"{name} must be one message of the assistant's"
        if not isinstance(said[0].content, str) or not said[0].content.strip():
            return f"{name} must be a text"
    if pair.preferred_output[0].content == pair.non_preferred_output[0].content:
        return "both of its outputs are the same"
    return wrong_messages(asked) or wrong_messages(pair.preferred_output + pair.non_preferred_output)


def wrong_plain(chat: Chat) -> str | None:
    """What tuners of open models read: one system message or none, then turns, all of text."""
    called = any(message.tool_calls or message.function_call for message in chat.messages)
    if chat.tools or chat.functions or called:
        return "it has tools, which this format has no place for"
    texts = [message.content for message in chat.messages]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        return "each of its messages must have a text"
    roles = [message.role for message in chat.messages]
    if "system" in roles[1:]:
        return f"message {roles.index('system', 1) + 1} is the system's, which may only be the first, and only once"
    told = roles[:1] == ["system"]
    return wrong_order(roles[told:], after=int(told))


OPENAI = Format("openai", chat_of, Chat, wrong_chat)
PREFERENCE = Format("openai_preference", pair_of, Pair, wrong_pair)
PLAIN = Format("chat", chat_of, Chat, wrong_plain)
