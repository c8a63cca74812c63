"""A portion of a batch at its provider: submitted once, waited for, its results kept."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from ratchet_common.errors import RefusedError
from ratchet_providers.base import ModelRequest
from ratchet_providers.batching import BatchPlatform, Result
from ratchet_providers.failing import ErrorKind, ProviderError
from ratchet_router.batches.batch import Item, Portion
from ratchet_router.batches.lines import LineError
from ratchet_router.batches.said import EXPIRED
from ratchet_router.batches.store import Held
from ratchet_router.batches.working import Working, target_of
from ratchet_router.calling import request_to
from ratchet_router.failures import no_answer
from ratchet_router.limits.admitted import Estimate
from ratchet_router.limits.refusals import LimitsAwayError, RateLimitedError
from ratchet_router.limits.subjects import Who
from ratchet_router.progress import Progress

WAITING_DOES_NOT_HELP: Final[frozenset[ErrorKind]] = frozenset({
    "bad_request", "too_long", "filtered", "unauthorized", "no_such_model", "quota",
})  # fmt: skip
GRACE: Final = timedelta(hours=1)  # after its end, for a provider to end it too
REFUSED: Final = LineError(code="provider_refused", message="The model's provider took none of this batch.")


async def advance(held: Held, index: int, stopping: LineError | None, working: Working) -> None:
    """One step. Raises ProviderError where the provider is to be asked again later, RetryLaterError."""
    portion = held.batch.portions[index]
    if portion.state == "waiting":
        await _submitted(held, index, stopping, working)
    elif portion.state == "submitted":
        await _looked_at(held, index, stopping, working)


async def _submitted(held: Held, index: int, stopping: LineError | None, working: Working) -> None:
    portion = held.batch.portions[index]
    platform = working.platforms[portion.provider]
    theirs: str | None = None
    if portion.asked_at is not None:
        theirs = await platform.find(portion.name, portion.asked_at)
        if theirs is None and working.now() - portion.asked_at < timedelta(seconds=working.again_s):
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


async def _submit(held: Held, index: int, items: Sequence[Item], platform: BatchPlatform, working: Working) -> str:
    """Empty where it may not be submitted, now or at all. Its intent is in the store before it goes out."""
    portion = held.batch.portions[index]
    if not await _affordable(held, portion, items, working):
        return ""
    requests = {item.key: request for item, _, request in await _requests(held, items, working)}
    if not requests:
        await _over(held, index, EXPIRED, working)
        return ""
    await working.store.renew(held)
    portion.asked_at = portion.asked_at or working.now()
    await working.store.save(held)
    try:
        return await platform.submit(portion.name, requests)
    except ProviderError as error:
        if error.kind in WAITING_DOES_NOT_HELP:
            await _over(held, index, _told(error), working)
            return ""
        raise


async def _affordable(held: Held, portion: Portion, items: Sequence[Item], working: Working) -> bool:
    """A look at the budgets before anything is spent; what it came to is charged with the results."""
    expected = Estimate(Decimal(portion.expected_usd), 0)
    try:
        admitted = await working.budgets.admit(Who.of(held.batch.who, None), expected)
    except (RateLimitedError, LimitsAwayError):
        return False
    except RefusedError as error:
        for item in items:
            await working.refused(item, error)
        portion.state = "over"
        await working.store.save(held)
        return False
    admitted.settle(Decimal(0), 0)
    return True


async def _looked_at(held: Held, index: int, stopping: LineError | None, working: Working) -> None:
    portion = held.batch.portions[index]
    platform = working.platforms[portion.provider]
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
        await _over(held, index, REFUSED, working)
        return
    await _keep_results(held, index, platform, working)
    await _over(held, index, stopping or EXPIRED, working)


async def _keep_results(held: Held, index: int, platform: BatchPlatform, working: Working) -> None:
    items = await working.store.waiting(held.batch, index)
    ready = await _requests(held, items, working)
    results = await platform.results(
        held.batch.portions[index].theirs, {item.key: request for item, _, request in ready}
    )
    for number, (item, progress, _) in enumerate(ready):
        if number % 100 == 0:
            await working.store.renew(held)
        if (result := results.get(item.key)) is not None:
            await _keep(held, item, progress, result, working)


async def _keep(held: Held, item: Item, progress: Progress, result: Result, working: Working) -> None:
    if result.answer is not None:
        await working.answered(held.batch, item, progress, result.answer)
    elif result.error is not None and not result.expired:
        error = no_answer([(target_of(progress), result.error)])
        await working.refused(item, error, progress)


async def _requests(held: Held, items: Sequence[Item], working: Working) -> list[tuple[Item, Progress, ModelRequest]]:
    """Those that cannot be asked any more, since their model went meanwhile, fail here."""
    found = []
    for item in items:
        await asyncio.sleep(0)  # other requests go on meanwhile
        try:
            progress = working.progress(held.batch, item)
        except RefusedError as error:
            await working.refused(item, error)
            continue
        target = target_of(progress)
        found.append((item, progress, request_to(target, progress.request(), target.limits)))
    return found


async def _over(held: Held, index: int, why: LineError, working: Working) -> None:
    """What has no result gets this one."""
    for item in await working.store.waiting(held.batch, index):
        await working.failed(item, why)
    held.batch.portions[index].state = "over"
    await working.store.save(held)


def _told(error: ProviderError) -> LineError:
    said = error.said.message if error.said else ""
    return LineError(code=error.kind, message=said or REFUSED.message)
