"""Anthropic's events as chunks of a chat."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ratchet_providers.anthropic.answer import refusal, thought
from ratchet_providers.anthropic.events import Hearing
from ratchet_providers.anthropic.message import Block, Happened, finish_of, in_chat, own_word
from ratchet_providers.anthropic.message import Delta as Said
from ratchet_providers.anthropic.seam import Seam
from ratchet_providers.anthropic.tools import ANSWER
from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import UNKNOWN, Chunk, ChunkChoice, Delta, FunctionCall, ToolCallDelta
from ratchet_providers.failing import ProviderError
from ratchet_providers.sse import Event

NO_INPUT: Final = b"{}"
UNSAID: Final = ""
OPENS: Final = {"text_delta": "text", "thinking_delta": "thinking"}  # some do not say first that it begins


@dataclass(slots=True)
class _Open:
    """A block that has begun. `call` is its number among the calls; `said`: what came of a thought, or of an input."""

    block: Block
    call: int = 0
    said: list[str] = field(default_factory=list)
    signature: str = ""


class AsChat:
    """`by_tool`: what the answering tool is given is the answer's text. `so_far`: what the caller has seen of it."""

    def __init__(self, *, by_tool: bool, so_far: str, created: int) -> None:
        self.hearing = Hearing()
        self._by_tool, self._seam, self._frame = by_tool, Seam(so_far), Chunk(created=created)
        self._open: dict[int, _Open] = {}
        self._calls = 0
        self._spoke = self._answered = False  # in words, or by a call; by the answering tool
        self._held: list[str] = []  # words beside the answering tool: an answer only where that is not called

    def pieces(self, events: Sequence[Event]) -> list[Piece]:
        """Raises ProviderError."""
        found: list[Piece] = []
        for event in events:
            happened = self.hearing.heard(event)
            if happened is not None and (understood := MEANING.get(happened.type)) is not None:
                found += understood(self, happened)
        return found

    def begins(self, happened: Happened) -> list[Piece]:
        if (message := happened.message) is not None:
            self._frame = msgspec.structs.replace(self._frame, id=message.id, model=message.model)
        opening = self._piece(Delta(role="assistant", content=""))
        return [msgspec.structs.replace(opening, usage=self.hearing.usage)]

    def block_begins(self, happened: Happened) -> list[Piece]:
        block = happened.content_block
        if block is None:
            return []
        self._open[happened.index] = opened = _Open(block)
        if block.type == "text":
            return self._words(block.text or "")
        if block.type == "thinking":
            return self._thinks(opened, block.thinking or "")
        if block.type == "tool_use":
            return self._called(opened)
        return []

    def block_goes_on(self, happened: Happened) -> list[Piece]:
        delta = happened.delta
        if delta is None:
            return []
        opened = self._open.setdefault(happened.index, _Open(Block(type=OPENS.get(delta.type, UNSAID))))
        if delta.type == "text_delta":
            return self._words(delta.text or "")
        if delta.type == "thinking_delta":
            return self._thinks(opened, delta.thinking or "")
        if delta.type == "signature_delta":
            opened.signature = delta.signature or ""
        elif delta.type == "input_json_delta" and opened.block.type in ("tool_use", UNSAID):
            if opened.block.type == UNSAID:
                raise ProviderError("malformed", "the input of a call that never began")
            return self._input(opened, delta.partial_json or "")
        return []

    def block_ends(self, happened: Happened) -> list[Piece]:
        opened = self._open.pop(happened.index, None)
        if opened is None:
            return []
        block = opened.block
        if block.type == "tool_use" and not opened.said:
            return self._input(opened, NO_INPUT.decode())
        if block.type == "thinking":
            signature = opened.signature or block.signature
            block = msgspec.structs.replace(block, thinking="".join(opened.said), signature=signature)
        if block.type in ("thinking", "redacted_thinking"):
            return [self._piece(Delta(thinking_blocks=[thought(block)]))]
        return []

    def changes(self, happened: Happened) -> list[Piece]:
        """Why it ended, and what it came to."""
        found: list[Piece] = []
        if happened.delta is not None and happened.delta.stop_reason:
            if self._held and not self._answered:
                found.append(self._text("".join(self._held)))
                self._held.clear()
            found += self._ends(happened)
        if happened.counts and (usage := self.hearing.usage) is not None:
            found.append(Piece(chunk=msgspec.structs.replace(self._frame, usage=in_chat(usage)), usage=usage))
        return found

    def _ends(self, happened: Happened) -> list[Piece]:
        """Nothing where a refusal is all that was said: the count follows, and then `hearing.ended` says it."""
        said = happened.delta or Said()
        details = said.stop_details
        if self.hearing.stop_reason == "refusal" and not self._spoke:
            self.hearing.withheld = refusal(details.explanation if details else None)
            return []
        finish = finish_of(self.hearing.stop_reason, calls=self._calls > 0)
        choice = ChunkChoice(
            finish_reason=finish,
            stop_reason=said.stop_sequence or UNKNOWN,
            native_finish_reason=own_word(finish, said.stop_reason),
        )
        chunk = msgspec.structs.replace(self._frame, choices=[choice])
        return [Piece(chunk=chunk, finish=finish)]

    def _words(self, text: str) -> list[Piece]:
        if self._by_tool:
            self._held.append(text)
            return []
        joined = self._seam.joined(text)
        return [self._text(joined)] if joined else []

    def _thinks(self, opened: _Open, text: str) -> list[Piece]:
        opened.said.append(text)
        return [self._piece(Delta(reasoning_content=text))] if text else []

    def _called(self, opened: _Open) -> list[Piece]:
        block = opened.block
        found: list[Piece] = []
        if not self._answers(opened):
            opened.call, self._calls, self._spoke = self._calls, self._calls + 1, True
            call = FunctionCall(name=block.name or "", arguments="")
            delta = ToolCallDelta(index=opened.call, id=block.id or "", type="function", function=call)
            found.append(self._piece(Delta(tool_calls=[delta])))
        given = b"" if isinstance(block.input, msgspec.UnsetType) else bytes(block.input)
        return found if given in (b"", b"null", NO_INPUT) else found + self._input(opened, given.decode())

    def _input(self, opened: _Open, bit: str) -> list[Piece]:
        if not bit:
            return []
        opened.said.append(bit)
        if self._answers(opened):
            self._answered = True
            return [self._text(bit)]
        delta = ToolCallDelta(index=opened.call, function=FunctionCall(arguments=bit))
        return [self._piece(Delta(tool_calls=[delta]))]

    def _answers(self, opened: _Open) -> bool:
        return self._by_tool and opened.block.name == ANSWER

    def _text(self, text: str) -> Piece:
        self._spoke = self._spoke or bool(text)
        return self._piece(Delta(content=text))

    def _piece(self, delta: Delta) -> Piece:
        chunk = msgspec.structs.replace(self._frame, choices=[ChunkChoice(delta=delta)])
        return Piece(chunk=chunk, text=delta.content or "", shows=delta.shows)


MEANING: Final[Mapping[str, Callable[[AsChat, Happened], list[Piece]]]] = {
    "message_start": AsChat.begins,
    "content_block_start": AsChat.block_begins,
    "content_block_delta": AsChat.block_goes_on,
    "content_block_stop": AsChat.block_ends,
    "message_delta": AsChat.changes,
}
