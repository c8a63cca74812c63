"""What a service reads anew while it runs, at SIGHUP: all of it, or nothing where any of it is wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from fastapi import FastAPI

from ratchet_common.background import described
from ratchet_common.errors import CannotStartError, RetryLaterError

log = logging.getLogger(__name__)

Swap = Callable[[], None]
Prepare = Callable[[], Awaitable[Swap]]  # reads and checks; raises CannotStartError, RetryLaterError


class Reloads:
    """Of one app. Nothing changes until every file has been read and found right; then all of it does at once."""

    def __init__(self) -> None:
        self._prepare: list[Prepare] = []

    def add(self, prepare: Prepare) -> None:
        self._prepare.append(prepare)

    async def prepared(self) -> list[Swap]:
        """Raises CannotStartError, RetryLaterError."""
        return [await prepare() for prepare in self._prepare]


async def reload(apps: Sequence[FastAPI]) -> None:
    """Of all the apps of this process together. Raises CannotStartError, RetryLaterError, and nothing has changed."""
    swaps = [swap for app in apps for swap in await app.state.reloads.prepared()]
    for swap in swaps:
        swap()


class Reloading:
    """One reload after the other. Wishes that come during one are one more."""

    def __init__(self, apps: Sequence[FastAPI]) -> None:
        self._apps = apps
        self._wished = asyncio.Event()

    def wish(self) -> None:
        self._wished.set()

    async def run(self) -> None:
        while True:
            await self._wished.wait()
            self._wished.clear()
            await self._once()

    async def _once(self) -> None:
        try:
            await reload(self._apps)
        except (CannotStartError, RetryLaterError) as error:
            log.error("Nothing was reloaded, and all stays as it was: %s", error)
        except Exception as error:  # noqa: BLE001  the edge of the process: what serves now goes on
            log.error("Nothing was reloaded, and all stays as it was: %s", described(error))
        else:
            log.info("The files were read anew; requests from now on go by them.")
