"""The kept answers that were used last, in this replica's memory."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from ratchet_common.events import Approach, Check, Usage
from ratchet_providers.base import Evidence, Shape
from ratchet_router.grounding.sources import Grounding


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it can be given again. `cost_usd` is what it cost then, and what a hit saves."""

    tenant: str
    result_id: UUID
    version_id: str
    model: str
    tier: str
    approach: Approach
    output: str
    usage: Usage
    cost_usd: Decimal
    premium_cost_usd: Decimal
    expires_at: datetime
    template: str | None = None
    items: tuple[str, ...] | None = None
    label: str | None = None
    evidence: tuple[Evidence, ...] = ()
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    checks: tuple[Check, ...] = ()
    simulated: bool = False
    body: Mapping[str, msgspec.Raw] | None = None
    shape: Shape = "chat"
    events: tuple[tuple[str, msgspec.Raw], ...] | None = None  # of a stream in a shape of its own: names and data
    finish: str = "stop"
    too_large: bool = False  # to be kept: what it said is gone
    grounding: Grounding | None = None  # what it was answered from
    user: str = ""  # a digest of who had asked, by which it is found when he is forgotten

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of those that were read for it."""
        return self.grounding.documents if self.grounding is not None else ()

    def age_s(self, now: datetime) -> float:
        """Its result id is a UUIDv7, and begins with its milliseconds."""
        return max(0.0, now.timestamp() - (self.result_id.int >> 80) / 1000)


def without_words(entry: Entry) -> Entry:
    nothing = {
        "output": "",
        "items": None,
        "label": None,
        "evidence": (),
        "body": None,
        "events": None,
        "grounding": None,
    }
    return msgspec.structs.replace(entry, **nothing, too_large=True)


class Memory:
    """The entries that were used last, bounded by number and by bytes."""

    def __init__(self, *, entries: int, size: int) -> None:
        self._limit, self._size_limit = entries, size
        self._entries: OrderedDict[bytes, tuple[Entry, int]] = OrderedDict()
        self._size = 0

    def get(self, key: bytes, now: datetime) -> Entry | None:
        found = self._entries.get(key)
        if found is None:
            return None
        if found[0].expires_at <= now:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return found[0]

    def put(self, key: bytes, entry: Entry, size: int) -> None:
        self._drop(key)
        self._entries[key] = (entry, size)
        self._size += size
        while self._entries and (len(self._entries) > self._limit or self._size > self._size_limit):
            self._drop(next(iter(self._entries)))

    def drop_where(self, wanted: Callable[[Entry], bool]) -> int:
        keys = [key for key, (entry, _) in self._entries.items() if wanted(entry)]
        for key in keys:
            self._drop(key)
        return len(keys)

    def _drop(self, key: bytes) -> None:
        if (found := self._entries.pop(key, None)) is not None:
            self._size -= found[1]
