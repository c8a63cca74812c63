"""An item of the output while it is still being said: what is told of it as it comes, and what it is in the end.

Items are told one after another, whole, since many clients follow one at a time. What comes before its turn is
gathered, and told at once when it is its turn.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from ratchet_router.shapes.responses.events import Events
from ratchet_router.shapes.responses.reasoning import Thoughts
from ratchet_router.shapes.responses.response import (
    Message,
    Output,
    OutputText,
    Reasoning,
    Refusal,
    Status,
)
from ratchet_router.shapes.responses.whole import reasoning


class Opened(Protocol):
    @property
    def may_end(self) -> bool:
        """Whether it may be whole: then what comes next need not wait."""

    def begin(self, events: Events) -> None:
        """It is this item's turn: what it has gathered is told, and from now on what it is given."""

    def end(self, events: Events, status: Status) -> None: ...
    def item(self, status: Status) -> Output: ...


class OpenPart:
    """A part of a message, in the bits that have come."""

    def __init__(self, *, refuses: bool) -> None:
        self.refuses = refuses
        self.bits: list[str] = []
        self.logprobs: list[Any] = []

    @property
    def kind(self) -> str:
        return "response.refusal" if self.refuses else "response.output_text"

    def whole(self) -> OutputText | Refusal:
        said = "".join(self.bits)
        return Refusal(refusal=said) if self.refuses else OutputText(text=said, logprobs=self.logprobs)


class OpenMessage:
    may_end: Final = True

    def __init__(self, name: str, at: int) -> None:
        self._name, self._at = name, at
        self._parts: list[OpenPart] = []
        self._told: Events | None = None

    def say(self, delta: str, logprobs: Sequence[Any] = (), *, refuses: bool = False) -> None:
        if not self._parts or self._parts[-1].refuses is not refuses:
            self._end_part()
            self._parts.append(OpenPart(refuses=refuses))
            self._tell("response.content_part.added", part=self._parts[-1].whole())
        part = self._parts[-1]
        part.bits.append(delta)
        part.logprobs += logprobs
        if refuses:
            self._tell("response.refusal.delta", delta=delta)
        elif delta:
            self._tell("response.output_text.delta", delta=delta, logprobs=logprobs)

    def weigh(self, logprobs: Sequence[Any]) -> None:
        """Log probabilities that come without their text, after it."""
        for part in reversed(self._parts):
            if not part.refuses:
                part.logprobs += logprobs
                return

    def begin(self, events: Events) -> None:
        early, self._parts, self._told = self._parts, [], events
        item = Message(id=self._name, content=[], status="in_progress")
        events.add("response.output_item.added", output_index=self._at, item=item)
        for part in early:
            self.say("".join(part.bits), part.logprobs, refuses=part.refuses)

    def end(self, events: Events, status: Status) -> None:
        self._end_part()
        events.add("response.output_item.done", output_index=self._at, item=self.item(status))

    def item(self, status: Status) -> Output:
        return Message(id=self._name, status=status, content=[part.whole() for part in self._parts])

    def _end_part(self) -> None:
        if not self._parts or self._told is None:
            return
        part = self._parts[-1]
        whole = part.whole()
        if isinstance(whole, Refusal):
            self._tell("response.refusal.done", refusal=whole.refusal)
        else:
            self._tell("response.output_text.done", text=whole.text, logprobs=whole.logprobs)
        self._tell("response.content_part.done", part=whole)

    def _tell(self, kind: str, **said: Any) -> None:
        if self._told is not None:
            place = len(self._parts) - 1
            self._told.add(kind, item_id=self._name, output_index=self._at, content_index=place, **said)


class OpenReasoning:
    may_end: Final = True

    def __init__(self, name: str, at: int, *, summary: bool) -> None:
        self._name, self._at, self._summary = name, at, summary
        self._bits: list[str] = []
        self._blocks: list[dict[str, Any]] = []
        self._told: Events | None = None

    def think(self, delta: str, blocks: Sequence[dict[str, Any]] = ()) -> None:
        if delta and not self._bits:
            self._tell_part("added", "")
        if delta:
            self._bits.append(delta)
            self._tell("text.delta", delta=delta)
        self._blocks += blocks

    def begin(self, events: Events) -> None:
        early, self._bits, self._told = "".join(self._bits), [], events
        item = Reasoning(id=self._name, status="in_progress")
        events.add("response.output_item.added", output_index=self._at, item=item)
        self.think(early)

    def end(self, events: Events, status: Status) -> None:
        if self._bits:
            text = "".join(self._bits)
            self._tell("text.done", text=text)
            self._tell_part("done", text)
        events.add("response.output_item.done", output_index=self._at, item=self.item(status))

    def item(self, status: Status) -> Output:
        said = reasoning(self._name, Thoughts("".join(self._bits), self._blocks), summary=self._summary)
        said.status = status
        return said

    def _tell_part(self, what: str, text: str) -> None:
        if self._summary:
            self._tell(f"part.{what}", part={"type": "summary_text", "text": text})
        elif self._told is not None:
            self._add(f"response.content_part.{what}", part={"type": "reasoning_text", "text": text})

    def _tell(self, what: str, **said: Any) -> None:
        self._add(f"response.reasoning_{'summary_' if self._summary else ''}{what}", **said)

    def _add(self, kind: str, **said: Any) -> None:
        if self._told is not None:
            place = "summary_index" if self._summary else "content_index"
            self._told.add(kind, item_id=self._name, output_index=self._at, **{place: 0}, **said)
