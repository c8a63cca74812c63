"""Rounds of work, one after the other or several beside each other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

NOTHING_TO_DO_S = 1.0  # is known after so long, mostly
AT_ONCE_ELSEWHERE = 4  # jobs at platforms that work by themselves

Round = Callable[[], Awaitable[bool]]  # False: there was nothing to do


async def one_after_the_other(rounds: Sequence[Round]) -> bool:
    """A fit beside a judgement would spoil the latencies that are measured."""
    done = [await round_() for round_ in rounds]
    return any(done)


async def side_by_side(round_: Round) -> bool:
    """An upload takes minutes, and nothing of it here. Where one finds nothing to do, the others need not look.

    What one raises is raised when all have ended: none is left running unheard beside the next ones.
    """
    first = asyncio.ensure_future(round_())
    try:
        done, _ = await asyncio.wait({first}, timeout=NOTHING_TO_DO_S)
        if done and not first.result():
            return False
        others = (round_() for _ in range(AT_ONCE_ELSEWHERE - 1))
        return _any_or_error(await asyncio.gather(first, *others, return_exceptions=True))
    finally:
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


def _any_or_error(ended: Sequence[bool | BaseException]) -> bool:
    for one in ended:
        if isinstance(one, BaseException):
            raise one
    return any(ended)
