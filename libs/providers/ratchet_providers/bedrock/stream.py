"""A stream of Converse's, understood as it comes: what it shows, how it ends, and whether that was its end."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from ratchet_providers.base import Piece
from ratchet_providers.bedrock.eventstream import Frame
from ratchet_providers.bedrock.failures import broken_off
from ratchet_providers.bedrock.request import Asked
from ratchet_providers.bedrock.seam import Seam
from ratchet_providers.bedrock.shape import SERVERS, Block, Happened, Reasoning, finish_of, usage_of
from ratchet_providers.bedrock.stops import stopped_at
from ratchet_providers.bedrock.tools import ANSWER
from ratchet_providers.bedrock.withheld import withheld
from ratchet_providers.chat_shape import UNKNOWN, Chunk, ChunkChoice, Delta, FunctionCall, ToolCallDelta
from ratchet_providers.failing import ProviderError

COUNT: Final = "metadata"
NO_INPUT: Final = "{}"  # as a whole answer has it
_happened = msgspec.json.Decoder(Happened)
_text = msgspec.json.Decoder(str)


class _Thoughts:
    """Of one block: they are given back whole, since its signature is of the whole."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._signature: list[str] = []
        self._redacted: list[str] = []

    def add(self, said: Reasoning) -> str:
        self._text.append(said.text or "")
        self._signature.append(said.signature or "")
        self._redacted.append(said.redacted_content or "")
        return said.text or ""

    def block(self) -> dict[str, str] | None:
        if redacted := "".join(self._redacted):
            return {"type": "redacted_thinking", "data": redacted}
        signature = "".join(self._signature)
        return {"type": "thinking", "thinking": "".join(self._text), "signature": signature} if signature else None


class ConverseStream:
    """Feed it the frames; `ended` says whether there may be an answer. `frame`: the chunks' id, time and model."""

    def __init__(self, its: Asked, frame: Chunk) -> None:
        self.shown = False
        self._its, self._chunk, self._seam = its, frame, Seam(its.space)
        self._thoughts: dict[int, _Thoughts] = {}  # by the block's number, as the next two
        self._calls: dict[int, int] = {}  # the number of the call
        self._answers: set[int] = set()  # calls of the tool that stands for the answer
        self._unheard: set[int] = set()  # calls that are none of the caller's
        self._empty: set[int] = set()  # calls without input so far, of either kind
        self._held: list[str] = []  # text, until it is known that no such answer comes
        self.stopped = self._counted = False  # `stopped`: the message is whole, and nothing can take it back
        self._withheld, self._trace = "", None  # why nothing is left of it, and what is told of that
        self._told: Mapping[str, Callable[[Happened], list[Piece]]] = {
            "messageStart": lambda _: [self._said(Delta(role="assistant", content=""))],
            "contentBlockStart": self._block_started,
            "contentBlockDelta": self._block_grew,
            "contentBlockStop": self._block_ended,
            "messageStop": self._message_ended,
            COUNT: self._was_counted,
        }

    @property
    def done(self) -> bool:
        """Nothing more is to come: the count is there, which follows the end of the message."""
        return self.stopped and self._counted

    def pieces(self, frames: Sequence[Frame]) -> list[Piece]:
        """Raises ProviderError: what the stream said was an error, or malformed, and came before the message's end."""
        found: list[Piece] = []
        for frame in frames:
            event = frame.headers.get(":event-type", "")
            if self.stopped and (event != COUNT or self._counted):
                continue
            if frame.headers.get(":message-type", "event") != "event":
                raise broken_off(frame)
            told = self._told.get(event)
            if told is not None:  # what is new to us is not for us
                found += told(_read(frame.payload))
        return found

    def ended(self) -> None:
        """Raises ProviderError unless the message has ended, and something is left of it. A missing count alone cuts
        nothing off.
        """
        if not self.stopped:
            raise ProviderError("cut", "the stream ended before the answer did")
        if self._withheld:
            raise withheld(self._withheld, self._trace)

    def _block_started(self, told: Happened) -> list[Piece]:
        use, at = told.start.tool_use if told.start else None, told.content_block_index
        if use is None:
            return []
        if use.type == SERVERS:
            self._unheard.add(at)
            return []
        if self._its.by_tool and use.name == ANSWER:
            self._answers.add(at)
            self._empty.add(at)
            return []
        if self._its.one_call and self._calls:
            self._unheard.add(at)
            return []
        number = self._calls[at] = len(self._calls)
        self._empty.add(at)
        named = FunctionCall(name=use.name, arguments="")
        call = ToolCallDelta(index=number, id=use.tool_use_id, type="function", function=named)
        return [self._said(Delta(tool_calls=[call]))]

    def _block_grew(self, told: Happened) -> list[Piece]:
        block, at = told.delta or Block(), told.content_block_index
        if block.text:
            return self._wrote(block.text)
        if block.tool_use is not None:
            return self._argued(bit, at) if (bit := _decoded(block.tool_use.input)) else []
        if block.reasoning_content is not None:
            thought = self._thoughts.setdefault(at, _Thoughts()).add(block.reasoning_content)
            return [self._said(Delta(reasoning_content=thought))] if thought else []
        return []

    def _wrote(self, text: str) -> list[Piece]:
        if self._its.by_tool:
            self._held.append(text)
            return []
        return self._goes_on(text)

    def _goes_on(self, text: str) -> list[Piece]:
        more = self._seam.joined(text)
        return [self._said(Delta(content=more))] if more else []

    def _argued(self, arguments: str, at: int) -> list[Piece]:
        self._empty.discard(at)
        if at in self._answers:
            return [self._said(Delta(content=arguments))]
        if at in self._unheard:
            return []
        if at not in self._calls:
            raise ProviderError("malformed", "the input of a call that never began")
        more = ToolCallDelta(index=self._calls[at], function=FunctionCall(arguments=arguments))
        return [self._said(Delta(tool_calls=[more]))]

    def _block_ended(self, told: Happened) -> list[Piece]:
        at = told.content_block_index
        if at in self._empty:
            return self._argued(NO_INPUT, at)
        thoughts = self._thoughts.pop(at, None)
        block = thoughts.block() if thoughts else None
        return [self._said(Delta(thinking_blocks=[block]))] if block else []

    def _message_ended(self, told: Happened) -> list[Piece]:
        found: list[Piece] = []
        if self._held and not self._answers:
            found += self._goes_on("".join(self._held))
        finish = finish_of(told.stop_reason)
        if self._answers and not self._calls and finish == "tool_calls":
            finish = "stop"
        self.stopped = True
        filtered = finish == "content_filter"
        if filtered and not self.shown:  # what follows may say why
            self._withheld = told.stop_reason
            return found
        choice = ChunkChoice(
            finish_reason=finish,
            stop_reason=stopped_at(told.stop_reason, told.additional_model_response_fields, self._its.stops),
            native_finish_reason=told.stop_reason if filtered else UNKNOWN,
        )
        return [*found, Piece(chunk=msgspec.structs.replace(self._chunk, choices=[choice]), finish=finish)]

    def _was_counted(self, told: Happened) -> list[Piece]:
        wire, used = usage_of(told.usage)
        self._counted, self._trace = True, told.trace
        return [Piece(chunk=msgspec.structs.replace(self._chunk, usage=wire), usage=used)] if used else []

    def _said(self, delta: Delta) -> Piece:
        self.shown = self.shown or delta.shows
        chunk = msgspec.structs.replace(self._chunk, choices=[ChunkChoice(delta=delta)])
        return Piece(chunk=chunk, text=delta.content or "", shows=delta.shows)


def _read(payload: bytes) -> Happened:
    try:
        return _happened.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderError("malformed", f"an event: {type(error).__name__}") from error


def _decoded(text: msgspec.Raw) -> str:
    try:
        return _text.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProviderError("malformed", f"an event: {type(error).__name__}") from error
