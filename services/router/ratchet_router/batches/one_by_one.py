"""Requests whose provider has no batch API: asked one by one in the background, at the full price."""

import asyncio
from collections.abc import Sequence
from typing import Final

from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_router.batches.batch import Batch, Item
from ratchet_router.batches.working import Working
from ratchet_router.failures import NoAnswerError
from ratchet_router.limits.refusals import LimitsAwayError, RateLimitedError, TooLargeForTheRateError

IN_ONE_GO: Final = 4  # times what may be asked at once: then the worker looks up
LATER: Final = (RateLimitedError, LimitsAwayError, RetryLaterError)


async def ask_some(batch: Batch, items: Sequence[Item], working: Working) -> bool:
    """False: some must wait, such as for a rate limit. A worker that dies between an answer and its keeping has asked
    in vain: the next one asks again, and it counts once.
    """
    places = asyncio.Semaphore(working.at_once)

    async def one(item: Item) -> bool:
        async with places:
            return await _ask(batch, item, working)

    return all(await asyncio.gather(*map(one, items)))


async def _ask(batch: Batch, item: Item, working: Working) -> bool:
    try:
        asked = working.asked(batch, item)
    except RefusedError as error:
        await working.refused(item, error)
        return True
    try:
        kept = await asked.ask()
    except TooLargeForTheRateError as error:  # it never fits
        await working.refused(item, error)
    except LATER:
        return False
    except NoAnswerError as error:
        await working.refused(item, error, asked.of_nobody())
    except RefusedError as error:
        await working.refused(item, error)
    else:
        await working.keep(item, kept)
    return True
