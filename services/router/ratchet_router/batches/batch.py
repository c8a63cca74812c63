"""A batch and its requests, as the store keeps them, and what may follow what. Pure."""

from datetime import datetime
from typing import Final, Literal

import msgspec

from ratchet_common.auth import Caller
from ratchet_router.batches.callback import ToldState
from ratchet_router.batches.lines import LineError

Status = Literal["validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled"]
OVER: Final = frozenset({"completed", "failed", "expired", "cancelled"})
ItemState = Literal["waiting", "ok", "failed"]
PORTION_MOST: Final = 2_000  # requests: a worker has all of a portion in memory while it submits it
PORTION_BYTES: Final = 16 * 1024 * 1024


class Hold(msgspec.Struct, frozen=True):
    """`budget`: its key. `user`: a digest of whose alone it is; None: the tenant's, or the key's."""

    budget: str
    user: str | None = None


class Portion(msgspec.Struct, kw_only=True):
    """What goes to one provider as one batch of its own. `provider` empty: asked one by one, at the full price.

    `holds`: the budgets that money was set aside from; `short_since`: when they first did not cover it. `put_off`: how
    often the provider had no room for it, and `not_before`: when it is offered again, under another name.
    `asked_at` is written before the first try to submit, `offered_at` before each, and `theirs` (the provider's id)
    after it: in between a worker may have died, so whoever finds the one without the other looks for it there first.
    """

    name: str
    provider: str = ""
    model: str = ""
    items: int = 0
    size: int = 0  # bytes
    holds: list[Hold] = []
    short_since: datetime | None = None
    put_off: int = 0
    not_before: datetime | None = None
    state: Literal["waiting", "submitted", "over"] = "waiting"
    asked_at: datetime | None = None
    offered_at: datetime | None = None
    theirs: str = ""
    cancelled: bool = False


class Counts(msgspec.Struct, frozen=True):
    total: int = 0
    completed: int = 0
    failed: int = 0
    cost_usd: str = "0"


class Batch(msgspec.Struct, kw_only=True):
    """`at`: when it came into each status. `caller`: JSON of him who asked. `fingerprint`: of all that was asked under
    its Idempotency-Key, else empty.

    `callback`: a URL; `tell_at`: when it is told, Unix time, and `told` what became of it.
    """

    id: str
    tenant: str
    caller: bytes
    endpoint: str
    input_file: str
    created_at: datetime
    expires_at: datetime
    gone_at: datetime
    window: str = "24h"
    metadata: dict[str, str] = {}
    callback: str = ""
    status: Status = "validating"
    at: dict[str, datetime] = {}
    portions: list[Portion] = []
    errors: list[LineError] = []
    total: int = 0
    counts: Counts | None = None  # once it is over
    cancel_asked_at: datetime | None = None
    tell_at: float | None = None
    told_tries: int = 0
    told: ToldState = ""
    fingerprint: bytes = b""
    grouped: bool = False  # of requests that came alone

    @property
    def who(self) -> Caller:
        return msgspec.json.decode(self.caller, type=Caller)

    @property
    def hex(self) -> str:
        return self.id.removeprefix("batch_")

    @property
    def shown_status(self) -> Status:
        """A wish to cancel counts at once, though the worker comes to it a moment later."""
        return "cancelling" if self.cancel_asked_at and self.status not in OVER else self.status

    def become(self, status: Status, now: datetime) -> None:
        self.status = status
        self.at = self.at | {status: now}
        if status in OVER and self.callback:
            self.tell_at, self.told = now.timestamp(), "waiting"


def told_of(batch: Batch) -> bytes:
    """The body of its callback."""
    counts = batch.counts
    about = {
        "id": batch.id,
        "status": batch.status,
        "metadata": batch.metadata,
        "counts": {
            "total": counts.total if counts else batch.total,
            "completed": counts.completed if counts else 0,
            "failed": counts.failed if counts else batch.total,
        },
    }
    return msgspec.json.encode({"type": f"batch.{batch.status}", "batch": about})


class Item(msgspec.Struct, kw_only=True):
    """One request. `said`: its line of the output, once it has one. `decision`: why its portion's model, JSON.

    `model` and `template`: as they were picked once, though other versions may be live when the answer comes. `user`:
    a digest.
    """

    batch: str
    tenant: str
    line: int
    custom_id: str
    body: bytes
    state: ItemState = "waiting"
    portion: int = 0
    model: str = ""
    template: str = ""
    decision: bytes = b""
    user: str | None = None
    said: bytes = b""
    cost_usd: str = "0"

    @property
    def id(self) -> str:
        return f"{self.batch}/{self.line}"

    @property
    def key(self) -> str:
        """What the provider calls it: the caller's own name may be longer than a provider takes."""
        return f"{self.batch.removeprefix('batch_')}-{self.line}"
