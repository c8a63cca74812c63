"""What another process does to a table at the same time passes: it is tried again, a bounded number of times."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from ratchet_retrieval.away import AwayError

TRIES: Final = 8
_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 2.0
_T = TypeVar("_T")


async def tried(what: str, do: Callable[[], Awaitable[_T]], refresh: Callable[[], Awaitable[None]]) -> _T:
    """LanceDB says RuntimeError of a commit that conflicts and of a file that a clean-up took, OSError of a disk.

    `refresh`: before it is tried again. Raises AwayError.
    """
    for attempt in range(TRIES):
        try:
            if attempt:
                await refresh()
            return await do()
        except (RuntimeError, OSError) as error:
            if attempt == TRIES - 1:
                raise AwayError(
                    f"The index failed {TRIES} times at {what} ({type(error).__name__}). "
                    "Is its folder or object store there, and is there room in it?"
                ) from error
            pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
    raise AssertionError("unreachable")
