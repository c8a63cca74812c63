"""What a client makes of a stream of chunks: the completion that it would have got whole."""

from collections.abc import Iterable
from typing import Any

import msgspec

from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import UNKNOWN, Choice, ChunkChoice, Completion, FunctionCall, Message, SaidCall


class _Choice:
    def __init__(self) -> None:
        self.text, self.thought, self.finish = "", "", ""
        self.calls: dict[int, SaidCall] = {}
        self.images: list[dict[str, Any]] = []
        self.extra: Any = UNKNOWN
        self.native: Any = UNKNOWN
        self.tokens: list[Any] = []

    def hear(self, said: ChunkChoice) -> None:
        delta = said.delta
        self.text += delta.content or ""
        self.thought += delta.reasoning_content or ""
        self.images += delta.images or []
        self.extra = delta.extra_content or self.extra
        self.finish = said.finish_reason or self.finish
        self.native = said.native_finish_reason or self.native
        if said.logprobs is not UNKNOWN:
            self.tokens += msgspec.json.decode(said.logprobs)["content"]
        for call in delta.tool_calls or []:
            assert call.index is not None
            assert call.index not in self.calls
            assert call.id
            assert call.function
            function = FunctionCall(name=call.function.name, arguments=call.function.arguments)
            self.calls[call.index] = SaidCall(
                id=call.id, function=function, extra_content=call.extra_content or UNKNOWN
            )

    def whole(self, index: int) -> Choice:
        assert list(self.calls) == list(range(len(self.calls)))
        message = Message(
            content=self.text if self.text or not (self.calls or self.images) else None,
            tool_calls=list(self.calls.values()) or UNKNOWN,
            reasoning_content=self.thought or UNKNOWN,
            images=self.images or UNKNOWN,
            extra_content=self.extra,
        )
        logprobs = {"content": self.tokens, "refusal": None}
        said = msgspec.Raw(msgspec.json.encode(logprobs)) if self.tokens else UNKNOWN
        return Choice(
            index=index,
            message=message,
            finish_reason=self.finish,
            logprobs=said,
            native_finish_reason=self.native,
        )


def gathered(pieces: Iterable[Piece]) -> Completion:
    choices: dict[int, _Choice] = {}
    last = None
    for piece in pieces:
        assert piece.chunk is not None
        last = piece.chunk
        for choice in piece.chunk.choices:
            choices.setdefault(choice.index, _Choice()).hear(choice)
    assert last is not None
    assert last.usage is not UNKNOWN
    return Completion(
        id=last.id,
        model=last.model,
        choices=[said.whole(index) for index, said in sorted(choices.items())],
        usage=last.usage if not isinstance(last.usage, msgspec.UnsetType) else None,
    )
