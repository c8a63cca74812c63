"""What chunks add, as items of the output that are told one after another."""

from collections.abc import Sequence
from typing import Any

from ratchet_providers.chat_shape import ChunkChoice, ToolCallDelta
from ratchet_router.shapes.responses.events import Events
from ratchet_router.shapes.responses.ids import Prefix, item_id
from ratchet_router.shapes.responses.opened import Opened, OpenMessage, OpenReasoning
from ratchet_router.shapes.responses.opened_calls import OpenCall
from ratchet_router.shapes.responses.response import Output, Status
from ratchet_router.shapes.responses.whole import logprobs


class Telling:
    """Feed it what the first choice says. `end` ends all that is still open."""

    def __init__(self, events: Events, response: str, *, summary: bool) -> None:
        self._events, self._response, self._summary = events, response, summary
        self._items: list[Opened] = []
        self._calls: dict[int | str, OpenCall] = {}
        self._latest: OpenCall | None = None
        self._turn = 0  # the item that is being told

    def choice(self, choice: ChunkChoice) -> None:
        delta, weights = choice.delta, logprobs(choice.logprobs)
        if (thought := delta.reasoning_content or delta.reasoning or "") or delta.thinking_blocks:
            self._reasoning().think(thought, delta.thinking_blocks or ())
        if delta.content:
            self._message().say(delta.content, weights)
        elif weights:
            self._weigh(weights)
        if delta.refusal:
            self._message().say(delta.refusal, refuses=True)
        for call in delta.tool_calls or ():
            self._call(call).call(call)
        self._go_on()

    def end(self, *, whole: bool) -> list[Output]:
        """`whole`: the answer came to its end; else its last item did not."""
        if not self._items:
            self._message().say("")
        while self._turn < len(self._items) - 1:
            self._next()
        self._items[-1].end(self._events, "completed" if whole else "incomplete")
        return self.so_far(whole=whole)

    def so_far(self, *, whole: bool = False) -> list[Output]:
        statuses: list[Status] = ["completed"] * len(self._items)
        if statuses and not whole:
            statuses[-1] = "incomplete"
        return [item.item(status) for item, status in zip(self._items, statuses, strict=True)]

    def _reasoning(self) -> OpenReasoning:
        last = self._items[-1] if self._items else None
        if isinstance(last, OpenReasoning):
            return last
        opened = OpenReasoning(self._name("rs"), len(self._items), summary=self._summary)
        self._open(opened)
        return opened

    def _message(self) -> OpenMessage:
        last = self._items[-1] if self._items else None
        if isinstance(last, OpenMessage):
            return last
        opened = OpenMessage(self._name("msg"), len(self._items))
        self._open(opened)
        return opened

    def _call(self, delta: ToolCallDelta) -> OpenCall:
        """Told apart by their index; where a provider gives none, by their id, else it is still the latest.

        Some give all of them the same index: another id is another call.
        """
        key = delta.index if delta.index is not None else delta.id
        if key is None and self._latest is not None:
            return self._latest
        key = "" if key is None else key
        known = self._calls.get(key)
        if known is None or known.is_another(delta):
            custom = delta.custom is not None
            name, call_id = self._name("ctc" if custom else "fc"), self._name("call")
            known = self._calls[key] = OpenCall(name, len(self._items), call_id, custom=custom)
            self._open(known)
        self._latest = known
        return known

    def _weigh(self, weights: Sequence[Any]) -> None:
        for item in reversed(self._items):
            if isinstance(item, OpenMessage):
                item.weigh(weights)
                return

    def _name(self, prefix: Prefix) -> str:
        return item_id(prefix, self._response, len(self._items))

    def _open(self, item: Opened) -> None:
        self._items.append(item)
        if len(self._items) == self._turn + 1:
            item.begin(self._events)

    def _go_on(self) -> None:
        """Whatever may be whole ends where something else has begun."""
        while self._turn < len(self._items) - 1 and self._items[self._turn].may_end:
            self._next()

    def _next(self) -> None:
        self._items[self._turn].end(self._events, "completed")
        self._turn += 1
        self._items[self._turn].begin(self._events)
