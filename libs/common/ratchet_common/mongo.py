"""The way to the store. A store that is away is a reason to wait, not a bug of the handler."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import pymongo
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WTimeoutError,
)

from ratchet_common.errors import CannotStartError, RetryLaterError

Document = dict[str, Any]
Database = AsyncDatabase[Document]
DUPLICATE_KEY = 11000
LONG_S = 3600.0
SILENT_S = 10.0
T = TypeVar("T")
_on_their_way: set[asyncio.Task[Any]] = set()


def connect(url: str, *, silent_s: float = SILENT_S) -> AsyncMongoClient[Document]:
    """Gives up on an absent server after 2 s: the consumer's patience must stay below its poll interval. On one that
    is there, and has not answered for `silent_s`."""
    silent_ms = round(1000 * silent_s)
    return AsyncMongoClient(
        url,
        tz_aware=True,
        serverSelectionTimeoutMS=2000,
        connectTimeoutMS=silent_ms,  # the driver's own look at the server, too: one that is late breaks off all calls
        socketTimeoutMS=silent_ms,  # not timeoutMS: that would lift the 2 s
        waitQueueTimeoutMS=silent_ms,
    )


def database(client: AsyncMongoClient[Document], name: str) -> Database:
    """Writes count once a majority has them on disk: an acknowledged request is never forgotten."""
    return client.get_database(name, write_concern=WriteConcern("majority", j=True))


def for_long() -> AbstractContextManager[Any]:
    """Around what a start asks of all documents, such as an index: it takes as long as there are documents."""
    return pymongo.timeout(LONG_S)


async def to_its_end(doing: Coroutine[Any, Any, T]) -> T:
    """What one that is cancelled asked of the store goes on behind its back. `whole_calls` does so for each call."""
    task = asyncio.create_task(doing)
    _on_their_way.add(task)
    task.add_done_callback(_over)
    return await asyncio.shield(task)


async def settled() -> None:
    """Before the way to the store is closed: returns once nothing is on its way behind anybody's back."""
    here = asyncio.get_running_loop()
    if ours := {task for task in _on_their_way if task.get_loop() is here}:
        await asyncio.wait(ours)


def _over(task: asyncio.Task[Any]) -> None:
    _on_their_way.discard(task)
    if not task.cancelled():
        task.exception()  # whoever still waits for it gets it


@contextmanager
def waiting_is_worth_it() -> Iterator[None]:
    try:
        yield
    except (ConnectionFailure, ExecutionTimeout, NotPrimaryError, WTimeoutError) as error:
        raise RetryLaterError(f"{_went_wrong(error)} ({type(error).__name__}).") from error


def _went_wrong(error: Exception) -> str:
    """A sentence without its full stop: people read it as the reason why something waits, and the driver's own words
    are of addresses and time-outs of sockets."""
    match error:
        case ServerSelectionTimeoutError():
            return "The store does not answer at MONGODB_URL"
        case NetworkTimeout() | ExecutionTimeout():
            return "The store did not answer in time"
        case WTimeoutError():
            return "Too few members of the store confirmed a write in time"
        case NotPrimaryError():
            return "The store is choosing its primary"
        case WaitQueueTimeoutError():
            return "Too much was asked of the store at once"
        case _:
            return "The connection to the store broke"


@contextmanager
def duplicates_are_fine() -> Iterator[None]:
    """Around an unordered bulk write of inserts: what is there already was written by an earlier delivery."""
    try:
        yield
    except BulkWriteError as error:
        if not only_duplicates(error):
            raise


def only_duplicates(error: BulkWriteError) -> bool:
    others = [e for e in error.details.get("writeErrors", []) if e.get("code") != DUPLICATE_KEY]
    return not others and not error.details.get("writeConcernErrors")


async def ping(db: Database) -> None:
    with waiting_is_worth_it():
        await db.command("ping")


async def insist_on_store(db: Database, *, patience_s: float = 60.0) -> None:
    """At a start: waits for the store. Raises CannotStartError, without the URL: it may hold a password."""
    end = asyncio.get_running_loop().time() + patience_s
    while True:
        try:
            return await ping(db)
        except RetryLaterError as error:
            if asyncio.get_running_loop().time() > end:
                raise CannotStartError("No store answers at MONGODB_URL: start one there, or set it.") from error
        await asyncio.sleep(0.5)
