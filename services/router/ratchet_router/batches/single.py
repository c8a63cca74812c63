"""A request that came alone and waits for others to make a batch with, and when there are enough of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from ratchet_router.batches.callback import ToldState


class Single(msgspec.Struct, kw_only=True):
    """`group`: whose batch it may share. `batch` and `line`: where it went, once its group was closed.

    `caller`: JSON of him who asked. `fingerprint`: of all that was asked under its Idempotency-Key, else empty.
    `outcome`: once the batch is over.
    """

    id: str
    tenant: str
    caller: bytes
    endpoint: str
    group: str
    body: bytes
    size: int
    created_at: datetime
    gone_at: datetime
    custom_id: str = ""
    fingerprint: bytes = b""
    batch: str = ""
    line: int = 0
    outcome: Literal["", "ok", "failed"] = ""
    callback: str = ""
    tell_at: float | None = None
    told_tries: int = 0
    told: ToldState = ""
    user: str = ""  # a digest of whose it is


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has gathered in one group. `size`: bytes of all its requests."""

    group: str
    tenant: str
    items: int
    size: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Enough:
    """A group is closed at the first of these. `size`: bytes."""

    items: int
    size: int
    age: timedelta

    def of(self, waiting: Waiting, now: datetime) -> bool:
        full = waiting.items >= self.items or waiting.size >= self.size
        return full or now - waiting.oldest >= self.age

    def first(self, singles: Sequence[Single]) -> list[Single]:
        """Those that make up one batch: the oldest, one at least."""
        chosen: list[Single] = []
        size = 0
        for single in singles[: self.items]:
            if chosen and size + single.size > self.size:
                break
            chosen.append(single)
            size += single.size
        return chosen


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """A group's next batch as it was decided, before any of it was made: whoever takes over makes this very one."""

    batch: str
    singles: list[str]
    at: datetime


def told_of(single: Single) -> bytes:
    """The body of its callback."""
    about = {"id": single.id, "custom_id": single.custom_id or None, "batch_id": single.batch}
    end = "completed" if single.outcome == "ok" else "failed"
    return msgspec.json.encode({"type": f"batch_item.{end}", "item": about | {"status": end}})
