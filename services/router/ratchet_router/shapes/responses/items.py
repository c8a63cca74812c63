"""Input items as chat messages: what one turn of the model consists of becomes one message."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from ratchet_providers.carried_calls import parted
from ratchet_router.shapes.responses.body import Item
from ratchet_router.shapes.responses.errors import Beyond, InvalidResponsesError, invalid, named
from ratchet_router.shapes.responses.parts import chat_content
from ratchet_router.shapes.responses.reasoning import NotCarriedError, Thoughts, brought_back

HEARD: Final = frozenset({"image_url", "input_audio", "file"})
REFERENCE: Final = "no answer here has an item of that id: send the item itself, or previous_response_id"

Name = Annotated[str, Meta(min_length=1, max_length=200)]
CallId = Annotated[str, Meta(min_length=1, max_length=200_000)]  # with what it carries


class MessageItem(msgspec.Struct, frozen=True):
    role: Literal["user", "assistant", "system", "developer"]
    content: str | list[Item]


class CallItem(msgspec.Struct, frozen=True):
    call_id: CallId
    name: Name
    arguments: str


class OutputItem(msgspec.Struct, frozen=True):
    call_id: CallId
    output: str | list[Item]


class ReasoningText(msgspec.Struct, frozen=True):
    text: str


class ReasoningItem(msgspec.Struct, frozen=True):
    summary: list[ReasoningText] | None = None
    content: list[ReasoningText] | None = None
    encrypted_content: str | None = None

    def thoughts(self) -> Thoughts | None:
        """What a model can make use of: its own blocks, or all that it thought. A summary is neither."""
        back = brought_back(self.encrypted_content) if self.encrypted_content else None
        text = "".join(part.text for part in self.content or ())
        return back or (Thoughts(text) if text else None)


def kind_of(item: Item, at: str) -> str:
    """Raises InvalidResponsesError."""
    kind = item.get("type")
    if isinstance(kind, str):
        return kind
    if kind is None and "role" in item:
        return "message"
    if kind is None and "id" in item:
        return "item_reference"
    raise InvalidResponsesError(f"{at}.type", "it is missing: an item says what it is, such as message")


class Turns:
    """Feed it the items in their order; `messages` is what they amount to, `beyond` what chat has no words for."""

    def __init__(self, instructions: str | None) -> None:
        self.messages: list[Item] = [] if instructions is None else [{"role": "system", "content": instructions}]
        self.beyond: list[Beyond] = []
        self.sees = False
        self._turn: Item | None = None  # the assistant's message that further items of the same turn add to
        self._thoughts: list[Thoughts] = []  # for the message that comes

    def add(self, item: Item, at: str) -> None:
        """`at`: where it lies in the body. Raises InvalidResponsesError."""
        kind = kind_of(item, at)
        try:
            if kind == "message":
                self._message(msgspec.convert(item, MessageItem), at)
            elif kind == "function_call":
                self._call(msgspec.convert(item, CallItem))
            elif kind == "function_call_output":
                self._output(msgspec.convert(item, OutputItem), at)
            elif kind == "reasoning":
                self._reasoning(msgspec.convert(item, ReasoningItem), at)
            elif kind == "item_reference":
                self.beyond.append(Beyond(at, REFERENCE))
            else:
                self.beyond.append(Beyond(f"{at}.type", f"chat knows no item of this type: {named(kind)}"))
        except msgspec.ValidationError as error:
            raise invalid(error, at) from None

    def _message(self, said: MessageItem, at: str) -> None:
        content = self._content(said.content, f"{at}.content")
        if said.role == "assistant":
            self._say(content)
        else:
            self._turn, self._thoughts = None, []
            self.messages.append({"role": said.role, "content": content})

    def _say(self, content: Any) -> None:
        text, refusal = _spoken(content)
        turn = self._turn
        has_spoken = turn is not None and (turn["content"] is not None or "refusal" in turn)
        if turn is None or (has_spoken and "tool_calls" not in turn):
            turn = self._begin()
        self._think(turn)
        turn["content"] = text if turn["content"] is None else _joined(turn["content"], text)
        if refusal:
            turn["refusal"] = turn.get("refusal", "") + refusal

    def _call(self, call: CallItem) -> None:
        turn = self._turn or self._begin()
        self._think(turn)
        call_id, extra = parted(call.call_id)
        said = {"id": call_id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        turn.setdefault("tool_calls", []).append(said | {"extra_content": extra} if extra else said)

    def _output(self, result: OutputItem, at: str) -> None:
        self._turn, self._thoughts = None, []
        content = self._content(result.output, f"{at}.output")
        call_id, _ = parted(result.call_id)
        self.messages.append({"role": "tool", "tool_call_id": call_id, "content": content})

    def _reasoning(self, item: ReasoningItem, at: str) -> None:
        try:
            thoughts = item.thoughts()
        except NotCarriedError:
            raise InvalidResponsesError(f"{at}.encrypted_content", "it is not as it was given out") from None
        if thoughts is not None:
            self._thoughts.append(thoughts)

    def _begin(self) -> Item:
        self._turn = {"role": "assistant", "content": None}
        self.messages.append(self._turn)
        return self._turn

    def _think(self, turn: Item) -> None:
        for thoughts in self._thoughts:
            if thoughts.text:
                turn["reasoning_content"] = turn.get("reasoning_content", "") + thoughts.text
            if thoughts.blocks:
                turn.setdefault("thinking_blocks", []).extend(thoughts.blocks)
        self._thoughts = []

    def _content(self, content: str | list[Item], at: str) -> Any:
        found, beyond = chat_content(content, at)
        self.beyond += beyond
        self.sees = self.sees or (not isinstance(found, str) and any(part["type"] in HEARD for part in found))
        return found


def _spoken(content: Any) -> tuple[Any, str]:
    """An assistant's content as chat has it, and what it refused to say."""
    if isinstance(content, str):
        return content, ""
    refusal = "".join(part["refusal"] for part in content if part["type"] == "refusal")
    others = [part for part in content if part["type"] != "refusal"]
    if all(part["type"] == "text" for part in others):
        return "".join(part["text"] for part in others) or (None if refusal else ""), refusal
    return others, refusal


def _joined(before: Any, after: Any) -> Any:
    if after is None:
        return before
    if isinstance(before, str) and isinstance(after, str):
        return before + after
    return [*_parts(before), *_parts(after)]


def _parts(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def turns(instructions: str | None, items: Sequence[Item], *, earlier: int = 0) -> Turns:
    """`earlier`: how many of the items were kept, and are not from the request. Raises InvalidResponsesError."""
    found = Turns(instructions)
    for number, item in enumerate(items):
        found.add(item, f"input[{number - earlier}]" if number >= earlier else "previous_response_id")
    return found
