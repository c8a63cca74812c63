"""One Idempotency-Key, one answer: the first request with it is answered, those after it get the same, without a call.

What was being answered when a replica died may be asked again once its lease has run out: then a model is called twice.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from msgspec.structs import replace

from ratchet_common.errors import RefusedError
from ratchet_common.events import Decision
from ratchet_router.answered import Answered, again
from ratchet_router.memory import Entry

LONGEST_KEY: Final = 255
MARGIN_S: Final = 15.0  # of a lease over the request's deadline
LOOK_AGAIN_S: Final = (0.05, 0.1, 0.2, 0.5)


class IdempotencyError(RefusedError):
    type = "idempotency-mismatch"
    title = "The Idempotency-Key belongs to another request"


class StillAnsweringError(RefusedError):
    status = 409
    type = "still-answering"
    title = "A request with this Idempotency-Key is being answered"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": "2"}


class TooLargeToReplayError(RefusedError):
    status = 409
    type = "too-large-to-replay"
    title = "The answer to this Idempotency-Key was not kept"


@dataclass(frozen=True, slots=True)
class Once:
    """A request that shall be answered once. `fingerprint`: of all that it says."""

    key: bytes
    tenant: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a key. `mine`: this one is to answer it; `release` it, or say what it was."""

    fingerprint: bytes
    answer: Entry | None = None
    mine: bool = False
    release: Callable[[], Awaitable[None]] | None = None
    done: Callable[[Entry], Awaitable[None]] | None = None


class KeyStore(Protocol):
    async def hold(self, once: Once, seconds: float) -> Held:
        """Raises RetryLaterError."""


def once_of(key: str, tenant: str, where: str, body: bytes) -> Once:
    """Raises IdempotencyError for a key that is none."""
    if not (0 < len(key) <= LONGEST_KEY and key.isprintable() and key.isascii()):
        raise IdempotencyError(f"An Idempotency-Key is 1 to {LONGEST_KEY} printable ASCII characters: send one.")
    named = hashlib.sha256(f"{len(tenant)}:{tenant}{key}".encode()).digest()
    return Once(named, tenant, hashlib.sha256(where.encode() + b"\n" + body).digest())


async def held(store: KeyStore, once: Once, deadline_s: float) -> Held:
    """Waits for another that answers the same, within the deadline.

    Raises IdempotencyError, StillAnsweringError, TooLargeToReplayError, RetryLaterError.
    """
    end = asyncio.get_running_loop().time() + deadline_s
    looks = 0
    while True:
        found = await store.hold(once, deadline_s + MARGIN_S)
        if found.fingerprint != once.fingerprint:
            if found.mine and found.release is not None:
                await found.release()
            raise IdempotencyError("Another request was sent with this Idempotency-Key: use one key a request.")
        if found.answer is not None and found.answer.too_large:
            raise TooLargeToReplayError(
                "What was answered under this Idempotency-Key was not kept: it was too large, or a document that it "
                "was from changed while it was made. Send the request under another key."
            )
        if found.mine or found.answer is not None:
            return found
        pause = LOOK_AGAIN_S[min(looks, len(LOOK_AGAIN_S) - 1)]
        if asyncio.get_running_loop().time() + pause > end:
            raise StillAnsweringError("A request with this Idempotency-Key is being answered: come again for it.")
        await asyncio.sleep(pause)
        looks += 1


def replayed(entry: Entry) -> Answered:
    """The very same answer: its result id and its cost are those of the first time."""
    said = again(
        entry,
        result_id=entry.result_id,
        unit="",
        decision=Decision(assigned_by="routed", reasons=("It was answered before under the same Idempotency-Key.",)),
        latency_ms=0.0,
    )
    return replace(said, cached_from=None, cost_usd=entry.cost_usd, age_s=0, replayed=True)
