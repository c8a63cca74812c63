"""A portion of a batch at its provider: submitted once, waited for, its results kept."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any, Final

from ratchet_common.errors import RefusedError
from ratchet_providers.batching import BatchPlatform, BatchRequest, Result
from ratchet_providers.failing import ErrorKind, ProviderError
from ratchet_router.batches.batch import Item
from ratchet_router.batches.lines import LineError
from ratchet_router.batches.metrics import SUBMITTED
from ratchet_router.batches.money import NotCoveredError, Ready, set_aside, settle
from ratchet_router.batches.said import EXPIRED
from ratchet_router.batches.store import Held
from ratchet_router.batches.working import Working

WAITING_DOES_NOT_HELP: Final[frozenset[ErrorKind]] = frozenset({
    "bad_request", "unsuited", "too_long", "filtered", "unauthorized", "no_such_model", "quota",
})  # fmt: skip
GRACE: Final = timedelta(hours=1)  # after its end, for a provider to end it too
FIRST_PAUSE_S: Final = 60.0  # until a provider without room is offered a portion again
LONGEST_PAUSE_S: Final = 1_800.0
RENEWED_EVERY: Final = 100  # requests
KEPT_AT_ONCE: Final = 32  # answers
GONE: Final = LineError(
    code="provider_gone", message="The model's provider takes no batches here any more: send the request again."
)
REFUSED: Final = LineError(code="provider_refused", message="The model's provider took none of this batch.")


async def advance(held: Held, index: int, stopping: LineError | None, working: Working) -> None:
    """One step. Raises ProviderError where the provider is to be asked again later, RetryLaterError.

    Long after the batch's end nobody waits any more for a provider that says nothing.
    """
    portion = held.batch.portions[index]
    platform = working.platforms.get(portion.provider)
    too_late = working.now() > held.batch.expires_at + GRACE
    if platform is None:
        if too_late or portion.asked_at is None:
            await _over(held, index, stopping or GONE, working)
        return
    try:
        if portion.state == "waiting":
            await _submitted(held, index, stopping, platform, working)
        else:
            await _looked_at(held, index, stopping, platform, working)
    except ProviderError:
        if not too_late:
            raise
        await _over(held, index, EXPIRED, working)


async def _submitted(
    held: Held, index: int, stopping: LineError | None, platform: BatchPlatform, working: Working
) -> None:
    portion = held.batch.portions[index]
    if portion.not_before is not None and working.now() < portion.not_before and stopping is None:
        return
    theirs: str | None = None
    if portion.asked_at is not None:
        theirs = await platform.find(portion.name, portion.asked_at)
        offered_at = portion.offered_at or portion.asked_at
        if theirs is None and working.now() - offered_at < timedelta(seconds=working.again_s):
            return
    if theirs is None:
        items = await working.store.waiting(held.batch, index)
        if stopping is not None or not items:
            await _over(held, index, stopping or EXPIRED, working)
            return
        theirs = await _submit(held, index, items, platform, working)
    if theirs:
        portion.theirs, portion.state = theirs, "submitted"
        await working.store.save(held)
        SUBMITTED.labels(portion.provider).inc()


async def _submit(held: Held, index: int, items: Sequence[Item], platform: BatchPlatform, working: Working) -> str:
    """Empty where it may not be submitted, now or at all. Its intent is in the store before it goes out."""
    portion = held.batch.portions[index]
    ready = await _covered(held, index, await _ready(held, items, working), working)
    if ready is None:
        return ""
    if not ready:
        await _over(held, index, EXPIRED, working)
        return ""
    portion.offered_at = working.now()
    portion.asked_at = portion.asked_at or portion.offered_at
    await working.store.save(held)
    try:
        return await platform.submit(portion.name, await _requests(ready))
    except ProviderError as error:
        if error.kind in WAITING_DOES_NOT_HELP:
            await _over(held, index, _told(error), working)
            return ""
        raise


async def _covered(held: Held, index: int, ready: list[Ready], working: Working) -> list[Ready] | None:
    """Those whose budgets cover them; the others are refused. None: not now."""
    await working.store.renew(held)
    while ready:
        try:
            return ready if await set_aside(held, index, ready, working) else None
        except NotCoveredError as short:
            out = [one for one in ready if short.user is None or one.asked.who.person == short.user]
            for one in out:
                await working.refused(one.item, short.refusal)
            ready = [one for one in ready if short.user is not None and one.asked.who.person != short.user]
    return ready


async def _looked_at(
    held: Held, index: int, stopping: LineError | None, platform: BatchPlatform, working: Working
) -> None:
    portion = held.batch.portions[index]
    if stopping is not None and not portion.cancelled:
        await platform.cancel(portion.theirs)
        portion.cancelled = True
        await working.store.save(held)
    found = await platform.state(portion.theirs)
    if found.state == "running":
        if working.now() > held.batch.expires_at + GRACE:
            await _over(held, index, EXPIRED, working)
        return
    if found.state == "failed":
        if found.later and stopping is None:
            await _put_off(held, index, working)
        else:
            await _over(held, index, _refused(found.said), working)
        return
    await _keep_results(held, index, platform, working)
    await _over(held, index, stopping or EXPIRED, working)


async def _keep_results(held: Held, index: int, platform: BatchPlatform, working: Working) -> None:
    ready = await _ready(held, await working.store.waiting(held.batch, index), working)
    by_key = {one.item.key: one for one in ready}
    requests = await _requests(ready)
    async with aclosing(platform.results(held.batch.portions[index].theirs, requests)) as results:
        async for some in _together(results):
            await working.store.renew(held)
            await _all(_keep(by_key[key], result, working) for key, result in some)


async def _together(results: AsyncIterator[tuple[str, Result]]) -> AsyncGenerator[list[tuple[str, Result]], None]:
    some = []
    async for result in results:
        some.append(result)
        if len(some) == KEPT_AT_ONCE:
            yield some
            some = []
    if some:
        yield some


async def _all(keeping: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Side by side: each waits for the store alone."""
    first, *others = keeping
    if others:
        await asyncio.gather(first, *others)
    else:
        await first


async def _keep(of: Ready, result: Result, working: Working) -> None:
    if result.answer is not None:
        await working.keep(of.item, of.asked.answered(result.answer))
    elif result.error is not None and not result.expired:
        await working.refused(of.item, *of.asked.not_answered(result.error))


async def _ready(held: Held, items: Sequence[Item], working: Working) -> list[Ready]:
    """Those that cannot be asked any more, since their model went meanwhile, fail here."""
    found = []
    for number, item in enumerate(items, 1):
        await asyncio.sleep(0)  # other requests go on meanwhile
        if number % RENEWED_EVERY == 0:
            await working.store.renew(held)
        try:
            found.append(Ready(item, working.asked(held.batch, item)))
        except RefusedError as error:
            await working.refused(item, error)
    return found


async def _requests(ready: Sequence[Ready]) -> dict[str, BatchRequest]:
    found = {}
    for one in ready:
        found[one.item.key] = one.asked.request
        await asyncio.sleep(0)  # other requests go on meanwhile
    return found


async def _over(held: Held, index: int, why: LineError, working: Working) -> None:
    """What has no result gets this one."""
    portion = held.batch.portions[index]
    for item in await working.store.waiting(held.batch, index):
        await working.failed(item, why)
    await settle(held, portion, index, working)
    portion.state = "over"
    await working.store.save(held)


async def _put_off(held: Held, index: int, working: Working) -> None:
    """Nothing of it was taken: what was set aside is given back, and it is offered again later, as another batch."""
    portion = held.batch.portions[index]
    await settle(held, portion, index, working)
    portion.put_off += 1
    pause_s = min(FIRST_PAUSE_S * 2 ** (portion.put_off - 1), LONGEST_PAUSE_S)
    portion.name, portion.holds = f"{held.batch.hex}-{index}_{portion.put_off}", []
    portion.state, portion.theirs = "waiting", ""
    portion.asked_at = portion.offered_at = None
    portion.not_before = working.now() + timedelta(seconds=pause_s)
    await working.store.save(held)


def _refused(said: str) -> LineError:
    return LineError(code=REFUSED.code, message=f"{REFUSED.message} It says: {said}") if said else REFUSED


def _told(error: ProviderError) -> LineError:
    said = error.said.message if error.said else ""
    return LineError(code=error.kind, message=said or REFUSED.message)
